"""The WSGI application, for gunicorn: `gunicorn hocba.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocba.settings")
application = get_wsgi_application()

from hocba.checks import refuse_unsafe_production  # noqa: E402  (needs the settings of the line above)

refuse_unsafe_production()
