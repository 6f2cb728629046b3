"""The page of one unit, shared by the doors that change something on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hocba.kernel.errors import Invalid
from schools import audit, seen, words
from schools.actions import keepers as keeping
from schools.actions import units as actions
from schools.forms import EndRoleForm
from schools.http import ActingRequest
from schools.permissions import Role
from schools.queries import units
from schools.unit_forms import CloseUnitForm, KeeperForm


def show(
    request: ActingRequest,
    code: str,
    *,
    closing: CloseUnitForm | None = None,
    naming: KeeperForm | None = None,
    ending: tuple[int, EndRoleForm] | None = None,
    named: keeping.Named | None = None,
) -> HttpResponse:
    """Return the page; a form that came back keeps what was typed, `named` shows a password this once."""
    shown = units.page(request.actor, code)
    unit, today = shown.unit, request.actor.today
    if shown.keepers:
        audit.record(request.actor, "staff.view", unit_path=unit.path, count=len(shown.keepers))
    held = {one.membership.role for one in shown.keepers} if unit.level.is_school else set()
    roles = [role for role in keeping.roles_for(unit) if role.value not in held]
    context = {
        "unit": unit,
        "above": shown.above,
        "beneath": shown.beneath,
        "facts": facts(shown),
        "missing": missing_words(shown.missing),
        "keeps": shown.keeps,
        "closes": shown.closes,
        "keepers": [_keeper(one, request.actor.person_id, today, ending) for one in shown.keepers],
        "naming": naming or (KeeperForm(roles=roles, initial={"role": roles[0].value}) if roles else None),
        "shown": seen.mark(actions.standing(unit)),
        "closing": closing or CloseUnitForm(initial={"on": today}),
        "returned": [one for one in (closing, naming, ending[1] if ending else None) if one is not None],
        "named": named,
        "has_levels": bool(not unit.level.is_school and unit.closed_on is None),
    }
    return render(request, "schools/unit.html", context, status=422 if context["returned"] else 200)


def facts(shown: units.UnitPage) -> list[dict[str, Any]]:
    """Return what is stated of a unit, as components/definition_list.html wants it."""
    unit = shown.unit
    levels = ", ".join(str(words.EDUCATION_LEVELS.get(one, one)) for one in unit.education_levels)
    rows = [
        (_("Mã đơn vị"), unit.code),
        (_("Cấp đơn vị"), unit.level.name),
        (_("Cơ quan cấp trên"), unit.parent.name if unit.parent else ""),
        (_("Tỉnh, thành phố"), unit.province_name),
        (_("Huyện, quận"), unit.district_name),
        (_("Xã, phường"), unit.commune_name),
        (_("Cấp học"), levels),
        (_("Cơ quan cùng quản lý"), ", ".join(one.name for one in shown.overseers)),
        (_("Ngày thành lập"), unit.opened_on.strftime("%d/%m/%Y") if unit.opened_on else ""),
    ]
    if not unit.level.is_school:
        of_schools = {_("Huyện, quận"), _("Cấp học"), _("Cơ quan cùng quản lý")}
        rows = [row for row in rows if row[0] not in of_schools]
    return [{"label": label, "value": value} for label, value in rows]


def missing_words(names: tuple[str, ...]) -> str:
    """Return what a school lacks for the national format, as one phrase."""
    return ", ".join(str(words.UNIT_FACTS[name]) for name in names)


def tell(form: Any, wrong: Invalid) -> None:
    """Put the sentences of a refusal beside their fields."""
    for name, sentence in wrong.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))


def _keeper(
    keeper: units.Keeper, reader: int, today: Any, ending: tuple[int, EndRoleForm] | None
) -> dict[str, Any]:
    held = keeper.membership
    fresh = EndRoleForm(auto_id=f"r{held.pk}_%s", initial={"on": max(today, held.from_on)})
    return {
        "held": held,
        "role": words.ROLES[Role(held.role)],
        "title": held.title if held.title != str(words.ROLES[Role(held.role)]) else "",
        "username": keeper.username,
        "account": words.ACCOUNTS[keeper.account_state],
        "may_reset": bool(keeper.username) and held.person_id != reader and held.role != Role.REGISTRAR,
        "form": ending[1] if ending and ending[0] == held.pk else fresh,
        "is_self": held.person_id == reader,
        "end_mark": seen.mark({"to_on": held.to_on}),
        "account_mark": keeper.account_mark,
        "is_ending": held.to_on is not None,
    }
