"""Key files in a directory: one folder a credential, its key encrypted with the PIN, its count of wrong PINs.

    <directory>/token                       the bearer token of the agent's callers
    <directory>/credentials/<id>/key.pem    PKCS#8, PBES2, passphrase = PIN
                                 chain.pem  the certificate, then its issuers
                                 tries      wrong PINs since the last right one
A credential's id is the first 32 hexadecimal digits of SHA-256 over its certificate, so whoever knows the
certificate knows the id.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from signing.agent.refusals import PinLocked, UnknownCredential, WrongPin
from signing.specimen.files import SigningKey, certificate_pem, load_key, private_directory, write_private

PIN_TRIES = 5
CREDENTIAL_ID = re.compile(r"[0-9a-f]{32}")


def credential_id(certificate: x509.Certificate) -> str:
    """Return the id under which the agent knows a certificate's key."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()[:32]


def ensure_token(directory: Path) -> str:
    """Return the bearer token in `<directory>/token`, made on the first call, readable by the owner only."""
    private_directory(directory)
    path = directory / "token"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32).encode("ascii"))
    return path.read_text("ascii").strip()


def enrol(directory: Path, key: SigningKey, chain: Sequence[x509.Certificate], pin: str) -> str:
    """Store a key under a PIN, its certificate first in `chain`, and return the credential's id.

    Storing a credential again gives it the new PIN and unlocks it.
    Raises: ValueError for an empty PIN or a certificate of another key.
    """
    if not pin:
        raise ValueError("a key without a PIN is not kept")
    if chain[0].public_key() != key.public_key():
        raise ValueError("the first certificate belongs to another key")
    name = credential_id(chain[0])
    folder = private_directory(private_directory(directory / "credentials") / name)
    encryption = BestAvailableEncryption(pin.encode("utf-8"))
    write_private(folder / "tries", b"0")
    write_private(folder / "key.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    write_private(folder / "chain.pem", b"".join(certificate_pem(certificate) for certificate in chain))
    return name


def unlock(directory: Path, credential: str) -> None:
    """Forget the wrong PINs of a credential (the operator's act; the PIN stays as it is).

    Raises: UnknownCredential.
    """
    write_private(_folder(directory, credential) / "tries", b"0")


def _folder(directory: Path, credential: str) -> Path:
    folder = directory / "credentials" / credential
    if not CREDENTIAL_ID.fullmatch(credential) or not (folder / "chain.pem").is_file():
        raise UnknownCredential
    return folder


class KeyFiles:
    """The credentials of one directory; several threads may ask, one process at a time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def credentials(self) -> list[str]:
        """Return the ids of all credentials, sorted."""
        folders = (self._directory / "credentials").glob("*/chain.pem")
        return sorted(path.parent.name for path in folders if CREDENTIAL_ID.fullmatch(path.parent.name))

    def chain(self, credential: str) -> list[x509.Certificate]:
        """Return a credential's certificate and its issuers; UnknownCredential if there is none."""
        pem = (_folder(self._directory, credential) / "chain.pem").read_bytes()
        return x509.load_pem_x509_certificates(pem)

    def remaining_tries(self, credential: str) -> int:
        """Return how many wrong PINs are still allowed; 0 means locked."""
        wrong = int((_folder(self._directory, credential) / "tries").read_text("ascii"))
        return max(0, PIN_TRIES - wrong)

    def open(self, credential: str, pin: str) -> SigningKey:
        """Return the private key that the PIN opens.

        A try is counted on the disk before the PIN is tried, so that killing the agent wins no free ones.
        Raises: UnknownCredential, WrongPin(remaining), PinLocked.
        """
        folder = _folder(self._directory, credential)
        with self._locks[credential]:
            remaining = self.remaining_tries(credential)
            if remaining == 0:
                raise PinLocked
            write_private(folder / "tries", str(PIN_TRIES - remaining + 1).encode("ascii"))
            try:
                key = load_key(folder / "key.pem", pin.encode("utf-8") or b"\x00")
            except ValueError as error:
                if remaining == 1:
                    raise PinLocked from error
                raise WrongPin(remaining=remaining - 1) from error
            write_private(folder / "tries", b"0")
            return key
