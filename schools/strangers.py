"""The mark of doors that strangers open by the million; `hocba.short_way` answers plain questions there."""

from __future__ import annotations

from typing import Any

from schools.permissions import public


def commits_alone(view: Any) -> Any:
    """Mark a public door whose GET needs no transaction around it: what it reads and writes is one message."""
    view.commits_alone = True
    return public(view)
