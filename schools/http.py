"""The request as our views see it: with the actor that the middleware made."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from schools.actors import Actor

WORKING_IN = "working-in"
"""In the session: the unit that a person with roles in several has chosen to work in."""


class ActingRequest(HttpRequest):
    """A request of a signed-in person; doors marked with a permission always have one."""

    actor: Actor


class VisitorRequest(HttpRequest):
    """A request at a public door: of a signed-in person, or of nobody known."""

    actor: Actor | None


LAST_PAGE: Final = 999_999


def page_number(request: HttpRequest, name: str = "trang") -> int:
    """Return the page that the address asks for; 1 for anything that is no such number."""
    asked = request.GET.get(name, "")
    wanted = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= len(str(LAST_PAGE)) else 1
    return max(wanted, 1)
