"""The door behind the grid: cells come in as they are typed, and each one's fate goes back."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hocba.kernel.errors import Conflict, Invalid
from records.actions import cells as actions
from records.actions.cells import Change, Outcome
from records.queries import entry
from schools import seen
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs

LONGEST_VALUE = 8000
"""Characters of one cell; a comment is 4000 at most, and one that is longer must still be told so."""
LARGEST_ROW_ID = 2**63 - 1
SECOND = {"": None, "1": True, "0": False}


@needs(P.RESULT_VIEW)
@require_POST
def save(request: ActingRequest, code: str, subject_code: str) -> HttpResponse:
    """Save the cells of one batch, each by itself."""
    class_year = entry.class_of_subject(request.actor, code, subject_code)
    if request.POST.get("owner", "") not in ("", owner(request)):
        raise Conflict(_("Trình duyệt này đang đăng nhập bằng tài khoản khác."), code="another-person")
    merged = actions.save_cells(
        class_year,
        subject_code=subject_code,
        batch=_batch(request.POST.get("batch", "")),
        changes=read_changes(request.POST.get("cells", "")),
        by=request.actor,
    )
    answer = {"at": f"{localtime(merged.at):%H:%M}", "cells": [told(one) for one in merged.outcomes]}
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def owner(request: ActingRequest) -> str:
    """Return a mark of who has the page open: cells typed by one person are never sent as another's."""
    return seen.mark({"owner": request.actor.person.pk})


def told(one: Outcome) -> dict[str, Any]:
    """Return one cell's fate for the page; words for a person are made here."""
    answer: dict[str, Any] = {"cell": one.change.key, "state": one.fate.value, "value": one.stands}
    if one.sentence:
        answer["sentence"] = one.sentence
    if one.fate is actions.Fate.CLASH:
        answer["sentence"] = question(one)
        answer["who"] = _("chính thầy/cô, ở cửa sổ khác") if one.is_own else one.who
    return answer


def question(one: Outcome) -> str:
    """Return what is asked of a clash."""
    facts = {
        "yours": one.change.value or _("để trống"),
        "theirs": one.stands or _("để trống"),
        "who": _("chính thầy/cô, ở cửa sổ khác,") if one.is_own else one.who,
        "when": f"{localtime(one.when):%H:%M}" if one.when else "",
    }
    return _("Thầy/cô ghi %(yours)s, %(who)s vừa ghi %(theirs)s lúc %(when)s – giữ giá trị nào?") % facts


def _batch(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _misshapen() from None


def read_changes(text: str) -> list[Change]:
    """Return the cells of a batch. Raises: Invalid `misshapen`, for what no page of ours sends."""
    try:
        stated = json.loads(text)
    except (ValueError, RecursionError):
        raise _misshapen() from None
    if not isinstance(stated, list) or not stated:
        raise _misshapen()
    return [_change(one) for one in stated]


def _change(stated: Any) -> Change:
    if not isinstance(stated, dict):
        raise _misshapen()
    texts = [stated.get(name, "") for name in ("cell", "base", "value", "second")]
    if not all(isinstance(text, str) and len(text) <= LONGEST_VALUE for text in texts):
        raise _misshapen()
    cell, base, value, second = texts
    if second not in SECOND:
        raise _misshapen()
    return Change(*cell_of(cell), base, value, SECOND[second])


def cell_of(key: str) -> tuple[int, str, str]:
    """Return a cell's pupil, point and column from its name: "12:CN:level". Raises: Invalid."""
    parts = key.split(":")
    if len(parts) != 3 or not (parts[0].isascii() and parts[0].isdecimal()):
        raise _misshapen()
    if len(parts[0]) > len(str(LARGEST_ROW_ID)) or int(parts[0]) > LARGEST_ROW_ID:
        raise _misshapen()
    return int(parts[0]), parts[1], parts[2]


def _misshapen() -> Invalid:
    return Invalid(_("Không đọc được những ô đã gửi. Hãy tải lại trang."), code="misshapen")
