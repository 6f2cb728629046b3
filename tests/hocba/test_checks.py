"""Production refuses what is unsafe."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from pytest_django import Settings

from hocba import checks


def certificate(common_name: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    signed = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2027, 1, 1, tzinfo=UTC)
    )
    return signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(autouse=True)
def tls(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Options of the database's address as production has them."""
    options = {"sslmode": "verify-full"}
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", options)
    return options


def production(settings: Settings, trust: Path) -> None:
    """Set what else production asks for."""
    settings.PRODUCTION = True
    settings.DEBUG = False
    settings.SECRET_KEY = "0123456789" * 5
    settings.TRUST_DIR = trust


def found() -> list[str | None]:
    return [message.id for message in checks.production_is_safe()]


def test_safe_production_passes(settings: Settings, tmp_path: Path) -> None:
    production(settings, tmp_path)
    (tmp_path / "root.pem").write_bytes(certificate("Root of the operator"))

    assert found() == []


def test_debugging_is_refused(settings: Settings, tmp_path: Path) -> None:
    production(settings, tmp_path)
    settings.DEBUG = True

    assert found() == ["hocba.E001"]


def test_the_published_secret_is_refused(settings: Settings, tmp_path: Path) -> None:
    production(settings, tmp_path)
    settings.SECRET_KEY = settings.INSECURE_SECRET_KEY

    assert found() == ["hocba.E002"]


def test_a_specimen_anchor_is_refused(settings: Settings, tmp_path: Path) -> None:
    production(settings, tmp_path)
    (tmp_path / "root.pem").write_bytes(certificate("Gốc chứng thực (BẢN MẪU)"))

    assert found() == ["hocba.E003"]


def test_a_connection_without_tls_is_refused(settings: Settings, tmp_path: Path, tls: dict[str, str]) -> None:
    production(settings, tmp_path)
    tls.clear()

    assert found() == ["hocba.E004"]


def test_elsewhere_nothing_is_asked(settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG = True
    (tmp_path / "root.pem").write_bytes(certificate("SPECIMEN"))

    assert found() == []


def test_a_server_process_does_not_start_in_unsafe_production() -> None:
    unsafe = {"HOCBA_ENVIRONMENT": "production", "HOCBA_DEBUG": "1", "HOCBA_SECRET_KEY": "short"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import hocba.wsgi"],
        cwd=settings.BASE_DIR,
        env=os.environ | unsafe,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "HOCBA_DEBUG must be off in production." in done.stderr
    assert "DATABASE_URL must ask for TLS in production" in done.stderr
