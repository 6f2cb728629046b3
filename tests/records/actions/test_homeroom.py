"""The homeroom teacher's record and the principal's decision."""

from dataclasses import replace
from decimal import Decimal

import pytest

from hocba.kernel.errors import Conflict, Invalid, NotPermitted, RuleBroken
from records.actions import completion, decisions, homeroom
from records.actions.homeroom import HomeroomEntry
from records.models import HomeroomRecord
from schools.models import AuditEvent, Enrolment
from tests import factories as make

pytestmark = pytest.mark.django_db

WHOLE = HomeroomEntry(
    qualities={"YEU_NUOC": "T", "NHAN_AI": "Đ"},
    competences={"TINH_TOAN": "C"},
    qualities_comment="Ngoan.\u200b",
    absences_excused=3,
    height_cm=Decimal("130.5"),
)


def an_enrolment(grade: int = 4) -> Enrolment:
    return make.a_class_year(pupils=1, grade=grade).enrolments.select_related("class_year").get()


def test_saved_whole_cleaned_and_remembered_for_the_family() -> None:
    enrolment = an_enrolment()

    with make.acting(make.homeroom_of(enrolment.class_year)) as by:
        record, changed = homeroom.save(enrolment, point="CN", data=WHOLE, version=0, by=by)
        again = homeroom.save(enrolment, point="CN", data=WHOLE, version=0, by=by)

    assert record is not None
    assert changed
    assert (record.qualities, record.competences) == ({"YEU_NUOC": "T", "NHAN_AI": "Đ"}, {"TINH_TOAN": "C"})
    assert record.qualities_comment == "Ngoan."  # the invisible character is gone
    assert again[1] is False
    event = AuditEvent.objects.get(action="homeroom.save")
    assert event.pupil_id == enrolment.pupil_id
    assert event.facts["fields"] == [
        "absences_excused",
        "competences",
        "height_cm",
        "qualities",
        "qualities_comment",
    ]


def test_an_empty_form_makes_no_record() -> None:
    enrolment = an_enrolment()

    with make.acting(make.homeroom_of(enrolment.class_year)) as by:
        made = homeroom.save(enrolment, point="CN", data=HomeroomEntry(), version=0, by=by)

        assert made == (None, False)
        assert HomeroomRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (replace(WHOLE, qualities={"YEU_NUOC": "H"}), "trait-YEU_NUOC"),
        (replace(WHOLE, qualities={"TINH_TOAN": "T"}), "trait-TINH_TOAN"),
        (replace(WHOLE, absences_excused=401), "absences_excused"),
        (replace(WHOLE, absences_unexcused=-1), "absences_unexcused"),
        (replace(WHOLE, height_cm=Decimal("1325")), "height_cm"),
        (replace(WHOLE, weight_kg=Decimal("30.25")), "weight_kg"),
        (replace(WHOLE, weight_kg=Decimal(0)), "weight_kg"),
        (replace(WHOLE, homeroom_comment="a" * 4001), "homeroom_comment"),
        (replace(WHOLE, outstanding_subject="TNXH"), "outstanding_subject"),
        (replace(WHOLE, clear_progress="KHONG_CO"), "clear_progress"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(data: HomeroomEntry, field: str) -> None:
    enrolment = an_enrolment()

    with make.acting(make.homeroom_of(enrolment.class_year)) as by, pytest.raises(Invalid) as refused:
        homeroom.save(enrolment, point="CN", data=data, version=0, by=by)

    assert list(refused.value.fields) == [field]


def test_technology_is_not_assessed_in_grade_one() -> None:
    enrolment = an_enrolment(grade=1)
    data = replace(WHOLE, competences={"CONG_NGHE": "T"})

    with make.acting(make.homeroom_of(enrolment.class_year)) as by, pytest.raises(Invalid) as refused:
        homeroom.save(enrolment, point="CN", data=data, version=0, by=by)

    assert list(refused.value.fields) == ["trait-CONG_NGHE"]


def test_a_save_in_between_is_a_conflict_that_shows_both() -> None:
    enrolment = an_enrolment()
    with make.acting(make.homeroom_of(enrolment.class_year)) as by:
        homeroom.save(enrolment, point="CN", data=WHOLE, version=0, by=by)
        homeroom.save(enrolment, point="CN", data=replace(WHOLE, absences_excused=4), version=1, by=by)

        with pytest.raises(Conflict) as refused:
            homeroom.save(enrolment, point="CN", data=replace(WHOLE, absences_excused=5), version=1, by=by)

    assert refused.value.facts["cells"] == [{"field": "absences_excused", "theirs": "4", "yours": "5"}]
    assert refused.value.facts["version"] == 2


def test_only_the_homeroom_teacher_of_the_class() -> None:
    enrolment = an_enrolment()
    school = enrolment.class_year.school
    others = [
        make.teacher_of(enrolment.class_year, "NN1"),
        make.a_principal(school),
        make.a_registrar(school),
        make.a_school_admin(school),
        make.homeroom_of(make.a_class_year(pupils=0, school=school)),
    ]

    for person in others:
        with make.acting(person) as by, pytest.raises(NotPermitted):
            homeroom.save(enrolment, point="CN", data=WHOLE, version=0, by=by)


def a_weak_pupil() -> Enrolment:
    enrolment = an_enrolment()
    make.fill_results(enrolment, level="C", mark=3, trait="C")
    return enrolment


def test_the_principal_decides_where_the_law_asks_for_it() -> None:
    enrolment = a_weak_pupil()
    homeroom_teacher = make.homeroom_of(enrolment.class_year)
    with make.acting(homeroom_teacher) as by:
        held = completion.confirm(enrolment.class_year, by=by)
    with make.acting(make.a_principal(enrolment.class_year.school)) as by:
        record = decisions.record(enrolment, decision="OLAI", by=by)
    with make.acting(homeroom_teacher) as by:
        after = completion.confirm(enrolment.class_year, by=by)

    assert [(one.tag, one.kind) for one in held.held[0].fixes] == [("DUOC_LEN_LOP", "decision-awaited")]
    assert (record.principal_decision, record.decision_by_id is not None) == ("OLAI", True)
    assert (after.confirmed, after.held) == (1, ())
    assert AuditEvent.objects.get(action="decision.record").facts == {"before": "", "after": "OLAI"}


def test_a_decision_can_be_taken_back_before_confirmation_only() -> None:
    enrolment = a_weak_pupil()
    principal = make.a_principal(enrolment.class_year.school)
    with make.acting(principal) as by:
        decisions.record(enrolment, decision="LEN", by=by)
        back = decisions.record(enrolment, decision="", by=by)
        assert (back.principal_decision, back.decision_at, back.decision_by_id) == ("", None, None)
        decisions.record(enrolment, decision="LEN", by=by)
    with make.acting(make.homeroom_of(enrolment.class_year)) as by:
        completion.confirm(enrolment.class_year, by=by)

    with make.acting(principal) as by, pytest.raises(Conflict):
        decisions.record(enrolment, decision="OLAI", by=by)


def test_no_decision_for_a_pupil_who_completed_or_lacks_data() -> None:
    good, empty = an_enrolment(), an_enrolment()
    make.fill_results(good)

    for enrolment in (good, empty):
        with (
            make.acting(make.a_principal(enrolment.class_year.school)) as by,
            pytest.raises(RuleBroken) as no,
        ):
            decisions.record(enrolment, decision="LEN", by=by)
        assert no.value.law == "27/2020/TT-BGDĐT, Điều 11"


def test_the_homeroom_teacher_does_not_decide() -> None:
    enrolment = a_weak_pupil()

    with make.acting(make.homeroom_of(enrolment.class_year)) as by, pytest.raises(NotPermitted):
        decisions.record(enrolment, decision="LEN", by=by)
