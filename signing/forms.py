"""The shape of what people type at the doors of this app."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.models.people import personal_number_shape
from signing.seal.trust import SignerRole
from signing.sentences import ROLES

LONGEST_PIN = 64


class PinForm(forms.Form):
    """The PIN of a certificate: held in memory for one request, then forgotten."""

    pin = forms.CharField(
        max_length=LONGEST_PIN,
        strip=False,
        error_messages={"required": _("Hãy nhập mã PIN của chứng thư.")},
    )


class WithdrawForm(forms.Form):
    """Why an issued transcript is withdrawn, and that its consequences were read."""

    reason = forms.CharField(
        label=_("Lý do thu hồi"),
        help_text=_("Ghi rõ sai ở đâu, ví dụ: ghi sai ngày sinh của học sinh. Lý do được lưu mãi."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Hãy ghi lý do thu hồi.")},
    )
    understood = forms.BooleanField(
        label=_("Tôi đã đọc các hậu quả nêu trên"),
        error_messages={"required": _("Hãy đánh dấu rằng đã đọc các hậu quả nêu trên.")},
    )


class RefuseForm(forms.Form):
    """Why a certificate is refused."""

    reason = forms.CharField(
        label=_("Lý do từ chối"),
        max_length=500,
        error_messages={"required": _("Hãy ghi lý do từ chối để nhà trường biết phải sửa gì.")},
    )


class RequestForm(forms.Form):
    """A school's wish to sign with a credential."""

    role = forms.ChoiceField(label=_("Vai trò ký"), choices=[(key, text) for key, text in ROLES.items()])
    person = forms.TypedChoiceField(
        label=_("Người ký"),
        help_text=_("Để trống nếu là con dấu nhà trường."),
        required=False,
        coerce=int,
        empty_value=None,
    )
    credential = forms.RegexField(
        r"^[0-9A-Za-z._-]{4,120}$",
        label=_("Mã chứng thư trên thiết bị ký"),
        help_text=_("Phần mềm giữ khóa (USB token, HSM) hiện mã này."),
        error_messages={
            "required": _("Hãy nhập mã chứng thư."),
            "invalid": _("Mã chứng thư chỉ gồm chữ cái, chữ số, dấu chấm và gạch nối."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    image = forms.FileField(
        label=_("Hình chữ ký hoặc con dấu"),
        help_text=_("Tệp PNG nền trong suốt, tối đa 512 KB; in trên bản PDF."),
        required=False,
    )

    def __init__(self, people: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, forms.TypedChoiceField)  # noqa: S101 declared above
        person.choices = [("", _("– Con dấu nhà trường –")), *people]

    def clean(self) -> dict[str, Any]:
        """Ask for a person exactly when a person signs."""
        data = super().clean() or {}
        is_seal = data.get("role") == SignerRole.SEAL.value
        if is_seal and data.get("person"):
            self.add_error("person", _("Con dấu nhà trường không gắn với một người ký."))
        if not is_seal and "role" in data and not data.get("person"):
            self.add_error("person", _("Hãy chọn người ký."))
        return data


class CodeForm(forms.Form):
    """A look-up code, as printed below the QR code."""

    ma = forms.UUIDField(
        label=_("Mã tra cứu học bạ"),
        help_text=_("Dãy 36 ký tự in dưới mã QR, ví dụ 3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c."),
        error_messages={
            "required": _("Hãy nhập mã tra cứu."),
            "invalid": _("Mã tra cứu gồm 32 chữ số và chữ cái a–f, chia bằng gạch nối. Hãy xem lại."),
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class ParticularsForm(forms.Form):
    """The particulars that open a transcript to whoever holds its code."""

    full_name = forms.CharField(
        label=_("Họ, đệm và tên của học sinh"),
        max_length=120,
        error_messages={"required": _("Hãy nhập họ tên như ghi trong học bạ.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    born_on = forms.DateField(
        label=_("Ngày sinh"),
        help_text=_("Ví dụ: 15/05/2016"),
        input_formats=["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y"],
        error_messages={
            "required": _("Hãy nhập ngày sinh."),
            "invalid": _("Ngày sinh viết ngày/tháng/năm, ví dụ 15/05/2016."),
        },
        widget=forms.DateInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    personal_number = forms.CharField(
        label=_("Số định danh cá nhân"),
        help_text=_("12 chữ số."),
        validators=[personal_number_shape],
        error_messages={"required": _("Hãy nhập số định danh cá nhân.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    confirmed = forms.BooleanField(
        label=_("Tôi được học sinh hoặc gia đình đồng ý cho xem học bạ này"),
        error_messages={"required": _("Hãy xác nhận đã được đồng ý.")},
    )
