"""What the signatures inside a sealed XML say of themselves: who, by whom certified, when.

Nothing is checked here; `signing.seal.xml.verify` does that.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree

from hocba.kernel.clock import VIETNAM
from signing.seal.trust import SignerRole

DS = "{http://www.w3.org/2000/09/xmldsig#}"


@dataclass(frozen=True, slots=True)
class Slot:
    """One signer as the display prints them; `time` is the claimed one (NGAY_KY), aware."""

    role: SignerRole
    signer: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    time: datetime
    certificate: bytes

    @property
    def time_text(self) -> str:
        """Return the time as NĐ 30/2020 wants it seen: dd/mm/yyyy hh:mm:ss +07:00."""
        return self.time.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S +07:00")

    @property
    def validity_text(self) -> str:
        """Return from – to of the certificate, as dd/mm/yyyy in Viet Nam's time."""
        start, end = (moment.astimezone(VIETNAM) for moment in (self.not_before, self.not_after))
        return f"{start:%d/%m/%Y} – {end:%d/%m/%Y}"


def read_slots(root: etree._Element) -> tuple[Slot, ...]:
    """Return the signers in DANH_SACH_THONG_TIN_KY in the order of signing; broken slots are left out."""
    found = []
    for role in SignerRole:
        node = root.find(f"DANH_SACH_THONG_TIN_KY/{role.value}")
        slot = _slot(role, node) if node is not None else None
        if slot:
            found.append(slot)
    return tuple(found)


def _slot(role: SignerRole, node: etree._Element) -> Slot | None:
    encoded = node.findtext(f"{DS}Signature/{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    stated = (node.findtext("NGAY_KY") or "").strip()
    try:
        der = base64.b64decode("".join((encoded or "").split()), validate=True)
        certificate = x509.load_der_x509_certificate(der)
        time = datetime.fromisoformat(stated)
    except ValueError:
        return None
    if time.tzinfo is None:
        return None
    return Slot(
        role=role,
        signer=name_of(certificate.subject),
        issuer=name_of(certificate.issuer),
        serial=f"{certificate.serial_number:X}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        time=time,
        certificate=der,
    )


def name_of(name: x509.Name) -> str:
    """Return the common name, else the organisation, else the whole name."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        values = name.get_attributes_for_oid(oid)
        if values:
            return str(values[0].value)
    return name.rfc4514_string()
