"""The registry with the empty view beside its pages: `gunicorn hocba.bench.wsgi`."""

from django.conf import settings

from hocba.wsgi import application

__all__ = ["application"]

settings.ROOT_URLCONF = "hocba.bench.empty"
