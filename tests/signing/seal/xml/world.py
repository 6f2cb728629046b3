"""A fictional school with its signers, specimen authorities in process, and transcripts sealed at will."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from asn1crypto import tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from records.national import v1_0
from records.national.document import General, HistoryRow, SubjectRow, Summary, TranscriptData
from signing.seal.evidence import CertificateNotValid, EvidenceRefused, RevocationUnavailable
from signing.seal.paths import Embedded, EvidenceLike
from signing.seal.trust import AuthorityEntry, SignerRole, Trust
from signing.seal.xml import attach_evidence, complete, imprint, prepare
from signing.specimen.pki import PUBLIC_CAS, IssuedKey, SpecimenPki
from signing.specimen.timestamping import TimestampAuthority
from tests.signing.seal.sources import Nearby, collected

NOW = datetime(2027, 5, 28, 2, 30, tzinfo=UTC)
"""When the homeroom teacher signs; the leader an hour later, the seal two."""

AFTER = NOW + timedelta(days=30)
SCHOOL = "99000101"
OTHER_SCHOOL = "99000102"
TEACHER_NUMBER = "099188000789"
LEADER_NUMBER = "099175000456"
HOURS = {SignerRole.HOMEROOM: 0, SignerRole.LEADER: 1, SignerRole.SEAL: 2}
TRAITS = (
    "TU_CHU_TU_HOC GIAO_TIEP_HOP_TAC GIAI_QUYET_VAN_DE_SANG_TAO NGON_NGU TINH_TOAN KHOA_HOC CONG_NGHE TIN_HOC "
    "THAM_MI THE_CHAT YEU_NUOC NHAN_AI CHAM_CHI TRUNG_THUC TRACH_NHIEM"
)
LEVELS = dict.fromkeys(TRAITS.split(" "), "T")


@dataclass(frozen=True)
class Step:
    """How one slot is signed; the defaults are the honest way."""

    key: IssuedKey
    number: str | None
    claimed: datetime
    stamped: datetime
    tsa: str | None = "tsa-1"
    evidence: bool = True
    evidence_at: datetime | None = None
    without_revocation: bool = False
    title: str | None = None
    token: Callable[[bytes], bytes] | None = None
    proof: Callable[[EvidenceLike], EvidenceLike] | None = None
    """What a liar puts in place of the evidence."""


@dataclass
class World:
    """One specimen PKI and the people of one school."""

    directory: Path
    pki: SpecimenPki = field(init=False)

    def __post_init__(self) -> None:
        self.pki = SpecimenPki.ensure(self.directory, now=NOW - timedelta(days=10))
        self.teacher = self.person("Phạm Thu Hường", TEACHER_NUMBER)
        self.leader = self.person("Lê Thị Bích Hằng", LEADER_NUMBER, PUBLIC_CAS[1])
        self.seal = self.organisation("Trường Tiểu học Hoa Sen", SCHOOL)
        self.other_seal = self.organisation("Trường Tiểu học Hoa Mai", OTHER_SCHOOL)

    def person(self, name: str, number: str, issuer: str = PUBLIC_CAS[0], **how: object) -> IssuedKey:
        how.setdefault("not_before", NOW - timedelta(days=5))
        return self.pki.issue_person(name, number, issuer, **how)

    def organisation(self, name: str, code: str, **how: object) -> IssuedKey:
        how.setdefault("not_before", NOW - timedelta(days=5))
        return self.pki.issue_organisation(name, code, **how)

    @cached_property
    def trust(self) -> Trust:
        return self.trusting(
            (SignerRole.HOMEROOM, self.teacher, SCHOOL),
            (SignerRole.LEADER, self.leader, SCHOOL),
            (SignerRole.SEAL, self.seal, SCHOOL),
            (SignerRole.SEAL, self.other_seal, OTHER_SCHOOL),
        )

    def trusting(self, *entries: tuple[SignerRole, IssuedKey, str]) -> Trust:
        """Return the anchors with a register of these approvals and an empty list of withdrawals."""
        lines = tuple(
            AuthorityEntry(
                school,
                role,
                one.certificate.fingerprint(hashes.SHA256()).hex(),
                NOW - timedelta(days=4),
                None,
            )
            for role, one, school in entries
        )
        return replace(
            self.pki.trust(), authorities=lines, authorities_at=NOW, statuses={}, statuses_at=AFTER
        )

    def and_trust(self, *entries: tuple[SignerRole, IssuedKey, str]) -> Trust:
        """Return the usual trust with more approvals."""
        more = self.trusting(*entries).authorities or ()
        return replace(self.trust, authorities=(*(self.trust.authorities or ()), *more))

    def step(self, role: SignerRole, **changes: object) -> Step:
        """Return the honest way to sign a slot, changed where asked."""
        key, number = {
            SignerRole.HOMEROOM: (self.teacher, TEACHER_NUMBER),
            SignerRole.LEADER: (self.leader, LEADER_NUMBER),
            SignerRole.SEAL: (self.seal, None),
        }[role]
        moment = NOW + timedelta(hours=HOURS[role])
        usual = Step(key, number, moment, moment + timedelta(seconds=2))
        return replace(usual, **changes)

    def sealed(
        self,
        code: str | None = None,
        *,
        frozen: bytes | None = None,
        roles: Sequence[SignerRole] = tuple(SignerRole),
        **steps: dict[str, object],
    ) -> bytes:
        """Return a sealed transcript; `HOMEROOM={…}`, `LEADER={…}`, `SEAL={…}` change how one is signed."""
        document = frozen or freeze(code or str(uuid.uuid4()))
        for role in roles:
            document = self.sign(document, role, self.step(role, **steps.get(role.name, {})))
        return document

    def sign(self, document: bytes, role: SignerRole, step: Step) -> bytes:
        """Return the document with one more slot, timestamped and with evidence."""
        prepared = prepare(
            document,
            role,
            step.key.chain,
            signing_time=step.claimed,
            personal_number=step.number,
            title=step.title,
        )
        document = complete(prepared.document, role, raw_signature(step.key, prepared.digest))
        token = self.token(imprint(document, role), step) if step.tsa or step.token else None
        tokens = [token] if token else []
        moment = step.evidence_at or step.stamped
        evidence = self.evidence(step.key, moment, *tokens) if step.evidence else None
        if evidence is not None and step.without_revocation:
            evidence = Embedded(evidence.certificates)
        if evidence is not None and step.proof is not None:
            evidence = step.proof(evidence)
        if token is None and evidence is None:
            return document
        return attach_evidence(document, role, token, evidence)

    def token(self, digest: bytes, step: Step) -> bytes:
        if step.token is not None:
            return step.token(digest)
        return self.stamp(digest, step.stamped, step.tsa or "tsa-1")

    def stamp(self, digest: bytes, moment: datetime, tsa: str = "tsa-1") -> bytes:
        """Return a timestamp token made at `moment`."""
        return stamp_with(self.pki.timestamp_authority(tsa), digest, moment)

    def evidence(self, key: IssuedKey, moment: datetime, *tokens: bytes) -> EvidenceLike:
        """Return what our signer embeds, as of `moment`; for what it would refuse, the bare chain and answer."""
        try:
            return collected(self.pki, key.chain, moment, *tokens)
        except (CertificateNotValid, RevocationUnavailable, EvidenceRefused):
            return self.bare_evidence(key, moment)

    def bare_evidence(self, key: IssuedKey, moment: datetime) -> Embedded:
        """Return chain and OCSP answer whatever the certificate is like."""
        chain = tuple(one.public_bytes(Encoding.DER) for one in key.chain)
        issuers = {one.certificate for one in self.pki.authorities()}
        if len(key.chain) < 2 or key.chain[1] not in issuers:
            return Embedded(chain)  # a CA of nobody's gives no answers
        answer = Nearby(self.pki).status(key.certificate, key.chain[1], moment).ocsp
        return Embedded(chain, (answer.der,) if answer else ())


def stamp_with(key: IssuedKey, digest: bytes, moment: datetime) -> bytes:
    """Return the token a timestamp authority gives for a SHA-256 digest."""
    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
            "nonce": 7,
            "cert_req": True,
        }
    )
    response = tsp.TimeStampResp.load(TimestampAuthority(key).answer(request.dump(), moment))
    return response["time_stamp_token"].dump()


def raw_signature(key: IssuedKey, digest: bytes) -> bytes:
    """Return what a token gives for a digest."""
    if isinstance(key.key, rsa.RSAPrivateKey):
        return key.key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    return key.key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))


GENERAL = General(
    format_version="1.0",
    circular="27/2020/TT-BGDĐT",
    look_up_code="",
    school_year="2026-2027",
    department_code="99",
    department_name="Sở Giáo dục và Đào tạo tỉnh Mẫu",
    school_code=SCHOOL,
    school_name="Trường Tiểu học Hoa Sen",
    district_name="Không",
    ward_name="Phường Bình Minh",
    province_name="Tỉnh Mẫu",
    level_code="02",
    register_number="2022/0147",
    full_name="Nguyễn Thị Ánh Dương",
    personal_number="099316000123",
    pupil_code="9900010100147",
    sex="Nữ",
    born_on=date(2016, 3, 5),
    weight_kg="31.5",
    height_cm="138",
    excused_absences=2,
    unexcused_absences=0,
    birthplace="Phường Bình Minh, Tỉnh Mẫu",
    home_town="Xã Đồng Lúa, Tỉnh Mẫu",
    residence="Số 7, đường Hoa Phượng, Phường Bình Minh, Tỉnh Mẫu",
    ethnicity="Kinh",
    nationality="Việt Nam",
    mother_name="Trần Thị Lụa",
    leader_name="Lê Thị Bích Hằng",
    leader_personal_number=LEADER_NUMBER,
    issue_place="Phường Bình Minh",
    created_on=date(2027, 5, 26),
    issued_on=date(2027, 5, 28),
    leader_title="Hiệu trưởng",
    homeroom_teacher_name="Phạm Thu Hường",
    homeroom_teacher_personal_number=TEACHER_NUMBER,
    grade=5,
    class_name="5A",
    school_year_start=2026,
)
YEAR = TranscriptData(
    general=GENERAL,
    history=(
        HistoryRow("4A", "Trường Tiểu học Hoa Sen", date(2025, 8, 25), "2025-2026"),
        HistoryRow("5A", "Trường Tiểu học Hoa Sen", date(2026, 8, 24), "2026-2027"),
    ),
    summary=Summary(
        outcome="Hoàn thành tốt",
        promoted=True,
        grade_completed=True,
        level_completed=True,
        section_6="Hoàn thành chương trình tiểu học.",
        homeroom_comment="Em chăm ngoan, có ý thức vươn lên trong học tập.",
    ),
    subjects=(
        SubjectRow("TV", "Tiếng Việt", "T", 9, "Đọc trôi chảy, viết đúng chính tả."),
        SubjectRow("TOAN", "Toán", "T", 10, "Tính toán nhanh và chính xác."),
        SubjectRow("DD", "Đạo đức", "H", None, "Lễ phép, biết giúp đỡ bạn."),
    ),
    traits=v1_0.traits(
        LEVELS,
        qualities_comment="Em yêu trường lớp.",
        general_competences_comment="Em tự giác học tập.",
        specific_competences_comment="Em có năng khiếu về ngôn ngữ.",
    ),
)


def freeze(code: str, **changes: object) -> bytes:
    """Return the frozen bytes of a fictional pupil's year."""
    return v1_0.frozen_bytes(replace(YEAR, general=replace(GENERAL, look_up_code=code, **changes)))


def digest(data: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(data).digest()
