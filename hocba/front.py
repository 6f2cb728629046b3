"""`/`: a stranger sees three doors; who is signed in goes to the first thing that is theirs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from hocba import menu


def door(request: HttpRequest) -> HttpResponse:
    """Lead a person to where they work, and a stranger to the landing page."""
    actor = getattr(request, "actor", None)
    lines = menu.entries(actor.here) if actor is not None else []
    return redirect(lines[0]["url"]) if lines else render(request, "landing.html")
