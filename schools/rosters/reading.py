"""From the bytes of a spreadsheet or text file to sheets of plain values. Nothing is computed, fetched or unpacked
beyond limits: .xlsx row by row, .xls and .ods by a reader of values only, text by its byte order mark or UTF-8.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
import python_calamine
from lxml.etree import LxmlError
from openpyxl.utils.exceptions import InvalidFileException

Value = str | int | float | bool | date | datetime | None

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 60 * 1024 * 1024
MAX_PARTS: Final = 500
MAX_ROWS: Final = 5000
MAX_COLUMNS: Final = 120
MAX_SHEETS: Final = 12
MAX_CELL_CHARACTERS: Final = 2000

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD_BYTES: Final = 4096
_TCVN3 = ("hä vµ tªn", "ngµy sinh", "hä ®öm")
"""How headings in the old TCVN3 code come out when read as a Windows code page."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    LxmlError,
    InvalidFileException,
    python_calamine.CalamineError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
)
"""What the readers raise on files that are not what they say; a panic of the Rust reader is caught beside these."""


class BadFile(Exception):
    """No table can be read; `code` says why, `facts` what a sentence names."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's name and its rows of values, from row 1."""

    name: str
    rows: tuple[tuple[Value, ...], ...]


def read(data: bytes) -> list[Sheet]:
    """Return the sheets of a file that have a value at all. Raises: BadFile."""
    if not data:
        raise BadFile("empty")
    if len(data) > MAX_BYTES:
        raise BadFile("too-large", megabytes=MAX_BYTES // 1024 // 1024)
    if data.startswith(ZIP):
        found = _packed(data)
    elif data.startswith(OLE):
        found = _old(data)
    else:
        found = [Sheet("", tuple(_rows(_separated(_text(data)))))]
    sheets = [one for one in found if one.rows]
    if not sheets:
        raise BadFile("empty")
    return sheets


def _packed(data: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {one.filename for one in parts}
            if any(one.flag_bits & 0x1 for one in parts):
                raise BadFile("encrypted")
            total = sum(one.file_size for one in parts)
            if total > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
                raise BadFile("unpacks-too-large", megabytes=MAX_UNPACKED_BYTES // 1024 // 1024)
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise BadFile("macros")
            for one in parts:
                _refuse_declarations(archive, one)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as broken:
        raise BadFile("broken") from broken
    if "xl/workbook.xml" in names:
        return _caught(lambda: _workbook(data))
    if "content.xml" in names:
        return _caught(lambda: _values_only(data))
    raise BadFile("unknown-kind")


def _refuse_declarations(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """No spreadsheet program writes a DOCTYPE; entities are how a small file grows in a reader."""
    if not part.filename.endswith((".xml", ".rels")):
        return
    with archive.open(part) as opened:
        head = opened.read(_HEAD_BYTES).replace(b"\0", b"").upper()
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise BadFile("broken")


def _old(data: bytes) -> list[Sheet]:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise BadFile("encrypted")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise BadFile("macros")
    return _caught(lambda: _values_only(data))


def _caught(read_it: Callable[[], list[Sheet]]) -> list[Sheet]:
    """Run a library's reader in a thread of its own, so that its panics too come back as a refusal."""
    with ThreadPoolExecutor(max_workers=1) as hands:
        done = hands.submit(read_it)
        error = done.exception()
    if error is None:
        return done.result()
    if isinstance(error, BadFile):
        raise error
    if isinstance(error, python_calamine.PasswordError):
        raise BadFile("encrypted") from error
    if isinstance(error, _BROKEN) or type(error).__name__ == "PanicException":
        raise BadFile("broken") from error
    raise error


def _workbook(data: bytes) -> list[Sheet]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheets = []
        for sheet in book.worksheets[:MAX_SHEETS]:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # what a file says of its own size is not believed
            rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
            sheets.append(Sheet(sheet.title, tuple(_rows(rows))))
        return sheets
    finally:
        book.close()


def _values_only(data: bytes) -> list[Sheet]:
    book = python_calamine.load_workbook(io.BytesIO(data))
    sheets = []
    for facts in book.sheets_metadata[:MAX_SHEETS]:
        if facts.visible != python_calamine.SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(facts.name)
        if sheet.total_width * sheet.total_height > MAX_ROWS * MAX_COLUMNS * 4:
            raise BadFile("too-many-rows", rows=MAX_ROWS)
        sheets.append(Sheet(facts.name, tuple(_rows(sheet.to_python(skip_empty_area=False)))))
    return sheets


def _text(data: bytes) -> str:
    if data.lstrip()[:1] == b"<":
        raise BadFile("web-page")
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, name)
    if b"\0" in data[:_HEAD_BYTES]:
        raise BadFile("unknown-kind")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = _decoded(data, "windows-1258")
    lowered = text.lower()
    if any(one in lowered for one in _TCVN3):
        raise BadFile("tcvn3")
    return text


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeError as wrong:
        raise BadFile("letters") from wrong


def _separated(text: str) -> Iterable[list[str]]:
    """Return the lines of a text table; the separator is the one that stands most often in its first lines."""
    if any(ord(one) < 32 and one not in "\t\r\n" for one in text[:_HEAD_BYTES]):
        raise BadFile("unknown-kind")
    head = "\n".join(text.splitlines()[:30])
    separator = max("\t;,", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as wrong:
        raise BadFile("broken") from wrong


def _rows(rows: Iterable[Iterable[Any]]) -> Iterable[tuple[Value, ...]]:
    """Return the rows up to the last that has a value. Raises: BadFile, when there are too many."""
    kept: list[tuple[Value, ...]] = []
    last = 0
    for number, row in enumerate(rows, start=1):
        values = tuple(_value(one) for one in list(row)[:MAX_COLUMNS])
        filled = any(one is not None for one in values)
        if number > MAX_ROWS:
            if filled:
                raise BadFile("too-many-rows", rows=MAX_ROWS)
            continue
        kept.append(values)
        last = number if filled else last
    return kept[:last]


def _value(value: Any) -> Value:
    if isinstance(value, str):
        text = value[:MAX_CELL_CHARACTERS].strip()
        return text or None
    return value if isinstance(value, int | float | bool | date | datetime) else None
