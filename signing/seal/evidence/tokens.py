"""Reading a timestamp token and checking it before it is put into a document (RFC 3161, RFC 5816).

The public verifier checks stored tokens again with all its rules; this check is what keeps a wrong answer of
an authority from ever being used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.seal.evidence.checks import check_signature, is_authority, is_valid_at, issued_by, purposes
from signing.seal.evidence.errors import EvidenceRefused

DEEPEST_CHAIN = 4
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


@dataclass(frozen=True, slots=True)
class Token:
    """A timestamp token taken apart: who signed it, when, over what."""

    imprint: bytes
    algorithm: str
    nonce: int | None
    moment: datetime
    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]


@lru_cache(maxsize=256)
def read_token(token: bytes) -> Token:
    """Take a DER TimeStampToken apart and check its own signature (not yet whom to believe).

    Remembered for a while: the client that fetched a token reads it, and who collects its proof again.
    Raises: EvidenceRefused.
    """
    try:
        return _read(token)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        # asn1crypto parses lazily and speaks in these; a token that trips it is malformed.
        raise EvidenceRefused("malformed") from error


def _read(token: bytes) -> Token:
    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise EvidenceRefused("malformed")
    signed = content["content"]
    enclosed = signed["encap_content_info"]
    if enclosed["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise EvidenceRefused("malformed")
    payload = bytes(enclosed["content"])
    info = tsp.TSTInfo.load(payload, strict=True)
    certificates = tuple(
        x509.load_der_x509_certificate(item.chosen.dump()) for item in signed["certificates"] or ()
    )
    signer = _check_signer(signed["signer_infos"][0], payload, certificates)
    return Token(
        imprint=info["message_imprint"]["hashed_message"].native,
        algorithm=info["message_imprint"]["hash_algorithm"]["algorithm"].native,
        nonce=info["nonce"].native,
        moment=info["gen_time"].native,
        signer=signer,
        certificates=certificates,
    )


def _check_signer(
    signer: cms.SignerInfo, payload: bytes, certificates: Sequence[x509.Certificate]
) -> x509.Certificate:
    digest_name = signer["digest_algorithm"]["algorithm"].native
    if digest_name not in HASHES:
        raise EvidenceRefused("weak-algorithm")
    # Before anything in them is parsed: these are the signer's own bytes, not asn1crypto's encoding of them,
    # and that takes a tenth of the time. Signed as SET OF, carried as [0].
    covered = b"\x31" + signer["signed_attrs"].dump()[1:]
    attributes: dict[str, cms.CMSAttribute] = {}
    for attribute in signer["signed_attrs"]:
        name = attribute["type"].native
        if name in attributes or len(attribute["values"]) != 1:
            raise EvidenceRefused("malformed")
        attributes[name] = attribute["values"][0]
    if attributes["content_type"].native != "tst_info":
        raise EvidenceRefused("malformed")
    if attributes["message_digest"].native != hashlib.new(digest_name, payload).digest():
        raise EvidenceRefused("wrong-digest")
    named = attributes["signing_certificate_v2"]["certs"][0]
    name, wanted = named["hash_algorithm"]["algorithm"].native, named["cert_hash"].native
    if name not in HASHES:
        raise EvidenceRefused("weak-algorithm")
    for certificate in certificates:
        if hashlib.new(name, certificate.public_bytes(Encoding.DER)).digest() == wanted:
            check_signature(certificate, signer["signature"].native, covered, HASHES[digest_name])
            return certificate
    raise EvidenceRefused("signer-missing")


def check_issued_for_timestamps(token: Token, anchors: Sequence[x509.Certificate]) -> None:
    """Check that the token's signer is a timestamp authority under one of the anchors, valid at its time.

    Raises: EvidenceRefused.
    """
    if purposes(token.signer) != (frozenset({ExtendedKeyUsageOID.TIME_STAMPING}), True):
        raise EvidenceRefused("not-a-timestamp-authority")
    current = token.signer
    for _ in range(DEEPEST_CHAIN):
        if not is_valid_at(current, token.moment):
            raise EvidenceRefused("certificate-not-valid")
        if any(issued_by(current, anchor) or current == anchor for anchor in anchors):
            return
        parents = (item for item in token.certificates if is_authority(item) and issued_by(current, item))
        parent = next(parents, None)
        if parent is None:
            break
        current = parent
    raise EvidenceRefused("unknown-authority")
