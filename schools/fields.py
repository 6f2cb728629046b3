"""Form fields that every app uses: text as it may be kept, signed and printed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from schools import texts


class TextField(forms.CharField):
    """A text that is kept: NFC, without what copying leaves behind unseen; else a sentence beside the field.

    `lines`: whether line ends are part of it.
    """

    def __init__(self, *, lines: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.lines = lines

    def to_python(self, value: Any) -> Any:
        """Return the text in its one spelling."""
        text = super().to_python(value)
        return texts.tidy(text, lines=self.lines) if isinstance(text, str) else text

    def validate(self, value: Any) -> None:
        """Refuse what cannot be kept. Raises: ValidationError."""
        super().validate(value)
        if refusal := texts.refusal(value or ""):
            raise ValidationError(refusal, code="unfit-text")
