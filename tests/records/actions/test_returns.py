"""A cell goes back to its teacher, is answered once, and its history stays."""

import pytest
from django.db import DatabaseError, transaction

from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from records.actions import completion, results, returns
from records.actions.results import Entry
from records.models import CellReturn, SubjectResult
from records.queries import returns as queries
from schools import scopes
from schools.models import AuditEvent, ClassYear, Enrolment
from tests import factories as make

pytestmark = pytest.mark.django_db


def a_class() -> tuple[ClassYear, Enrolment]:
    """Return a complete class whose music is taught by a colleague, and its first pupil."""
    class_year = make.a_complete_class(pupils=2)
    return class_year, class_year.enrolments.select_related("class_year__school").first()


def sent_back(class_year: ClassYear, enrolment: Enrolment, cell: str = "level") -> CellReturn:
    with make.acting(make.homeroom_of(class_year)) as by:
        return returns.send(
            enrolment, subject_code="AN", point="CN", cell=cell, reason="Em nghỉ nhiều, xin xem lại.", by=by
        )


def test_the_teacher_sees_it_and_a_change_answers_it() -> None:
    class_year, enrolment = a_class()
    sent = sent_back(class_year, enrolment)
    teacher = make.teacher_of(class_year, "AN")

    with make.acting(teacher) as by:
        waiting = queries.waiting_for(by)
        noted = queries.open_in(by, class_year, "AN", ["CN"])
        row = SubjectResult.objects.get(enrolment=enrolment, subject_code="AN", point="CN")
        typed = Entry(level=row.level, comment="Đổi nhận xét.", version=row.version)
        results.enter_subject(class_year, subject_code="AN", point="CN", rows={enrolment.pk: typed}, by=by)
        sent.refresh_from_db()
        other_cell_answers = sent.answer
        changed = Entry(level="C", comment="Đổi nhận xét.", version=row.version + 1)
        results.enter_subject(class_year, subject_code="AN", point="CN", rows={enrolment.pk: changed}, by=by)
        sent.refresh_from_db()

        assert [(one.pk, label) for one, label in waiting] == [(sent.pk, "Nghệ thuật (Âm nhạc)")]
        assert set(noted) == {(enrolment.pk, "CN", "level")}
        assert other_cell_answers == ""
        assert (sent.answer, sent.answered_by, sent.value) == ("changed", teacher, "T")
        assert queries.waiting_for(by) == []
    assert AuditEvent.objects.filter(action="cell.changed", pupil_id=enrolment.pupil_id).count() == 1


def test_kept_with_a_reason_and_never_answered_twice() -> None:
    class_year, enrolment = a_class()
    sent = sent_back(class_year, enrolment)

    with make.acting(make.teacher_of(class_year, "AN")) as by:
        with pytest.raises(Invalid):
            returns.keep(sent, reason=" ", by=by)
        kept = returns.keep(sent, reason="Đã đối chiếu bài làm.", by=by)
        with pytest.raises(Conflict):
            returns.keep(sent, reason="Lần nữa", by=by)

        assert (kept.answer, kept.answer_reason) == ("kept", "Đã đối chiếu bài làm.")
    again = sent_back(class_year, enrolment)
    with make.acting(make.homeroom_of(class_year)) as by:
        assert returns.take_back(again, by=by).answer == "taken-back"
        assert CellReturn.objects.filter(enrolment=enrolment).count() == 2


def test_nobody_returns_in_a_colleagues_place_or_answers_for_one() -> None:
    class_year, enrolment = a_class()
    sent = sent_back(class_year, enrolment)
    send = {"subject_code": "AN", "point": "CN", "cell": "comment", "reason": "Xin xem lại."}

    with make.acting(make.teacher_of(class_year, "NN1")) as by:
        assert queries.waiting_for(by) == []
        assert queries.open_in(by, class_year, "AN", ["CN"]) == {}
        with pytest.raises(NotPermitted):
            returns.send(enrolment, by=by, **send)
    with make.acting(make.homeroom_of(class_year)) as by, pytest.raises(NotPermitted):
        returns.keep(sent, reason="Tôi thấy đúng.", by=by)
    with make.acting(make.teacher_of(class_year, "AN")) as by, pytest.raises(NotPermitted):
        returns.take_back(sent, by=by)
    with make.acting(make.a_principal(class_year.school)) as by:
        assert returns.send(enrolment, by=by, **send).pk is not None


def test_only_while_open_and_once_at_a_time() -> None:
    class_year, enrolment = a_class()
    sent_back(class_year, enrolment)

    with pytest.raises(Conflict) as twice:
        sent_back(class_year, enrolment)
    with pytest.raises(Invalid) as nowhere:
        sent_back(class_year, enrolment, cell="pin")
    with make.acting(make.homeroom_of(class_year)) as by:
        completion.confirm(class_year, by=by)
    with pytest.raises(Conflict) as closed:
        sent_back(class_year, enrolment, cell="comment")

    assert (twice.value.case, closed.value.case) == ("returned", "not-open")
    assert list(nowhere.value.fields) == ["cell"]


def test_the_database_shows_it_to_nobody_outside_and_lets_nobody_rewrite_it() -> None:
    class_year, enrolment = a_class()
    sent = sent_back(class_year, enrolment)

    with make.acting(make.a_principal(make.a_school())):
        assert CellReturn.objects.count() == 0
    with scopes.system(class_year.school.path):
        for change in ({"reason": "Khác"}, {"value": "H"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                CellReturn.objects.filter(pk=sent.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            CellReturn.objects.filter(pk=sent.pk).delete()
