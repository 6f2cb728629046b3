"""The request as our views see it: with the actor that the middleware made."""

from __future__ import annotations

from django.http import HttpRequest

from schools.actors import Actor

WORKING_IN = "working-in"
"""In the session: the unit that a person with roles in several has chosen to work in."""


class ActingRequest(HttpRequest):
    """A request of a signed-in person; doors marked with a permission always have one."""

    actor: Actor
