"""School years: opened once by the operator alone, their days move with a trail."""

from __future__ import annotations

from datetime import date

import pytest

from hocba.kernel.errors import Invalid, NotPermitted
from schools import actors
from schools.actions import years
from schools.models import SchoolYear
from schools.permissions import Role
from tests import factories
from tests.schools.officers import officer, trail

pytestmark = pytest.mark.django_db

DAYS = {
    "starts_on": date(2031, 9, 5),
    "ends_on": date(2032, 5, 31),
    "closes_on": date(2032, 6, 30),
    "supplementary_closes_on": date(2032, 8, 15),
}


def test_a_school_year_is_opened_once_and_its_days_move_with_a_trail() -> None:
    by = actors.system(factories.AT)

    _year, first = years.keep("2031-2032", days=DAYS, by=by)
    _year, second = years.keep("2031-2032", days=DAYS, by=by)
    _year, third = years.keep("2031-2032", days=DAYS | {"ends_on": date(2032, 5, 30)}, by=by)

    assert (first, second, third) == (years.DAYS, (), ("ends_on",))
    assert SchoolYear.objects.get(code="2031-2032").ends_on == date(2032, 5, 30)
    assert trail() == ["school-year.open", "school-year.edit"]


@pytest.mark.parametrize(
    ("code", "days", "field"),
    [
        ("2031-2033", {}, "code"),
        ("2031", {}, "code"),
        ("2031-2032", {"starts_on": date(2030, 9, 5)}, "starts_on"),
        ("2031-2032", {"ends_on": date(2031, 9, 4)}, "ends_on"),
        ("2031-2032", {"supplementary_closes_on": date(2033, 1, 1)}, "supplementary_closes_on"),
    ],
)
def test_a_school_year_out_of_shape_is_refused(code: str, days: dict[str, date], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        years.keep(code, days=DAYS | days, by=actors.system(factories.AT))

    assert field in refused.value.fields


def test_no_officer_moves_the_school_year_of_the_whole_registry() -> None:
    with pytest.raises(NotPermitted):
        years.keep("2031-2032", days=DAYS, by=officer(factories.the_ministry(), Role.MINISTRY))
