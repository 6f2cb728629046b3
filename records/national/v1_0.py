"""The Ministry's format v1.0 of one primary transcript: writes it, reads it, checks it.

The published text (2088/BGDĐT-GDTH, Phụ lục 1.1) lists tags and groups and leaves open what follows. It is
decided once, here and in docs/adr/0005-national-format-wrappers.md:

* rows of QUA_TRINH_HOC_TAP are `DONG`; subject rows are `BANG_DIEM` inside `DANH_SACH_BANG_DIEM`; both that
  list and `NANG_LUC_PHAM_CHAT` stand in TONG_KET after its own tags;
* MA_MON_HOC are the codes of `codes_v1_0.json`, until the Ministry publishes its own;
* levels are the form's signs (T/H/C, T/Đ/C), yes and no are 1 and 0, the outcome is in the form's words;
* days are written as every time of the format, at midnight of Viet Nam: 2017-03-15T00:00:00+07:00;
* NAM_HOC is the calendar year in which the school year begins, TEN_NAM_HOC the school year "2025-2026";
* TEN_QUAN_HUYEN stays, since v1.0 requires it, and says what the department states;
* NAM_HOC of a history row and NHAN_XET of a subject row are additions that may be left out.

A change is a new version and a new module: these bytes are signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

from lxml import etree

from records.national.codes import TagSpec, code_list
from records.national.document import General, HistoryRow, SubjectRow, Summary, Traits, TranscriptData
from records.national.missing import MissingTag, missing_tags
from records.national.reading import Unreadable, read_xml
from records.national.text import UnfitText, stated

VERSION: Final = "1.0"
MAX_ERRORS: Final = 50
DECIMALS: Final = 4
"""At most so many after the dot (2088/BGDĐT-GDTH, 1.3)."""

_SCHEMA_LOCK = Lock()  # a schema object keeps its last errors, so one check at a time
_EXPECTED = re.compile(r"Expected is(?: one of)? \( ([^)]*) \)")

_ODD_ATTRIBUTE: Final = etree.XPath("descendant-or-self::*[namespace-uri() = ''][@*[namespace-uri() != '']]")
"""Attributes of XMLSchema-instance pass every schema and may change what a type means."""

_ODD_SIGNATURE: Final = etree.XPath(
    "descendant-or-self::ds:*[local-name() != 'Signature'][parent::*[namespace-uri() = '']]",
    namespaces={"ds": "http://www.w3.org/2000/09/xmldsig#"},
)
_CODES: Final = {
    "SCHEMAV_ELEMENT_CONTENT": "unexpected-tag",
    "SCHEMAV_CVC_ELT_1": "unexpected-root",
    "SCHEMAV_CVC_ENUMERATION_VALID": "not-in-list",
    "SCHEMAV_CVC_PATTERN_VALID": "wrong-shape",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "wrong-shape",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "too-long",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "unexpected-attribute",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "unexpected-attribute",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "missing-attribute",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "text-between-tags",
    "SCHEMAV_CVC_TYPE_3_1_2": "tag-inside-value",
}


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One place where a document leaves the format; `expected` names the tags that could stand there."""

    line: int
    tag: str
    code: str
    expected: str = ""


class Refused(ValueError):
    """The bytes are not a document of this format, or the data cannot be stated in it."""

    def __init__(self, errors: tuple[SchemaError, ...] = (), missing: tuple[MissingTag, ...] = ()) -> None:
        super().__init__("; ".join([str(item) for item in (*errors, *missing)][:3]))
        self.errors = errors
        self.missing = missing


def document_id(look_up_code: str) -> str:
    """Return the id of HOC_BA, unique also where many stand in one list."""
    return f"hocba-{look_up_code}"


def data_id(look_up_code: str) -> str:
    """Return the Id of DU_LIEU_HOC_BA, the region that is signed."""
    return f"data-{look_up_code}"


def number(value: Decimal | int) -> str:
    """Return a number as the format writes it: a dot, at most four decimals, no zero too many, no exponent.

    Raises: ValueError, for a negative number, more decimals, more than twelve digits before the dot.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"not an exact number: {value!r}")
    exact = Decimal(value)
    if not exact.is_finite() or exact < 0 or exact >= 10**12:
        raise ValueError(f"out of range: {value}")
    text = f"{exact.normalize():f}" if exact else "0"
    if len(text.partition(".")[2]) > DECIMALS:
        raise ValueError(f"more than {DECIMALS} decimals: {value}")
    return text


def traits(levels: Mapping[str, str], **comments: str | None) -> Traits:
    """Return the trait group from levels (T, Đ, C) by trait code ("YEU_NUOC"), with its three comments.

    Raises: KeyError, for a code that is not in the list.
    """
    by_field = {code_list(VERSION).trait(code).field: level for code, level in levels.items()}
    return Traits(**by_field, **comments)


def frozen_bytes(data: TranscriptData) -> bytes:
    """Return the canonical bytes of a complete document with its place for signatures still empty.

    Exclusive canonical XML without comments, UTF-8, NFC; the same data gives the same bytes for ever. Never
    change this: what is issued was signed over it.

    Raises: Refused, when a required tag is missing or a value has no form in the format.
    """
    missing = missing_tags(data)
    if missing:
        raise Refused(missing=missing)
    code = data.general.look_up_code or ""
    root = etree.Element("HOC_BA", id=document_id(code))
    region = etree.SubElement(root, "DU_LIEU_HOC_BA", Id=data_id(code))
    _write(region, "THONG_TIN_CHUNG", "THONG_TIN_CHUNG", data.general)
    history = etree.SubElement(region, "QUA_TRINH_HOC_TAP")
    for year in data.history:
        _write(history, "DONG", "DONG", year)
    summary = _write(region, "TONG_KET", "TONG_KET", data.summary)
    subjects = etree.SubElement(summary, "DANH_SACH_BANG_DIEM")
    for row in data.subjects:
        _write(subjects, "BANG_DIEM", "BANG_DIEM", row)
    _write(summary, "NANG_LUC_PHAM_CHAT", "NANG_LUC_PHAM_CHAT", data.traits)
    etree.SubElement(root, "DANH_SACH_THONG_TIN_KY")
    errors = tree_errors(root)
    if errors:
        raise Refused(errors)
    return etree.tostring(root, method="c14n", exclusive=True, with_comments=False)


def parse(xml: bytes) -> TranscriptData:
    """Return what a document of this format states, signed or not; its signatures are not looked at.

    `parse(frozen_bytes(data)) == data` for every complete document.

    Raises: Refused.
    """
    try:
        root = read_xml(xml)
    except Unreadable as error:
        raise Refused((SchemaError(error.line, "", error.code),)) from error
    if root.tag != "HOC_BA":
        raise Refused((SchemaError(_line(root), str(root.tag), "unexpected-root"),))
    errors = tree_errors(root)
    if errors:
        raise Refused(errors)
    try:
        return _read_data(root.find("DU_LIEU_HOC_BA"))
    except UnfitText as error:
        raise Refused((SchemaError(0, error.field, error.code),)) from error


def schema_errors(xml: bytes) -> tuple[SchemaError, ...]:
    """Return where a transcript, or a DANH_SACH_HOC_BA of transcripts, leaves the format; () when nowhere.

    At most MAX_ERRORS are told.
    """
    try:
        root = read_xml(xml)
    except Unreadable as error:
        return (SchemaError(error.line, "", error.code),)
    return tree_errors(root)


def tree_errors(root: etree._Element) -> tuple[SchemaError, ...]:
    """Return what `schema_errors` tells of a file that `read_xml`, or a stricter reader, has read."""
    with _SCHEMA_LOCK:
        schema = _schema()
        if schema.validate(root):
            found: list[SchemaError] = []
        else:
            log: Any = schema.error_log
            found = [_schema_error(entry) for entry in log]
    if not found:
        found = list(_value_errors(root))
    # The schema tells a wrong value twice: once for the facet, once for the type.
    return tuple(dict.fromkeys(found))[:MAX_ERRORS]


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(Path(__file__).with_name("hocba_v1_0.xsd"))))


def _schema_error(entry: Any) -> SchemaError:
    expected = _EXPECTED.search(entry.message)
    code = _CODES.get(entry.type_name, "not-allowed")
    if code == "unexpected-tag" and "Missing child" in entry.message:
        code = "missing-tag"
    tag = re.search(r"Element '(?:\{[^}]*\})?([^']*)'", entry.message)
    return SchemaError(entry.line, tag[1] if tag else "", code, expected[1] if expected else "")


def _value_errors(root: etree._Element) -> Iterator[SchemaError]:
    """Tell what a schema cannot: text that is not NFC or not visible, days that do not exist, odd years."""
    for region in root.iter("DU_LIEU_HOC_BA"):
        for element in region.iter(etree.Element):
            if len(element):
                continue
            code = _text_code(element.text or "")
            if code:
                yield SchemaError(_line(element), element.tag, code)
        for element in region.iter("TEN_NAM_HOC"):
            first, _, second = (element.text or "").partition("-")
            if int(second) != int(first) + 1:
                yield SchemaError(_line(element), element.tag, "wrong-shape")
    attributed: Any = _ODD_ATTRIBUTE(root)
    for element in attributed:
        yield SchemaError(_line(element), element.tag, "unexpected-attribute")
    signature_parts: Any = _ODD_SIGNATURE(root)
    for element in signature_parts:
        yield SchemaError(_line(element), etree.QName(element).localname, "unexpected-tag")


def _text_code(text: str) -> str:
    try:
        canonical = stated(text)
    except UnfitText as error:
        return error.code
    return "" if canonical == text.strip() or canonical == text else "not-canonical-text"


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline  # None where the tree was built and not read
    return line or 0


def _write(parent: etree._Element, tag: str, group: str, values: object) -> etree._Element:
    made = etree.SubElement(parent, tag)
    for spec in code_list(VERSION).groups[group]:
        value = getattr(values, spec.field)
        if value is not None:
            etree.SubElement(made, spec.tag).text = _to_text(spec, value)
    return made


def _to_text(spec: TagSpec, value: object) -> str:
    try:
        if spec.kind == "date":
            return f"{_exactly(date, value).isoformat()}T00:00:00+07:00"
        if spec.kind == "flag":
            return code_list(VERSION).flags[_exactly(bool, value)]
        if spec.kind in {"mark", "grade", "year"}:
            return str(_exactly(int, value))
        if spec.kind == "number":
            return number(value)  # type: ignore[arg-type]
        return str(_exactly(str, value))
    except ValueError as error:
        raise Refused((SchemaError(0, spec.tag, "wrong-shape"),)) from error


def _exactly(kind: type, value: Any) -> Any:
    """Return a value of exactly that type: True is no mark, a moment is no day."""
    if type(value) is not kind:
        raise ValueError(f"not {kind.__name__}: {value!r}")
    return value


def _read_data(region: Any) -> TranscriptData:
    summary = region.find("TONG_KET")
    return TranscriptData(
        general=General(**_read(region.find("THONG_TIN_CHUNG"), "THONG_TIN_CHUNG")),
        history=tuple(HistoryRow(**_read(row, "DONG")) for row in region.find("QUA_TRINH_HOC_TAP")),
        summary=Summary(**_read(summary, "TONG_KET")),
        subjects=tuple(SubjectRow(**_read(row, "BANG_DIEM")) for row in summary.find("DANH_SACH_BANG_DIEM")),
        traits=Traits(**_read(summary.find("NANG_LUC_PHAM_CHAT"), "NANG_LUC_PHAM_CHAT")),
    )


def _read(group: etree._Element, name: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for spec in code_list(VERSION).groups[name]:
        text = group.findtext(spec.tag)
        if text is not None:
            values[spec.field] = _from_text(spec, text)
    return values


def _from_text(spec: TagSpec, text: str) -> object:
    text = text if spec.kind == "text" else text.strip()
    if spec.kind == "date":
        return date.fromisoformat(text[:10])
    if spec.kind == "flag":
        return text == code_list(VERSION).flags[True]
    if spec.kind in {"mark", "grade", "year"}:
        return int(text)
    if spec.kind == "number":
        return Decimal(text)
    return text
