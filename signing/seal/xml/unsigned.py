"""What is added after the signature value: timestamp, certificates, revocation data (XAdES-T and -LT)."""

from __future__ import annotations

from lxml import etree

from signing.seal.paths import EvidenceLike
from signing.seal.xml import words
from signing.seal.xml.build import base64_text
from signing.seal.xml.words import ds, xades


def add(signature: etree._Element, token: bytes | None, evidence: EvidenceLike | None) -> None:
    """Append xades:UnsignedProperties to one signature; a second call replaces what the first wrote."""
    holder = signature.find(f"{ds('Object')}/{xades('QualifyingProperties')}")
    if holder is None:
        raise ValueError("no xades:QualifyingProperties")
    for old in holder.findall(xades("UnsignedProperties")):
        holder.remove(old)
    group = etree.SubElement(
        etree.SubElement(holder, xades("UnsignedProperties")), xades("UnsignedSignatureProperties")
    )
    if token is not None:
        stamp = etree.SubElement(group, xades("SignatureTimeStamp"))
        etree.SubElement(stamp, ds("CanonicalizationMethod"), {"Algorithm": words.EXCLUSIVE})
        etree.SubElement(stamp, xades("EncapsulatedTimeStamp")).text = base64_text(token)
    if evidence is not None:
        _list(group, "CertificateValues", "EncapsulatedX509Certificate", evidence.certificates)
        if evidence.crls or evidence.ocsps:
            revocation = etree.SubElement(group, xades("RevocationValues"))
            _list(revocation, "CRLValues", "EncapsulatedCRLValue", evidence.crls)
            _list(revocation, "OCSPValues", "EncapsulatedOCSPValue", evidence.ocsps)


def _list(parent: etree._Element, name: str, item: str, values: tuple[bytes, ...]) -> None:
    if values:
        holder = etree.SubElement(parent, xades(name))
        for value in values:
            etree.SubElement(holder, xades(item)).text = base64_text(value)
