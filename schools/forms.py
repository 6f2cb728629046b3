"""The shape of what people type at the doors of this app."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hocba.kernel.names import sort_key
from schools import words
from schools.actions.staffing import AT_A_SCHOOL
from schools.fields import DayField, TextField, day_field, offer, personal_number_field, username_field


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
    full_name = TextField(
        label=_("Họ và tên"), max_length=120, error_messages={"required": _("Hãy ghi họ và tên của em.")}
    )
    gender = forms.ChoiceField(
        label=_("Giới tính"), required=False, choices=[("", _("Chưa có")), ("NAM", _("Nam")), ("NU", _("Nữ"))]
    )
    born_on = DayField(
        label=_("Ngày sinh"),
        required=False,
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
    birth_place = TextField(label=_("Nơi sinh"), required=False, max_length=200)
    home_town = TextField(label=_("Quê quán"), required=False, max_length=200)
    residence = TextField(label=_("Chỗ ở hiện nay"), required=False, max_length=300)
    ethnicity = TextField(label=_("Dân tộc"), required=False, max_length=60)
    nationality = TextField(label=_("Quốc tịch"), required=False, max_length=60)
    father_name = TextField(label=_("Họ và tên cha"), required=False, max_length=120)
    mother_name = TextField(label=_("Họ và tên mẹ"), required=False, max_length=120)
    guardian_name = TextField(label=_("Họ và tên người giám hộ"), required=False, max_length=120)
    register_number = TextField(label=_("Số sổ đăng bộ"), required=False, max_length=40)


class AppointForm(forms.Form):
    """A role for somebody of the staff."""

    full_name = TextField(label=_("Họ, đệm và tên"), max_length=120)
    personal_number = personal_number_field()
    role = forms.ChoiceField(
        label=_("Vai trò"), choices=[(one.value, words.ROLES[one]) for one in AT_A_SCHOOL]
    )
    title = TextField(
        label=_("Chức danh"),
        max_length=80,
        required=False,
        help_text=_("Như khi ký tên: Hiệu trưởng, Văn thư."),
    )
    from_on = day_field(_("Từ ngày"))


class EndRoleForm(forms.Form):
    """The last day of a role."""

    on = day_field(_("Ngày cuối cùng"))


class UsernameForm(forms.Form):
    """The name with which somebody will sign in."""

    username = username_field(help_text=_("Chữ thường không dấu, số, dấu chấm hoặc gạch nối; ít nhất 4 chữ."))


class PasswordForm(forms.Form):
    """The old password and, twice, the new one."""

    old = forms.CharField(
        label=_("Mật khẩu đang dùng"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("Mật khẩu mới"),
        max_length=200,
        strip=False,
        help_text=_("Ít nhất 10 chữ, không chỉ toàn số; một câu ngắn dễ nhớ là tốt nhất."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Gõ lại mật khẩu mới"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask that both new ones are the same."""
        stated = super().clean() or {}
        if "new" in stated and "again" in stated and stated["new"] != stated["again"]:
            self.add_error("again", _("Hai lần gõ chưa giống nhau."))
        return stated


class TrailForm(forms.Form):
    """What is asked of the trail."""

    tu = day_field(_("Từ ngày"), required=False)
    den = day_field(_("Đến ngày"), required=False)
    nguoi = forms.TypedChoiceField(label=_("Người làm"), required=False, coerce=int, empty_value=None)
    viec = forms.ChoiceField(label=_("Việc"), required=False)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "nguoi", [("", _("Mọi người")), *people])
        actions = sorted(words.ACTIONS.items(), key=lambda one: sort_key(str(one[1])))
        offer(self, "viec", [("", _("Mọi việc")), *actions])
