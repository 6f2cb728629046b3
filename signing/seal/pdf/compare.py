"""Do the pages say what the sealed data says: every value at its label, in order, and nothing else.

The expected words are written down here a second time on purpose, apart from the template: a slip in the
template then shows as a difference and the PDF is never signed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from signing.seal.pdf.sheet import Group, Sheet, sheet_of
from signing.seal.pdf.slots import Slot
from signing.seal.pdf.text import read_text
from signing.seal.trust import SignerRole

RIBBON = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ"
_ADDRESS = re.compile(r"https?://[!-~]{4,200}đểxácthựchọcbạsố\.")
"""The address of the verification page is the one thing printed that no XML states."""

_EXCERPT = 80
_ENOUGH = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where page and data part: what should stand there, and what stands there instead."""

    place: str
    expected: str
    found: str


def differences(pdf: bytes, sealed_xml: bytes) -> tuple[Difference, ...]:
    """Return where the text of `pdf` is not what `sealed_xml` says; empty when both say the same.

    White space is ignored, for lines break anywhere. Raises: TextUnreadable, NotATranscript.
    """
    sheet = sheet_of(sealed_xml)
    pages = read_text(pdf)
    found: list[Difference] = []
    body = []
    for number, page in enumerate(pages, start=1):
        text, problem = _without_foot(squeeze(page), sheet.code, number, len(pages))
        body.append(text)
        if problem:
            found.append(problem)
    return tuple(found + _walk("".join(body), list(expected(sheet))))[:_ENOUGH]


def squeeze(text: str) -> str:
    """Return `text` in NFC without white space, soft hyphens and other signs that nobody sees."""
    plain = unicodedata.normalize("NFC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})


def _without_foot(page: str, code: str, number: int, total: int) -> tuple[str, Difference | None]:
    foot = squeeze(f"Mã tra cứu: {code} Trang {number}/{total}")
    if not page.endswith(foot):
        return page, Difference(f"foot of page {number}", foot, page[-_EXCERPT:])
    return page.removesuffix(foot).removesuffix(squeeze(RIBBON)), None


def _walk(text: str, words: list[tuple[str, str]]) -> list[Difference]:
    """Follow the expected words through the text; after a gap go on where they are found again."""
    found: list[Difference] = []
    position = 0
    for place, stated in words:
        wanted = squeeze(stated)
        if text.startswith(wanted, position):
            position += len(wanted)
            continue
        found.append(Difference(place, stated[:_EXCERPT], text[position : position + _EXCERPT]))
        again = text.find(wanted, position) if len(wanted) > 2 else -1
        if again >= 0:
            position = again + len(wanted)
    if position < len(text) and not _ADDRESS.fullmatch(text[position:]):
        found.append(Difference("end", "", text[position : position + _EXCERPT]))
    return found


def expected(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield (place, words) in the order in which the Ministry's display shows them."""
    yield from (("cover", words) for words in ("BỘ GIÁO DỤC VÀ ĐÀO TẠO", "HỌC BẠ", "TIỂU HỌC"))
    yield from ((f"cover: {label}", f"{label}: {value}") for label, value in sheet.cover)
    yield "information page", "HỌC BẠ"
    yield from ((label, f"{label}: {value}") for label, value in sheet.particulars)
    yield from _history(sheet)
    yield from ((label, f"{label}: {value}") for row in sheet.heading for label, value in row)
    yield from _subjects(sheet)
    yield "2", "2. Những phẩm chất chủ yếu"
    yield from _traits("Phẩm chất", sheet.qualities)
    yield "3", "3. Những năng lực cốt lõi"
    yield "3.1", "3.1. Những năng lực chung"
    yield from _traits("Năng lực", sheet.general)
    yield "3.2", "3.2. Những năng lực đặc thù"
    yield from _traits("Năng lực", sheet.specific)
    for title, lines in (
        ("4. Đánh giá kết quả giáo dục:", sheet.outcome),
        ("5. Khen thưởng:", sheet.rewards),
        ("6. Hoàn thành chương trình lớp học/chương trình tiểu học:", sheet.completion),
    ):
        yield title, title
        yield from ((title, line) for line in lines)
    yield from _signatures(sheet)


def _history(sheet: Sheet) -> Iterator[tuple[str, str]]:
    place = "QUÁ TRÌNH HỌC TẬP"
    yield place, place
    if sheet.register_number:
        yield "Số đăng bộ", f"Số đăng bộ: {sheet.register_number}"
    columns = "Lớp Tên trường Ngày nhập học/chuyển đến"
    yield place, f"Năm học {columns}" if sheet.history_with_year else columns
    yield from ((place, f"{row.year} {row.class_name} {row.school} {row.date}") for row in sheet.history)


def _subjects(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "1", "1. Các môn học và hoạt động giáo dục"
    columns = "Môn học và hoạt động giáo dục Mức đạt được Điểm kiểm tra"
    yield "1", f"{columns} Nhận xét" if sheet.subjects_with_comments else columns
    yield from ((row.name, f"{row.name} {row.level} {row.mark} {row.comment}") for row in sheet.subjects)


def _traits(title: str, group: Group) -> Iterator[tuple[str, str]]:
    yield title, f"{title} Mức đạt được Nhận xét"
    for number, (label, level) in enumerate(group.rows):
        yield label, f"{label} {level} {group.comment if number == 0 else ''}"


def _signatures(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "place and date", sheet.place_and_date
    yield "leader", "Xác nhận của Hiệu trưởng (Ký, ghi rõ họ tên và đóng dấu)"
    if sheet.leader_title_shown:
        yield "leader", sheet.leader_title
    yield "homeroom teacher", "Giáo viên chủ nhiệm (Ký, ghi rõ họ tên)"
    yield "leader", sheet.leader_name
    yield "homeroom teacher", sheet.homeroom_name
    slots = {slot.role: slot for slot in sheet.slots}
    for role, title in (
        (SignerRole.LEADER, "Chữ ký số của người ký học bạ"),
        (SignerRole.HOMEROOM, "Chữ ký số của giáo viên chủ nhiệm"),
        (SignerRole.SEAL, "Chữ ký số của nhà trường"),
    ):
        if role in slots:
            yield title, f"{title} {_certificate(slots[role])}"
    yield "look-up", "Quét mã hoặc truy cập"


def _certificate(slot: Slot) -> str:
    return (
        f"Người ký: {slot.signer} Đơn vị cấp chứng thư: {slot.issuer} Số sê-ri: {slot.serial} "
        f"Hiệu lực chứng thư: {slot.validity_text} Thời gian ký: {slot.time_text}"
    )
