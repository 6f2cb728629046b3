"""The shape of what people type at the homeroom teacher's desk: the table of a class, phrases, returned cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from records.actions.desk import RowEntry
from records.forms import LONGEST_VERSION
from records.national.codes import code_list
from records.rules import phrasebook
from records.rules.returns import Cell
from schools.fields import TextField, offer

KINDS = {
    phrasebook.ANY_SUBJECT: _("Mọi môn học"),
    "quality": _("Phẩm chất"),
    "general": _("Năng lực chung"),
    "specific": _("Năng lực đặc thù"),
    "homeroom": _("Nhận xét chung của giáo viên chủ nhiệm"),
}
CELLS = {
    Cell.LEVEL.value: _("Mức đạt được"),
    Cell.MARK.value: _("Điểm kiểm tra"),
    Cell.COMMENT.value: _("Nhận xét"),
}
LEVELS = [
    ("T", _("T – Tốt, hoàn thành tốt")),
    ("H", _("H – Hoàn thành (môn học)")),
    ("Đ", _("Đ – Đạt (phẩm chất, năng lực)")),
    ("C", _("C – Chưa hoàn thành, cần cố gắng")),
]


def about_choices() -> list[tuple[str, object]]:
    """Return what a phrase may be about, with its words."""
    subjects = {row.code: row.name for row in code_list().subjects}
    return [(code, KINDS.get(code) or subjects[code]) for code in phrasebook.abouts()]


def read_class_rows(
    post: QueryDict, enrolments: Iterable[int], columns: Sequence[str]
) -> dict[int, RowEntry]:
    """Return what was typed in the table of a class; the action judges it, cell by cell."""
    rows = {}
    for each in enrolments:
        version = post.get(f"version-{each}", "")
        if not (version.isascii() and version.isdecimal() and len(version) < LONGEST_VERSION):
            continue  # the row was not on the page that was sent: a pupil who came meanwhile
        cells = {name: str(post[f"{name}-{each}"]) for name in columns if f"{name}-{each}" in post}
        rows[each] = RowEntry(int(version), cells)
    return rows


class PhraseForm(forms.Form):
    """One phrase of the bank."""

    about = forms.ChoiceField(label=_("Dùng cho"))
    level = forms.ChoiceField(label=_("Mức"), choices=LEVELS)
    text = TextField(
        label=_("Câu nhận xét"),
        max_length=phrasebook.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Viết {ten} ở chỗ tên của em; hệ thống thay bằng tên từng em."),
        error_messages={"required": _("Hãy ghi câu nhận xét.")},
    )
    is_shared = forms.BooleanField(label=_("Cho mọi giáo viên của trường dùng"), required=False)

    def __init__(self, keeps: bool, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offer(self, "about", about_choices())
        if not keeps:
            del self.fields["is_shared"]


class ReturnForm(forms.Form):
    """A cell to be sent back, and why."""

    cell = forms.ChoiceField(
        label=_("Ô cần xem lại"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn ô cần trả lại.")},
    )
    reason = TextField(
        lines=True,
        label=_("Lý do"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Giáo viên bộ môn đọc lý do này; lý do được lưu lại cùng tên người trả và thời điểm."),
        error_messages={"required": _("Hãy ghi lý do.")},
    )

    def __init__(self, cells: Iterable[str], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offer(self, "cell", [(cell, CELLS[cell]) for cell in cells])


class KeepForm(forms.Form):
    """Why a cell that came back stays as it is."""

    reason = TextField(
        lines=True,
        label=_("Đã xem, giữ nguyên vì"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Hãy ghi lý do.")},
    )
