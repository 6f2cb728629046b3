"""Form fields that every app uses: text as it may be kept, signed and printed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from schools import texts

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days that a form takes: beyond them lies only what was mistyped, and a calendar that cannot be computed with."""


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


class DayField(forms.DateField):
    """A day between 1900 and 2199."""

    def validate(self, value: Any) -> None:
        """Refuse a year that nobody means. Raises: ValidationError."""
        super().validate(value)
        if value is not None and not FIRST_DAY <= value <= LAST_DAY:
            raise ValidationError(_("Năm phải từ 1900 đến 2199; xin xem lại."), code="far-day")
