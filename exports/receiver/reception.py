"""Transactions 1, 2, 5 and 6: a list is received whole and kept; what became of each row is asked later.

The answer to 1 and 5 acknowledges: the list was read, it is signed by the unit's approved certificate, it is
kept, and so many rows will be judged. The rows are judged right after by the worker, so that a list of 10 MB
does not hold the line; 2 and 6 tell the rows and whether any still waits.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives import hashes
from django.conf import settings
from django.db import IntegrityError, transaction

from exports.ministry.content import ContentError, decode
from exports.ministry.messages import Transaction
from exports.receiver import certificates, lists
from exports.receiver.accounts import Caller
from exports.receiver.models import Reception, Row
from exports.receiver.refused import Code, RequestRefused
from exports.receiver.signer import certificate_beside
from exports.receiver.trust import trusted
from hocba.kernel.blobs import FileBlobs
from hocba.kernel.canonical import canonical_json, sha256_hex
from signing.seal.verdict import Indication
from signing.seal.xml import verify_package

ASKED_BY = {
    Transaction.SUBMISSION_RESULT: Transaction.SUBMIT,
    Transaction.WITHDRAWAL_RESULT: Transaction.WITHDRAW,
}

_HARMLESS_HERE = frozenset(
    {
        "timestamp.missing",  # the signature over a list counts now, when it is received
        "path.revocation-unknown",  # v1.0 asks for no revocation data; the seals inside bring theirs
        "authority.no-register",  # the register is ours: the certificate is compared with the approved one
        "authority.not-approved",
        "authority.not-approved-then",
        "authority.ended",  # asked below: it has a sentence of its own
    }
)


def blobs() -> FileBlobs:
    """Return where lists and documents are kept."""
    return FileBlobs(settings.RECEIVER_BLOB_DIR)


def receive(caller: Caller, content: str, at: datetime) -> Reception:
    """Check and keep a list; the same message again gives the same reception.

    Raises: RequestRefused, TrustMissing, OSError (the disk refuses).
    """
    digest = _request_digest(caller, content)
    known = _known(caller, digest)
    if known:
        return known
    if not certificates.has_approved(caller.unit):
        raise RequestRefused(Code.NOT_APPROVED)
    try:
        list_xml = decode(content).removeprefix(lists.BYTE_ORDER_MARK)
        parts = lists.split(list_xml)
    except (ContentError, lists.ListError) as error:
        raise RequestRefused(error.fault, "content") from error
    _check_signature(caller, list_xml, parts, at)
    return _kept(caller, digest, list_xml, parts.rows, at)


def _request_digest(caller: Caller, content: str) -> str:
    asked = caller.authentication
    named = {"unit": asked.unit, "year": asked.school_year, "content": sha256_hex(content.encode())}
    return sha256_hex(canonical_json(named))


def _known(caller: Caller, digest: str) -> Reception | None:
    asked = caller.authentication
    found = Reception.objects.filter(
        unit=caller.unit, transaction=asked.transaction.value, message_id=asked.message_id
    ).first()
    if found is not None and found.request_digest != digest:
        raise RequestRefused(Code.MESSAGE_REUSED, "messageid")
    return found


def _check_signature(caller: Caller, list_xml: bytes, parts: lists.Parts, at: datetime) -> None:
    verdict = verify_package(list_xml, trusted(), at)
    signer = certificate_beside(parts.signature.of(list_xml))
    broken = any(
        reason.indication is not Indication.PASSED and reason.code not in _HARMLESS_HERE
        for reason in verdict.reasons
    )
    if broken or signer is None or signer.fingerprint(hashes.SHA256()).hex() != verdict.certificate_sha256:
        raise RequestRefused(Code.LIST_SIGNATURE, "Signature")
    ended = any(reason.code == "authority.ended" for reason in verdict.reasons)
    if ended or not certificates.is_approved(caller.unit, signer, at):
        raise RequestRefused(Code.LIST_SIGNER, "Signature")


def _kept(
    caller: Caller, digest: str, list_xml: bytes, spans: tuple[lists.Span, ...], at: datetime
) -> Reception:
    asked = caller.authentication
    list_sha256 = blobs().put(list_xml)  # first the bytes, then the row that promises them
    try:
        with transaction.atomic():
            reception = Reception.objects.create(
                unit=caller.unit,
                account=caller.account,
                transaction=asked.transaction.value,
                message_id=asked.message_id,
                request_digest=digest,
                school_year=asked.school_year,
                list_sha256=list_sha256,
                list_bytes=len(list_xml),
                received_at=at,
            )
            Row.objects.bulk_create(
                Row(
                    reception=reception,
                    position=position,
                    start_byte=span.start,
                    end_byte=span.end,
                    sha256=sha256_hex(span.of(list_xml)),
                )
                for position, span in enumerate(spans, start=1)
            )
            return reception
    except IntegrityError:  # the same message came in twice at once
        again = _known(caller, digest)
        if again is None:
            raise
        return again


def asked_about(caller: Caller) -> Reception:
    """Return the reception that a query names by its messageid. Raises: RequestRefused."""
    asked = caller.authentication
    found = Reception.objects.filter(
        unit=caller.unit, transaction=ASKED_BY[asked.transaction].value, message_id=asked.message_id
    ).first()
    if found is None:
        raise RequestRefused(Code.MESSAGE_UNKNOWN, "messageid")
    return found
