"""The page that does nothing, behind every piece of middleware: what the pages of the web are measured against.

This module is also the URL map of a registry with this one address more (`hocba.bench.wsgi`).
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import include, path

ADDRESS = "/_/empty"
FILE_ADDRESS = "/_/file"
FILE = "bench.pdf"
"""In the directory of static files while the doors are measured."""


def empty(request: HttpRequest) -> HttpResponse:
    """Answer nothing."""
    return HttpResponse("")


def file(request: HttpRequest) -> FileResponse:
    """Answer a file as Django gives one, asking nobody anything."""
    return FileResponse((Path(settings.STATIC_ROOT) / FILE).open("rb"))


urlpatterns = [
    path(ADDRESS.lstrip("/"), empty),
    path(FILE_ADDRESS.lstrip("/"), file),
    path("", include("hocba.urls")),
]
handler400 = "hocba.web.bad_request"
handler403 = "hocba.web.forbidden"
handler404 = "hocba.web.not_found"
handler500 = "hocba.web.server_error"
