"""The shape of what people type at the doors of this app."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from signing.forms import ParticularsForm, look_up_code_field, pin_field


class PinForm(forms.Form):
    """The PIN with which the clerk signs packages: held in memory for one request, then forgotten."""

    school = forms.CharField(max_length=20, widget=forms.HiddenInput)
    pin = pin_field(missing=_("Hãy nhập mã PIN của chứng thư con dấu."))


class LookUpForm(ParticularsForm):
    """What a family types to open one transcript without an account: all five fields."""

    code = look_up_code_field()
    field_order = ("code",)
