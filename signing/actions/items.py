"""One transcript through one signature: intend, use the key, prove the time, store (docs/issuance.md).

Each step commits before the next begins, and the key is never used inside a transaction: a crash between any
two lines resumes at the last one committed, and nothing is signed into the record twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from hocba.kernel.canonical import sha256_hex
from hocba.kernel.errors import DomainError
from records.actions import life
from records.models import IssueSheet, TranscriptVersion
from records.rules.lifecycle import Event
from records.rules.lifecycle import State as Stage
from schools import audit, locks, scopes
from schools.actors import Actor
from schools.locks import Turn
from schools.writes import Writes
from signing.actions import instruments, standing
from signing.models import Signature, SigningBatch, SigningItem
from signing.seal import keys, xml
from signing.seal.evidence import CertificateNotValid, CertificateRevoked
from signing.seal.trust import AuthorityEntry, SignerRole
from signing.seal.verdict import Indication, Reason, SignatureReport
from signing.seal.xml.partial import check_slot
from signing.turns import BEFORE, EVENT, READY

Clock = Callable[[], datetime]
Row = TypeVar("Row", bound=Model)
State = SigningItem.State


class ItemFailed(DomainError):
    """This one cannot be signed as it is; the others go on. `code` says why, to be told to the signer."""

    code = "item-failed"


HOLD = f"""
    SELECT {locks.TRY} AS free, id, class_year_id, role, authority_id, state, key_session, key_session_ends_at,
           authorised_by_id
    FROM signing_signingbatch WHERE id = %s
"""  # noqa: S608 - of constants only


@contextmanager
def held(item_id: int, batch_id: int) -> Iterator[tuple[bool, SigningBatch]]:
    """Hold an item against a second worker; yields whether it was free, and the batch as it stands.

    Ends with the connection, too. Raises: SigningBatch.DoesNotExist.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [*locks.key(Turn.SIGNING_ITEM, item_id), batch_id])
        found = _named(cursor)
    if not found:
        raise SigningBatch.DoesNotExist
    free = found["free"] is True
    with locks.given_back(Turn.SIGNING_ITEM, item_id, taken=free):
        yield free, _row_of(SigningBatch, found)


ITEM = """
    SELECT item.id, item.version_id, item.school_path, item.pupil_id, item.state, item.prepared_xml, item.digest,
           item.signed_xml, version.transcript_id, version.look_up_code, version.replaces_id, sheet.leader_id,
           sheet.homeroom_teacher_id,
           CASE WHEN item.state <> 'WAITING' THEN NULL WHEN %s = '' THEN version.frozen_xml ELSE (
               SELECT earlier.signed_xml FROM signing_signingitem AS earlier
               JOIN signing_signingbatch AS batch ON batch.id = earlier.batch_id
               WHERE earlier.version_id = item.version_id AND batch.role = %s AND earlier.state = 'DONE' LIMIT 1
           ) END AS before
    FROM signing_signingitem AS item
    JOIN records_transcriptversion AS version ON version.id = item.version_id
    JOIN records_issuesheet AS sheet ON sheet.id = version.issue_sheet_id
    WHERE item.id = %s AND item.batch_id = %s
"""
"""Of this very batch: a task's message is only numbers, and nobody's key signs what another batch holds."""


def read(item_id: int, batch: SigningBatch) -> tuple[SigningItem, bytes | None]:
    """Return an item of the batch, and while it waits what this signer signs: the frozen bytes, or the document
    with the earlier signatures (None where it is missing). Asks for a scope. Raises: SigningItem.DoesNotExist.
    """
    before = BEFORE[SignerRole(batch.role)]
    earlier = before.value if before else ""
    with connection.cursor() as cursor:
        cursor.execute(ITEM, [earlier, earlier, item_id, batch.pk])
        found = _named(cursor)
    if not found:
        raise SigningItem.DoesNotExist
    item = _row_of(SigningItem, found)
    item.version = _row_of(TranscriptVersion, found | {"id": item.version_id})
    item.version.issue_sheet = _row_of(IssueSheet, found | {"id": None})
    document = found["before"]
    return item, None if document is None else bytes(document)


def _named(cursor: Any) -> dict[str, Any]:
    """Return the one row of an answer by its columns' names, empty without a row."""
    row = cursor.fetchone()
    return (
        {}
        if row is None
        else {column.name: value for column, value in zip(cursor.description, row, strict=True)}
    )


def _row_of(model: type[Row], found: dict[str, Any]) -> Row:
    """Return a row with those of its columns that were asked for; the others stay where they are."""
    names = [one.attname for one in model._meta.concrete_fields if one.attname in found]
    return model.from_db(connection.alias, names, [found[name] for name in names])


def intend(item: SigningItem, batch: SigningBatch, before: bytes | None, *, by: Actor) -> None:
    """Store exactly which bytes will be signed, in the scoped transaction that read the item and `before`.

    Raises: ItemFailed, Conflict.
    """
    role = SignerRole(batch.role)
    transcript = life.lock(item.version.transcript_id)
    if transcript.current_id != item.version_id:
        raise ItemFailed(code="frozen-anew")
    if transcript.state not in READY[role]:
        raise ItemFailed(code="moved-on", state=transcript.state)
    if before is None:
        raise ItemFailed(code="earlier-signature-missing")
    prepared = xml.prepare(
        before,
        role,
        instruments.chain_of(batch.authority),
        signing_time=by.at,
        personal_number=batch.authority.person.personal_number if batch.authority.person else None,
    )
    item.prepared_xml, item.digest, item.state = prepared.document, prepared.digest.hex(), State.INTENDED
    together = Writes()
    together.update(_only(item), prepared_xml=item.prepared_xml, digest=item.digest, state=item.state)
    if role is SignerRole.SEAL and transcript.state != Stage.SEALING:
        life.advance(transcript, Event.SEAL_INTENDED, by=by, within=together)
    together.send()


def take_back(item_id: int, batch: SigningBatch) -> None:
    """Forget an intent that states a wrong clock's time: what is signed once it is right states the right one."""
    with scopes.system(batch.class_year.school.path):
        rows = SigningItem.objects.filter(pk=item_id, batch=batch, state=State.INTENDED)
        rows.update(state=State.WAITING, prepared_xml=None, digest="")


def sign(item: SigningItem, batch: SigningBatch, *, clock: Clock) -> bytes:
    """Use the key on the stored intent, prove the time, and return the document with all its evidence.

    Outside any transaction. Raises: SessionExpired, SessionExhausted, KeyUnavailable, TimestampUnavailable,
    RevocationUnavailable; ItemFailed, when the certificate no longer stands.
    """
    role = SignerRole(batch.role)
    chain = instruments.chain_of(batch.authority)
    raw = use_key(batch, bytes.fromhex(item.digest))
    document = xml.complete(bytes(item.prepared_xml or b""), role, raw)
    token = instruments.timestamps().stamp(xml.imprint(document, role))
    try:
        evidence = instruments.collector().collect(chain, clock(), tokens=[token])
    except (CertificateRevoked, CertificateNotValid) as refused:
        raise ItemFailed(code=refused.code) from refused
    return xml.attach_evidence(document, role, token, evidence)


def use_key(batch: SigningBatch, digest: bytes) -> bytes:
    """Return the raw signature over 32 bytes by the key whose session the signer opened."""
    algorithm = keys.algorithm_for(instruments.chain_of(batch.authority)[0])
    return instruments.keys().sign(batch.key_session, [digest], algorithm)[0]


def checked(item: SigningItem, batch: SigningBatch, document: bytes, *, clock: Clock) -> SignatureReport:
    """Return what our own verifier says of the new signature; nothing that it does not pass is stored.

    Raises: ItemFailed, with the verifier's codes; AuthorityEnded.
    """
    now = clock()
    trust = instruments.trust_for(register(item.school_path), now)
    found = check_slot(document, SignerRole(batch.role), trust, now)
    if found.report is None or any(one.indication is not Indication.PASSED for one in found.reasons):
        raise refusal(found.reasons, batch.role)
    return found.report


def refusal(reasons: tuple[Reason, ...], role: str) -> DomainError:
    """Return what our own verifier's refusal means for the batch: an item fails, an ended certificate stops it.

    When it is an earlier signer's certificate that ended, that signature has to be made anew.
    """
    ended = [dict(one.facts).get("role") for one in reasons if one.code == "authority.ended"]
    if role in ended:
        return standing.AuthorityEnded()
    code = "earlier-signer-ended" if ended else "not-verified"
    return ItemFailed(code=code, reasons=",".join(one.code for one in reasons))


REGISTER = """
    SELECT school.code, authority.role, certificate.sha256, authority.from_at, authority.to_at
    FROM signing_authority AS authority
    JOIN schools_unit AS school ON school.id = authority.school_id
    JOIN signing_certificate AS certificate ON certificate.id = authority.certificate_id
    WHERE school.path = %s AND authority.state IN ('APPROVED', 'ENDED')
"""


def register(school_path: str) -> tuple[AuthorityEntry, ...]:
    """Return the approved and ended rows of one school's register, with what a verifier asks of them."""
    with connection.cursor() as cursor:
        cursor.execute(REGISTER, [school_path])
        return tuple(AuthorityEntry(row[0], SignerRole(row[1]), *row[2:]) for row in cursor)


def finish_person(
    item: SigningItem, batch: SigningBatch, document: bytes, report: SignatureReport, *, by: Actor
) -> str:
    """Store a person's signature and move the transcript on, in one transaction.

    Return the key session of a batch that ended with this item, else "". Raises: ItemFailed; AuthorityEnded, when
    the certificate had ended before the signature's proven time.
    """
    role = SignerRole(batch.role)
    with scopes.system(item.school_path):
        transcript = life.lock(item.version.transcript_id)
        if transcript.current_id != item.version_id:
            raise ItemFailed(code="frozen-anew")
        together = Writes()
        standing.require_stood(batch.authority_id, report.timestamp or by.at, within=together)
        add_signature(item, batch, document, report, by=by, within=together)
        life.advance(transcript, EVENT[role], by=by, within=together)
        together.update(_only(item), signed_xml=document, prepared_xml=None, state=State.DONE)
        count(batch, done=1, by=by, within=together)
        return _ended_session(together.send())


def add_signature(
    item: SigningItem,
    batch: SigningBatch,
    document: bytes,
    report: SignatureReport,
    *,
    by: Actor,
    within: Writes,
) -> None:
    """Add the row of a signature that was made, and the trail; the times are those our verifier read."""
    within.insert(
        Signature(
            version_id=item.version_id,
            school_path=item.school_path,
            pupil_id=item.pupil_id,
            role=batch.role,
            certificate_id=batch.authority.certificate_id,
            document_sha256=sha256_hex(document),
            claimed_at=report.signing_time or by.at,  # a slot without either does not pass the verifier
            stamped_at=report.timestamp or by.at,
            signed_by_id=batch.authorised_by_id,
            signed_at=by.at,
        )
    )
    audit.record(
        by,
        "transcript.signature",
        unit_path=item.school_path,
        subject=("version", item.version_id),
        pupil_id=item.pupil_id,
        within=within,
        role=batch.role,
        signer=str(batch.authorised_by_id),
    )


def fail(item: SigningItem, batch: SigningBatch, failed: DomainError, *, by: Actor) -> str:
    """Set one item aside with its reason; the batch goes on. Return what `finish_person` returns.

    A seal that was begun is given up: what was made of it never left this process and is thrown away, and
    the transcript can be returned, or sealed again by a new authorisation.
    """
    facts = {key: str(value) for key, value in failed.facts.items()}
    with scopes.system(item.school_path):
        transcript = life.lock(item.version.transcript_id)
        together = Writes()
        if transcript.state == Stage.SEALING and transcript.current_id == item.version_id:
            life.advance(transcript, Event.SEAL_ABANDONED, by=by, reason=failed.case, within=together)
        together.update(
            _only(item),
            state=State.FAILED,
            failure_code=failed.case[:60],
            failure_facts=facts,
            prepared_xml=None,
            signed_xml=None,
        )
        count(batch, failed=1, by=by, within=together)
        return _ended_session(together.send())


COUNT = (
    "UPDATE signing_signingbatch SET done = done + %s, failed = failed + %s, touched_at = %s,"
    " paused_reason = CASE state WHEN 'PAUSED' THEN paused_reason ELSE '' END,"
    " state = CASE WHEN total <= done + failed + %s THEN %s ELSE state END"
    " WHERE id = %s RETURNING state, key_session"
)


def count(batch: SigningBatch, *, by: Actor, within: Writes, done: int = 0, failed: int = 0) -> None:
    """Move the batch's counters; the last item ends it. Answers with the batch's state and key session."""
    within.run(COUNT, (done, failed, by.at, done + failed, SigningBatch.State.DONE.value, batch.pk))


def _ended_session(answers: list[list[tuple[Any, ...]]]) -> str:
    ((state, session),) = answers[-1]
    return str(session) if state == SigningBatch.State.DONE else ""


def _only(item: SigningItem) -> QuerySet[SigningItem]:
    return SigningItem.objects.filter(pk=item.pk)


def wait(batch: SigningBatch, reason: str, *, by: Actor) -> None:
    """Say what a running batch waits for; a worker comes back to it, so the sweeper need not."""
    SigningBatch.objects.filter(pk=batch.pk, state=SigningBatch.State.RUNNING).update(
        paused_reason=reason[:60], touched_at=by.at
    )


@transaction.atomic
def pause(batch: SigningBatch, reason: str, *, by: Actor) -> None:
    """Stop a batch until its signer authorises again; nothing done is lost."""
    SigningBatch.objects.filter(pk=batch.pk, state=SigningBatch.State.RUNNING).update(
        state=SigningBatch.State.PAUSED, paused_reason=reason[:60], touched_at=by.at
    )
