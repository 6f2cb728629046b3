"""Form fields that every app uses: text as it may be kept, signed and printed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools import texts

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days that a form takes: beyond them lies only what was mistyped, and a calendar that cannot be computed with."""
DAY_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")
"""How people write a day, and how a browser's calendar does."""
TWELVE_DIGITS = RegexValidator(r"^[0-9]{12}\Z", gettext_lazy("Số định danh cá nhân gồm đúng 12 chữ số."))
AS_TYPED = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
"""Attributes of an input whose letters no keyboard should correct."""


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

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"input_formats": DAY_FORMATS} | options)

    def validate(self, value: Any) -> None:
        """Refuse a year that nobody means. Raises: ValidationError."""
        super().validate(value)
        if value is not None and not FIRST_DAY <= value <= LAST_DAY:
            raise ValidationError(_("Năm phải từ 1900 đến 2199; xin xem lại."), code="far-day")


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let a form offer what only this page knows: values with what is read beside them."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def day_field(label: Any, **options: Any) -> DayField:
    """Return a field for a day, written 15/05/2026 or chosen in the browser's calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return DayField(label=label, widget=widget, **options)


def personal_number_field() -> forms.CharField:
    """Return the field for the personal number of somebody of the staff."""
    return forms.CharField(
        label=gettext_lazy("Số định danh cá nhân"),
        help_text=gettext_lazy("12 chữ số, như trên thẻ căn cước."),
        validators=[TWELVE_DIGITS],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Hãy ghi số định danh cá nhân.")},
    )


def username_field(**options: Any) -> forms.CharField:
    """Return the field for a new name with which to sign in."""
    fits = RegexValidator(
        r"^[a-z0-9][a-z0-9.-]{3,79}\Z", gettext_lazy("Tên đăng nhập có chữ không dùng được.")
    )
    return forms.CharField(
        label=gettext_lazy("Tên đăng nhập"),
        max_length=80,
        validators=[fits],
        widget=forms.TextInput(attrs=AS_TYPED),
        **options,
    )
