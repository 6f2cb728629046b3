"""Settings of the receiver: its own database, its own keys, nothing shared with the registry.

| variable | meaning |
|---|---|
| RECEIVER_DATABASE_URL | required; PostgreSQL |
| RECEIVER_SECRET_KEY | required; signs the desk's session |
| RECEIVER_MODE | `warehouse` (the Ministry, default) or `gate` (a Sở) |
| RECEIVER_APPROVE | `auto` (default) or `desk`: who approves certificates and withdrawals |
| RECEIVER_LEVEL | `lt` (default): timestamps and revocation data required; `basic`: files of other makers
|  | may lack both, as v1.0 allows; the reception is then what proves when they existed |
| RECEIVER_DESK_SECRET | opens the desk's page; at least 12 characters; without it nobody sees rows |
| TRUST_DIR | directory of anchors, `authority.json`, `status.json` |
| RECEIVER_BLOB_DIR | where received lists and documents are kept |
| RECEIVER_TOKEN_SECONDS | lifetime of a token (default 3600) |
| RECEIVER_BODY_SECONDS | how long one request may take to arrive (default 60) |
| RECEIVER_WORKER | `thread` (default) or `off` when `python -m exports.receiver work` runs beside it |
| RECEIVER_HOSTS | comma-separated host names (default: any name of this machine) |
| HOCBA_ENVIRONMENT | `production` refuses specimen anchors |
| RECEIVER_HTTPS | 1 when it is reached over TLS: cookies are then secure |
"""

import os
from pathlib import Path

from exports.ministry.wire import MAX_REQUEST_BYTES
from hocba.environment import database_from, flag, words

HERE = Path(__file__).resolve().parent

# What the operator decides
RECEIVER_MODE = os.environ.get("RECEIVER_MODE", "warehouse")
RECEIVER_APPROVE = os.environ.get("RECEIVER_APPROVE", "auto")
RECEIVER_LEVEL = os.environ.get("RECEIVER_LEVEL", "lt")
RECEIVER_DESK_SECRET = os.environ.get("RECEIVER_DESK_SECRET", "")
RECEIVER_TRUST_DIR = Path(os.environ.get("TRUST_DIR", "trust"))
RECEIVER_BLOB_DIR = Path(os.environ.get("RECEIVER_BLOB_DIR", "receiver-blobs"))
RECEIVER_TOKEN_SECONDS = int(os.environ.get("RECEIVER_TOKEN_SECONDS", "3600"))
RECEIVER_BODY_SECONDS = float(os.environ.get("RECEIVER_BODY_SECONDS", "60"))
RECEIVER_WORKER = os.environ.get("RECEIVER_WORKER", "thread")
RECEIVER_PRODUCTION = os.environ.get("HOCBA_ENVIRONMENT") == "production"
if RECEIVER_MODE not in {"warehouse", "gate"} or RECEIVER_APPROVE not in {"auto", "desk"}:
    raise ValueError("RECEIVER_MODE is warehouse or gate, RECEIVER_APPROVE is auto or desk")
if RECEIVER_LEVEL not in {"lt", "basic"} or RECEIVER_WORKER not in {"thread", "off"}:
    raise ValueError("RECEIVER_LEVEL is lt or basic, RECEIVER_WORKER is thread or off")

# Django
SECRET_KEY = os.environ["RECEIVER_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = words("RECEIVER_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
INSTALLED_APPS = ["exports.receiver.apps.ReceiverConfig"]
ROOT_URLCONF = "exports.receiver.urls"
WSGI_APPLICATION = "exports.receiver.wsgi.application"
DATABASES = {"default": database_from(os.environ["RECEIVER_DATABASE_URL"])}
MIDDLEWARE = [
    "exports.receiver.door.safe",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "receiver_session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_NAME = "receiver_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = flag("RECEIVER_HTTPS")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_REQUEST_BYTES
LANGUAGE_CODE = "vi"
USE_I18N = True
LOCALE_PATHS = [HERE.parents[1] / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
