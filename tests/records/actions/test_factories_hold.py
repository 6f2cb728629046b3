"""The rows of the factories pass the policy and the row-level locks as real ones do."""

import pytest

from records.models import SubjectResult
from schools.models import ClassYear
from schools.permissions import Permission, visible
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_complete_class_is_seen_by_its_teacher_only() -> None:
    class_year = make.a_complete_class(pupils=2)
    make.a_complete_class(pupils=1)

    with make.acting(make.homeroom_of(class_year)) as actor:
        seen = visible(actor, Permission.RESULT_VIEW, SubjectResult.objects.all())
        classes = list(visible(actor, Permission.CLASS_VIEW, ClassYear.objects.all()))

        assert {row.class_year_id for row in seen} == {class_year.pk}
        assert seen.count() == 2 * class_year.subjects.count()
        assert classes == [class_year]


def test_without_a_scope_no_result_is_seen() -> None:
    make.a_complete_class(pupils=1)

    assert SubjectResult.objects.count() == 0
