"""The shape of what people type about units, and about those who keep them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from schools import words
from schools.fields import TextField, day_field, offer, personal_number_field, username_field


class UnitForm(forms.Form):
    """What is stated of a unit: shown whole to who keeps it, its place alone to the school's administrator."""

    level = forms.ChoiceField(label=_("Cấp đơn vị"))
    code = forms.CharField(
        label=_("Mã đơn vị"),
        max_length=20,
        help_text=_("Như trong danh mục của ngành. Mã đi vào học bạ và không đổi được về sau."),
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9]{1,20}\Z", _("Mã chỉ gồm chữ cái không dấu và chữ số, không có khoảng trắng.")
            )
        ],
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={"required": _("Hãy ghi mã đơn vị.")},
    )
    name = TextField(
        label=_("Tên đơn vị"),
        max_length=200,
        help_text=_("Tên đầy đủ như trên con dấu."),
        error_messages={"required": _("Hãy ghi tên đơn vị.")},
    )
    province_name = TextField(label=_("Tỉnh, thành phố"), max_length=120, required=False)
    district_name = TextField(
        label=_("Huyện, quận"),
        max_length=120,
        required=False,
        help_text=_("Mẫu v1.0 của Bộ vẫn đòi mục này dù không còn cấp huyện; ghi như Sở hướng dẫn."),
    )
    commune_name = TextField(label=_("Xã, phường"), max_length=120, required=False)
    education_levels = forms.MultipleChoiceField(
        label=_("Cấp học"),
        required=False,
        choices=list(words.EDUCATION_LEVELS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Chỉ với trường."),
    )
    opened_on = day_field(_("Ngày thành lập"), required=False)
    overseers = forms.MultipleChoiceField(
        label=_("Cơ quan cùng quản lý"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ngoài cơ quan cấp trên trực tiếp. Người của cơ quan ấy xem được tiến độ của trường."),
    )

    def __init__(
        self, *args: Any, names: tuple[str, ...], levels: Any = (), offices: Any = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for name in [one for one in self.fields if one not in names]:
            del self.fields[name]
        if "level" in self.fields:
            offer(self, "level", ((one.code, one.name) for one in levels))
        if "overseers" in self.fields:
            offer(self, "overseers", ((one.code, f"{one.name} ({one.code})") for one in offices))


class CloseUnitForm(forms.Form):
    """The last day of a unit."""

    on = day_field(_("Ngày cuối cùng hoạt động"))


class KeeperForm(forms.Form):
    """Who is to keep a unit, with the name for signing in when there is no account yet."""

    full_name = TextField(
        label=_("Họ, đệm và tên"), max_length=120, error_messages={"required": _("Hãy ghi họ và tên.")}
    )
    personal_number = personal_number_field()
    role = forms.ChoiceField(label=_("Vai trò"))
    title = TextField(
        label=_("Chức danh"), max_length=80, required=False, help_text=_("Ví dụ: Chuyên viên, Quản trị viên.")
    )
    username = username_field(
        required=False,
        help_text=_("Bỏ trống nếu người này đã có tài khoản. Chữ thường không dấu, số, dấu chấm, gạch nối."),
    )

    def __init__(self, *args: Any, roles: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "role", ((one.value, words.ROLES[one]) for one in roles))
