"""A school with sealed transcripts, as of now, and a receiver for them: a real program over real HTTP."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import requests
from asn1crypto import tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from exports.ministry.client import Credentials, MinistryClient, Sender
from exports.ministry.messages import Answer, CertificateRegistration, Provider, Response, SignatureKind
from hocba.bootstrap.supervise import answers, free_port
from signing.seal import xml
from signing.seal.paths import EvidenceLike
from signing.seal.signed_lists import attach, authority_list, to_sign
from signing.seal.trust import AuthorityEntry, SignerRole
from signing.seal.trust_files import Anchors, write_anchors, write_authority
from signing.specimen.pki import IssuedKey, SpecimenPki
from signing.specimen.timestamping import TimestampAuthority
from tests.signing.seal.pdf import sample
from tests.signing.seal.sources import collected

ROOT = Path(__file__).resolve().parents[3]
SCHOOL, OTHER_SCHOOL, LONELY_SCHOOL, DEPARTMENT = "99000101", "99000202", "99000303", "99"
SECRET, SCHOOL_YEAR, DESK_SECRET = "bản mẫu, không phải mật khẩu thật", 2026, "mật khẩu của bàn mẫu"
SENDER = Sender(SCHOOL, SCHOOL_YEAR)
HOMEROOM_NUMBER, LEADER_NUMBER = "099188000789", "099175000456"


def sign(key: IssuedKey, digest: bytes) -> bytes:
    """Return the raw signature of a P-256 key."""
    assert isinstance(key.key, ec.EllipticCurvePrivateKey)
    return key.key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))


@dataclass
class World:
    """A specimen PKI of this moment, the signers of a school, and what they seal."""

    directory: Path

    def __post_init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.pki = SpecimenPki.ensure(self.directory / "pki", now=self.now - timedelta(days=3))
        self.homeroom = self.pki.issue_person("Phạm Bản Mẫu", HOMEROOM_NUMBER)
        self.leader = self.pki.issue_person("Lê Bản Mẫu", LEADER_NUMBER)
        self.school = self.pki.issue_organisation("Trường Tiểu học Bản Mẫu", SCHOOL)
        self.stranger = self.pki.issue_organisation("Trường Tiểu học Bản Mẫu Khác", OTHER_SCHOOL)

    @cached_property
    def _timestamps(self) -> TimestampAuthority:
        return TimestampAuthority(self.pki.timestamp_authority("tsa-1"))

    def stamp(self, digest: bytes, at: datetime) -> bytes:
        """Return a timestamp token of that moment."""
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
        request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True})
        answer = tsp.TimeStampResp.load(self._timestamps.answer(request.dump(), at))
        return bytes(answer["time_stamp_token"].dump())

    def evidence(self, key: IssuedKey, at: datetime) -> EvidenceLike:
        """Return what the signer embeds, as of that moment."""
        return collected(self.pki, key.chain, at, self.stamp(bytes(32), at))

    def sealed(self, *, code: str = "", seal: IssuedKey | None = None, **tags: str) -> bytes:
        """Return a transcript signed by homeroom teacher, leader and school, B-LT in every slot."""
        document = sample.frozen(sample.Pupil(common=tags), uuid=code or str(uuid.uuid4()))
        at = self.now - timedelta(hours=1)
        for role, key, number in (
            (SignerRole.HOMEROOM, self.homeroom, HOMEROOM_NUMBER),
            (SignerRole.LEADER, self.leader, LEADER_NUMBER),
            (SignerRole.SEAL, seal or self.school, None),
        ):
            at += timedelta(minutes=5)
            ready = xml.prepare(document, role, key.chain, signing_time=at, personal_number=number)
            document = xml.complete(ready.document, role, sign(key, ready.digest))
            token = self.stamp(xml.imprint(document, role), at)
            document = xml.attach_evidence(document, role, token, self.evidence(key, at))
        return document

    def package(self, documents: Iterable[bytes], *, key: IssuedKey | None = None) -> bytes:
        """Return the list signed by the organisation."""
        by = key or self.school
        ready = xml.prepare_package(tuple(documents), by.chain, signing_time=self.now)
        return xml.complete_package(ready.document, sign(by, ready.digest))

    def write_trust(self, directory: Path, *, register: bool, seal_ended: datetime | None = None) -> Path:
        """Write a trust directory, with or without the register of persons; and with the end of the school's seal."""
        roots = {role: [f"{role.value}.pem"] for role in self.pki.anchors()}
        files = {f"{role.value}.pem": found for role, found in self.pki.anchors().items()}
        files["others.pem"] = tuple(one.certificate for one in self.pki.authorities())
        write_anchors(directory, Anchors(roots, ["others.pem"], specimen=True), files)
        if register:
            since = self.now - timedelta(days=1)
            signers: list[tuple[SignerRole, IssuedKey, datetime | None]] = [
                (SignerRole.HOMEROOM, self.homeroom, None),
                (SignerRole.LEADER, self.leader, None),
            ]
            signers += [(SignerRole.SEAL, self.school, seal_ended)] if seal_ended else []
            entries = [
                AuthorityEntry(SCHOOL, role, key.certificate.fingerprint(hashes.SHA256()).hex(), since, end)
                for role, key, end in signers
            ]
            signed = authority_list(entries, number=1, issued_at=self.now)
            operator = self.pki.operator
            digest = hashes.Hash(hashes.SHA256())
            digest.update(to_sign(signed))
            write_authority(directory, attach(signed, operator.chain, sign(operator, digest.finalize())))
        return directory

    def registration(self, key: IssuedKey | None = None, *, whole: bool = True) -> CertificateRegistration:
        """Return the registration of an organisation's certificate."""
        certificate = (key or self.school).certificate
        return CertificateRegistration(
            f"{certificate.serial_number:x}",
            certificate.not_valid_before_utc.date() + timedelta(days=1),
            SignatureKind.USB_TOKEN,
            Provider.BAN_CO_YEU,
            base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii") if whole else "",
        )


class Receiver:
    """The receiver as a child process on a free port."""

    def __init__(self, directory: Path, database_url: str, trust: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.directory = directory
        self.environment = os.environ | {
            "RECEIVER_DATABASE_URL": database_url,
            "RECEIVER_SECRET_KEY": "a key of the tests",
            "RECEIVER_BLOB_DIR": str(directory / "blobs"),
            "RECEIVER_DESK_SECRET": DESK_SECRET,
            "TRUST_DIR": str(trust),
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "exports.receiver.settings",
            **settings,
        }
        self._children: list[subprocess.Popen[bytes]] = []

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one command of the program to its end."""
        return subprocess.run(
            [sys.executable, "-m", "exports.receiver", *arguments],
            env=self.environment,
            cwd=self.directory,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def prepare(self) -> None:
        """Make tables and units: a department, two schools below it, one that only speaks for itself."""
        for line in (
            ("migrate",),
            ("add-unit", DEPARTMENT, "Sở Giáo dục và Đào tạo tỉnh Bản Mẫu", SECRET),
            ("add-unit", SCHOOL, "Trường Tiểu học Bản Mẫu", SECRET, "--parent", DEPARTMENT),
            ("add-unit", OTHER_SCHOOL, "Trường Tiểu học Bản Mẫu Khác", "-", "--parent", DEPARTMENT),
            ("add-unit", LONELY_SCHOOL, "Trường Tiểu học Bản Mẫu Ba", SECRET),
        ):
            done = self.run(*line, stdin=SECRET + "\n")
            assert done.returncode == 0, done.stderr

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a lasting command; its complaints go to `receiver.log`."""
        with (self.directory / "receiver.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "exports.receiver", *arguments],
                env=self.environment,
                cwd=self.directory,
                stdout=log,
                stderr=log,
            )
        self._children.append(child)
        return child

    def serve(self) -> None:
        """Serve, and wait until it answers."""
        child = self.start("serve", "--port", str(self.port))
        while not answers(f"{self.url}/healthz"):
            assert child.poll() is None, (self.directory / "receiver.log").read_text()
            a_moment()

    def stop(self) -> None:
        """Stop what was started here."""
        for child in self._children:
            child.send_signal(signal.SIGTERM)
        for child in self._children:
            child.wait(20)
        self._children.clear()

    def log(self) -> str:
        """Return what the program complained about."""
        return (self.directory / "receiver.log").read_text()

    def client(self, user_name: str = SCHOOL, secret: str = SECRET) -> MinistryClient:
        """Return a client of one account."""
        return MinistryClient(self.url, Credentials(user_name, secret))

    def post(self, service: str, data: object, **headers: str) -> requests.Response:
        """Post bytes as they are."""
        return requests.post(f"{self.url}/{service}", data=data, headers=headers, timeout=60)


def a_moment() -> None:
    """Leave the core to the program that is asked again and again."""
    threading.Event().wait(0.02)


def result(client: MinistryClient, sender: Sender, message_id: str) -> Answer:
    """Ask until every row is answered."""
    deadline = datetime.now(UTC) + timedelta(seconds=60)
    while datetime.now(UTC) < deadline:
        answer = client.check_submission(sender, message_id)
        if answer.response is Response.DONE:
            return answer
        a_moment()
    raise AssertionError("rows still wait")


def withdrawal_result(client: MinistryClient, sender: Sender, message_id: str) -> Answer:
    """Ask until every withdrawal is answered."""
    deadline = datetime.now(UTC) + timedelta(seconds=60)
    while datetime.now(UTC) < deadline:
        answer = client.check_withdrawal(sender, message_id)
        if answer.response is Response.DONE:
            return answer
        a_moment()
    raise AssertionError("rows still wait")


def new_id() -> str:
    """Return a messageid that was never used."""
    return str(uuid.uuid4())
