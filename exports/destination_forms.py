"""The shape of what people type about a destination."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from schools.fields import AS_TYPED, TextField


class DestinationForm(forms.Form):
    """Name, address, account and whether it is open; the code only while it is new."""

    code = forms.CharField(
        label=_("Mã nơi nhận"),
        max_length=32,
        help_text=_("Đặt một lần, không đổi được. Tệp mật khẩu ở máy chủ mang tên này."),
        validators=[
            RegexValidator(
                r"^[a-z0-9][a-z0-9-]{1,31}\Z",
                _("Mã gồm chữ thường không dấu, chữ số và gạch nối; từ 2 đến 32 ký tự."),
            )
        ],
        widget=forms.TextInput(attrs=AS_TYPED),
        error_messages={"required": _("Hãy đặt mã cho nơi nhận, ví dụ ministry.")},
    )
    name = TextField(
        label=_("Tên nơi nhận"), max_length=120, error_messages={"required": _("Hãy ghi tên nơi nhận.")}
    )
    base_url = forms.CharField(
        label=_("Địa chỉ cổng"),
        max_length=200,
        help_text=_("Do nơi nhận cấp, bắt đầu bằng https://."),
        widget=forms.URLInput(attrs={**AS_TYPED, "inputmode": "url"}),
        error_messages={"required": _("Hãy ghi địa chỉ của cổng.")},
    )
    user_name = forms.CharField(
        label=_("Tài khoản giao dịch"),
        max_length=80,
        required=False,
        help_text=_("Do nơi nhận cấp. Mật khẩu không nhập ở đây."),
        widget=forms.TextInput(attrs=AS_TYPED),
    )
    is_open = forms.TypedChoiceField(
        label=_("Trạng thái"),
        choices=[("1", _("Đang gửi")), ("0", _("Tạm dừng gửi"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="1",
    )

    def __init__(self, *args: Any, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_new:
            del self.fields["code"]
