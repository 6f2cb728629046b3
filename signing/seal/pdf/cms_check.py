"""Reads the CMS container of the PDF's seal strictly: one signer, PAdES attributes, no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import check_ess_certid
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr

from hocba.kernel.canonical import sha256
from signing.seal.pdf.cms import KeyNotSupported, algorithm_of, assembled, verify_raw
from signing.seal.pdf.structure import Refused

MAX_CONTAINER: Final = 64 * 1024
_SIGNED: Final = {"content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection"}
_ALGORITHMS: Final = {"sha256_rsa", "sha256_ecdsa", "rsassa_pkcs1v15", "ecdsa"}


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature whose digest and value hold: who, with which certificates, its value and timestamp."""

    certificate: x509.Certificate
    chain: tuple[bytes, ...]
    value: bytes
    token: bytes


def read_signature(container: bytes, digest: bytes) -> Signed:
    """Return the seal after checking form, digest and value against `digest` (SHA-256). Raises: Refused."""
    try:
        return _read(container, digest)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError) as error:
        # asn1crypto raises these for malformed DER, lazily, wherever a field is first read.
        raise Refused("pdf.signature-form", type(error).__name__) from error


def _read(container: bytes, digest: bytes) -> Signed:
    if len(container) > MAX_CONTAINER:
        raise Refused("pdf.signature-form", "size")
    content = cms.ContentInfo.load(unpadded(container), strict=True)
    signed = content["content"]
    if content["content_type"].native != "signed_data" or len(signed["signer_infos"]) != 1:
        raise Refused("pdf.signature-form", "signers")
    if signed["encap_content_info"]["content"].native is not None:
        raise Refused("pdf.signature-form", "encapsulated content")
    info = signed["signer_infos"][0]
    certificate = _certificate(signed, info)
    _check_attributes(info, certificate, digest)
    loaded = x509.load_der_x509_certificate(certificate.dump())
    value = info["signature"].native
    attributes = info["signed_attrs"].untag().dump()
    try:
        verify_raw(loaded, value, sha256(attributes))
    except InvalidSignature as error:
        raise Refused("pdf.signature") from error
    except KeyNotSupported as error:
        raise Refused("pdf.weak-algorithm", str(error)) from error
    token = _token(info)
    others = [one.chosen for one in signed["certificates"] if one.chosen.dump() != certificate.dump()]
    again = assembled([certificate, *others], info["signed_attrs"], algorithm_of(loaded), value, token)
    if again != unpadded(container):
        # What the signature does not cover is compared with the one way our signer writes it.
        raise Refused("pdf.signature-form", "container")
    return Signed(loaded, _chain(loaded, others), value, token.dump())


def _chain(signer: x509.Certificate, others: list[Any]) -> tuple[bytes, ...]:
    """Return the certificates from the signer upward: as a SET they are sorted by their bytes."""
    rest = [x509.load_der_x509_certificate(one.dump()) for one in others]
    found = [signer]
    while above := [one for one in rest if one.subject == found[-1].issuer]:
        found.append(above[0])
        rest.remove(above[0])
    return tuple(one.public_bytes(Encoding.DER) for one in (*found, *rest))


def unpadded(container: bytes) -> bytes:
    """Return the DER value at the front of a container that is filled up with zeros. Raises: Refused."""
    head = container[:6]
    if len(head) < 6 or head[0] != 0x30 or not 0x81 <= head[1] <= 0x84:
        raise Refused("pdf.signature-form", "container")
    octets = head[1] & 0x0F
    end = 2 + octets + int.from_bytes(head[2 : 2 + octets], "big")
    if end > len(container) or container[end:].strip(b"\x00"):
        raise Refused("pdf.signature-form", "bytes after the container")
    return container[:end]


def _certificate(signed: cms.SignedData, info: cms.SignerInfo) -> Any:
    sid = info["sid"]
    if sid.name != "issuer_and_serial_number":
        raise Refused("pdf.signature-form", "signer identifier")
    for one in signed["certificates"]:
        found = one.chosen
        if (found.issuer, found.serial_number) == (sid.chosen["issuer"], sid.chosen["serial_number"].native):
            return found
    raise Refused("pdf.signature-form", "no certificate")


def _check_attributes(info: cms.SignerInfo, certificate: Any, digest: bytes) -> None:
    attributes = info["signed_attrs"]
    names = [one["type"].native for one in attributes]
    if (
        len(set(names)) != len(names)
        or set(names) - _SIGNED
        or any(len(a["values"]) != 1 for a in attributes)
    ):
        raise Refused("pdf.signature-form", "signed attributes")
    values = {one["type"].native: one["values"][0] for one in attributes}
    if info["digest_algorithm"]["algorithm"].native != "sha256":
        raise Refused("pdf.weak-algorithm", str(info["digest_algorithm"]["algorithm"].native))
    if info["signature_algorithm"]["algorithm"].native not in _ALGORITHMS:
        raise Refused("pdf.weak-algorithm", str(info["signature_algorithm"]["algorithm"].native))
    if values["content_type"].native != "data":
        raise Refused("pdf.signature-form", "content type")
    if values["message_digest"].native != digest:
        raise Refused("pdf.digest")
    named = get_signing_cert_attr(attributes)
    if named is None or not check_ess_certid(certificate, named["certs"][0]):
        raise Refused("pdf.signature-form", "signing certificate")


def _token(info: cms.SignerInfo) -> cms.ContentInfo:
    unsigned = info["unsigned_attrs"]
    names = [one["type"].native for one in unsigned or ()]
    if names != ["signature_time_stamp_token"]:
        raise Refused("pdf.timestamp-missing" if not names else "pdf.signature-form", "unsigned attributes")
    if len(unsigned[0]["values"]) != 1:
        raise Refused("pdf.signature-form", "timestamps")
    return unsigned[0]["values"][0]
