"""The table of a whole class, and the bank of phrases."""

from decimal import Decimal

import pytest

from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from records.actions import completion, desk, phrases
from records.actions.desk import RowEntry
from records.models import HomeroomRecord, Phrase
from records.queries import phrases as bank
from schools.models import AuditEvent, ClassYear
from tests import factories as make

pytestmark = pytest.mark.django_db


def save(class_year: ClassYear, rows: dict[int, RowEntry], point: str = "CN") -> int:
    with make.acting(make.homeroom_of(class_year)) as by:
        return desk.enter_class(class_year, point=point, rows=rows, by=by).changed


def record_of(class_year: ClassYear, enrolment: int) -> HomeroomRecord:
    with make.acting(make.homeroom_of(class_year)):
        return HomeroomRecord.objects.get(enrolment=enrolment, point="CN")


def test_a_class_is_saved_at_once_and_what_is_not_in_the_table_stays() -> None:
    class_year = make.a_complete_class(pupils=2)
    one, two = class_year.enrolments.values_list("pk", flat=True)
    before = record_of(class_year, one)
    typed = {"YEU_NUOC": "d", "NHAN_AI": "", "absences_excused": "3", "height_cm": "132,5"}

    changed = save(class_year, {one: RowEntry(before.version, typed), two: RowEntry(1, {})})
    after = record_of(class_year, one)

    assert changed == 1
    assert (after.version, after.height_cm, after.absences_excused) == (
        before.version + 1,
        Decimal("132.5"),
        3,
    )
    assert after.qualities["YEU_NUOC"] == "Đ"
    assert "NHAN_AI" not in after.qualities
    assert (after.competences, after.homeroom_comment) == (before.competences, before.homeroom_comment)
    event = AuditEvent.objects.get(action="homeroom.enter-class")
    assert (event.count, event.facts["enrolments"]) == (1, [one])


def test_wrong_cells_are_named_and_nothing_is_saved() -> None:
    class_year = make.a_complete_class(pupils=2)
    one, two = class_year.enrolments.values_list("pk", flat=True)
    typed = {"YEU_NUOC": "H", "absences_excused": "ba", "height_cm": "NaN", "weight_kg": "250"}

    with pytest.raises(Invalid) as refused:
        save(class_year, {one: RowEntry(1, typed), two: RowEntry(1, {"absences_excused": "7"})})

    assert set(refused.value.fields) == {f"{name}-{one}" for name in typed}
    assert record_of(class_year, two).absences_excused != 7


def test_two_people_are_both_shown_and_what_is_confirmed_stays() -> None:
    class_year = make.a_complete_class(pupils=1)
    (one,) = class_year.enrolments.values_list("pk", flat=True)
    version = record_of(class_year, one).version
    save(class_year, {one: RowEntry(version, {"absences_excused": "4"})})

    with pytest.raises(Conflict) as stale:
        save(class_year, {one: RowEntry(version, {"absences_excused": "5"})})
    with make.acting(make.homeroom_of(class_year)) as by:
        completion.confirm(class_year, by=by)
    with pytest.raises(Conflict) as closed:
        save(class_year, {one: RowEntry(version + 1, {"absences_excused": "6"})})

    (cell,) = stale.value.facts["cells"]
    assert (cell["field"], cell["theirs"], cell["yours"]) == ("absences_excused", "4", "5")
    assert closed.value.case == "not-open"
    with make.acting(make.a_principal(class_year.school)) as by, pytest.raises(NotPermitted):
        desk.enter_class(class_year, point="CN", rows={}, by=by)


# ---- Phrases -----------------------------------------------------------------------------------------


def test_ones_own_the_schools_and_nobody_elses() -> None:
    school = make.a_school()
    teacher, other, principal = make.a_teacher(school), make.a_teacher(school), make.a_principal(school)
    new = {"about": "TOAN", "level": "T"}
    with make.acting(principal) as by:
        shared = phrases.add(school, text="{ten} tính nhẩm nhanh.", is_shared=True, by=by, **new)
    with make.acting(teacher) as by:
        own = phrases.add(school, text="Em giải nhiều cách.", is_shared=False, by=by, **new)
        with pytest.raises(NotPermitted):
            phrases.add(school, text="Cho cả trường.", is_shared=True, by=by, **new)
        with pytest.raises(NotPermitted):
            phrases.retire(shared, by=by)
        offered = bank.for_subject(by, "TOAN")
        assert [one.row for one in offered[:2]] == [own, shared]
        assert [one.may_change for one in offered[:2]] == [True, False]
    with make.acting(other) as by:
        assert own not in [one.row for one in bank.for_subject(by, "TOAN")]
        with pytest.raises(NotPermitted):
            phrases.edit(own, text="Của tôi.", by=by, **new)
    with make.acting(make.a_teacher(make.a_school())) as by:
        assert all(one.row is None for one in bank.for_subject(by, "TOAN"))


def test_changed_retired_and_not_offered_any_more() -> None:
    school = make.a_school()
    with make.acting(make.a_teacher(school)) as by:
        row = phrases.add(school, about="homeroom", level="Đ", text="Em ngoan.", is_shared=False, by=by)
        phrases.edit(row, about="homeroom", level="T", text="Em rất ngoan.", by=by)
        with pytest.raises(Invalid) as wrong:
            phrases.edit(row, about="homeroom", level="H", text=" ", by=by)
        phrases.retire(row, by=by)
        with pytest.raises(Conflict):
            phrases.retire(row, by=by)

        assert set(wrong.value.fields) == {"level", "text"}
        assert Phrase.objects.get(pk=row.pk).text == "Em rất ngoan."
        assert all(one.row is None for one in bank.for_homeroom(by))
    assert AuditEvent.objects.filter(action__startswith="phrase.").count() == 3
