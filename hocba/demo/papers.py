"""What the demo leaves in `var/demo/`: files, trust directory, signers' keys, logins. See docs/demo.md."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate

from hocba.demo import country, people, tree
from hocba.demo.keys import KeyRing
from hocba.demo.progress import Steps
from hocba.demo.world import World
from schools import scopes
from schools.models import ClassYear, Person
from signing import sentences
from signing.actions import instruments
from signing.log.leaf import Leaf
from signing.models import PinnedProof, SealedDocument, Signature
from signing.seal import bundle
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication
from signing.seal.verify import verify_file
from signing.specimen.authority import Authority as SpecimenAuthority
from signing.specimen.files import (
    certificate_pem,
    key_pem,
    load_certificate,
    private_directory,
    write_private,
)

ROLE_OF = {"chunhiem": "homeroom_teacher"}
"""Roles of the contract that are relations, by the beginning of the user name."""

WITH_PIN = frozenset({"homeroom_teacher", "principal", "clerk"})


class NotGenuine(RuntimeError):
    """Our own verifier does not pass a file that the demo has just issued; the message says why."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One issued transcript with its files."""

    code: str
    document: SealedDocument
    proof: PinnedProof

    def files(self) -> dict[str, bytes]:
        """Return the bytes of its XML, PDF and bundle by suffix."""
        blobs = instruments.blobs()
        xml, pdf = blobs.get(self.document.xml_sha256), blobs.get(self.document.pdf_sha256)
        packed = bundle.build(
            xml=xml,
            pdf=pdf,
            proof=self.proof.proof.encode(),
            authority=self.proof.trust_list.authority.encode(),
            status=self.proof.trust_list.status.encode(),
            leaf=Leaf.parse(bytes(self.proof.leaf.entry)),
            look_up_code=self.code,
        )
        return {"xml": xml, "pdf": pdf, "zip": packed}


def of_class(class_year: ClassYear) -> list[Paper]:
    """Return the valid transcripts of a class that are in the log, in the order of issue."""
    with scopes.system(class_year.school.path):
        documents = list(
            SealedDocument.objects.filter(class_year=class_year, withdrawal__isnull=True).order_by("leaf_id")
        )
        proofs = {
            one.leaf_id: one
            for one in PinnedProof.objects.filter(leaf__in=[row.leaf_id for row in documents]).select_related(
                "leaf", "trust_list"
            )
        }
    return [
        Paper(str(row.look_up_code), row, proofs[row.leaf_id]) for row in documents if row.leaf_id in proofs
    ]


def write_files(papers: list[Paper], directory: Path, steps: Steps) -> list[Path]:
    """Write the files of each transcript as `<uuid>.<suffix>`; what is there with the same bytes stays."""
    written = []
    with steps.step("Ghi tệp XML, PDF, gói ZIP") as move:
        for number, paper in enumerate(papers, start=1):
            for suffix, data in paper.files().items():
                path = directory / f"{paper.code}.{suffix}"
                if not path.exists() or path.read_bytes() != data:
                    path.write_bytes(data)
                written.append(path)
            move(number, len(papers))
    return written


def verify(files: list[Path], trust_directory: Path, steps: Steps, at: datetime) -> None:
    """Verify each file with our public verifier, offline, as a stranger would. Raises: NotGenuine."""
    trust = load_trust(trust_directory)
    with steps.step("Kiểm tra lại từng tệp (ngoại tuyến)") as move:
        for number, path in enumerate(files, start=1):
            verdict = verify_file(path.read_bytes(), trust, at)
            if verdict.indication is not Indication.PASSED:
                raise NotGenuine(f"{path.name}: {'; '.join(map(str, sentences.sentences(verdict)))}")
            move(number, len(files))


def write_keys(papers: list[Paper], ring: KeyRing, directory: Path) -> None:
    """Write the specimen keys of each file's signers, so that testers can make hostile variants."""
    open_copies = ring.in_the_open()
    for paper in papers:
        target = private_directory(directory / "pki" / paper.code)
        if (target / "ca.cert.pem").exists():
            continue
        for place, (role, fingerprint) in enumerate(_signatures(paper), start=1):
            folder = open_copies[fingerprint]
            certificate = load_certificate(folder / "chain.pem")
            write_private(target / f"{place:02}-{role}.key.pem", (folder / "key.pem").read_bytes())
            write_private(target / f"{place:02}-{role}.cert.pem", certificate_pem(certificate))
            if place == 1:
                issuer = _issuer(ring, certificate)
        write_private(target / "ca.key.pem", key_pem(issuer.key))
        write_private(target / "ca.cert.pem", certificate_pem(issuer.certificate))  # last: all is there


def _signatures(paper: Paper) -> list[tuple[str, str]]:
    with scopes.system(paper.document.school_path):
        rows = Signature.objects.filter(version=paper.document.version_id).order_by("pk")
        return list(rows.values_list("role", "certificate__sha256"))


def _issuer(ring: KeyRing, certificate: Certificate) -> SpecimenAuthority:
    return next(one for one in ring.pki.authorities() if one.certificate.subject == certificate.issuer)


def write_logins(world: World, directory: Path) -> list[dict[str, str]]:
    """Write `logins.json`, one or more for each role, and return what it says."""
    rows = [
        login(ROLE_OF.get(plan.username.partition(".")[0], plan.role.value), plan.username, person, unit.name)
        for plan in country.STAFF
        for person, unit in [(world.staff[plan.username], world.units[plan.unit])]
    ]
    school = world.units[tree.FIRST].name
    rows += [
        login("pupil" if username.startswith("hocsinh") else "guardian", username, person, school)
        for username, person in world.families.items()
    ]
    (directory / "logins.json").write_text(
        json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    return rows


def login(role: str, username: str, person: Person, unit: str) -> dict[str, str]:
    """Return one line of `logins.json`; who signs with a key has its PIN there too."""
    row = {
        "role": role,
        "username": username,
        "password": people.PASSWORD,
        "name": person.full_name,
        "unit": unit,
    }
    return row | {"pin": people.PIN} if role in WITH_PIN else row
