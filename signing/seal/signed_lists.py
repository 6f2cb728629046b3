"""The signed, dated lists: who may sign (`authority.json`), what was withdrawn (`status.json`).

    {"signature": {"algorithm": …, "certificates": [base64 of DER, …], "value": base64},
     "signed": {"entries": […], "issued_at": …, "list": "authority" or "status", "number": n,
                "scope": "", "v": 1}}

The signature covers `canonical_json(signed)` and is made by the operator's key in two steps (`to_sign`,
`attach`), so that the key may be elsewhere. `scope` is "" for the whole list, otherwise the code of the one
school of which the list is an extract. Dates are reported, never judged here.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding

from hocba.kernel.canonical import canonical_json
from signing.seal.certificates import end_entity_findings, weak
from signing.seal.trust import AnchorRole, AuthorityEntry, SignerRole, StatusEntry
from signing.seal.verdict import Status

VERSION = 1
MAX_LIST_BYTES = 8 * 1024 * 1024
MAX_CHAIN = 5
_UNREADABLE = (
    ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)  # fmt: skip
ALGORITHMS = {"ecdsa-sha256": ec.EllipticCurvePublicKey, "rsa-sha256": rsa.RSAPublicKey}


class TrustBroken(Exception):
    """What should tell whom to believe is missing, damaged, forged or expired; `code` and `facts` say how."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


class ListKind(StrEnum):
    """Which of the two lists."""

    AUTHORITY = "authority"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class AuthorityList:
    """The register, or the part of it that concerns one school."""

    number: int
    issued_at: datetime
    scope: str
    entries: tuple[AuthorityEntry, ...]


@dataclass(frozen=True, slots=True)
class StatusList:
    """The withdrawals, or those of one school."""

    number: int
    issued_at: datetime
    scope: str
    entries: dict[str, StatusEntry]


def authority_list(
    entries: Iterable[AuthorityEntry], *, number: int, issued_at: datetime, scope: str = ""
) -> dict[str, object]:
    """Return the `signed` part of an authority list; `number` grows with every list of the registry."""
    rows = [
        {
            "school": entry.school,
            "role": entry.role.value,
            "certificate_sha256": entry.certificate_sha256,
            "valid_from": _instant(entry.valid_from),
            "valid_to": _instant(entry.valid_to) if entry.valid_to else None,
        }
        for entry in entries
    ]
    return _head(ListKind.AUTHORITY, number, issued_at, scope) | {"entries": rows}


def status_list(
    entries: Iterable[StatusEntry], *, number: int, issued_at: datetime, scope: str = ""
) -> dict[str, object]:
    """Return the `signed` part of a status list: only what is withdrawn or replaced stands in it."""
    rows = [
        {"code_hash": entry.code_hash, "status": entry.status.value, "since": _instant(entry.since)}
        for entry in entries
    ]
    return _head(ListKind.STATUS, number, issued_at, scope) | {"entries": rows}


def _head(kind: ListKind, number: int, issued_at: datetime, scope: str) -> dict[str, object]:
    return {
        "v": VERSION,
        "list": kind.value,
        "number": number,
        "issued_at": _instant(issued_at),
        "scope": scope,
    }


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise TypeError("an instant has a zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def to_sign(signed: dict[str, object]) -> bytes:
    """Return the bytes the operator's key signs (SHA-256 of them, where the key takes a digest)."""
    return canonical_json(signed)


def attach(signed: dict[str, object], chain: Sequence[x509.Certificate], signature: bytes) -> bytes:
    """Return the finished file; `chain` starts with the operator's certificate, the anchor may be left out.

    ECDSA signatures may come as DER or as r‖s. Raises: TrustBroken, when the signature does not fit.
    """
    signature = _as_der(chain[0], to_sign(signed), signature)
    algorithm = "rsa-sha256" if isinstance(chain[0].public_key(), rsa.RSAPublicKey) else "ecdsa-sha256"
    part = {
        "algorithm": algorithm,
        "certificates": [_text(certificate.public_bytes(Encoding.DER)) for certificate in chain],
        "value": _text(signature),
    }
    return canonical_json({"signed": signed, "signature": part})


def _as_der(certificate: x509.Certificate, message: bytes, signature: bytes) -> bytes:
    key = certificate.public_key()
    forms = [signature]
    if isinstance(key, ec.EllipticCurvePublicKey) and len(signature) == 2 * ((key.key_size + 7) // 8):
        half = len(signature) // 2
        r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        forms.append(utils.encode_dss_signature(r, s))
    for form in forms:
        if _fits(certificate, message, form):
            return form
    raise TrustBroken("trust.signature")


def _fits(certificate: x509.Certificate, message: bytes, signature: bytes) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


def open_authority(data: bytes, anchors: Sequence[x509.Certificate]) -> AuthorityList:
    """Return the authority list when the operator signed it. Raises: TrustBroken."""
    head, rows = _open(data, ListKind.AUTHORITY, anchors)
    try:
        entries = tuple(_authority_entry(row) for row in rows)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TrustBroken("trust.list-form", list=ListKind.AUTHORITY.value) from error
    return AuthorityList(*head, entries)


def open_status(data: bytes, anchors: Sequence[x509.Certificate]) -> StatusList:
    """Return the status list when the operator signed it. Raises: TrustBroken."""
    head, rows = _open(data, ListKind.STATUS, anchors)
    try:
        entries = [
            StatusEntry(_hash(row["code_hash"]), Status(row["status"]), _moment(row["since"])) for row in rows
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TrustBroken("trust.list-form", list=ListKind.STATUS.value) from error
    return StatusList(*head, {entry.code_hash: entry for entry in entries})


def _authority_entry(row: dict[str, str]) -> AuthorityEntry:
    end, school = row["valid_to"], row["school"]
    if not isinstance(school, str):
        raise TypeError("school")
    return AuthorityEntry(
        school=school,
        role=SignerRole(row["role"]),
        certificate_sha256=_hash(row["certificate_sha256"]),
        valid_from=_moment(row["valid_from"]),
        valid_to=None if end is None else _moment(end),
    )


def _hash(text: str) -> str:
    if len(bytes.fromhex(text)) != 32 or text != text.lower() or len(text) != 64:
        raise ValueError(text)
    return text


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _open(
    data: bytes, kind: ListKind, anchors: Sequence[x509.Certificate]
) -> tuple[tuple[int, datetime, str], list[dict[str, str]]]:
    """Check form, then signature, then path; return number, date, scope and the entries as they stand."""
    try:
        whole = json.loads(data) if len(data) <= MAX_LIST_BYTES else {}
        signed, part = whole["signed"], whole["signature"]
        chain = [x509.load_der_x509_certificate(_bytes(text)) for text in part["certificates"][:MAX_CHAIN]]
        value, algorithm, message = (
            _bytes(part["value"]),
            ALGORITHMS[part["algorithm"]],
            canonical_json(signed),
        )
        issued_at, number, scope, rows = (
            _moment(signed["issued_at"]),
            signed["number"],
            signed["scope"],
            signed["entries"],
        )
        if not chain or (signed["v"], signed["list"]) != (VERSION, kind.value):
            raise ValueError("another list")
        if type(number) is not int or not isinstance(scope, str) or not isinstance(rows, list):
            raise TypeError("fields")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TrustBroken("trust.list-form", list=kind.value) from error
    try:
        if not isinstance(chain[0].public_key(), algorithm) or not _fits(chain[0], message, value):
            raise TrustBroken("trust.signature", list=kind.value)
        _check_path(chain, anchors, issued_at, kind)
    except _UNREADABLE as error:  # a certificate is read lazily, and may break wherever it is first asked
        raise TrustBroken("trust.list-form", list=kind.value) from error
    return (number, issued_at, scope), rows


def _check_path(
    chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: datetime, kind: ListKind
) -> None:
    """Walk from the operator's certificate to an anchor of that role, all valid at the list's date."""
    if end_entity_findings(chain[0], AnchorRole.OPERATOR, "authority"):
        raise TrustBroken("trust.signer", list=kind.value, signer=chain[0].subject.rfc4514_string())
    current, rest = chain[0], list(chain[1:])
    for depth in range(MAX_CHAIN):
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise TrustBroken("trust.expired", list=kind.value, signer=current.subject.rfc4514_string())
        if weak(current):
            raise TrustBroken("trust.signer", list=kind.value, signer=current.subject.rfc4514_string())
        if current in anchors:
            if rest:  # a certificate that nothing needs could be changed unseen
                raise TrustBroken("trust.list-form", list=kind.value)
            return
        issuer = next((one for one in (*anchors, *rest) if _issued(current, one, depth)), None)
        if issuer is None:
            break
        rest = [one for one in rest if one != issuer]
        current = issuer
    raise TrustBroken("trust.anchor", list=kind.value, signer=chain[0].subject.rfc4514_string())


def _issued(certificate: x509.Certificate, issuer: x509.Certificate, below: int) -> bool:
    """Return whether `issuer` is a CA that signed `certificate`, with `below` CAs already beneath it."""
    try:
        certificate.verify_directly_issued_by(issuer)
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    deep_enough = constraints.path_length is None or constraints.path_length >= below
    return constraints.ca and usage.key_cert_sign and deep_enough


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("base64") from error
