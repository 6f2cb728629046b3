"""The WSGI application; `python -m exports.receiver serve` starts gunicorn with it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exports.receiver.settings")
application = get_wsgi_application()
