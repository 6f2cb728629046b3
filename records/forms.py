"""The shape of what people type at the doors of this app."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from records.actions.homeroom import HomeroomEntry
from records.actions.results import Entry
from records.national.codes import TraitCode, code_list
from records.rules import curriculum
from schools.fields import DAY_FORMATS, DayField, TextField, offer

LONGEST_VERSION = 10
"""Digits; more are no version that we ever sent."""


class CommaDecimalField(forms.DecimalField):
    """A number as people here write it: 132,5; a dot is taken too."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        """Read a decimal comma."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        """Show a decimal comma, and no zero that says nothing."""
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value


def read_subject_rows(post: QueryDict, enrolments: Iterable[int]) -> dict[int, Entry]:
    """Return what was typed in a subject's table; the action judges it, cell by cell."""
    rows = {}
    for each in enrolments:
        version = post.get(f"version-{each}", "")
        if not (version.isascii() and version.isdecimal() and len(version) < LONGEST_VERSION):
            continue  # the row was not on the page that was sent: a pupil who came meanwhile
        second = f"second-{each}" in post if f"has-second-{each}" in post else None
        rows[each] = Entry(
            level=post.get(f"level-{each}", ""),
            test_mark=post.get(f"mark-{each}", ""),
            comment=post.get(f"comment-{each}", ""),
            version=int(version),
            is_second_test=second,
        )
    return rows


class HomeroomForm(forms.Form):
    """One pupil's qualities, competences, comments, absences, body and reward, for a grade."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    absences_excused = forms.IntegerField(label=_("Số buổi nghỉ có phép"), required=False, min_value=0)
    absences_unexcused = forms.IntegerField(label=_("Số buổi nghỉ không phép"), required=False, min_value=0)
    height_cm = CommaDecimalField(label=_("Chiều cao (cm)"), required=False)
    weight_kg = CommaDecimalField(label=_("Cân nặng (kg)"), required=False)
    qualities_comment = TextField(lines=True, label=_("Nhận xét về phẩm chất"), required=False)
    general_comment = TextField(lines=True, label=_("Nhận xét về năng lực chung"), required=False)
    specific_comment = TextField(lines=True, label=_("Nhận xét về năng lực đặc thù"), required=False)
    homeroom_comment = TextField(
        lines=True, label=_("Nhận xét chung của giáo viên chủ nhiệm"), required=False
    )
    outstanding_subject = forms.ChoiceField(label=_("Thành tích xuất sắc ở môn"), required=False)
    clear_progress = forms.ChoiceField(label=_("Tiến bộ rõ rệt về"), required=False)
    class_agrees = forms.BooleanField(label=_("Được tập thể lớp công nhận"), required=False)
    special_reward = TextField(lines=True, label=_("Khen thưởng đột xuất trong năm"), required=False)

    WHOLE_NUMBERS = ("absences_excused", "absences_unexcused")
    MEASURES = ("height_cm", "weight_kg")
    COMMENTS = ("qualities_comment", "general_comment", "specific_comment", "homeroom_comment")

    def __init__(self, grade: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grade = grade
        for trait in curriculum.traits(grade):
            self.fields[f"trait-{trait.code}"] = forms.ChoiceField(
                label=trait.name, required=False, choices=LEVELS, widget=forms.RadioSelect
            )
        for name in self.WHOLE_NUMBERS:
            self.fields[name].widget = forms.TextInput()
            self.fields[name].widget.attrs["inputmode"] = "numeric"
        for name in self.MEASURES:
            self.fields[name].widget.attrs["inputmode"] = "decimal"
        for name in (*self.COMMENTS, "special_reward"):
            self.fields[name].widget = forms.Textarea(attrs={"rows": 3})
        lines = [("", _("Không"))] + [(one.code, one.name) for one in curriculum.form_lines(grade)]
        progress = [("", _("Không"))] + [(one.code, one.name) for one in curriculum.traits(grade)]
        offer(self, "outstanding_subject", lines)
        offer(self, "clear_progress", progress)

    def trait_groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields of the traits under the form's three headings."""
        groups = (
            (_("Những phẩm chất chủ yếu"), curriculum.qualities(self.grade)),
            (_("Những năng lực chung"), curriculum.competences(self.grade, curriculum.GENERAL)),
            (_("Những năng lực đặc thù"), curriculum.competences(self.grade, curriculum.SPECIFIC)),
        )
        return [(heading, self._fields_of(traits)) for heading, traits in groups]

    def _fields_of(self, traits: Iterable[TraitCode]) -> list[forms.BoundField]:
        return [self[f"trait-{one.code}"] for one in traits]

    def entry(self) -> HomeroomEntry:
        """Return what was typed, for the action."""
        data = self.cleaned_data
        plain = {name: data[name] for name in HomeroomEntry.__dataclass_fields__ if name in data}
        qualities = {one.code: data[f"trait-{one.code}"] for one in curriculum.qualities(self.grade)}
        competences = {one.code: data[f"trait-{one.code}"] for one in curriculum.competences(self.grade)}
        return HomeroomEntry(
            **plain,
            qualities={code: level for code, level in qualities.items() if level},
            competences={code: level for code, level in competences.items() if level},
        )


LEVELS = [*((code, label) for code, label in code_list().trait_levels.items())]


class SheetForm(forms.Form):
    """Date, place and signing leader of a class."""

    issue_on = DayField(
        label=_("Ngày phát hành"),
        input_formats=(*DAY_FORMATS, "%d/%m/%y"),
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric"}),
        help_text=_("Ngày ghi trong học bạ, dạng ngày/tháng/năm. Nhà trường ký số phát hành quanh ngày này."),
        error_messages={
            "invalid": _("Hãy ghi ngày dạng 29/05/2026."),
            "required": _("Hãy ghi ngày phát hành."),
        },
    )
    place = TextField(
        label=_("Địa danh"),
        max_length=120,
        help_text=_("Tên xã, phường ghi trước ngày ký."),
        error_messages={"required": _("Hãy ghi địa danh.")},
    )
    leader = forms.TypedChoiceField(
        label=_("Người ký học bạ"),
        coerce=int,
        help_text=_("Đúng người này phải ký số; đổi người ký thì phải chốt lại dữ liệu."),
        error_messages={"required": _("Hãy chọn người ký.")},
    )

    def __init__(self, leaders: Iterable[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "leader", leaders)


class ReasonForm(forms.Form):
    """Why something that was finished is opened again."""

    reason = TextField(
        lines=True,
        label=_("Lý do"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Lý do được lưu lại cùng tên người làm và thời điểm."),
        error_messages={"required": _("Hãy ghi lý do.")},
    )


class DecisionForm(forms.Form):
    """The principal's decision after supplementary assessment."""

    decision = forms.ChoiceField(
        label=_("Quyết định của hiệu trưởng"),
        choices=[
            ("LEN", _("Được lên lớp")),
            ("OLAI", _("Chưa được lên lớp")),
            ("", _("Chưa quyết định")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )


class RosterForm(forms.Form):
    """A list of one kind for one school year, in a file."""

    kind = forms.ChoiceField(
        label=_("Danh sách"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn danh sách nào.")},
    )
    year = forms.ChoiceField(label=_("Năm học"), error_messages={"required": _("Hãy chọn năm học.")})
    file = forms.FileField(
        label=_("Tệp danh sách"),
        error_messages={"required": _("Hãy chọn tệp."), "empty": _("Tệp không có dòng nào.")},
    )

    def __init__(
        self, *args: Any, kinds: Iterable[tuple[str, Any]], years: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", kinds)
        offer(self, "year", years)
