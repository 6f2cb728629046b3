"""What frozen data states, tag by tag, with the Ministry's own labels: nothing left out, nothing added."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.national.codes import code_list
from records.national.document import TranscriptData

LEVELS = {
    "T": gettext_lazy("Tốt"),
    "H": gettext_lazy("Hoàn thành"),
    "Đ": gettext_lazy("Đạt"),
    "C": gettext_lazy("Cần cố gắng"),
}


def groups(data: TranscriptData) -> list[dict[str, Any]]:
    """Return the groups of the format with their stated values."""
    wanted = (
        (_("Kết quả năm học"), "TONG_KET", data.summary),
        (_("Phẩm chất, năng lực"), "NANG_LUC_PHAM_CHAT", data.traits),
        (_("Học sinh, nhà trường, người ký"), "THONG_TIN_CHUNG", data.general),
    )
    found = [{"title": title, "items": _items(name, values)} for title, name, values in wanted]
    history = [
        {"label": row.school_year or "", "value": f"{row.class_name} – {row.school_name}"}
        for row in data.history
    ]
    return [*found, {"title": _("Quá trình học tập"), "items": history}]


def _items(group: str, values: object) -> list[dict[str, Any]]:
    items = []
    for spec in code_list("1.0").groups[group]:
        value = getattr(values, spec.field)
        if value is not None:
            items.append({"label": spec.label, "value": _shown(value)})
    return items


def _shown(value: object) -> str:
    if value is True:
        return _("Có")
    if value is False:
        return _("Không")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return str(LEVELS.get(str(value), value))
