"""The confirmation code as a page tells it: its digits in words, which any screen reader reads."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from schools.actions.confirmation import Question

DIGITS = (
    pgettext_lazy("chữ số", "không"),
    pgettext_lazy("chữ số", "một"),
    pgettext_lazy("chữ số", "hai"),
    pgettext_lazy("chữ số", "ba"),
    pgettext_lazy("chữ số", "bốn"),
    pgettext_lazy("chữ số", "năm"),
    pgettext_lazy("chữ số", "sáu"),
    pgettext_lazy("chữ số", "bảy"),
    pgettext_lazy("chữ số", "tám"),
    pgettext_lazy("chữ số", "chín"),
)


def told(question: Question) -> str:
    """Return what a page says of the confirmation code: its digits as words."""
    words = ", ".join(str(DIGITS[int(digit)]) for digit in question.digits)
    return _("Viết bằng chữ số bốn chữ sau: %(words)s. Mã dùng một lần, trong 10 phút.") % {"words": words}
