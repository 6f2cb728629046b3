"""The names of the signature layout: namespaces, algorithms, slots, ids (XMLDSig, XAdES 1.3.2, CV 2088)."""

from __future__ import annotations

from typing import Final

from signing.seal.trust import SignerRole

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
TIME_NS: Final = "urn:hocba:signing-time:1"
"""Namespace of the Ministry's SigningTime: v1.0 names none, and W3C's schema asks for one here."""

EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_11: Final = "http://www.w3.org/2006/12/xml-c14n11"
ENVELOPED: Final = DS + "enveloped-signature"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"

TYPE_COUNTERSIGNED: Final = "http://uri.etsi.org/01903#CountersignedSignature"
TYPE_SIGNED_PROPERTIES: Final = "http://uri.etsi.org/01903#SignedProperties"

DOCUMENT: Final = "HOC_BA"
DATA: Final = "DU_LIEU_HOC_BA"
SLOTS: Final = "DANH_SACH_THONG_TIN_KY"
SIGNED_ON: Final = "NGAY_KY"
PERSONAL_NUMBER: Final = "SO_CCCD"
LIST: Final = "DANH_SACH_HOC_BA"
LIST_ID: Final = "dataDanhSach"

ROLES: Final = (SignerRole.HOMEROOM, SignerRole.LEADER, SignerRole.SEAL)
"""The order in which slots are signed and stand in the file."""

SUFFIX: Final = {SignerRole.HOMEROOM: "gvcn", SignerRole.LEADER: "cbql", SignerRole.SEAL: "kph"}
UUID_PATTERN: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

LIMIT_LIST_BYTES: Final = 10 * 1024 * 1024
"""Largest list that is read: the Ministry's bound on one transaction (CV 2088)."""

LIMIT_BYTES: Final = 2 * 1024 * 1024
"""Largest transcript that is read; a genuine one, signed three times, has some 60 KB."""


def ds(name: str) -> str:
    """Return the qualified name of an XMLDSig element."""
    return f"{{{DS}}}{name}"


def xades(name: str) -> str:
    """Return the qualified name of a XAdES 1.3.2 element."""
    return f"{{{XADES}}}{name}"


def own_ids(tail: str) -> dict[str, str]:
    """Return the ids inside one signature, `tail` being "<slot>-<uuid>" (or the list's own tail)."""
    return {kind: f"{kind}-{tail}" for kind in ("sig", "sv", "ki", "time", "sp")}
