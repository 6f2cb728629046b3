"""A page that its template draws once, with marks where a request's own values go; the next ones only fill them in.

For pages that strangers open by the million and that differ in a few words. What is filled in is always escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

OPENS, CLOSES = "\ue000", "\ue001"
"""For private use in Unicode: no template has them. What is filled in is never searched for marks."""

_MARK = re.compile(f"{OPENS}([a-z_]+){CLOSES}")


def mark(name: str) -> str:
    """Return what stands in the drawn page where the value `name` goes."""
    return f"{OPENS}{name}{CLOSES}"


class Stencil:
    """A drawn page, cut at its marks."""

    def __init__(self, drawn: str) -> None:
        self._parts = tuple(_MARK.split(drawn))

    @property
    def names(self) -> frozenset[str]:
        """Return the values that the page asks for."""
        return frozenset(self._parts[1::2])

    def fill(self, values: Mapping[str, str]) -> SafeString:
        """Return the page with the values in it, escaped. Raises: KeyError, when one is missing."""
        escaped = {name: conditional_escape(values[name]) for name in self.names}
        return mark_safe(  # noqa: S308 - the template escaped its part, the line above the rest
            "".join(escaped[part] if place % 2 else part for place, part in enumerate(self._parts))
        )
