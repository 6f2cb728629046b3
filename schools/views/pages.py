"""Pages that only say something."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from schools.permissions import public


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """State how the pages can be used by everybody, what falls short, and whom to tell."""
    return render(request, "schools/accessibility.html")
