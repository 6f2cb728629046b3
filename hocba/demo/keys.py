"""Specimen keys of the demo: the PKI, the key agent's credentials, the log's key; files only, no database.

<home>/pki/                    the specimen PKI (signing.specimen)
<home>/agent/                  the key agent's directory: keys under their PIN
<home>/signers/<name>/         the same keys in the open, to be exported with the files that they signed
<home>/log.key, operator.pin   the log's signing key; the PIN of the operator's credential
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from signing.agent import keyfiles
from signing.log.notes import KeyType, SignerKey
from signing.seal.trust import AnchorRole
from signing.seal.trust_files import Anchors, write_anchors
from signing.specimen.files import (
    certificate_pem,
    load_certificate,
    load_key,
    private_directory,
    write_private,
)
from signing.specimen.pki import (
    OPERATOR_CA,
    ORGANISATION_CA,
    PUBLIC_CAS,
    ROOT_CA,
    TIMESTAMP_AUTHORITIES,
    TSA_CA,
    IssuedKey,
    SpecimenPki,
)

LOG_ORIGIN = "log.hocba.invalid/ban-mau"
OPERATOR_PIN = "operator-of-specimens"
"""Of the registry's own key, which signs lists without a person; its file is readable by the owner only."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Everything that signs in the demo, below one directory."""

    home: Path
    pki: SpecimenPki
    operator_credential: str

    @property
    def agent_directory(self) -> Path:
        """Return the key agent's directory."""
        return self.home / "agent"

    @property
    def log_key_file(self) -> Path:
        """Return the file of the log's signing key."""
        return self.home / "log.key"

    @property
    def operator_pin_file(self) -> Path:
        """Return the file with the PIN of the operator's credential."""
        return self.home / "operator.pin"

    @classmethod
    def ensure(cls, home: Path) -> KeyRing:
        """Return the keys in `home`, made on the first call."""
        private_directory(home)
        pki = SpecimenPki.ensure(home / "pki")
        log_key = home / "log.key"
        if not log_key.exists():
            write_private(log_key, SignerKey.generate(LOG_ORIGIN, KeyType.LOG).secret_text().encode())
        write_private(home / "operator.pin", OPERATOR_PIN.encode())
        credential = keyfiles.credential_id(pki.operator.certificate)
        if not (home / "agent" / "credentials" / credential).exists():
            keyfiles.enrol(home / "agent", pki.operator.key, pki.operator.chain, OPERATOR_PIN)
        return cls(home, pki, credential)

    def person(self, full_name: str, personal_number: str, organisation: str, pin: str) -> str:
        """Return the credential of a person's key, made under `pin` when it is new."""
        issuer = PUBLIC_CAS[int(personal_number[-1]) % len(PUBLIC_CAS)]
        return self._credential(
            personal_number,
            pin,
            lambda: self.pki.issue_person(full_name, personal_number, issuer, organisation=organisation),
        )

    def school(self, code: str, name: str, pin: str) -> str:
        """Return the credential of a school's seal, made under `pin` when it is new."""
        return self._credential(f"seal-{code}", pin, lambda: self.pki.issue_organisation(name, code))

    def _credential(self, name: str, pin: str, issue: Callable[[], IssuedKey]) -> str:
        folder = self.home / "signers" / name
        if not (folder / "chain.pem").exists():
            issued = issue()
            private_directory(folder)
            write_private(folder / "key.pem", issued.key_pem)
            keyfiles.enrol(self.agent_directory, issued.key, issued.chain, pin)
            write_private(folder / "chain.pem", _pem(issued.chain))  # last: it says that all is there
        chain = x509.load_pem_x509_certificates((folder / "chain.pem").read_bytes())
        credential = keyfiles.credential_id(chain[0])
        if not (self.agent_directory / "credentials" / credential / "chain.pem").exists():
            keyfiles.enrol(self.agent_directory, load_key(folder / "key.pem"), chain, pin)
        return credential

    def in_the_open(self) -> dict[str, Path]:
        """Return the folders of the open copies by the SHA-256 of their certificates, in hexadecimal."""
        found = {}
        for folder in (self.home / "signers").iterdir():
            certificate = load_certificate(folder / "chain.pem")
            found[certificate.fingerprint(hashes.SHA256()).hex()] = folder
        return found

    def write_trust(self, directory: Path) -> None:
        """Write the anchors of this PKI and this log as a verifier's trust directory."""
        log = SignerKey.parse(self.log_key_file.read_text("ascii").strip()).verifier
        anchors = Anchors(
            roots={
                AnchorRole.PERSON: [f"{name}.pem" for name in PUBLIC_CAS],
                AnchorRole.ORGANISATION: [f"{ORGANISATION_CA}.pem"],
                AnchorRole.TIMESTAMP: [f"{TSA_CA}.pem"],
                AnchorRole.OPERATOR: [f"{OPERATOR_CA}.pem"],
            },
            intermediates=[f"{ROOT_CA}.pem", *(f"{name}.pem" for name in TIMESTAMP_AUTHORITIES)],
            logs=[str(log)],
            specimen=True,
        )
        write_anchors(directory, anchors, self.pki.public_files())


def _pem(chain: Sequence[x509.Certificate]) -> bytes:
    return b"".join(certificate_pem(one) for one in chain)
