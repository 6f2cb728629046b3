"""Confirming a class, opening it again, sending a signed transcript back."""

import pytest

from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from records.actions import completion, freezing, life
from records.models import ClassProgress, HomeroomRecord, SubjectResult, Transcript, TranscriptBook
from records.rules.lifecycle import Event
from schools import scopes
from schools.models import ClassYear
from tests import factories as make

pytestmark = pytest.mark.django_db


def states(class_year: ClassYear) -> list[str]:
    with scopes.system(class_year.school.path):
        rows = Transcript.objects.filter(class_year=class_year).order_by("enrolment__number")
        return list(rows.values_list("state", flat=True))


def test_the_complete_are_confirmed_and_the_rest_named_with_what_they_lack() -> None:
    class_year = make.a_complete_class(pupils=3)
    second, third = list(class_year.enrolments.all())[1:]
    with scopes.system(class_year.school.path):
        SubjectResult.objects.filter(enrolment=second, subject_code="TOAN").update(test_mark=None)
        HomeroomRecord.objects.filter(enrolment=third).update(homeroom_comment="", height_cm=None)

    with make.acting(make.homeroom_of(class_year)) as by:
        report = completion.confirm(class_year, by=by)

    lacking = {one.enrolment_id: [(fix.label, fix.row) for fix in one.fixes] for one in report.held}
    assert report.confirmed == 1
    assert lacking == {
        second.pk: [("Điểm kiểm tra định kỳ", "Toán")],
        third.pk: [("Chiều cao", ""), ("Nhận xét giáo viên chủ nhiệm", "")],
    }
    assert states(class_year) == ["CONFIRMED", "DRAFT", "DRAFT"]
    progress = ClassProgress.objects.get(class_year=class_year)
    assert (progress.pupils, progress.confirmed, progress.frozen) == (3, 1, 0)


def test_confirming_again_takes_up_who_is_complete_now() -> None:
    class_year = make.a_complete_class(pupils=2)
    late = class_year.enrolments.last()
    with scopes.system(class_year.school.path):
        HomeroomRecord.objects.filter(enrolment=late).update(qualities={})
    with make.acting(make.homeroom_of(class_year)) as by:
        first = completion.confirm(class_year, by=by)
        HomeroomRecord.objects.filter(enrolment=late).update(
            qualities=dict.fromkeys(("YEU_NUOC", "NHAN_AI", "CHAM_CHI", "TRUNG_THUC", "TRACH_NHIEM"), "T")
        )
        second = completion.confirm(class_year, by=by)

    assert [fix.label for fix in first.held[0].fixes] == [
        "Yêu nước",
        "Nhân ái",
        "Chăm chỉ",
        "Trung thực",
        "Trách nhiệm",
    ]
    assert (second.confirmed, second.already, second.held) == (1, 1, ())
    assert TranscriptBook.objects.count() == 2


def test_a_pupil_whose_year_began_in_another_class_is_named() -> None:
    first = make.a_complete_class(pupils=1)
    moved = first.enrolments.get()
    with make.acting(make.homeroom_of(first)) as by:
        completion.confirm(first, by=by)
    moved.left_on = make.AT.date()
    moved.save()
    second = make.a_class_year(pupils=0, school=first.school)
    make.fill_results(make.enrol(moved.pupil, second))

    with make.acting(make.homeroom_of(second)) as by:
        report = completion.confirm(second, by=by)

    assert (report.confirmed, [fix.kind for fix in report.held[0].fixes]) == (0, ["elsewhere"])


def test_only_the_homeroom_teacher_confirms() -> None:
    class_year = make.a_complete_class(pupils=1)
    school = class_year.school
    others = [make.a_principal(school), make.a_school_admin(school), make.teacher_of(class_year, "AN")]

    for person in others:
        with make.acting(person) as by, pytest.raises(NotPermitted):
            completion.confirm(class_year, by=by)
    assert states(class_year) == []


def test_reopened_with_a_reason_and_entered_again() -> None:
    class_year = make.a_complete_class(pupils=1)
    with make.acting(make.homeroom_of(class_year)) as by:
        completion.confirm(class_year, by=by)
        transcript = Transcript.objects.get(class_year=class_year)
        with pytest.raises(Invalid):
            completion.reopen(transcript, reason="  ", by=by)
        completion.reopen(transcript, reason="Nhập nhầm điểm Toán", by=by)
        SubjectResult.objects.filter(class_year=class_year, subject_code="TOAN").update(test_mark=10)

        transcript.refresh_from_db()
        assert (transcript.state, transcript.returned_reason) == ("DRAFT", "Nhập nhầm điểm Toán")
        assert ClassProgress.objects.get(class_year=class_year).confirmed == 0


def test_sent_back_after_signing_voids_exactly_that_pupils_version() -> None:
    class_year = make.a_frozen_class(pupils=2)
    with make.acting(make.homeroom_of(class_year)) as by:
        heads = list(Transcript.objects.filter(class_year=class_year).order_by("pk"))
        for head in heads:
            life.advance(life.lock(head.pk), Event.HOMEROOM_SIGNED, by=by)
        completion.send_back(heads[0], reason="Sai tên môn", by=by)
        completion.confirm(class_year, by=by)
    with make.acting(make.a_registrar(class_year.school)) as by:
        sheet = class_year.issue_sheets.get()
        report = freezing.freeze(class_year, sheet=sheet, by=by)
        after = list(Transcript.objects.filter(class_year=class_year).order_by("pk"))

        assert (report.frozen, report.unchanged) == (1, 1)
        assert after[0].current_id != heads[0].current_id
        assert after[1].current_id == heads[1].current_id
        assert [one.state for one in after] == ["FROZEN", "HOMEROOM_SIGNED"]


def test_nothing_is_sent_back_that_is_not_frozen() -> None:
    class_year = make.a_complete_class(pupils=1)
    with make.acting(make.homeroom_of(class_year)) as by:
        completion.confirm(class_year, by=by)
        with pytest.raises(Conflict):
            completion.send_back(Transcript.objects.get(class_year=class_year), reason="Xem lại", by=by)


def test_the_clerk_neither_reopens_nor_returns() -> None:
    class_year = make.a_frozen_class(pupils=1)
    with make.acting(make.a_clerk(class_year.school)) as by:
        transcript = Transcript.objects.get(class_year=class_year)
        with pytest.raises(NotPermitted):
            completion.reopen(transcript, reason="Xem lại", by=by)
        with pytest.raises(NotPermitted):
            completion.send_back(transcript, reason="Xem lại", by=by)
