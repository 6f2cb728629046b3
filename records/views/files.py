"""A subject's table out to Excel and in again: what would change is shown cell by cell before anything does."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods

from hocba.kernel.errors import Invalid, NotPermitted
from records import tables
from records.actions import cells
from records.actions.cells import MOST_CELLS, Change, Fate, Outcome
from records.queries import entry
from records.queries.entry import SubjectPage
from records.tables import CELLS, Known, Understood
from records.views import words
from records.views.cells import LONGEST_VALUE, cell_of, question
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs
from schools.rosters.reading import BadFile, read
from schools.rosters.writing import MEDIA_TYPE, table

LONGEST_LIST = 100
"""Names of a kind of doubt that are told one by one."""


@needs(P.RESULT_VIEW)
@require_GET
def export(request: ActingRequest, code: str, subject_code: str) -> HttpResponse:
    """Give the table as .xlsx: codes first, pupils in the order of the page."""
    page = entry.subject_page(
        request.actor, code, subject_code, request.GET.get("diem", "CN"), "results.export"
    )
    names = columns(page)
    rows = [
        [row.enrolment.pupil.code, row.enrolment.pupil.full_name]
        + [cells.shown(row.result, name) for name in names]
        for row in page.rows
    ]
    with override("vi"):  # as the reader of such tables knows them, whatever language the screen speaks
        heads = [_("Mã học sinh"), _("Họ và tên"), *map(str, columns(page).values())]
    body = table(f"{page.subject.subject_code} {page.point}", heads, rows)
    answer = HttpResponse(body, content_type=MEDIA_TYPE)
    name = f"ket-qua-{page.class_year.code}-{page.subject.subject_code}-{page.point}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs(P.RESULT_ENTER)
@require_http_methods(["GET", "POST"])
def take_in(request: ActingRequest, code: str, subject_code: str) -> HttpResponse:
    """Read a file and show what would change; then save what was chosen."""
    page = entry.subject_page(request.actor, code, subject_code, request.GET.get("diem", "CN"))
    if not page.may_enter:
        raise NotPermitted
    if request.method == "POST" and request.POST.get("task") == "apply":
        return _apply(request, page)
    if request.method != "POST":
        return _show(request, page)
    return _preview(request, page)


def _preview(request: ActingRequest, page: SubjectPage) -> HttpResponse:
    """Show what a file would change."""
    upload = request.FILES.get("file")
    if upload is None:
        return _show(request, page, error=_("Hãy chọn một tệp Excel."))
    try:
        told = tables.understand(read(upload.read()), _known(page))
    except BadFile as bad:
        return _show(request, page, error=unreadable(bad))
    except tables.NoTable:
        return _show(
            request,
            page,
            error=_(
                "Không thấy hàng tiêu đề có cột “Họ và tên” và cột kết quả. Hãy dùng tệp mẫu ở nút Xuất Excel."
            ),
        )
    names = columns(page)
    wanted = [
        Change(line.enrolment, page.point, name, "", text)
        for line in told.lines
        for name, text in line.cells.items()
        if name in names
    ]
    foreseen = cells.foresee(
        page.class_year, subject_code=page.subject.subject_code, changes=wanted, by=request.actor
    )
    return _show(request, page, told=told, outcomes=foreseen)


def _apply(request: ActingRequest, page: SubjectPage) -> HttpResponse:
    chosen = [_chosen(request, key) for key in dict.fromkeys(request.POST.getlist("take"))]
    if not chosen:
        return _show(request, page, error=_("Chưa chọn ô nào. Hãy chọn lại tệp rồi chọn những ô cần lưu."))
    outcomes: list[Outcome] = []
    for start in range(0, len(chosen), MOST_CELLS):
        outcomes += cells.save_cells(
            page.class_year,
            subject_code=page.subject.subject_code,
            batch=uuid4(),
            changes=chosen[start : start + MOST_CELLS],
            by=request.actor,
        ).outcomes
    saved = sum(1 for one in outcomes if one.fate is Fate.SAVED)
    left = [one for one in outcomes if one.fate is not Fate.SAVED]
    if left:
        return _show(request, page, outcomes=left, saved=saved)
    words.say_saved(
        request,
        request.actor,
        _("%(count)s ô từ tệp, môn %(subject)s") % {"count": saved, "subject": page.subject.label},
    )
    return redirect(_address("records:subject", page))


def _chosen(request: ActingRequest, key: str) -> Change:
    base, value = request.POST.get(f"base-{key}", ""), request.POST.get(f"value-{key}", "")
    if max(len(base), len(value)) > LONGEST_VALUE:
        raise Invalid(_("Không đọc được những ô đã gửi. Hãy tải lại trang."), code="misshapen")
    return Change(*cell_of(key), base, value)


def columns(page: SubjectPage) -> dict[str, object]:
    """Return the columns of a subject's table, in its order, with their headings."""
    headings = {"level": _("Mức đạt được"), "mark": _("Điểm kiểm tra"), "comment": _("Nhận xét")}
    return {name: headings[name] for name in CELLS if name != "mark" or page.has_marks}


def _known(page: SubjectPage) -> list[Known]:
    return [
        Known(row.enrolment.pk, row.enrolment.pupil.code, row.enrolment.pupil.full_name) for row in page.rows
    ]


def _show(
    request: ActingRequest,
    page: SubjectPage,
    *,
    error: str = "",
    told: Understood | None = None,
    outcomes: list[Outcome] | None = None,
    saved: int | None = None,
) -> HttpResponse:
    names = {row.enrolment.pk: row.enrolment.pupil.full_name for row in page.rows}
    headings = columns(page)
    changes, refused, same = [], [], 0
    for one in outcomes or ():
        line = _told(one, names, headings)
        if one.fate in (Fate.WRONG, Fate.CLOSED):
            refused.append(line)
        elif one.values is None and one.fate is Fate.SAVED:
            same += 1
        else:
            changes.append(line)
    context = {
        "page": page,
        "place": words.class_place(page.class_year),
        "back": _address("records:subject", page),
        "export": _address("records:export", page),
        "error": error,
        "told": told,
        "shown": outcomes is not None,
        "changes": changes,
        "refused": refused,
        "same": same,
        "saved": saved,
        "doubts": _doubts(told, headings) if told else [],
    }
    status = 422 if error else 409 if saved is not None else 200
    return render(request, "records/take_in.html", context, status=status)


def _told(one: Outcome, names: dict[int, str], headings: dict[str, object]) -> dict[str, Any]:
    return {
        "key": one.change.key,
        "name": names.get(one.change.enrolment, ""),
        "column": headings.get(one.change.field, ""),
        "was": one.stands if one.fate is not Fate.SAVED else one.change.base,
        "will": one.change.value,
        "sentence": question(one) if one.fate is Fate.CLASH else one.sentence,
        "is_clash": one.fate is Fate.CLASH,
    }


def _doubts(told: Understood, headings: dict[str, object]) -> list[str]:
    """Return in words what of a file concerns nobody, or not surely."""
    unknown = [
        _("Hàng %(row)s: lớp không có em “%(name)s”.") % {"row": row, "name": name}
        for row, name in told.unknown
    ]
    doubtful = [
        _(
            "Hàng %(row)s: không chắc “%(name)s” là em nào (trùng tên, ghi hai lần"
            " hoặc mã không khớp); hãy ghi mã học sinh."
        )
        % {"row": row, "name": name}
        for row, name in told.doubtful
    ]
    cut = [
        _("Hàng %(row)s: ô “%(column)s” quá dài để nhập từ tệp; hãy chép vào bảng.")
        % {"row": row, "column": headings.get(name, name)}
        for row, name in told.cut
    ]
    missing = [_("Tệp không có em %(name)s; giữ nguyên.") % {"name": one.name} for one in told.missing]
    return [*unknown, *doubtful, *cut, *missing][:LONGEST_LIST]


def unreadable(bad: BadFile) -> str:
    """Return why a file was not read."""
    sentences = {
        "empty": _("Tệp trống."),
        "unpacks-too-large": _("Tệp quá lớn sau khi mở nén."),
        "macros": _("Tệp có macro. Hãy lưu lại dạng .xlsx rồi chọn lại."),
        "too-large": _("Tệp quá lớn: tối đa 10 MB."),
        "too-many-rows": _("Tệp có quá nhiều hàng."),
        "tcvn3": _("Tệp dùng bảng mã TCVN3 cũ. Hãy mở bằng Excel, đổi sang Unicode rồi lưu lại."),
        "encrypted": _("Tệp có mật khẩu. Hãy bỏ mật khẩu rồi chọn lại."),
    }
    return sentences.get(bad.code, _("Không đọc được tệp này. Hãy lưu lại dạng .xlsx rồi chọn lại."))


def _address(name: str, page: SubjectPage) -> str:
    return f"{reverse(name, args=[page.class_year.code, page.subject.subject_code])}?diem={page.point}"
