"""A specimen PKI with a fixed clock, in process: keys, timestamps, OCSP answers, a register, samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from hocba.kernel.clock import VIETNAM
from signing.seal import xml
from signing.seal.paths import EvidenceLike
from signing.seal.pdf.draw import Images, draw
from signing.seal.pdf.seal import seal_pdf
from signing.seal.trust import AuthorityEntry, SignerRole, Trust
from signing.specimen.pki import IssuedKey, SpecimenPki
from signing.specimen.timestamping import TimestampAuthority
from tests.signing.seal.pdf import sample
from tests.signing.seal.sources import collected

MOMENT = datetime(2027, 5, 28, 9, 0, tzinfo=VIETNAM)
VERIFY_URL = "https://hocba.example/xac-thuc"
HAND = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 100"><path d="M10 70C40 0 60 110 90 40S130 90'
    b' 150 30S190 80 205 50" fill="none" stroke="#1a3fb0" stroke-width="4"/></svg>'
)
STAMP = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><g fill="none" stroke="#d0201a">'
    b'<circle cx="50" cy="50" r="48" stroke-width="2.5"/><circle cx="50" cy="50" r="34"/></g>'
    b'<path d="M50 30l6 14 15 1-11 10 3 14-13-7-13 7 3-14-11-10 15-1z" fill="#d0201a"/></svg>'
)
PICTURES = Images(HAND, HAND, STAMP)


@dataclass
class World:
    """One school and its signers; `clock` moves by hand."""

    directory: Path
    clock: datetime = MOMENT

    @cached_property
    def pki(self) -> SpecimenPki:
        """The specimen PKI, made three days before the moment."""
        return SpecimenPki.ensure(self.directory, now=MOMENT - timedelta(days=3))

    @cached_property
    def homeroom(self) -> IssuedKey:
        """The homeroom teacher's key."""
        start = MOMENT - timedelta(days=2)
        return self.pki.issue_person("Phạm Thu Hường", "099188000789", not_before=start)

    @cached_property
    def leader(self) -> IssuedKey:
        """The leader's key."""
        start = MOMENT - timedelta(days=2)
        return self.pki.issue_person("Lê Thị Bích Hằng", "099175000456", not_before=start)

    @cached_property
    def school(self) -> IssuedKey:
        """The school's seal."""
        return self.organisation("Trường Tiểu học Hoa Sen", "99000101")

    def organisation(self, name: str, code: str, *, rsa_bits: int | None = None) -> IssuedKey:
        """Issue another organisation's key."""
        start = MOMENT - timedelta(days=2)
        return self.pki.issue_organisation(name, code, not_before=start, rsa_bits=rsa_bits)

    @cached_property
    def _authority(self) -> TimestampAuthority:
        return TimestampAuthority(self.pki.timestamp_authority("tsa-1"))

    def stamp(self, digest: bytes) -> bytes:
        """Return a timestamp token by the clock of this world."""
        request = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
                "cert_req": True,
            }
        )
        answer = tsp.TimeStampResp.load(self._authority.answer(request.dump(), self.clock))
        return bytes(answer["time_stamp_token"].dump())

    def evidence(self, key: IssuedKey) -> EvidenceLike:
        """Return what our signer embeds, for a signer and this world's timestamp authority."""
        return collected(self.pki, key.chain, self.clock, self.stamp(bytes(32)))

    def sealed_xml(self, pupil: sample.Pupil = sample.USUAL, *, seal: IssuedKey | None = None) -> bytes:
        """Return a transcript signed by all three, B-LT in every slot."""
        document = sample.frozen(pupil)
        general = sample.COMMON | pupil.common
        for role, key, number in (
            (SignerRole.HOMEROOM, self.homeroom, general["SO_CCCD_GIAO_VIEN_CHU_NHIEM"]),
            (SignerRole.LEADER, self.leader, general["SO_CCCD_GIAM_HIEU_KY_HOC_BA"]),
            (SignerRole.SEAL, seal or self.school, None),
        ):
            self.clock += timedelta(minutes=7, seconds=11)
            ready = xml.prepare(document, role, key.chain, signing_time=self.clock, personal_number=number)
            document = xml.complete(ready.document, role, signer(key)(ready.digest))
            token = self.stamp(xml.imprint(document, role))
            document = xml.attach_evidence(document, role, token, self.evidence(key))
        return document

    def drawn(self, sealed: bytes, *, specimen: bool = True) -> bytes:
        """Return the drawn PDF of a sealed XML."""
        return draw(sealed, PICTURES, verify_url=VERIFY_URL, specimen=specimen)

    def seal(self, drawn: bytes, key: IssuedKey | None = None) -> bytes:
        """Return a drawn PDF sealed by the clock of this world."""
        by = key or self.school
        self.clock += timedelta(minutes=2)
        return seal_pdf(
            drawn,
            sign=signer(by),
            chain=by.chain,
            stamp=self.stamp,
            evidence=self.evidence(by),
            signing_time=self.clock,
        )

    def trust(self, *extra: tuple[SignerRole, x509.Certificate]) -> Trust:
        """Return anchors and a register that allows this school's three signers, and `extra`."""
        entries = [
            (SignerRole.HOMEROOM, self.homeroom.certificate),
            (SignerRole.LEADER, self.leader.certificate),
            (SignerRole.SEAL, self.school.certificate),
            *extra,
        ]
        since = MOMENT - timedelta(days=30)
        base = self.pki.trust()
        return Trust(
            roots=base.roots,
            intermediates=base.intermediates,
            authorities=tuple(
                AuthorityEntry("99000101", role, one.fingerprint(hashes.SHA256()).hex(), since, None)
                for role, one in entries
            ),
            authorities_at=self.clock,
            statuses={},
            statuses_at=self.clock,
            specimen=True,
        )


def signer(key: IssuedKey) -> Callable[[bytes], bytes]:
    """Return a callable from SHA-256 digest to raw signature."""

    def sign(digest: bytes) -> bytes:
        if isinstance(key.key, rsa.RSAPrivateKey):
            return key.key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        return key.key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))

    return sign
