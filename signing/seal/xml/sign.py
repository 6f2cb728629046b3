"""Sign a transcript slot by slot, in two phases, so that the key may be a token, an HSM or a remote service.

Every step takes and gives the whole document as bytes, so each can be stored and resumed.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)
from lxml import etree

from hocba.kernel.clock import iso_vietnam
from hocba.kernel.errors import Conflict
from signing.seal.paths import EvidenceLike
from signing.seal.raw import WrongSignature
from signing.seal.trust import SignerRole
from signing.seal.xml import unsigned, words
from signing.seal.xml.build import (
    Algorithm,
    Statement,
    Target,
    algorithm_of,
    base64_text,
    canonical,
    signature,
)
from signing.seal.xml.words import ds


class NotSignable(Conflict):
    """The document is not in the state that this step asks for; `case` says why."""

    code = "not-signable"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document with one slot waiting for its value; `digest` (32 bytes) is what the key signs."""

    document: bytes
    digest: bytes
    algorithm: Algorithm


def prepare(
    document: bytes,
    role: SignerRole,
    chain: Sequence[x509.Certificate],
    *,
    signing_time: datetime,
    personal_number: str | None = None,
    title: str | None = None,
) -> Prepared:
    """Return the document with the slot of `role` added, everything in it but the signature's value.

    `document` is HOC_BA in canonical form (exclusive C14N, as frozen), with the earlier slots complete;
    `chain` starts with the signer's certificate; `personal_number` is required of persons and refused of the
    seal; `title` is added as a second claimed role. Raises: NotSignable.
    """
    root = _read(document)
    algorithm = algorithm_of(chain[0]) if chain else None
    if algorithm is None:
        raise NotSignable(code="key-not-allowed")
    if (personal_number is None) is not (role is SignerRole.SEAL):
        raise NotSignable(code="personal-number")
    if signing_time.utcoffset() is None:
        raise NotSignable(code="time-without-zone")
    slot = _new_slot(root, role)
    time = iso_vietnam(signing_time)
    etree.SubElement(slot, words.SIGNED_ON).text = time
    if personal_number is not None:
        etree.SubElement(slot, words.PERSONAL_NUMBER).text = personal_number
    statement = Statement(_tail(root, role), time, (role.value, title) if title else (role.value,))
    node = signature(algorithm, chain, statement, _targets(root, role))
    slot.append(node)
    info = node[0]
    return Prepared(canonical(root), hashlib.sha256(canonical(info)).digest(), algorithm)


def complete(document: bytes, role: SignerRole, raw_signature: bytes) -> bytes:
    """Return the prepared document with the value in place, checked against the certificate first.

    `raw_signature` is DER or r‖s for ECDSA, PKCS#1 v1.5 for RSA. Raises: NotSignable, WrongSignature.
    """
    root = _read(document)
    fill(_signature(root, role), raw_signature)
    return canonical(root)


def imprint(document: bytes, role: SignerRole) -> bytes:
    """Return what the timestamp authority stamps: SHA-256 of the canonical SignatureValue, 32 bytes."""
    return value_imprint(_signature(_read(document), role))


def attach_evidence(
    document: bytes, role: SignerRole, timestamp_token: bytes | None, evidence: EvidenceLike | None
) -> bytes:
    """Return the document with timestamp (DER of the token), certificates and revocation data in the slot.

    Raises: NotSignable, when the slot is not signed yet or a later slot already covers it.
    """
    root = _read(document)
    node = _signature(root, role)
    value_imprint(node)
    later = words.ROLES[words.ROLES.index(role) + 1 :]
    if any(_slots(root).find(other.value) is not None for other in later):
        raise NotSignable(code="already-covered")
    unsigned.add(node, timestamp_token, evidence)
    return canonical(root)


def fill(node: etree._Element, raw: bytes) -> None:
    """Put a raw signature into an empty SignatureValue. Raises: NotSignable, WrongSignature."""
    value = node.find(ds("SignatureValue"))
    info = node.find(ds("SignedInfo"))
    text = node.findtext(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    if value is None or info is None or text is None or value.text:
        raise NotSignable(code="not-prepared")
    certificate = x509.load_der_x509_certificate(base64.b64decode(text))
    value.text = base64_text(_checked(certificate, hashlib.sha256(canonical(info)).digest(), raw))


def value_imprint(node: etree._Element) -> bytes:
    """Return SHA-256 of the canonical SignatureValue of a signed ds:Signature. Raises: NotSignable."""
    value = node.find(ds("SignatureValue"))
    if value is None or not value.text:
        raise NotSignable(code="not-signed")
    return hashlib.sha256(canonical(value)).digest()


def _checked(certificate: x509.Certificate, digest: bytes, raw: bytes) -> bytes:
    """Return the value as XMLDSig writes it. Raises: WrongSignature."""
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(raw, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
            return raw
        if isinstance(key, ec.EllipticCurvePublicKey):
            return _checked_ecdsa(key, digest, raw)
    except (InvalidSignature, ValueError, OverflowError) as error:
        raise WrongSignature from error
    raise WrongSignature(code="key-not-allowed")


def _checked_ecdsa(key: ec.EllipticCurvePublicKey, digest: bytes, raw: bytes) -> bytes:
    """Accept DER or r‖s: a DER signature may happen to be 64 bytes long, so the key decides which it is."""
    candidates = []
    size = key.key_size // 8
    if len(raw) == 2 * size:
        candidates.append((int.from_bytes(raw[:size], "big"), int.from_bytes(raw[size:], "big")))
    with contextlib.suppress(ValueError):  # not DER; r‖s may still fit
        candidates.append(decode_dss_signature(raw))
    for r, s in candidates:
        try:
            key.verify(encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        except InvalidSignature:
            continue
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    raise WrongSignature


def _read(document: bytes) -> etree._Element:
    """Parse a document of our own making. Raises: NotSignable, for one that is not canonical."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise NotSignable(code="not-xml") from error
    if root.tag != words.DOCUMENT or not re.fullmatch("hocba-" + words.UUID_PATTERN, root.get("id", "")):
        raise NotSignable(code="not-a-transcript")
    if len(root) == 0 or root[0].tag != words.DATA or root[0].get("Id") != f"data-{_uuid(root)}":
        raise NotSignable(code="no-data-region")
    if canonical(root) != document:
        raise NotSignable(code="not-canonical")
    return root


def _uuid(root: etree._Element) -> str:
    return root.get("id", "").removeprefix("hocba-")


def _tail(root: etree._Element, role: SignerRole) -> str:
    return f"{words.SUFFIX[role]}-{_uuid(root)}"


def _slots(root: etree._Element) -> etree._Element:
    slots = root.find(words.SLOTS)
    if slots is None:
        slots = etree.SubElement(root, words.SLOTS)
    return slots


def _signature(root: etree._Element, role: SignerRole) -> etree._Element:
    node = _slots(root).find(f"{role.value}/{ds('Signature')}")
    if node is None:
        raise NotSignable(code="no-slot")
    return node


def _new_slot(root: etree._Element, role: SignerRole) -> etree._Element:
    """Append an empty slot, after checking that those before it are done and those after it absent."""
    slots = _slots(root)
    position = words.ROLES.index(role)
    for other in words.ROLES[position:]:
        if slots.find(other.value) is not None:
            raise NotSignable(code="slot-taken")
    for other in words.ROLES[:position]:
        if slots.find(other.value) is None:
            if other is SignerRole.HOMEROOM:
                continue  # optional in format v1.0
            raise NotSignable(code="earlier-slot-missing")
        value_imprint(_signature(root, other))
    return etree.SubElement(slots, role.value)


def _targets(root: etree._Element, role: SignerRole) -> list[Target]:
    """Return what the signature of `role` covers outside itself: the onion, each layer over the last."""
    targets = [Target(f"#data-{_uuid(root)}", canonical(root[0]))]
    if role is SignerRole.LEADER:
        value = _slots(root).find(f"{SignerRole.HOMEROOM.value}/{ds('Signature')}/{ds('SignatureValue')}")
        if value is not None:
            targets.append(Target(f"#{value.get('Id')}", canonical(value), words.TYPE_COUNTERSIGNED))
    if role is SignerRole.SEAL:
        targets.append(Target(f"#hocba-{_uuid(root)}", canonical(root), enveloped=True))
    return targets
