"""The page that does nothing, behind every piece of middleware: what the pages of the web are measured against.

This module is also the URL map of a registry with this one address more (`hocba.bench.wsgi`).
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

ADDRESS = "/_/empty"


def empty(request: HttpRequest) -> HttpResponse:
    """Answer nothing."""
    return HttpResponse("")


urlpatterns = [path(ADDRESS.lstrip("/"), empty), path("", include("hocba.urls"))]
handler400 = "hocba.web.bad_request"
handler403 = "hocba.web.forbidden"
handler404 = "hocba.web.not_found"
handler500 = "hocba.web.server_error"
