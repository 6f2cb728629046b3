"""The world in which transcripts are signed: a school on the common ground (`tests.ground`), a fresh one a test.

from tests.world import ground, world  # noqa: F401     (fixtures, in a conftest)

def test_…(world):
    issued = world.issue(world.frozen_class(pupils=2))
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from hocba.kernel import clock
from hocba.kernel.canonical import sha256_hex
from records.actions import life
from records.models import IssueSheet, Transcript, TranscriptBook, TranscriptVersion
from records.national import v1_0
from records.national.document import General, HistoryRow, SubjectRow, Summary, TranscriptData
from records.rules.lifecycle import Event
from schools import actors, scopes
from schools.actors import Actor
from schools.models import ClassYear, Enrolment, Person, SchoolYear, Unit
from schools.permissions import Role
from signing.actions import batches, instruments, ledger, register, run, trust_lists
from signing.agent.keyfiles import unlock
from signing.models import Authority, SealedDocument, SigningBatch
from signing.seal.trust import SignerRole
from signing.specimen.pki import IssuedKey
from tests import factories
from tests.ground import PIN, Ground, ground

__all__ = ["PIN", "Ground", "World", "ground", "image", "world"]
TRAITS = dict.fromkeys(
    [
        "TU_CHU_TU_HOC",
        "GIAO_TIEP_HOP_TAC",
        "GIAI_QUYET_VAN_DE_SANG_TAO",
        "NGON_NGU",
        "TINH_TOAN",
        "KHOA_HOC",
        "THAM_MI",
        "THE_CHAT",
        "YEU_NUOC",
        "NHAN_AI",
        "CHAM_CHI",
        "TRUNG_THUC",
        "TRACH_NHIEM",
    ],
    "T",
)


@dataclass
class World:
    """A school with its signers and their approved certificates, in the database of one test."""

    ground: Ground
    trust: Path
    now: Callable[[], datetime] = clock.now
    keys: dict[tuple[str, int], IssuedKey] = field(default_factory=dict)

    @cached_property
    def school(self) -> Unit:
        """The school."""
        return factories.a_school()

    @cached_property
    def department(self) -> Person:
        """An officer of the Sở above the school."""
        assert self.school.parent is not None
        return factories.a_member(self.school.parent, Role.DEPARTMENT)

    @cached_property
    def principal(self) -> Person:
        """The principal, with an approved certificate."""
        return self.signer(factories.a_principal(self.school), SignerRole.LEADER)

    @cached_property
    def homeroom(self) -> Person:
        """A homeroom teacher, with an approved certificate."""
        return self.signer(factories.a_teacher(self.school), SignerRole.HOMEROOM)

    @cached_property
    def clerk(self) -> Person:
        """The clerk; the school's seal certificate is approved."""
        clerk = factories.a_clerk(self.school)
        issued = self.ground.pki.issue_organisation(self.school.name, self.school.code)
        self.approved(SignerRole.SEAL, self.ground.enrol(issued), None, clerk, image("seal.svg"))
        self.keys[SignerRole.SEAL.value, 0] = issued
        return clerk

    def actor(self, person: Person) -> Actor:
        """Return `person` as an actor now."""
        return actors.of(person, self.now(), request_id="test")

    def signer(self, person: Person, role: SignerRole, **fields: Any) -> Person:
        """Give a person a key in the agent and an approved entry of the register."""
        issued = self.ground.pki.issue_person(person.full_name, person.personal_number, **fields)
        asker = factories.a_clerk(self.school)
        self.approved(role, self.ground.enrol(issued), person, asker, image("signature.svg"))
        self.keys[role.value, person.pk] = issued
        return person

    def approved(
        self, role: SignerRole, credential: str, person: Person | None, asker: Person, picture: bytes
    ) -> Authority:
        """Ask for an entry of the register and approve it."""
        with transaction.atomic():
            asked = register.request(
                self.school,
                role=role,
                credential=credential,
                person=person,
                by=self.actor(asker),
                image=picture,
            )
            return register.approve(asked, by=self.actor(self.department))

    # ---- Classes -----------------------------------------------------------------------------

    def class_year(self, pupils: int = 2, grade: int = 4) -> ClassYear:
        """Return a class of the running year with this world's homeroom teacher, nothing entered."""
        return factories.a_class_year(
            pupils, grade, school=self.school, homeroom=self.homeroom, year=self.school_year().code
        )

    def school_year(self) -> SchoolYear:
        """Return the year that is running, which closes in a hundred days whenever the test runs."""
        today = self.now().astimezone(clock.VIETNAM).date()
        first = int(clock.school_year_of(today)[:4])
        return SchoolYear.objects.get_or_create(
            code=clock.school_year_of(today),
            defaults={
                "starts_on": date(first, 9, 5),
                "ends_on": date(first + 1, 5, 31),
                "closes_on": today + timedelta(days=100),
                "supplementary_closes_on": today + timedelta(days=150),
            },
        )[0]

    def frozen_class(self, pupils: int = 2, grade: int = 4, **fields: Any) -> ClassYear:
        """Return a class whose transcripts are frozen, ready for the homeroom teacher."""
        class_year = self.class_year(pupils, grade)
        sheet = self.sheet(class_year, **fields)
        for enrolment in class_year.enrolments.select_related("pupil"):
            self.freeze(enrolment, sheet)
        return class_year

    def sheet(self, class_year: ClassYear, *, issue_on: date | None = None) -> IssueSheet:
        """Return an issue sheet of today with this world's principal."""
        assert class_year.homeroom_teacher is not None
        return IssueSheet.objects.create(
            class_year=class_year,
            issue_on=issue_on or self.now().astimezone(clock.VIETNAM).date(),
            place="Xã Bản Mẫu",
            leader=self.principal,
            leader_title="Hiệu trưởng",
            homeroom_teacher=class_year.homeroom_teacher,
            made_at=self.now(),
            made_by=self.clerk,
        )

    def freeze(self, enrolment: Enrolment, sheet: IssueSheet, **changes: Any) -> Transcript:
        """Freeze a pupil's year (a first time or again) through the events of its life."""
        by = self.actor(self.clerk)
        with scopes.system(self.school.path):
            transcript = Transcript.objects.filter(enrolment=enrolment).first() or _transcript(enrolment, by)
            before = transcript.current
            withdrawn = before is not None and hasattr(before, "sealed")
            code = uuid.uuid4()
            version = TranscriptVersion.objects.create(
                school_path=self.school.path,
                pupil_id=enrolment.pupil_id,
                transcript=transcript,
                number=1 if before is None else before.number + 1,
                look_up_code=code,
                issue_sheet=sheet,
                frozen_xml=(data := _frozen(enrolment, sheet, str(code), **changes)),
                frozen_sha256=sha256_hex(data),
                format_version="1.0",
                rulebook="circular_27_2020",
                replaces=before if withdrawn else None,
                frozen_at=by.at,
                frozen_by=by.person,
            )
            if transcript.state == "DRAFT":
                life.advance(transcript, Event.CONFIRMED, by=by)
            return life.advance(transcript, Event.FROZEN, by=by, version=version)

    # ---- Signing -----------------------------------------------------------------------------

    def authorise(self, class_year: ClassYear, role: SignerRole, pin: str = PIN) -> SigningBatch:
        """Authorise as the right person for the role."""
        person = {
            SignerRole.HOMEROOM: class_year.homeroom_teacher,
            SignerRole.LEADER: self.principal,
            SignerRole.SEAL: self.clerk,
        }[role]
        assert person is not None
        actor = self.actor(person)
        with scopes.of(actor):
            return batches.authorise(class_year, role=role, pin=pin, by=actor)

    def work(self, batch: SigningBatch) -> SigningBatch:
        """Do what the workers do with a batch, to its end."""
        for item in run.open_items(batch.pk):
            if not run.run_item(batch.pk, item, clock=self.now):
                break
        batch.refresh_from_db()
        return batch

    def sign(self, class_year: ClassYear, role: SignerRole) -> SigningBatch:
        """Authorise and work."""
        return self.work(self.authorise(class_year, role))

    def publish(self) -> None:
        """Publish lists, sign the log's head, pin the proofs."""
        by = actors.system(self.now())
        trust_lists.write_out(self.trust, by=by)
        for code in ledger.schools_waiting():
            trust_lists.refresh(code, by=by)
        ledger.checkpoint(by=by)

    def issue(self, class_year: ClassYear) -> list[SealedDocument]:
        """Take a frozen class through all three signatures and the log."""
        for role in SignerRole:
            batch = self.sign(class_year, role)
            outcome = (batch.state, self.failures(batch))
            assert outcome == ("DONE", []), outcome
        self.publish()
        with scopes.system(self.school.path):
            return list(SealedDocument.objects.filter(class_year=class_year).order_by("pk"))

    def failures(self, batch: SigningBatch) -> list[tuple[str, dict[str, str]]]:
        """Return why items of a batch failed."""
        with scopes.system(self.school.path):
            return list(batch.items.filter(state="FAILED").values_list("failure_code", "failure_facts"))

    def unlock(self, person: Person | None, role: SignerRole) -> None:
        """Forget the wrong PINs of a signer."""
        rows = Authority.objects.filter(role=role, person=person, school=self.school)
        for one in rows:
            unlock(self.ground.agent_home, one.credential)


def image(name: str) -> bytes:
    """Return a specimen picture of a signature or seal."""
    return files("signing.specimen").joinpath("images", name).read_bytes()


@pytest.fixture
def world(ground: Ground, settings: Any, tmp_path: Path, transactional_db: None) -> Iterator[World]:
    """A fresh school on the common ground; real commits, real keys."""
    trust = tmp_path / "trust"
    ground.write_trust(trust)
    for name, value in ground.settings(trust).items():
        setattr(settings, name, value)
    instruments.forget()
    yield World(ground, trust)
    ground.mend()
    instruments.forget()


def _transcript(enrolment: Enrolment, by: Actor) -> Transcript:
    book, _made = TranscriptBook.objects.get_or_create(
        pupil=enrolment.pupil, education_level="02", defaults={"opened_on": date(2020, 9, 5)}
    )
    return Transcript.objects.create(
        school_path=enrolment.class_year.school.path,
        book=book,
        enrolment=enrolment,
        class_year=enrolment.class_year,
        pupil=enrolment.pupil,
        school_year_id=enrolment.school_year_id,
        changed_at=by.at,
        changed_by=by.person,
    )


def _general(enrolment: Enrolment, sheet: IssueSheet, code: str) -> General:
    pupil, class_year = enrolment.pupil, enrolment.class_year
    school, year = class_year.school, class_year.school_year_id
    return General(
        format_version="1.0",
        circular="27/2020/TT-BGDĐT",
        look_up_code=code,
        school_year=year,
        department_code=school.parent.code if school.parent else None,
        department_name=school.parent.name if school.parent else None,
        school_code=school.code,
        school_name=school.name,
        district_name=school.district_name,
        ward_name=school.commune_name,
        province_name=school.province_name,
        level_code="02",
        register_number=pupil.register_number,
        full_name=pupil.full_name,
        personal_number=pupil.personal_number,
        pupil_code=pupil.code,
        sex="Nam" if pupil.gender == "NAM" else "Nữ",
        born_on=pupil.born_on,
        weight_kg="31.5",
        height_cm="138",
        excused_absences=2,
        unexcused_absences=0,
        birthplace=pupil.birth_place,
        home_town=pupil.home_town,
        residence=pupil.residence,
        ethnicity=pupil.ethnicity,
        nationality=pupil.nationality,
        mother_name=pupil.mother_name,
        leader_name=sheet.leader.full_name,
        leader_personal_number=sheet.leader.personal_number,
        issue_place=sheet.place,
        created_on=sheet.issue_on,
        issued_on=sheet.issue_on,
        leader_title=sheet.leader_title,
        homeroom_teacher_name=sheet.homeroom_teacher.full_name,
        homeroom_teacher_personal_number=sheet.homeroom_teacher.personal_number,
        grade=class_year.grade,
        class_name=class_year.name,
        school_year_start=int(year[:4]),
    )


def _frozen(enrolment: Enrolment, sheet: IssueSheet, code: str, **changes: Any) -> bytes:
    class_year = enrolment.class_year
    school, year = class_year.school, class_year.school_year_id
    stated: dict[str, Any] = {"outcome": "Hoàn thành tốt", "promoted": True, "grade_completed": True}
    data = TranscriptData(
        general=_general(enrolment, sheet, code),
        history=(HistoryRow(class_year.name, school.name, enrolment.arrived_on, year),),
        summary=Summary(**({**stated, "homeroom_comment": "Em có nhiều cố gắng."} | changes)),
        subjects=(
            SubjectRow("TV", "Tiếng Việt", "T", 9, "Đọc trôi chảy."),
            SubjectRow("TOAN", "Toán", "T", 10, "Tính toán nhanh."),
            SubjectRow("DD", "Đạo đức", "H", None, "Lễ phép."),
        ),
        traits=v1_0.traits(
            TRAITS,
            qualities_comment="Em chăm ngoan.",
            general_competences_comment="Em tự giác.",
            specific_competences_comment="Em đọc tốt.",
        ),
    )
    return v1_0.frozen_bytes(data)
