"""What production refuses; Django runs these before every command that needs a whole system."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

SPECIMEN_WORDS = ("BẢN MẪU", "SPECIMEN")


@register(Tags.security)
def production_is_safe(app_configs: Sequence[Any] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse debugging, the published secret key and specimen trust anchors in production."""
    if not settings.PRODUCTION:
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("HOCBA_DEBUG must be off in production.", id="hocba.E001"))
    if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY or len(settings.SECRET_KEY) < 50:
        found.append(
            Error(
                "HOCBA_SECRET_KEY must be set to at least 50 random characters in production.",
                id="hocba.E002",
            )
        )
    found += [
        Error(f"{path.name} is a specimen trust anchor; production refuses it.", id="hocba.E003")
        for path in specimen_anchors(Path(settings.TRUST_DIR))
    ]
    if not settings.DATABASE_ON_THIS_HOST and not _asks_for_tls():
        found.append(
            Error("DATABASE_URL must ask for TLS in production: ?sslmode=verify-full.", id="hocba.E004")
        )
    return found


def refuse_unsafe_production() -> None:
    """Stop a server process before it answers: gunicorn and Celery do not run Django's checks themselves.

    Raises: ImproperlyConfigured, with every sentence.
    """
    if found := production_is_safe():
        raise ImproperlyConfigured("\n".join(str(message.msg) for message in found))


def _asks_for_tls() -> bool:
    mode = settings.DATABASES["default"]["OPTIONS"].get("sslmode")
    return mode in {"require", "verify-ca", "verify-full"}


def specimen_anchors(directory: Path) -> list[Path]:
    """Return the PEM files in which a certificate's subject says that it is a specimen."""
    return [path for path in sorted(directory.glob("*.pem")) if _is_specimen(path.read_bytes())]


def _is_specimen(pem: bytes) -> bool:
    if b"BEGIN CERTIFICATE" not in pem:
        return False
    names = [
        certificate.subject.rfc4514_string().upper() for certificate in x509.load_pem_x509_certificates(pem)
    ]
    return any(word in name for name in names for word in SPECIMEN_WORDS)
