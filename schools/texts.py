"""Sentences about text that cannot be kept; which one applies is judged by `hocba.kernel.text`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from hocba.kernel.text import Fault, Unfit, fault, tidy

__all__ = ["refusal", "tidy"]


def refusal(text: str) -> str:
    """Return what a person is told of a tidied text that cannot be kept; "" when it can."""
    found = fault(text)
    return _sentence(found) if found is not None else ""


def _sentence(found: Fault) -> str:
    facts = {"code": found.code_point, "character": found.character}
    if found.why is Unfit.CONTROL:
        return _("Có ký tự điều khiển không nhìn thấy (%(code)s). Hãy xóa đi hoặc gõ lại chỗ đó.") % facts
    if found.why is Unfit.TURNING:
        return _("Có ký tự ẩn làm đảo chiều chữ (%(code)s). Hãy xóa đi hoặc gõ lại chỗ đó.") % facts
    if found.why is Unfit.STACKED:
        return _("Có chữ mang quá nhiều dấu chồng lên nhau. Hãy gõ lại chữ đó.")
    if found.character.isprintable():
        return (
            _("Ký tự “%(character)s” (%(code)s) không in được trên học bạ. Hãy xóa hoặc thay ký tự này.")
            % facts
        )
    return _("Có ký tự không dùng được (%(code)s). Hãy xóa đi hoặc gõ lại chỗ đó.") % facts
