"""The issue sheet and the freeze: bytes that say what was entered, pupils held with a fix-list, no guess."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError

from hocba.kernel.canonical import sha256_hex
from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from records.actions import completion, freezing, life, sheets
from records.models import ClassProgress, IssueSheet, LookUpEntry, Transcript, TranscriptVersion
from records.national import v1_0
from records.rules.lifecycle import Event
from schools import scopes
from schools.models import AuditEvent, ClassYear, Pupil
from tests import factories as make

pytestmark = pytest.mark.django_db


def a_sheet(class_year: ClassYear, **stated: object) -> IssueSheet:
    with make.acting(make.a_registrar(class_year.school)) as by:
        return sheets.make(
            class_year,
            by=by,
            **{
                "issue_on": date(2026, 5, 29),
                "place": "Xã Bản Mẫu",
                "leader": make.a_principal(class_year.school),
            }
            | stated,  # type: ignore[arg-type]
        )


def versions(class_year: ClassYear) -> list[TranscriptVersion]:
    with scopes.system(class_year.school.path):
        rows = TranscriptVersion.objects.filter(transcript__class_year=class_year)
        return list(rows.select_related("transcript__enrolment__pupil").order_by("transcript", "number"))


def freeze(class_year: ClassYear, sheet: IssueSheet) -> freezing.FreezeReport:
    with make.acting(make.a_clerk(class_year.school)) as by:
        return freezing.freeze(class_year, sheet=sheet, by=by)


def test_the_bytes_say_what_was_entered() -> None:
    class_year = make.a_confirmed_class(pupils=1, grade=5)
    sheet = a_sheet(class_year)

    report = freeze(class_year, sheet)

    (version,) = versions(class_year)
    pupil = version.transcript.enrolment.pupil
    data = v1_0.parse(bytes(version.frozen_xml))
    assert (report.frozen, report.held, version.number) == (1, (), 1)
    assert version.look_up_code.version == 4
    assert version.frozen_sha256 == sha256_hex(bytes(version.frozen_xml))
    assert v1_0.schema_errors(bytes(version.frozen_xml)) == ()
    general = data.general
    assert (general.full_name, general.personal_number, general.born_on) == (
        pupil.full_name,
        pupil.personal_number,
        pupil.born_on,
    )
    assert (general.look_up_code, general.weight_kg, general.height_cm) == (
        str(version.look_up_code),
        "30",
        "132.5",
    )
    assert general.department_code == class_year.school.parent.code
    assert (general.leader_name, general.leader_title, general.issued_on, general.created_on) == (
        sheet.leader.full_name,
        "Hiệu trưởng",
        date(2026, 5, 29),
        date(2026, 5, 28),
    )
    assert [(row.code, row.level, row.mark) for row in data.subjects][:3] == [
        ("TV", "T", 9),
        ("TOAN", "T", 9),
        ("NN1", "T", 9),
    ]
    assert data.subjects[2].name == "Ngoại ngữ 1 Tiếng Anh"
    assert data.subjects[0].comment == "Em học tốt môn Tiếng Việt."
    assert (data.summary.outcome, data.summary.level_completed) == ("Hoàn thành xuất sắc", True)
    assert data.traits.patriotism == "T"
    assert [(row.class_name, row.joined_on) for row in data.history] == [(class_year.name, date(2025, 9, 5))]
    assert version.trace[0]["code"] == "outcome.reached"


def test_history_goes_back_through_the_level() -> None:
    school = make.a_school()
    class_year = make.a_complete_class(pupils=1, grade=4, school=school)
    earlier = make.a_class_year(pupils=0, grade=3, school=school, year="2024-2025")
    make.enrol(class_year.enrolments.get().pupil, earlier)
    with make.acting(make.homeroom_of(class_year)) as by:
        completion.confirm(class_year, by=by)

    freeze(class_year, a_sheet(class_year))

    data = v1_0.parse(bytes(versions(class_year)[0].frozen_xml))
    assert [(row.school_year, row.class_name) for row in data.history] == [
        ("2024-2025", earlier.name),
        ("2025-2026", class_year.name),
    ]


def test_who_lacks_something_is_held_with_where_it_comes_from() -> None:
    class_year = make.a_confirmed_class(pupils=2)
    lacking = class_year.enrolments.last().pupil
    Pupil.objects.filter(pk=lacking.pk).update(mother_name="", personal_number="", gender="", born_on=None)

    report = freeze(class_year, a_sheet(class_year))

    assert report.frozen == 1
    assert [(fix.tag, fix.label, fix.source, fix.mender, fix.province) for fix in report.held[0].fixes] == [
        ("SO_CCCD", "Số CCCD", "pupil_file", "registrar", "hold"),
        ("GIOI_TINH", "Giới tính", "pupil_file", "registrar", "hold"),
        ("NGAY_SINH", "Ngày sinh", "pupil_file", "registrar", "hold"),
        ("HO_VA_TEN_ME", "Họ và tên mẹ", "pupil_file", "registrar", "hold"),
    ]
    assert len(versions(class_year)) == 1
    progress = ClassProgress.objects.get(class_year=class_year)
    assert (progress.confirmed, progress.frozen) == (2, 1)


def test_the_province_may_state_hold_or_send_to_paper() -> None:
    decisions = {
        "missing": {
            "HO_VA_TEN_ME": {"state": "Không có thông tin"},
            "SO_CCCD": "paper",
            "NOI_SINH": "hold",
            "HO_VA_TEN": {"state": "Vô danh"},
            "NGAY_SINH": {"state": "01/01/2016"},
        },
        "subject_comments": False,
    }
    class_year = make.a_confirmed_class(pupils=3, school=make.a_school(settings=decisions))
    one, two, three = [each.pupil_id for each in class_year.enrolments.all()]
    Pupil.objects.filter(pk=one).update(mother_name="")
    Pupil.objects.filter(pk=two).update(personal_number="", birth_place="")
    Pupil.objects.filter(pk=three).update(born_on=None)  # a day has no stand-in, whatever the setting says

    report = freeze(class_year, a_sheet(class_year))

    (version,) = versions(class_year)
    data = v1_0.parse(bytes(version.frozen_xml))
    assert (version.pupil_id, data.general.mother_name) == (one, "Không có thông tin")
    assert {row.comment for row in data.subjects} == {None}
    held = {each.pupil_id: [(fix.tag, fix.province) for fix in each.fixes] for each in report.held}
    assert held == {two: [("SO_CCCD", "paper"), ("NOI_SINH", "hold")], three: [("NGAY_SINH", "hold")]}


def test_text_that_cannot_be_signed_is_held_and_named() -> None:
    class_year = make.a_confirmed_class(pupils=1)
    Pupil.objects.update(birth_place="Xã \u202eMẫu")

    report = freeze(class_year, a_sheet(class_year))

    assert [(fix.tag, fix.kind) for fix in report.held[0].fixes] == [("NOI_SINH", "unfit-text")]
    assert versions(class_year) == []


def test_freezing_again_leaves_who_did_not_change_and_voids_who_did() -> None:
    class_year = make.a_confirmed_class(pupils=2)
    sheet = a_sheet(class_year)
    freeze(class_year, sheet)
    with make.acting(make.homeroom_of(class_year)) as by:
        for head in Transcript.objects.filter(class_year=class_year):
            life.advance(life.lock(head.pk), Event.HOMEROOM_SIGNED, by=by)
    before = versions(class_year)

    same = freeze(class_year, sheet)
    Pupil.objects.filter(pk=before[0].pupil_id).update(home_town="Xã Khác, Tỉnh Bản Mẫu")
    one = freeze(class_year, sheet)
    other_leader = freeze(class_year, a_sheet(class_year))

    assert (same.frozen, same.unchanged) == (0, 2)
    assert (one.frozen, one.unchanged, one.voided) == (1, 1, 1)
    assert (other_leader.frozen, other_leader.unchanged, other_leader.voided) == (2, 0, 1)
    codes = [version.look_up_code for version in versions(class_year)]
    assert len(set(codes)) == len(codes) == 5
    with scopes.system(class_year.school.path):
        assert set(Transcript.objects.values_list("state", flat=True)) == {"FROZEN"}


def test_the_next_version_replaces_the_withdrawn_one() -> None:
    class_year = make.a_confirmed_class(pupils=1)
    sheet = a_sheet(class_year)
    freeze(class_year, sheet)
    (first,) = versions(class_year)
    with make.acting(make.homeroom_of(class_year)) as by:
        head = life.lock(first.transcript_id)
        for event in (
            Event.HOMEROOM_SIGNED,
            Event.PRINCIPAL_SIGNED,
            Event.SEAL_INTENDED,
            Event.ISSUED,
            Event.WITHDRAWN,
        ):
            life.advance(head, event, by=by, reason="Sai quê quán của em")
        LookUpEntry.objects.create(
            look_up_code=first.look_up_code,
            school=class_year.school,
            school_year=class_year.school_year,
            version_id=first.pk,
            standing="WITHDRAWN",
            issued_at=make.AT,
        )
        completion.reopen(head, reason="Cấp lại", by=by)
        completion.confirm(class_year, by=by)

    freeze(class_year, sheet)

    second = versions(class_year)[1]
    assert (second.number, second.replaces_id) == (2, first.pk)
    assert second.look_up_code != first.look_up_code


def test_what_is_sealed_is_never_frozen_again() -> None:
    class_year = make.a_confirmed_class(pupils=1)
    freeze(class_year, a_sheet(class_year))
    with make.acting(make.homeroom_of(class_year)) as by:
        head = life.lock(Transcript.objects.get().pk)
        for event in (Event.HOMEROOM_SIGNED, Event.PRINCIPAL_SIGNED, Event.SEAL_INTENDED):
            life.advance(head, event, by=by)

    report = freeze(class_year, a_sheet(class_year))

    assert (report.frozen, report.unchanged, len(versions(class_year))) == (0, 0, 1)


def test_preview_writes_nothing_and_foretells_the_freeze() -> None:
    class_year = make.a_confirmed_class(pupils=3)
    Pupil.objects.filter(pk=class_year.enrolments.last().pupil_id).update(ethnicity="")
    with make.acting(make.a_clerk(class_year.school)) as by:
        without_sheet = freezing.preview(class_year, by=by)
    sheet = a_sheet(class_year)
    with make.acting(make.a_clerk(class_year.school)) as by:
        foretold = freezing.preview(class_year, by=by, sheet=sheet)
        assert TranscriptVersion.objects.count() == 0
        done = freezing.freeze(class_year, sheet=sheet, by=by)

    assert without_sheet == foretold == done
    assert (done.frozen, len(done.held)) == (2, 1)


def test_a_sheet_needs_a_titled_principal_with_a_number_and_a_day_of_the_year() -> None:
    class_year = make.a_class_year(pupils=0)
    school = class_year.school
    wrong = [
        ({"leader": make.a_teacher(school)}, "leader"),
        ({"leader": make.a_principal(make.a_school())}, "leader"),
        ({"leader": make.a_principal(school, title="")}, "leader"),
        ({"leader": make.a_principal(school, personal_number="")}, "leader"),
        ({"leader": make.a_principal(school, from_on=date(2030, 1, 1))}, "leader"),
        ({"place": " "}, "place"),
        ({"issue_on": date(2025, 9, 1)}, "issue_on"),
    ]
    for stated, field in wrong:
        with pytest.raises(Invalid) as refused:
            a_sheet(class_year, **stated)
        assert list(refused.value.fields) == [field]
    assert IssueSheet.objects.count() == 0


def test_the_same_sheet_is_not_doubled_and_another_is() -> None:
    class_year = make.a_class_year(pupils=0)
    leader = make.a_principal(class_year.school, title="Phó Hiệu trưởng")

    first = a_sheet(class_year, leader=leader)
    again = a_sheet(class_year, leader=leader)
    later = a_sheet(class_year, leader=leader, issue_on=date(2026, 5, 30))

    assert first.pk == again.pk != later.pk
    assert first.leader_title == "Phó Hiệu trưởng"


def test_who_may_make_sheets_and_freeze() -> None:
    class_year, other = make.a_confirmed_class(pupils=1), make.a_confirmed_class(pupils=1)
    sheet = a_sheet(class_year)
    school = class_year.school
    for person in (
        make.homeroom_of(class_year),
        make.a_principal(school),
        make.a_school_admin(school),
        make.a_registrar(other.school),
    ):
        with make.acting(person) as by:
            with pytest.raises(NotPermitted):
                freezing.freeze(class_year, sheet=sheet, by=by)
            with pytest.raises(NotPermitted):
                sheets.make(class_year, issue_on=sheet.issue_on, place="Xã", leader=sheet.leader, by=by)
    with make.acting(make.a_registrar(other.school)) as by, pytest.raises(Conflict):
        freezing.freeze(other, sheet=sheet, by=by)


def test_a_freeze_that_breaks_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pupils draw the same look-up code: the second insert breaks the unique key, the first goes too."""
    class_year = make.a_confirmed_class(pupils=2)
    sheet = a_sheet(class_year)
    code = uuid4()
    monkeypatch.setattr("records.actions.freezing.uuid4", lambda: code)

    with make.acting(make.a_clerk(class_year.school)) as by:
        with pytest.raises(IntegrityError):
            freezing.freeze(class_year, sheet=sheet, by=by)
        assert TranscriptVersion.objects.count() == 0
        assert set(Transcript.objects.values_list("state", flat=True)) == {"CONFIRMED"}
        assert ClassProgress.objects.get(class_year=class_year).frozen == 0
    assert not AuditEvent.objects.filter(action="class.freeze").exists()
