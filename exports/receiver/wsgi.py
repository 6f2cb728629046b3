"""The WSGI application, for gunicorn: `gunicorn -k gthread --threads 8 exports.receiver.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exports.receiver.settings")
application = get_wsgi_application()
