"""Private files of the specimen PKI and the key agent: owner-only, complete or absent."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def private_directory(path: Path) -> Path:
    """Create a directory (and its parents) that only the owner may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_private(path: Path, data: bytes) -> None:
    """Write a whole file readable by the owner only; a reader sees the old file or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def append_line(path: Path, line: str) -> None:
    """Append one line to an owner-only file in one write, and have it on the disk before returning."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line.encode("utf-8") + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes while the block runs."""
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def key_pem(key: SigningKey) -> bytes:
    """Return a private key as unencrypted PKCS#8 PEM (specimens only)."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def load_key(path: Path, passphrase: bytes | None = None) -> SigningKey:
    """Return the private key in a PEM file.

    Raises: ValueError for a wrong passphrase, TypeError for a kind of key that is not used here.
    """
    key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError(f"{path.name} holds a key that is neither RSA nor elliptic")
    return key


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def load_certificate(path: Path) -> x509.Certificate:
    """Return the certificate in a PEM file."""
    return x509.load_pem_x509_certificate(path.read_bytes())
