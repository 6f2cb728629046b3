"""A pupil's file: the registrar keeps it, two registrars lose nothing, the family's trail grows."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from schools.actions import pupils
from schools.models import AuditEvent, Pupil
from tests import factories as make

pytestmark = pytest.mark.django_db


def a_file(pupil: Pupil, **changes: Any) -> dict[str, Any]:
    return {name: getattr(pupil, name) for name in pupils.FIELDS} | changes


def a_pupil_with_class() -> tuple[Pupil, Any]:
    class_year = make.a_class_year(pupils=1)
    return class_year.enrolments.get().pupil, class_year


def test_the_registrar_saves_and_the_name_is_found_again() -> None:
    pupil, class_year = a_pupil_with_class()
    with make.acting(make.a_registrar(class_year.school)) as by:
        saved, changed = pupils.edit(
            pupil, data=a_file(pupil, full_name="Đỗ  Thị Ánh", ethnicity="Tày"), version=1, by=by
        )
        same = pupils.edit(saved, data=a_file(saved), version=1, by=by)

    assert (saved.full_name, saved.search_name, saved.version, changed) == (
        "Đỗ Thị Ánh",
        "do thi anh",
        2,
        True,
    )
    assert same[1] is False
    event = AuditEvent.objects.get(action="pupil.edit")
    assert (event.pupil_id, event.facts["fields"]) == (pupil.pk, ["full_name", "ethnicity"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", "  "),
        ("personal_number", "12345"),
        ("born_on", date(2030, 1, 1)),
        ("gender", "KHAC"),
        ("ethnicity", "a" * 61),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(field: str, value: object) -> None:
    pupil, class_year = a_pupil_with_class()

    with make.acting(make.a_registrar(class_year.school)) as by, pytest.raises(Invalid) as refused:
        pupils.edit(pupil, data=a_file(pupil, **{field: value}), version=1, by=by)

    assert list(refused.value.fields) == [field]


def test_no_two_pupils_share_a_personal_number() -> None:
    pupil, class_year = a_pupil_with_class()
    other = make.a_pupil()

    with make.acting(make.a_registrar(class_year.school)) as by, pytest.raises(Invalid) as refused:
        pupils.edit(pupil, data=a_file(pupil, personal_number=other.personal_number), version=1, by=by)

    assert list(refused.value.fields) == ["personal_number"]


def test_a_save_in_between_is_a_conflict_that_shows_both() -> None:
    pupil, class_year = a_pupil_with_class()
    with make.acting(make.a_registrar(class_year.school)) as by:
        pupils.edit(pupil, data=a_file(pupil, ethnicity="Tày"), version=1, by=by)

        with pytest.raises(Conflict) as refused:
            pupils.edit(pupil, data=a_file(pupil, ethnicity="Mường"), version=1, by=by)

    assert refused.value.facts["cells"] == [{"field": "ethnicity", "theirs": "Tày", "yours": "Mường"}]


def test_nobody_but_the_schools_registrar() -> None:
    pupil, class_year = a_pupil_with_class()
    school = class_year.school
    others = [
        make.homeroom_of(class_year),
        make.a_principal(school),
        make.a_clerk(school),
        make.a_school_admin(school),
        make.a_registrar(make.a_school()),
    ]

    for person in others:
        with make.acting(person) as by, pytest.raises(NotPermitted):
            pupils.edit(pupil, data=a_file(pupil, ethnicity="Tày"), version=1, by=by)


def test_the_page_keeps_what_was_typed() -> None:
    pupil, class_year = a_pupil_with_class()
    client = Client()
    client.force_login(make.an_account(make.a_registrar(class_year.school)))
    typed = {
        name: value.strftime("%d/%m/%Y") if isinstance(value, date) else value
        for name, value in a_file(pupil).items()
    } | {"version": "1"}

    wrong = client.post(f"/hoc-sinh/{pupil.pk}/", typed | {"personal_number": "123", "home_town": "Xã Mới"})
    right = client.post(f"/hoc-sinh/{pupil.pk}/", typed | {"home_town": "Xã Mới"}, follow=True)

    assert wrong.status_code == 422
    assert 'value="Xã Mới"' in wrong.content.decode()
    assert "12 chữ số" in wrong.content.decode()
    assert "Đã lưu hồ sơ lúc" in right.content.decode()
    assert Pupil.objects.get(pk=pupil.pk).home_town == "Xã Mới"


def test_who_may_only_read_gets_no_form() -> None:
    pupil, class_year = a_pupil_with_class()
    client = Client()
    client.force_login(make.an_account(make.homeroom_of(class_year)))

    page = client.get(f"/hoc-sinh/{pupil.pk}/").content.decode()

    assert pupil.mother_name in page
    assert 'name="mother_name"' not in page
