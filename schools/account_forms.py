"""The shape of what people type on their way in, and on the page of their own account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from schools.actions.confirmation import ask
from schools.confirming import told
from schools.fields import AS_TYPED, TextField, day_field, username_field
from schools.forms import SignInForm
from schools.models import Invitation, InvitationKind

RELATIONS = (
    ("Cha", _("Cha")),
    ("Mẹ", _("Mẹ")),
    ("Ông", _("Ông")),
    ("Bà", _("Bà")),
    ("Người giám hộ", _("Người giám hộ")),
)
"""Stored as the Vietnamese word: the national format and the family's own page say it so."""


def _password(label: Any, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget, **options)


class ConfirmedSignInForm(SignInForm):
    """Name, password and a confirmation code: after many failures. Each page asks a new question."""

    confirmation = forms.CharField(
        label=_("Mã xác nhận"),
        max_length=20,
        error_messages={"required": _("Hãy nhập mã xác nhận.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    challenge = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def ask_again(self, at: datetime) -> None:
        """Put another question on the page; what was answered before is used up."""
        question = ask(at)
        self.fields["confirmation"].help_text = lazy(lambda: told(question), str)()
        data = QueryDict(mutable=True)
        data.update({"username": self.data.get("username", ""), "challenge": question.token})
        self.data = data


class CodeForm(forms.Form):
    """The code printed on a slip."""

    code = forms.CharField(
        label=_("Mã trên phiếu"),
        help_text=_("Hai mươi chữ và số, chia thành năm nhóm. Không cần gõ dấu gạch."),
        max_length=60,
        error_messages={"required": _("Hãy nhập mã trên phiếu.")},
        widget=forms.TextInput(attrs=AS_TYPED),
    )


class ComingForm(forms.Form):
    """What confirms the person, a name to sign in with, a password twice; a guardian's own name and relation."""

    known = forms.CharField(
        max_length=20,
        error_messages={"required": _("Hãy nhập bốn số cuối hoặc ngày sinh.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    full_name = TextField(label=_("Họ và tên của quý phụ huynh"), max_length=120)
    relation = forms.ChoiceField(label=_("Quan hệ với em"), choices=RELATIONS)
    username = username_field(
        help_text=_(
            "Chữ thường không dấu, số, dấu chấm hoặc gạch nối; ít nhất 4 chữ. Có thể dùng số điện thoại."
        )
    )
    new = _password(
        _("Mật khẩu"),
        help_text=_("Ít nhất 10 chữ, không chỉ toàn số; một câu ngắn dễ nhớ là tốt nhất."),
    )
    again = _password(_("Gõ lại mật khẩu"))
    email = forms.EmailField(
        label=_("Thư điện tử"),
        required=False,
        help_text=_("Không có cũng được. Chỉ dùng khi quên mật khẩu."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, row: Invitation, *args: Any, joins: bool = False, **kwargs: Any) -> None:
        """`joins`: for the account of who is signed in."""
        super().__init__(*args, **kwargs)
        guardian = row.kind == InvitationKind.GUARDIAN
        field = self.fields["known"]
        if row.kind == InvitationKind.STAFF:
            field.label = _("Bốn số cuối của số định danh cá nhân")
            field.help_text = _("Của chính thầy/cô, trên thẻ căn cước.")
        elif row.kind == InvitationKind.RECOVERY:
            field.label = _("Bốn số cuối của số định danh, hoặc ngày sinh của em")
            field.help_text = _("Gia đình: của em học sinh. Thầy/cô: bốn số cuối số định danh của mình.")
        else:
            field.label = _("Ngày sinh của em, hoặc bốn số cuối của số định danh của em")
            field.help_text = _("Ví dụ: 15/05/2016, hoặc 4827.")
        dropped = set[str]()
        if not guardian:
            dropped |= {"full_name"}
        if not guardian or row.relation:
            dropped |= {"relation"}
        if row.kind == InvitationKind.RECOVERY:
            dropped |= {"username", "email"}
        if row.kind == InvitationKind.STAFF:
            dropped |= {"email"}
        if joins:
            dropped |= {"full_name", "username", "new", "again", "email"}
        for name in dropped:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Ask that both passwords are the same."""
        stated = super().clean() or {}
        if "new" in stated and "again" in stated and stated["new"] != stated["again"]:
            self.add_error("again", _("Hai lần gõ chưa giống nhau."))
        return stated


class ForgottenForm(forms.Form):
    """A name to sign in with, or an e-mail address."""

    username = forms.CharField(
        label=_("Tên đăng nhập hoặc thư điện tử"),
        max_length=254,
        error_messages={"required": _("Hãy nhập tên đăng nhập hoặc thư điện tử.")},
        widget=forms.TextInput(attrs=AS_TYPED),
    )


class EmailForm(forms.Form):
    """An e-mail address of one's own, or none; of somebody who is invited."""

    email = forms.EmailField(
        label=_("Thư điện tử"),
        required=False,
        help_text=_("Để trống thì in lời mời ra giấy."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class SlipForm(forms.Form):
    """A slip for one guardian: who that is, and from when to when."""

    relation = forms.ChoiceField(label=_("Phiếu cho"), choices=RELATIONS)
    from_on = day_field(_("Từ ngày"))
    to_on = day_field(_("Đến hết ngày"), required=False)


class EndGuardianForm(forms.Form):
    """The last day on which somebody answers for a pupil."""

    on = day_field(_("Ngày cuối cùng"))
