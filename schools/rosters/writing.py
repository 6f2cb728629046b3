"""Tables as .xlsx: our templates, the rows that stayed out, lists with codes. Every cell is text: nothing computes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .columns import COLUMNS, SPECIMEN, Kind

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a workbook with one sheet: bold headings that stay in view, then rows of text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(14, min(40, len(heading) + 4))
    head = []
    for heading in headings:
        cell = WriteOnlyCell(sheet, heading)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for row in rows:
        sheet.append([_text(sheet, one) for one in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def template(kind: Kind) -> bytes:
    """Return our template of a list: its headings and one line that is visibly a specimen."""
    columns = COLUMNS[kind]
    headings = [*(one.heading + (" *" if one.must else "") for one in columns), "Ghi chú"]
    return table("Danh sách", headings, [[*(one.example for one in columns), SPECIMEN]])


def _text(sheet: Any, value: object) -> Any:
    """A cell of text, whatever it begins with: "=1+1" and "001" stay what they are."""
    if value is None or value == "":
        return None
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
