"""The CMS container inside the PDF: CAdES as PAdES wants it (EN 319 142-1 §6.3), one signer, one timestamp.

Put together with asn1crypto; pyHanko's own builder needs an event loop and a key object, ours is a callable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from hocba.kernel.canonical import sha256
from signing.seal.raw import WrongSignature


class KeyNotSupported(Exception):
    """Only RSA and ECDSA keys seal (TT 15/2025/TT-BKHCN)."""


def signed_data(
    document_digest: bytes,
    *,
    sign: Callable[[bytes], bytes],
    chain: Sequence[x509.Certificate],
    stamp: Callable[[bytes], bytes],
) -> bytes:
    """Return the DER of a detached, timestamped SignedData over a document's SHA-256.

    The claimed time stands in the PDF (/M); PAdES forbids it here. Raises: WrongSignature,
    KeyNotSupported, and whatever `sign` and `stamp` raise.
    """
    certificates = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain]
    attributes = _attributes(document_digest, chain[0])
    digest = sha256(attributes.dump())
    raw = sign(digest)
    _check(chain[0], raw, digest)
    token = cms.ContentInfo.load(stamp(sha256(raw)))
    return assembled(certificates, attributes, algorithm_of(chain[0]), raw, token)


def assembled(
    certificates: Sequence[asn1_x509.Certificate],
    attributes: cms.CMSAttributes,
    algorithm: str,
    raw: bytes,
    token: cms.ContentInfo,
) -> bytes:
    """Return the DER of the container made of these parts, the signer's certificate first."""
    signer = _signer_info(certificates[0], attributes, algorithm, raw, token)
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": {"content_type": "data"},
            "certificates": certificates,
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


def _signer_info(
    certificate: asn1_x509.Certificate,
    attributes: cms.CMSAttributes,
    algorithm: str,
    raw: bytes,
    token: cms.ContentInfo,
) -> cms.SignerInfo:
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": named}),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": algorithm},
            "signature": raw,
            "unsigned_attrs": [{"type": "signature_time_stamp_token", "values": [token]}],
        }
    )


def _attributes(document_digest: bytes, certificate: x509.Certificate) -> cms.CMSAttributes:
    fingerprint = sha256(certificate.public_bytes(Encoding.DER))
    reference = tsp.SigningCertificateV2({"certs": [{"cert_hash": fingerprint}]})
    return cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [document_digest]},
            {"type": "signing_certificate_v2", "values": [reference]},
        ]
    )


def algorithm_of(certificate: x509.Certificate) -> str:
    """Return how the container names the signature algorithm of a key. Raises: KeyNotSupported."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "sha256_rsa"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "sha256_ecdsa"
    raise KeyNotSupported(type(key).__name__)


def _check(certificate: x509.Certificate, raw: bytes, digest: bytes) -> None:
    try:
        verify_raw(certificate, raw, digest)
    except InvalidSignature as error:
        raise WrongSignature from error


def verify_raw(certificate: x509.Certificate, raw: bytes, digest: bytes) -> None:
    """Verify a raw signature over a SHA-256 digest. Raises: InvalidSignature, KeyNotSupported."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(raw, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(raw, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
    else:
        raise KeyNotSupported(type(key).__name__)
