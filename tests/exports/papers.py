"""Issued transcripts as rows, for tests of pages: frozen by the real action, logged, without keys and files.

Signing itself is tried in tests/signing and tests/exports/actions; a page that reads rows does not need it.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from exports.models import CertificateDelivery, Delivery, Destination, Package
from hocba.kernel.canonical import sha256_hex
from records.actions import life
from records.models import LookUpEntry, Transcript
from records.rules.lifecycle import Event
from schools import actors, scopes
from schools.models import ClassYear, Person, Unit
from signing.actions import ledger
from signing.log import leaf
from signing.models import Authority, Certificate, SealedDocument, SigningBatch
from tests import factories

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
FOR_EVER = datetime(2100, 1, 1, tzinfo=UTC)


def an_authority(school: Unit, person: Person | None = None, **fields: Any) -> Authority:
    """Return an approved entry of the register; of the school's seal unless a person is named."""
    serial = uuid.uuid4().hex
    certificate = Certificate.objects.create(
        sha256=sha256_hex(serial.encode()),
        der=serial.encode(),
        subject_name="BẢN MẪU",
        issuer_name="BẢN MẪU",
        serial=serial,
        not_before=NOW - timedelta(days=300),
        not_after=FOR_EVER,
    )
    asker = person or factories.a_clerk(school)
    stated: dict[str, Any] = {
        "role": "KY_PHAT_HANH" if person is None else "GVCN",
        "state": "APPROVED",
        "from_at": NOW - timedelta(days=200),
        "requested_at": NOW - timedelta(days=200),
    }
    return Authority.objects.create(
        school=school,
        person=person,
        certificate=certificate,
        credential=serial,
        requested_by=asker,
        **(stated | fields),
    )


def an_issued_class(pupils: int = 2, **fields: Any) -> ClassYear:
    """Return a class whose transcripts are all issued."""
    class_year = factories.a_frozen_class(pupils, **fields)
    issue(class_year)
    return class_year


def issue(class_year: ClassYear) -> list[SealedDocument]:
    """Write the rows of the seal for every frozen transcript of a class."""
    school = class_year.school
    clerk = factories.a_clerk(school)
    by = actors.system(NOW)
    batch = SigningBatch.objects.create(
        class_year=class_year,
        role="KY_PHAT_HANH",
        authority=an_authority(school),
        state="DONE",
        total=1,
        authorised_at=NOW,
        authorised_by=clerk,
        touched_at=NOW,
    )
    made = []
    with scopes.system(school.path):
        rows = Transcript.objects.filter(class_year=class_year, state="FROZEN").select_related("current")
        for transcript in rows.order_by("enrolment__number"):
            for event in (Event.HOMEROOM_SIGNED, Event.PRINCIPAL_SIGNED, Event.SEAL_INTENDED, Event.ISSUED):
                life.advance(transcript, event, by=by)
            made.append(_sealed(transcript, batch, clerk))
    return made


def _sealed(transcript: Transcript, batch: SigningBatch, clerk: Person) -> SealedDocument:
    version = transcript.current
    assert version is not None
    code = str(version.look_up_code)
    entry = leaf.issue(
        at=NOW,
        school=batch.class_year.school.code,
        code_hash=sha256_hex(code.encode()),
        xml_sha256=sha256_hex(f"{code}.xml".encode()),
        pdf_sha256=sha256_hex(f"{code}.pdf".encode()),
        template="mau",
    )
    row = ledger.append(entry, school_path=transcript.school_path)
    LookUpEntry.objects.create(
        look_up_code=version.look_up_code,
        school=batch.class_year.school,
        school_year_id=transcript.school_year_id,
        version_id=version.pk,
        standing="VALID",
        issued_at=NOW,
    )
    return SealedDocument.objects.create(
        version=version,
        school_path=transcript.school_path,
        pupil_id=transcript.pupil_id,
        class_year=batch.class_year,
        batch=batch,
        look_up_code=version.look_up_code,
        code_hash=sha256_hex(code.encode()),
        xml_sha256=sha256_hex(f"{code}.xml".encode()),
        pdf_sha256=sha256_hex(f"{code}.pdf".encode()),
        xml_bytes=1,
        pdf_bytes=1,
        template_version="mau",
        leaf=row,
        sealed_at=NOW,
        sealed_by=clerk,
    )


def a_destination(unit_path: str = "", code: str = "ministry") -> Destination:
    """Return the one receiver of these tests; nobody answers there."""
    return Destination.objects.get_or_create(
        code=code,
        defaults={
            "name": "Kho học bạ số của Bộ",
            "base_url": "http://127.0.0.1:9",
            "unit_path": unit_path or factories.the_ministry().path,
        },
    )[0]


def a_package(class_year: ClassYear, **fields: Any) -> Package:
    """Return a signed package as a row."""
    batch = SigningBatch.objects.filter(class_year=class_year).first()
    assert batch is not None
    return Package.objects.create(
        school=class_year.school,
        school_year_id=class_year.school_year_id,
        authority=batch.authority,
        authorised_by=batch.authorised_by,
        message_id=uuid.uuid4(),
        content_sha256=uuid.uuid4().hex * 2,
        content_bytes=1,
        documents=1,
        **({"signed_at": NOW} | fields),
    )


def deliver(class_year: ClassYear, *states: str, **fields: Any) -> list[Delivery]:
    """Write a delivery for each issued transcript of a class, in the states given, the last one repeated."""
    destination = a_destination()
    package = a_package(class_year)
    rows = []
    with scopes.system(class_year.school.path):
        leaves = list(
            SealedDocument.objects.filter(class_year=class_year)
            .order_by("leaf_id")
            .values_list("leaf_id", flat=True)
        )
    for number, index in enumerate(leaves):
        state = states[min(number, len(states) - 1)]
        stated: dict[str, Any] = {
            "state": "WAITING" if state == "HELD" else state,
            "package": None if state == "HELD" else package,
            "attempts": 0 if state in ("HELD", "WAITING", "VOID") else 1,
            "next_attempt_at": NOW,
            "sent_at": NOW if state in ("SENT", "ACCEPTED", "REFUSED") else None,
        }
        if state == "REFUSED":
            stated |= {
                "answer_code": "ROW_FORMAT",
                "answer_field": "NGAY_SINH",
                "answer_text": "Ngày sinh không đúng quy cách ở thẻ NGAY_SINH.",
            }
        rows.append(
            Delivery.objects.create(
                destination=destination,
                leaf_id=index,
                school=class_year.school,
                class_year=class_year,
                **(stated | fields),
            )
        )
    for row in SigningBatch.objects.filter(class_year=class_year).select_related("authority"):
        CertificateDelivery.objects.get_or_create(
            destination=destination,
            authority=row.authority,
            defaults={"state": "APPROVED", "message_id": uuid.uuid4(), "next_attempt_at": NOW},
        )
    return rows
