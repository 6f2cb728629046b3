"""The page of all components in every state, for people who build pages; mounted only in debug and demo.

Its data are made up here, of no table, and every name in it is a specimen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from schools.permissions import public

TRANSCRIPT_STATES = (
    "DRAFT",
    "CONFIRMED",
    "FROZEN",
    "HOMEROOM_SIGNED",
    "PRINCIPAL_SIGNED",
    "SEALING",
    "ISSUED",
    "WITHDRAWN",
    "REPLACED",
)
DELIVERY_STATES = ("PENDING", "HELD", "SENDING", "SENT", "RECEIVED", "REJECTED", "FAILED")
VERDICT_STATES = ("TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE", "passed", "failed", "unknown", "not-shown")
LINE_STATES = {"p": "passed", "f": "failed", "u": "unknown", "n": "not-shown"}
CERTIFICATE_STATES = ("good", "revoked", "expired")


class SampleForm(forms.Form):
    """A form with one field of each kind, to show them right, wrong and with a hint."""

    name = forms.CharField(label=_("Họ, đệm và tên"), help_text=_("Viết như trong giấy khai sinh."))
    born_on = forms.DateField(
        label=_("Ngày sinh"), help_text=_("Ví dụ: 15/05/2016"), input_formats=["%d/%m/%Y"]
    )
    outcome = forms.ChoiceField(
        label=_("Kết quả"), choices=[("", _("Chọn…")), ("T", _("Hoàn thành tốt")), ("H", _("Hoàn thành"))]
    )
    way = forms.ChoiceField(
        label=_("Cách nhận"), choices=[("pdf", _("Tệp PDF")), ("xml", _("Tệp XML"))], widget=forms.RadioSelect
    )
    comment = forms.CharField(label=_("Nhận xét"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


@public
def components_page(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    return render(request, "components_page.html", sample_context())


def sample_context() -> dict[str, Any]:
    """Return the made-up data of the page, frame included."""
    wrong = SampleForm(
        {"name": "Nguyễn Bích Mẫu", "born_on": "31/02/2016", "way": "pdf", "comment": "Chăm học"}
    )
    return {
        "specimen": True,
        "unit_name": _("Trường Tiểu học Bản Mẫu"),
        "menu": _menu(),
        "context_bar": _places(),
        "transcript_states": TRANSCRIPT_STATES,
        "delivery_states": DELIVERY_STATES,
        "verdict_states": VERDICT_STATES,
        "certificate_states": CERTIFICATE_STATES,
        "header_actions": [
            {"label": _("Nhập Excel"), "url": "#bang", "kind": "second"},
            {"label": _("Xuất Excel"), "url": "#bang", "kind": "second"},
        ],
        "steps": _steps(),
        "fixes": _fixes(),
        "nothing": [],
        "columns": _columns(),
        "rows": _rows(),
        "facts": _facts(),
        "signatures": _signatures(),
        "verdicts": _verdicts(),
        "pin_lines": [
            _("Vai trò: hiệu trưởng, cho lớp 4A, năm học 2025–2026"),
            _("42 học bạ đã chốt dữ liệu; 9 học bạ khác thường đã được mở xem"),
        ],
        "page": Paginator(range(1, 136), 45).page(2),
        "right_form": SampleForm(auto_id="right_%s"),
        "wrong_form": wrong,
    }


def _menu() -> list[dict[str, Any]]:
    return [
        {"label": _("Việc hôm nay"), "url": "#viec", "count": 3},
        {"label": _("Lớp 4A")},
        {"label": _("Kết quả học tập"), "url": "#bang", "current": True},
        {"label": _("Phẩm chất, năng lực"), "url": "#the"},
        {"label": _("Còn thiếu"), "url": "#thieu", "count": 12},
        {"label": _("Ký số"), "url": "#ky", "count": 42},
        {"label": _("Học bạ đã phát hành"), "url": "#ket-qua"},
    ]


def _places() -> list[dict[str, Any]]:
    def choice(name: str, label: Any, *options: Any) -> dict[str, Any]:
        first, *others = [{"value": str(i), "label": text} for i, text in enumerate(options)]
        return {"name": name, "label": label, "options": [first | {"selected": True}, *others]}

    return [
        choice("nam", _("Năm học"), "2025–2026", "2024–2025"),
        choice("ki", _("Thời điểm"), _("Cuối năm"), _("Cuối học kì I")),
        choice("lop", _("Lớp"), "4A", "4B", "5A"),
        choice("mon", _("Môn học"), _("Tiếng Việt"), _("Toán"), _("Lịch sử và Địa lí")),
    ]


def _steps() -> list[dict[str, Any]]:
    labels = (
        (_("Xác nhận hoàn thành"), "done", 45),
        (_("Chốt dữ liệu"), "done", 45),
        (_("GVCN ký"), "done", 45),
        (_("Hiệu trưởng ký"), "current", 17),
        (_("Ký số phát hành"), "todo", 0),
        (_("Bộ tiếp nhận"), "todo", 0),
    )
    return [{"label": label, "state": state, "done": done, "total": 45} for label, state, done in labels]


def _fixes() -> list[dict[str, Any]]:
    return [
        {
            "what": _("Em Nguyễn Bích Mẫu: môn Toán chưa có điểm kiểm tra cuối năm"),
            "where": _("Kết quả học tập, môn Toán"),
            "who": _("cô Lê Thị Thử"),
            "law": "TT 27/2020, Điều 7",
            "url": "#thieu",
        },
        {
            "what": _("Em Đỗ Ánh Ví Dụ: chưa có số định danh cá nhân"),
            "where": _("Hồ sơ học sinh"),
            "who": _("học vụ nhà trường"),
        },
        {
            "what": _("Em Trần Ẩn Danh: nhận xét phẩm chất"),
            "where": _("Phẩm chất, năng lực"),
            "who": _("GVCN"),
            "fixed": True,
        },
    ]


def _columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Họ và tên")},
        {"label": _("Mã học sinh")},
        {"label": _("Tiếng Việt"), "kind": "num"},
        {"label": _("Toán"), "kind": "num"},
        {"label": _("Đánh giá")},
        {"label": _("Trạng thái")},
        {"label": _("Đã đủ")},
    ]


def _rows() -> list[dict[str, Any]]:
    names = (
        "Nguyễn Văn An",
        "Trần Thị Ánh",
        "Đỗ Ngọc Ẩn",
        "Phạm Gia Bảo",
        "Lê Thị Diễm",
        "Hoàng Tiến Dũng",
        "Vũ Hồng Đào",
        "Bùi Đức Hiếu",
        "Đặng Thùy Linh",
        "Ngô Quỳnh Như",
        "Dương Tuệ Yến",
        "Lý Khánh Ý",
    )
    states = TRANSCRIPT_STATES + TRANSCRIPT_STATES
    return [
        {
            "cells": [
                {"text": f"{name} (mẫu)", "url": "#bang"},
                {"text": f"99000000{i:02}"},
                {"text": str(6 + i % 5)},
                {"text": str(7 + i % 4)},
                {"text": _("Hoàn thành tốt") if i % 3 else _("Hoàn thành")},
                {"state": states[i]},
                {"done": 12 - i % 4, "total": 12},
            ]
        }
        for i, name in enumerate(names)
    ]


def _facts() -> list[dict[str, Any]]:
    return [
        {"label": _("Họ và tên"), "value": "Nguyễn Bích Mẫu"},
        {"label": _("Ngày sinh"), "value": "15/05/2016"},
        {"label": _("Mã tra cứu học bạ"), "value": "00000000-0000-4000-8000-000000000000"},
        {"label": _("Số định danh cá nhân"), "value": ""},
    ]


def _signatures() -> list[dict[str, Any]]:
    held = {
        "not_before": datetime(2025, 1, 1, tzinfo=UTC),
        "not_after": datetime(2027, 12, 31, tzinfo=UTC),
        "signed_at": datetime(2026, 5, 28, 14, 40, 5, tzinfo=UTC),
        "timestamp": datetime(2026, 5, 28, 14, 40, 7, tzinfo=UTC),
        "serial": "0A:11:22:33",
        "issuer": "Specimen Person CA",
        "state": "good",
    }
    return [
        held | {"role": _("Giáo viên chủ nhiệm"), "signer": "Lê Thị Thử"},
        held
        | {"role": _("Hiệu trưởng"), "signer": "Trần Văn Ví Dụ", "state": "revoked", "serial": "0A:11:22:34"},
        held
        | {
            "role": _("Nhà trường"),
            "signer": _("Trường Tiểu học Bản Mẫu"),
            "organisation": True,
            "issuer": "Specimen Organisation CA",
        },
        {"role": _("Hiệu trưởng"), "signer": ""},
    ]


VERDICT_LINES = (
    ("integrity", _("Không một chữ nào bị thay đổi từ khi ký.")),
    ("signers", _("Ba người ký, đúng thứ tự.")),
    ("authority", ""),
    ("time", ""),
    ("log", ""),
    ("status", ""),
)


def _verdict(indication: str, status: str, sentence: Any, states: str, then: Any = "") -> dict[str, Any]:
    words = [LINE_STATES[letter] for letter in states]
    lines = [
        {"name": name, "state": word, "text": text if word == "passed" else ""}
        for (name, text), word in zip(VERDICT_LINES, words, strict=True)
    ]
    return {"indication": indication, "status": status, "sentence": sentence, "lines": lines, "next": then}


def _verdicts() -> list[dict[str, Any]]:
    return [
        _verdict(
            "TOTAL-PASSED",
            "valid",
            _(
                "Học bạ này do Trường Tiểu học Bản Mẫu phát hành ngày 28/05/2026, "
                "không bị thay đổi từ khi ký."
            ),
            "pppppp",
        ),
        _verdict(
            "TOTAL-FAILED",
            "unknown",
            _("Nội dung đã bị thay đổi sau khi ký — không dùng bản này."),
            "fpppnu",
            then=_("Xin đề nghị người gửi nộp lại bản gốc, hoặc hỏi nhà trường đã phát hành."),
        ),
        _verdict(
            "INDETERMINATE",
            "unknown",
            _("Chứng thư của người ký không nằm trong danh sách tin cậy — hãy hỏi lại nhà trường."),
            "puupnu",
        ),
        _verdict(
            "TOTAL-PASSED",
            "withdrawn",
            _("Đã bị thu hồi ngày 02/06/2026. Chữ ký vẫn đúng nhưng học bạ không còn giá trị."),
            "pppppf",
        ),
        _verdict(
            "TOTAL-PASSED",
            "replaced",
            _("Nhà trường đã phát hành bản mới ngày 03/06/2026. Hãy dùng bản mới."),
            "pppppf",
        ),
    ]
