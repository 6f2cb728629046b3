"""School years: opened once for the whole registry; a new row opens its partition of results."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Invalid, NotPermitted
from schools import audit
from schools.actors import Actor
from schools.models import SchoolYear
from schools.permissions import Permission

DAYS: Final = ("starts_on", "ends_on", "closes_on", "supplementary_closes_on")
"""In the order in which they must follow each other."""


@transaction.atomic
def keep(code: str, *, days: dict[str, date], by: Actor) -> tuple[SchoolYear, tuple[str, ...]]:
    """Open a school year, or move its days; return it with what changed (all of DAYS when it is new).

    Raises: NotPermitted, for everybody but the operator's command; Invalid with a sentence for each field.
    """
    if "" not in by.paths(Permission.UNIT_KEEP):
        raise NotPermitted(_("Năm học là chung của cả hệ thống; chỉ lệnh của người vận hành đặt được."))
    if wrong := _faults(code, days):
        raise Invalid(_("Năm học chưa đúng."), fields=wrong)
    year = SchoolYear.objects.select_for_update(no_key=True).filter(code=code).first()
    if year is None:
        year = SchoolYear.objects.create(code=code, **days)
        audit.record(by, "school-year.open", unit_path="", subject=("school_year", code))
        return year, DAYS
    changed = tuple(name for name in DAYS if getattr(year, name) != days[name])
    if changed:
        told = {name: [getattr(year, name).isoformat(), days[name].isoformat()] for name in changed}
        for name in changed:
            setattr(year, name, days[name])
        year.save(update_fields=list(changed))
        audit.record(by, "school-year.edit", unit_path="", subject=("school_year", code), changed=told)
    return year, changed


def _faults(code: str, days: dict[str, date]) -> dict[str, object]:
    wrong: dict[str, object] = {}
    matched = re.fullmatch(r"(20[0-9]{2})-(20[0-9]{2})", code)
    if matched is None or int(matched[2]) != int(matched[1]) + 1:
        return {"code": _("Năm học viết bằng hai năm liền nhau, ví dụ 2026-2027.")}
    if days["starts_on"].year != int(matched[1]):
        wrong["starts_on"] = _("Ngày bắt đầu phải nằm trong năm đầu của năm học.")
    for earlier, later in pairwise(DAYS):
        if days[later] < days[earlier]:
            wrong[later] = _("Ngày này không thể trước mốc đứng ngay trên nó.")
    if days["supplementary_closes_on"].year > int(matched[2]):
        wrong["supplementary_closes_on"] = _("Ngày này phải nằm trong năm sau của năm học.")
    return wrong
