"""Six ways to say no, and nothing else is raised on purpose.

Each error carries a sentence that may be shown to the person (Vietnamese, made at the place that knows
the case), a stable code that may be quoted, and facts for programs.
"""

from __future__ import annotations

from typing import ClassVar


class DomainError(Exception):
    """The registry refuses, and says why in a sentence that helps."""

    code: ClassVar[str] = "domain"

    def __init__(self, sentence: object = "", *, code: str | None = None, **facts: object) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.facts = facts
        self.case = code or self.code


class NotFound(DomainError):
    """Absent, or not visible to this person: never said which."""

    code = "not-found"


class NotPermitted(DomainError):
    """Visible, but this person may not do it."""

    code = "not-permitted"


class Invalid(DomainError):
    """The shape of the input is wrong; `fields` maps a field to its sentence."""

    code = "invalid"

    def __init__(
        self,
        sentence: object = "",
        *,
        fields: dict[str, object] | None = None,
        code: str | None = None,
        **facts: object,
    ) -> None:
        super().__init__(sentence, code=code, **facts)
        self.fields = fields or {}


class RuleBroken(DomainError):
    """The law refuses; `law` cites it."""

    code = "rule-broken"

    def __init__(self, sentence: object = "", *, law: str, code: str | None = None, **facts: object) -> None:
        super().__init__(sentence, code=code, **facts)
        self.law = law


class Conflict(DomainError):
    """Wrong state, or somebody else was here first."""

    code = "conflict"


class Unavailable(DomainError):
    """A key, a timestamp authority, the Ministry or a disk does not answer just now."""

    code = "unavailable"
