"""Saving the cells of a grid: each by itself, never over what somebody else wrote, never twice."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from hocba.kernel.errors import Invalid, NotFound, NotPermitted
from records.actions import cells, completion
from records.actions.cells import Change, Fate, Merged
from records.models import EntryBatch, SubjectResult
from schools.models import AuditEvent, ClassYear, Person
from tests import factories as make

pytestmark = pytest.mark.django_db


def change(enrolment: int, field: str, value: str, base: str = "", point: str = "CN", **more: bool) -> Change:
    return Change(enrolment, point, field, base, value, **more)


def save(
    class_year: ClassYear, *changes: Change, who: Person | None = None, batch: UUID | None = None
) -> Merged:
    with make.acting(who or make.homeroom_of(class_year)) as by:
        return cells.save_cells(
            class_year, subject_code="TOAN", batch=batch or uuid4(), changes=changes, by=by
        )


def row_of(class_year: ClassYear, enrolment: int, point: str = "CN") -> SubjectResult:
    with make.acting(make.homeroom_of(class_year)):
        return SubjectResult.objects.get(enrolment=enrolment, subject_code="TOAN", point=point)


def fates(merged: Merged) -> list[Fate]:
    return [one.fate for one in merged.outcomes]


@pytest.fixture
def class_year() -> ClassYear:
    """A class of two, nothing entered."""
    return make.a_class_year(pupils=2)


@pytest.fixture
def pupils(class_year: ClassYear) -> list[int]:
    return list(class_year.enrolments.values_list("pk", flat=True))


def test_a_wrong_cell_holds_up_no_other(class_year: ClassYear, pupils: list[int]) -> None:
    one, two = pupils

    merged = save(
        class_year,
        change(one, "level", "t"),
        change(one, "mark", "8,5"),
        change(one, "comment", "Em đọc tốt."),
        change(two, "level", "K"),
        change(two, "mark", "7", point="GHK2"),
    )

    assert fates(merged) == [Fate.SAVED, Fate.WRONG, Fate.SAVED, Fate.WRONG, Fate.SAVED]
    assert "Điều 7" in merged.outcomes[1].sentence
    row = row_of(class_year, one)
    assert (row.level, row.test_mark, row.comment, row.version) == ("T", None, "Em đọc tốt.", 1)
    assert row_of(class_year, two, "GHK2").test_mark == 7
    trail = AuditEvent.objects.filter(action="results.enter")
    assert sorted((one.count, one.facts["point"]) for one in trail) == [(1, "CN"), (1, "GHK2")]


def test_a_cell_that_somebody_changed_is_asked_about_and_both_values_are_kept(
    class_year: ClassYear, pupils: list[int]
) -> None:
    one, two = pupils
    teacher = make.homeroom_of(class_year)
    save(class_year, change(one, "mark", "9"), change(one, "level", "T"))

    merged = save(
        class_year, change(one, "mark", "8"), change(one, "comment", "Em cố gắng."), change(two, "mark", "6")
    )

    clash = merged.outcomes[0]
    assert fates(merged) == [Fate.CLASH, Fate.SAVED, Fate.SAVED]
    assert (clash.change.value, clash.stands, clash.who) == ("8", "9", teacher.full_name)
    assert (row_of(class_year, one).test_mark, row_of(class_year, one).comment) == (9, "Em cố gắng.")

    again = save(class_year, change(one, "mark", "8", base="9"))

    assert fates(again) == [Fate.SAVED]
    assert row_of(class_year, one).test_mark == 8


def test_two_who_write_the_same_are_not_asked(class_year: ClassYear, pupils: list[int]) -> None:
    save(class_year, change(pupils[0], "mark", "9"))

    assert fates(save(class_year, change(pupils[0], "mark", "9"))) == [Fate.SAVED]
    assert row_of(class_year, pupils[0]).version == 1


def test_a_batch_that_comes_twice_does_nothing_twice(class_year: ClassYear, pupils: list[int]) -> None:
    one, _two = pupils
    number, mine = uuid4(), change(one, "mark", "7")
    save(class_year, mine, batch=number)
    save(class_year, change(one, "mark", "10", base="7"))

    merged = save(class_year, mine, batch=number)

    assert fates(merged) == [Fate.SAVED]
    assert merged.outcomes[0].stands == "10"
    assert row_of(class_year, one).test_mark == 10
    assert EntryBatch.objects.count() == 2
    assert AuditEvent.objects.filter(action="results.enter").count() == 2


def test_a_second_sitting_keeps_the_first_mark(class_year: ClassYear, pupils: list[int]) -> None:
    one, _two = pupils
    save(class_year, change(one, "mark", "4"))
    second = change(one, "mark", "7", base="4", is_second_test=True)
    save(class_year, second, change(one, "level", "H"))
    row = row_of(class_year, one)
    assert (row.test_mark, row.first_test_mark, row.level) == (7, 4, "H")

    save(class_year, change(one, "mark", "7", base="7", is_second_test=False))

    assert row_of(class_year, one).first_test_mark is None


def test_a_cleared_cell_is_saved_as_empty(class_year: ClassYear, pupils: list[int]) -> None:
    save(class_year, change(pupils[0], "mark", "9"))
    save(class_year, change(pupils[0], "mark", "", base="9"))

    assert row_of(class_year, pupils[0]).test_mark is None


def test_after_confirmation_the_cell_says_so() -> None:
    class_year = make.a_complete_class(pupils=1)
    one = class_year.enrolments.get().pk
    with make.acting(make.homeroom_of(class_year)) as by:
        completion.confirm(class_year, by=by)
    merged = save(class_year, change(one, "mark", "5", base="9"))

    assert fates(merged) == [Fate.CLOSED]
    assert row_of(class_year, one).test_mark == 9


def test_only_those_who_may_and_only_this_class(class_year: ClassYear, pupils: list[int]) -> None:
    other = make.a_class_year(pupils=1)
    for person in (make.teacher_of(class_year, "NN1"), make.a_principal(class_year.school)):
        with pytest.raises(NotPermitted):
            save(class_year, change(pupils[0], "mark", "9"), who=person)
    with pytest.raises(NotFound):
        save(class_year, change(other.enrolments.get().pk, "mark", "9"))


def test_a_number_that_somebody_else_used_is_refused(class_year: ClassYear, pupils: list[int]) -> None:
    other, number = make.a_class_year(pupils=1), uuid4()
    save(other, change(other.enrolments.get().pk, "mark", "9"), batch=number)

    with pytest.raises(Invalid) as refused:
        save(class_year, change(pupils[0], "mark", "9"), batch=number)

    assert refused.value.case == "number-taken"


@pytest.mark.parametrize(
    ("field", "point", "case"), [("second", "CN", "unknown-field"), ("mark", "HK3", "unknown-point")]
)
def test_columns_that_are_not_there(
    field: str, point: str, case: str, class_year: ClassYear, pupils: list[int]
) -> None:
    with pytest.raises(Invalid) as refused:
        save(class_year, change(pupils[0], field, "1", point=point))

    assert refused.value.case == case


def test_a_cell_twice_or_too_many_are_refused(class_year: ClassYear, pupils: list[int]) -> None:
    twice = [change(pupils[0], "mark", "1"), change(pupils[0], "mark", "2")]
    many = [change(number, "mark", "1") for number in range(cells.MOST_CELLS + 1)]

    for sent, case in ((twice, "twice"), (many, "too-many-cells")):
        with pytest.raises(Invalid) as refused:
            save(class_year, *sent)
        assert refused.value.case == case
