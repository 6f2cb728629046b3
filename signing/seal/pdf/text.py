"""What the pages of a PDF say, in the order in which they were written; needs neither pango nor fonts."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

MAX_PAGES = 40
_MAX_OBJECTS = 20_000
_MAX_DEPTH = 8


class TextUnreadable(Exception):
    """The pages cannot be read, or hold more than a transcript can."""


def read_text(pdf: bytes) -> tuple[str, ...]:
    """Return the text of each page, one line for each run of letters, in content order.

    Content order is taken instead of the reader's guess at lines: it tells the cells of a table apart
    whatever their heights are. Raises: TextUnreadable.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise TextUnreadable(str(error)) from error
    try:
        if not 0 < len(document) <= MAX_PAGES:
            raise TextUnreadable("number of pages")
        return tuple("\n".join(_page_text(document[number])) for number in range(len(document)))
    except pypdfium2.PdfiumError as error:
        raise TextUnreadable(str(error)) from error
    finally:
        document.close()


def _page_text(page: Any) -> list[str]:
    text_page = pdfium.FPDFText_LoadPage(page.raw)
    if not text_page:
        raise TextUnreadable("page")
    try:
        reader = _Reader(text_page)
        reader.walk(
            pdfium.FPDFPage_CountObjects(page.raw),
            lambda number: pdfium.FPDFPage_GetObject(page.raw, number),
            0,
        )
        return reader.runs
    finally:
        pdfium.FPDFText_ClosePage(text_page)
        page.close()


class _Reader:
    """Collects the runs of letters of one page, those inside form objects too."""

    def __init__(self, text_page: Any) -> None:
        self.text_page = text_page
        self.runs: list[str] = []
        self.seen = 0

    def walk(self, count: int, item: Callable[[int], Any], depth: int) -> None:
        """Read `count` objects that `item` hands out by number."""
        self.seen += count
        if self.seen > _MAX_OBJECTS or depth > _MAX_DEPTH:
            raise TextUnreadable("too many objects")
        for number in range(count):
            found = item(number)
            kind = pdfium.FPDFPageObj_GetType(found)
            if kind == pdfium.FPDF_PAGEOBJ_FORM:
                inside = pdfium.FPDFFormObj_CountObjects(found)
                self.walk(inside, _inside(found), depth + 1)
            elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
                self.runs.append(self._text(found))

    def _text(self, found: Any) -> str:
        size = pdfium.FPDFTextObj_GetText(found, self.text_page, None, 0)
        buffer = ctypes.create_string_buffer(size)
        pointer = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
        pdfium.FPDFTextObj_GetText(found, self.text_page, pointer, size)
        return buffer.raw[: max(size - 2, 0)].decode("utf-16-le", errors="replace").strip()


def _inside(form: Any) -> Callable[[int], Any]:
    return lambda number: pdfium.FPDFFormObj_GetObject(form, number)
