"""The shape of what people type at the doors of this app."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    """Name and password; whether they fit is asked by the action."""

    username = forms.CharField(
        label=_("Tên đăng nhập"),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Hãy nhập tên đăng nhập.")},
    )
    password = forms.CharField(
        label=_("Mật khẩu"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Hãy nhập mật khẩu.")},
    )


class PupilForm(forms.Form):
    """What the national format states of a pupil; the action judges it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    full_name = forms.CharField(
        label=_("Họ và tên"), max_length=120, error_messages={"required": _("Hãy ghi họ và tên của em.")}
    )
    gender = forms.ChoiceField(
        label=_("Giới tính"), required=False, choices=[("", _("Chưa có")), ("NAM", _("Nam")), ("NU", _("Nữ"))]
    )
    born_on = forms.DateField(
        label=_("Ngày sinh"),
        required=False,
        input_formats=("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"),
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric"}),
        help_text=_("Dạng ngày/tháng/năm, theo giấy khai sinh."),
        error_messages={"invalid": _("Hãy ghi ngày dạng 15/05/2016.")},
    )
    personal_number = forms.CharField(
        label=_("Số định danh cá nhân"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("12 chữ số."),
    )
    birth_place = forms.CharField(label=_("Nơi sinh"), required=False, max_length=200)
    home_town = forms.CharField(label=_("Quê quán"), required=False, max_length=200)
    residence = forms.CharField(label=_("Chỗ ở hiện nay"), required=False, max_length=300)
    ethnicity = forms.CharField(label=_("Dân tộc"), required=False, max_length=60)
    nationality = forms.CharField(label=_("Quốc tịch"), required=False, max_length=60)
    father_name = forms.CharField(label=_("Họ và tên cha"), required=False, max_length=120)
    mother_name = forms.CharField(label=_("Họ và tên mẹ"), required=False, max_length=120)
    guardian_name = forms.CharField(label=_("Họ và tên người giám hộ"), required=False, max_length=120)
    register_number = forms.CharField(label=_("Số sổ đăng bộ"), required=False, max_length=40)
