"""Every address in one place: each app brings its pages (`urls`) and its API (`api_urls`, at /api/v1/)."""

from importlib.util import find_spec

from csp.decorators import csp_update
from django.conf import settings
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from hocba import front, health, metrics
from hocba.components_page import components_page

APPS = ("schools", "records", "signing", "exports")

# Swagger UI draws its icons from data: images; the page shows nothing but our own description.
api_docs = csp_update({"img-src": ["data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="hocba/api_docs.html")
)

PAGES = [path("", include(f"{app}.urls")) for app in reversed(APPS) if find_spec(f"{app}.urls")]
"""From the end, since addresses are tried one after another: strangers ask by the million, schools by the thousand."""

urlpatterns = [
    *PAGES,
    path("", front.door, name="front"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("ngon-ngu/", set_language, name="set_language"),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_docs, name="api-docs"),
    *(path("api/v1/", include(f"{app}.api_urls")) for app in APPS if find_spec(f"{app}.api_urls")),
]
if settings.SPECIMEN:  # for people who build pages
    urlpatterns.append(path("_/components", components_page, name="components"))

handler400 = "hocba.web.bad_request"
handler403 = "hocba.web.forbidden"
handler404 = "hocba.web.not_found"
handler500 = "hocba.web.server_error"
