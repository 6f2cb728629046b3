"""The shape of what people type at the doors of this app."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_PIN = 64


class PinForm(forms.Form):
    """The PIN with which the clerk signs packages: held in memory for one request, then forgotten."""

    school = forms.CharField(max_length=20, widget=forms.HiddenInput)
    pin = forms.CharField(
        max_length=LONGEST_PIN,
        strip=False,
        error_messages={"required": _("Hãy nhập mã PIN của chứng thư con dấu.")},
    )


class LookUpForm(forms.Form):
    """What a family types to open one transcript without an account."""

    code = forms.UUIDField(
        label=_("Mã tra cứu học bạ"),
        help_text=_("Dãy 36 ký tự in dưới mã QR ở trang bìa. Có thể bỏ gạch nối."),
        error_messages={
            "required": _("Hãy nhập mã tra cứu."),
            "invalid": _("Mã tra cứu gồm 32 chữ số và chữ cái a–f. Xin xem lại từng ký tự."),
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    full_name = forms.CharField(
        label=_("Họ, đệm và tên của học sinh"),
        help_text=_("Viết đủ dấu, như trong học bạ."),
        max_length=120,
        error_messages={"required": _("Hãy nhập họ tên của học sinh.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    born_on = forms.DateField(
        label=_("Ngày sinh của học sinh"),
        help_text=_("Ví dụ: 15/05/2016"),
        input_formats=["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"],
        error_messages={
            "required": _("Hãy nhập ngày sinh."),
            "invalid": _("Ngày sinh viết ngày/tháng/năm, ví dụ 15/05/2016."),
        },
        widget=forms.DateInput(attrs={"autocomplete": "off", "placeholder": ""}),
    )
    personal_number = forms.RegexField(
        r"^[0-9]{12}$",
        label=_("Số định danh cá nhân của học sinh"),
        help_text=_("12 chữ số, trên giấy khai sinh hoặc trong ứng dụng VNeID."),
        error_messages={
            "required": _("Hãy nhập số định danh cá nhân."),
            "invalid": _("Số định danh gồm đúng 12 chữ số."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None, **fields: Any) -> None:
        """Take what was typed; blanks in the personal number are forgiven."""
        if data is not None:
            data = data.copy()
            data["personal_number"] = "".join(data.get("personal_number", "").split())
        super().__init__(data, **fields)
