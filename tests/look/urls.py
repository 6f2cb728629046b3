"""The pages of the look alone, for its tests."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from hocba import web
from hocba.components_page import components_page


def landing(request: HttpRequest) -> HttpResponse:
    """Show the landing page to a stranger."""
    return render(request, "landing.html")


def refusal(request: HttpRequest, status: int) -> HttpResponse:
    """Refuse as the site refuses."""
    return web.refuse(request, status)


urlpatterns = [
    path("", landing),
    path("_/components", components_page),
    path("loi/<int:status>", refusal),
]
