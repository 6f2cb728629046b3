"""Keep a pupil's file: what the national format states of the child."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid
from schools import audit, texts
from schools.actors import Actor
from schools.models import Gender, Pupil
from schools.models.people import personal_number_shape
from schools.permissions import Permission, require

FIELDS: Final = (
    "full_name",
    "personal_number",
    "register_number",
    "gender",
    "born_on",
    "birth_place",
    "home_town",
    "residence",
    "ethnicity",
    "nationality",
    "father_name",
    "mother_name",
    "guardian_name",
)
"""What the registrar may change; the pupil's code stays for ever."""

EARLIEST_BIRTH: Final = date(1900, 1, 1)


@transaction.atomic
def edit(pupil: Pupil, *, data: Mapping[str, Any], version: int, by: Actor) -> tuple[Pupil, bool]:
    """Save the file and return it with whether anything changed; `version` is what was on the screen.

    What was frozen or issued before keeps what it said: only the next freeze reads this.
    Raises: NotPermitted; Invalid with a sentence for each field; Conflict `stale` with `cells`, when another
    save came between.
    """
    require(by, Permission.PUPIL_EDIT, pupil)
    pupil = Pupil.objects.select_for_update(no_key=True, of=("self",)).get(pk=pupil.pk)
    values = _checked(pupil, data, by.today)
    before = {name: getattr(pupil, name) for name in FIELDS}
    changed = [name for name in FIELDS if before[name] != values[name]]
    if not changed:
        return pupil, False
    if pupil.version != version:
        cells = [
            {"field": name, "theirs": str(before[name] or ""), "yours": str(values[name] or "")}
            for name in changed
        ]
        raise Conflict(
            _("Người khác vừa sửa hồ sơ của em này. Chưa lưu gì; hãy so hai giá trị rồi lưu lại."),
            code="stale",
            cells=cells,
            version=pupil.version,
        )
    for name in FIELDS:
        setattr(pupil, name, values[name])
    pupil.name_fields()
    pupil.version += 1
    pupil.save()
    audit.record(
        by,
        "pupil.edit",
        unit_path=by.home_path,
        subject=("pupil", pupil.pk),
        pupil_id=pupil.pk,
        fields=changed,
    )
    return pupil, True


def _checked(pupil: Pupil, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in FIELDS:
        value = data[name]
        values[name] = texts.tidy(value, lines=False) if isinstance(value, str) else value
    wrong: dict[str, object] = {
        name: refusal
        for name, value in values.items()
        if isinstance(value, str) and (refusal := texts.refusal(value))
    }
    if not values["full_name"]:
        wrong["full_name"] = _("Hãy ghi họ và tên của em.")
    if values["gender"] and values["gender"] not in Gender.values:
        wrong["gender"] = _("Giới tính là Nam hoặc Nữ, theo giấy khai sinh.")
    born_on = values["born_on"]
    if born_on is not None and not EARLIEST_BIRTH <= born_on <= today:
        wrong["born_on"] = _("Ngày sinh không thể sau hôm nay.")
    for name in FIELDS:
        longest = Pupil._meta.get_field(name).max_length  # type: ignore[union-attr]
        if isinstance(values[name], str) and longest and len(values[name]) > longest:
            wrong[name] = _("Dài quá %(longest)s chữ; hãy viết ngắn lại.") % {"longest": longest}
    wrong |= _number_fault(pupil, values["personal_number"])
    if wrong:
        raise Invalid(_("Chưa lưu được. Xin xem lại những chỗ sau."), fields=wrong)
    return values


def _number_fault(pupil: Pupil, number: str) -> dict[str, object]:
    if not number:
        return {}
    try:
        personal_number_shape(number)
    except ValidationError as fault:
        return {"personal_number": fault.messages[0]}
    if Pupil.objects.filter(personal_number=number).exclude(pk=pupil.pk).exists():
        return {"personal_number": _("Đã có em khác mang số định danh này. Hãy xem lại giấy khai sinh.")}
    return {}
