"""All settings, by heading, driven by environment variables; `docs/deployment.md` lists them.

`HOCBA_ENVIRONMENT` is `development` (default), `test`, `demo` or `production`; production refuses unsafe
values (`hocba/checks.py`).
"""

import json
import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from hocba.bootstrap import places
from hocba.environment import database_from, flag, words

# --- Where and what -------------------------------------------------------------------------------

BASE_DIR = places.ROOT
VAR_DIR = places.var()
ENVIRONMENT = os.environ.get("HOCBA_ENVIRONMENT", "development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = flag("HOCBA_DEBUG")
INSECURE_SECRET_KEY = "not-a-secret-production-refuses-this-value"  # noqa: S105
SECRET_KEY = os.environ.get("HOCBA_SECRET_KEY", INSECURE_SECRET_KEY)
ALLOWED_HOSTS = words("HOCBA_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = words("HOCBA_ORIGINS")
PUBLIC_ADDRESS = os.environ.get("HOCBA_PUBLIC_ADDRESS", "http://localhost:8000")
"""What a QR code leads to; no slash at the end."""

SPECIMEN = not PRODUCTION
"""Every page and every document outside production says that it is a specimen."""
VERSION = "0.1.0"
"""Of the software; `pyproject.toml` says the same."""

# --- Apps -----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "hocba",  # first: its `test`, `migrate` and `flush` replace Django's
    "schools",
    "records",
    "signing",
    "exports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
ROOT_URLCONF = "hocba.urls"
WSGI_APPLICATION = "hocba.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "hocba.middleware.SecretAddress",  # first of all: nobody after it sees the secret in an address
    "hocba.middleware.RequestId",
    "hocba.metrics.Measured",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hocba.short_way.ShortWay",  # answers plain questions itself, with all that follows put on the answer
    "csp.middleware.CSPMiddleware",
    "hocba.middleware.ChosenLanguage",  # before whoever refuses, so that he says it in that language
    "hocba.middleware.PlainAddress",
    "hocba.middleware.UploadLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hocba.web.Refusals",
    "schools.middleware.Acting",  # last: it must see an exception before Refusals turns it into a page
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "hocba.menu.frame",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------
# The one connection is the application role's. Migrations run as the owner through
# `hocba.database.as_owner()`, which the `migrate` command uses; a web process should have no owner address.

DATABASES: dict[str, dict[str, Any]] = {
    "default": database_from(os.environ.get("DATABASE_URL", "postgresql://hocba_app@127.0.0.1:5432/hocba"))
}
APPLICATION_ROLE = str(DATABASES["default"]["USER"])
DATABASE_ON_THIS_HOST = flag("HOCBA_DATABASE_ON_THIS_HOST")
"""The operator vouches that the way to the database stays on this machine: then no TLS is asked for."""
DATABASE_OWNER: dict[str, Any] | None = (
    database_from(os.environ["DATABASE_OWNER_URL"]) if os.environ.get("DATABASE_OWNER_URL") else None
)

# --- Broker and background work -------------------------------------------------------------------

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")

# --- Keys and signatures --------------------------------------------------------------------------
# Keys of persons and schools are never here: an agent beside the person uses them.

KEY_AGENT_URL = os.environ.get("KEY_AGENT_URL", "")
KEY_AGENT_DIR = os.environ.get("KEY_AGENT_DIR", "")
"""Where the agent leaves its certificate and token for us."""
TSA_URLS = words("TSA_URLS")
PKI_ROUTES: dict[str, str] = json.loads(os.environ.get("PKI_ROUTES", "{}"))
"""For specimens only: host names in certificates → where their services really answer."""
LOG_ORIGIN = os.environ.get("LOG_ORIGIN", "hocba.invalid/log")
"""The log's own name, in every checkpoint for ever; production names a host of the operator's."""
LOG_KEY_FILE = os.environ.get("LOG_KEY_FILE", "")
OPERATOR_CREDENTIAL = os.environ.get("OPERATOR_CREDENTIAL", "")
OPERATOR_PIN_FILE = os.environ.get("OPERATOR_PIN_FILE", "")

# --- Delivery -------------------------------------------------------------------------------------

RECEIVER_URL = os.environ.get("RECEIVER_URL", "")

# --- Files ----------------------------------------------------------------------------------------

BLOB_ROOT = Path(os.environ.get("HOCBA_BLOBS") or VAR_DIR / "blobs")
TRUST_DIR = Path(os.environ.get("HOCBA_TRUST") or VAR_DIR / "demo" / "trust")
LARGEST_UPLOAD_BYTES = 11 * 1024 * 1024
"""A sealed file is 10 MB at most (the Ministry's limit); one megabyte more for the form around it."""
DATA_UPLOAD_MAX_MEMORY_SIZE = LARGEST_UPLOAD_BYTES
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000  # a grid of 60 pupils × 40 columns and some
FILE_UPLOAD_PERMISSIONS = 0o640

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("HOCBA_STATIC") or VAR_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Destinations (a Sở's gate, the Ministry's warehouse) ---------------------------------------------------

DESTINATION_ACCOUNTS: dict[str, dict[str, str]] = {
    "ministry": {
        "user": os.environ.get("MINISTRY_USER", ""),
        "secret_file": os.environ.get("MINISTRY_SECRET_FILE") or str(VAR_DIR / "demo" / "ministry.secret"),
    }
}
"""Account at each destination by its code, where the destination's own row names none."""
DESTINATION_SECRETS = Path(os.environ.get("DESTINATION_SECRETS") or VAR_DIR / "secrets")
"""Directory with `<code>.secret` of each destination for which nothing else is said."""
DESTINATION_PLAIN_HOSTS = words("DESTINATION_PLAIN_HOSTS")
"""Hosts that production may speak to without TLS: the operator vouches that the way stays inside."""

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Tiếng Việt")), ("en", _("Tiếng Anh"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# --- People and sessions --------------------------------------------------------------------------

AUTH_USER_MODEL = "schools.Account"
AUTHENTICATION_BACKENDS = ["schools.signed_in.Accounts"]
LOGIN_URL = "/dang-nhap/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_IDLE_HOURS = float(os.environ.get("HOCBA_SESSION_IDLE_HOURS", "2"))
SESSION_HOURS = float(os.environ.get("HOCBA_SESSION_HOURS", "10"))
SESSION_COOKIE_AGE = int((SESSION_HOURS + 24) * 60 * 60)
"""Longer than the session lives: `schools/session_rules.py` judges, and can say so."""
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "hocba.web.csrf_failure"
INVITATION_DAYS = int(os.environ.get("HOCBA_INVITATION_DAYS", "14"))
"""How long an invitation or a printed slip is good."""
PUPIL_ACCOUNT_AGE = int(os.environ.get("HOCBA_PUPIL_ACCOUNT_AGE", "14"))
"""From which birthday a pupil may have an own account."""
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
if ENVIRONMENT == "test":  # a slow hash protects nobody in a test
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# --- E-mail -----------------------------------------------------------------------------------------
# Without a server, mail goes to files of this machine; nobody needs an e-mail address to come in.

EMAIL_HOST = os.environ.get("HOCBA_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("HOCBA_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("HOCBA_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("HOCBA_MAIL_PASSWORD", "")
EMAIL_USE_TLS = EMAIL_PORT == 587
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("HOCBA_MAIL_FROM", "hoc-ba-so@localhost")

# --- Security headers -----------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
if flag("HOCBA_BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- REST API -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "hocba.problems.api_refusal",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "hocba",
    "DESCRIPTION": "Registry of digital school transcripts (học bạ số)",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "POSTPROCESSING_HOOKS": ["hocba.api_schema.add_problems"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Logging --------------------------------------------------------------------------------------
# One JSON object a line with the request's number; no name, code or address of a person belongs in a message.

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "hocba.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("HOCBA_LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
