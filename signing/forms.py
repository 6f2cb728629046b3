"""The shape of what people type at the doors of this app."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import DomainError, Invalid
from schools.actions.confirmation import Question, ask, still_open
from schools.confirming import told
from schools.fields import AS_TYPED, FIRST_DAY, LAST_DAY, TWELVE_DIGITS, DayField, TextField, offer
from signing.actions.checks import FiveFields
from signing.seal.trust import SignerRole
from signing.sentences import ROLES

LONGEST_PIN = 64


def pin_field(*, missing: Any) -> forms.CharField:
    """Return the field for a PIN, kept to the letter; `missing`: what is said when it is empty."""
    return forms.CharField(max_length=LONGEST_PIN, strip=False, error_messages={"required": missing})


class PinForm(forms.Form):
    """The PIN of a certificate: held in memory for one request, then forgotten."""

    pin = pin_field(missing=_("Hãy nhập mã PIN của chứng thư."))


class WithdrawForm(forms.Form):
    """Why an issued transcript is withdrawn, and that its consequences were read."""

    reason = TextField(
        lines=True,
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

    reason = TextField(
        lines=True,
        label=_("Lý do từ chối"),
        max_length=500,
        error_messages={"required": _("Hãy ghi lý do từ chối để nhà trường biết phải sửa gì.")},
    )


class EndForm(forms.Form):
    """Why a certificate is ended; for who approves certificates, also from when, and over how many transcripts."""

    reason = forms.ChoiceField(
        label=_("Lý do ngừng"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn một lý do."), "invalid_choice": _("Hãy chọn một lý do.")},
    )
    words = TextField(
        lines=True,
        label=_("Ghi rõ thêm"),
        help_text=_("Bắt buộc khi chọn “Lý do khác”. Được lưu mãi cùng quyết định."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    since = forms.DateTimeField(
        label=_("Ngừng từ một thời điểm trước đây"),
        help_text=_(
            "Để trống: ngừng từ bây giờ. Chỉ ghi khi biết chứng thư đã mất hoặc lộ từ trước, dạng 15/05/2026 21:40;"
            " chữ ký tạo từ thời điểm ấy trở đi sẽ không còn hợp lệ."
        ),
        required=False,
        input_formats=["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": _("Hãy ghi ngày và giờ dạng 15/05/2026 21:40.")},
        widget=forms.DateTimeInput(attrs={"autocomplete": "off", "placeholder": "15/05/2026 21:40"}),
    )
    told = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    understood = forms.BooleanField(
        required=False, label=_("Tôi đã xem các lớp nêu trên và vẫn ngừng từ thời điểm đó")
    )

    def __init__(
        self, reasons: Mapping[str, Any], data: QueryDict | None = None, *, approver: bool, **kwargs: Any
    ) -> None:
        """`approver`: whether the person may say that it was lost before now."""
        super().__init__(data, **kwargs)
        offer(self, "reason", reasons.items())
        self.conflict = False
        self.signed: Any = None
        if not approver:
            for name in ("since", "told", "understood"):
                del self.fields[name]

    def clean_since(self) -> datetime | None:
        """Refuse a year that nobody means, before anything is computed with it."""
        since: datetime | None = self.cleaned_data["since"]
        if since is not None and not FIRST_DAY.year <= since.year <= LAST_DAY.year:
            raise forms.ValidationError(_("Năm phải từ 1900 đến 2199; xin xem lại."))
        return since

    def ask_about(self, signed: Any) -> None:
        """Show which transcripts fall with the moment, and ask for consent to exactly so many."""
        self.signed = signed
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["told"] = str(signed.total)
        data.pop("understood", None)
        self.data = data


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
        offer(self, "person", [("", _("– Con dấu nhà trường –")), *people])

    def clean(self) -> dict[str, Any]:
        """Ask for a person exactly when a person signs."""
        data = super().clean() or {}
        is_seal = data.get("role") == SignerRole.SEAL.value
        if is_seal and data.get("person"):
            self.add_error("person", _("Con dấu nhà trường không gắn với một người ký."))
        if not is_seal and "role" in data and not data.get("person"):
            self.add_error("person", _("Hãy chọn người ký."))
        return data


def look_up_code_field() -> forms.UUIDField:
    """Return the field for the code that is printed below the QR code."""
    return forms.UUIDField(
        label=_("Mã tra cứu học bạ"),
        help_text=_("Dãy 36 ký tự in dưới mã QR, ví dụ 3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c."),
        error_messages={
            "required": _("Hãy nhập mã tra cứu."),
            "invalid": _("Mã tra cứu gồm 32 chữ số và chữ cái a–f, chia bằng gạch nối. Hãy xem lại."),
        },
        widget=forms.TextInput(attrs=AS_TYPED),
    )


class CodeForm(forms.Form):
    """A look-up code alone."""

    ma = look_up_code_field()


class ParticularsForm(forms.Form):
    """What opens a transcript beside its code: the pupil's particulars and the confirmation code of this page."""

    full_name = TextField(
        label=_("Họ, đệm và tên của học sinh"),
        help_text=_("Viết đủ dấu, như trong học bạ."),
        max_length=120,
        error_messages={"required": _("Hãy nhập họ tên của học sinh.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    born_on = DayField(
        label=_("Ngày sinh của học sinh"),
        help_text=_("Ví dụ: 15/05/2016"),
        error_messages={
            "required": _("Hãy nhập ngày sinh."),
            "invalid": _("Ngày sinh viết ngày/tháng/năm, ví dụ 15/05/2016."),
        },
        widget=forms.DateInput(attrs={"autocomplete": "off"}),
    )
    personal_number = forms.CharField(
        label=_("Số định danh cá nhân của học sinh"),
        help_text=_("12 chữ số, trên giấy khai sinh hoặc trong ứng dụng VNeID."),
        validators=[TWELVE_DIGITS],
        error_messages={"required": _("Hãy nhập số định danh cá nhân.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    confirmation = forms.CharField(
        label=_("Mã xác nhận"),
        max_length=20,
        error_messages={"required": _("Hãy nhập mã xác nhận.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    challenge = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, at: datetime, **kwargs: Any) -> None:
        """Take what was typed; blanks in numbers are forgiven. An empty form asks a new question."""
        if data is not None:
            data = data.copy()
            for name in ("personal_number", "confirmation"):
                data[name] = "".join(data.get(name, "").split())
        super().__init__(data, **kwargs)
        self._at = at
        self._question = ask(at)
        self.initial["challenge"] = self._question.token
        self.fields["confirmation"].help_text = lazy(self._told, str)()  # the question may yet change

    @classmethod
    def with_another_question(cls, typed: QueryDict, *, at: datetime) -> Self:
        """Return a form that keeps what was typed, judges nothing yet, and asks another question."""
        kept = {name: typed.get(name, "") for name in cls.base_fields if name != "confirmation"}
        return cls(at=at, initial=kept)

    def is_valid(self) -> bool:
        """Say whether all has its shape; if not, the question that nobody judged yet stays."""
        valid = super().is_valid()
        if not valid:
            self._show(still_open(self.data.get("challenge", ""), self._at))
        return valid

    def given(self, code: UUID) -> FiveFields:
        """Return the five fields of a valid form."""
        names = ("full_name", "born_on", "personal_number", "confirmation", "challenge")
        return FiveFields(code, **{name: self.cleaned_data[name] for name in names})

    def refuse(self, refused: DomainError) -> None:
        """Say why nothing was opened, keep what was typed, and ask another question."""
        if isinstance(refused, Invalid) and refused.fields:
            for name, sentence in refused.fields.items():
                self.add_error(name, str(sentence))
        else:
            self.add_error(None, str(refused.sentence))
        self._show(None)

    def _show(self, question: Question | None) -> None:
        data = QueryDict(mutable=True)
        data.update(self.data)
        if question is None:
            question = self._question
            data["confirmation"] = ""
        self._question = question
        data["challenge"] = question.token
        self.data = data

    def _told(self) -> str:
        return told(self._question)


class OpeningForm(ParticularsForm):
    """The particulars, typed by somebody to whom the family showed the code."""

    confirmed = forms.BooleanField(
        label=_("Tôi được học sinh hoặc gia đình đồng ý cho xem học bạ này"),
        error_messages={"required": _("Hãy xác nhận đã được đồng ý.")},
    )
