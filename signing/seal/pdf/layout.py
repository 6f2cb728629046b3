"""Reads how a PDF is laid out, by hand and before any library: every byte belongs to one object or one table.

Only the plain form that our own writers use is known: classic cross-reference tables, objects one behind the
other without comments or gaps, lengths written out. What is refused here would cost a library minutes, or be
read differently by two of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

MAX_OBJECTS, REVISIONS = 3000, 3
MAX_SYNTAX: Final = 512 * 1024
"""Bytes outside streams, containers included; a transcript has some 50 KB."""

_HEADER = re.compile(rb"%PDF-1\.[4-7]\n%[\x80-\xff]{4}\n")
_START = re.compile(rb"startxref\s+(\d{1,9})\s")
_TABLE = re.compile(rb"xref[ \r\n]+(?:\d{1,6} \d{1,6} ?[\r\n]+(?:\d{10} \d{5} [nf][ \r\n]{1,2})*)+")
_SECTION = re.compile(rb"(\d{1,6}) (\d{1,6}) ?[\r\n]+((?:\d{10} \d{5} [nf][ \r\n]{1,2})*)")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_PREVIOUS = re.compile(rb"/Prev (\d{1,9})(?=\s*[/>])")
_END = re.compile(rb"startxref\n\d{1,9}\n%%EOF\n")
_REGULAR = rb"[!-$&'*-.0-;=?-Z\\^-z|~]"
_TOKENS = (
    rb"(?:[ \n]++|<<|>>|[\[\]]"
    rb"|/%(regular)s{0,127}+(?!%(regular)s)"
    rb"|[+-]?(?:\d{1,20}+(?:\.\d{0,20}+)?|\.\d{1,20}+)(?!%(regular)s)"
    rb"|(?:R|true|false|null)(?!%(regular)s)"
    rb"|<[0-9A-Fa-f]*+>|\((?:[^()\\]|\\[\s\S])*+\))*+"
) % {b"regular": _REGULAR}
_OBJECT = re.compile(rb"(\d{1,6}) (\d{1,5}) obj\n" + _TOKENS)
_STREAM, _STREAM_END, _OBJECT_END = b"stream\n", re.compile(rb"\nendstream\nendobj\n"), b"endobj\n"
_LENGTH = re.compile(rb"/Length (\d{1,8})(?![0-9.])(?! \d+ R)")


class Refused(Exception):
    """The file is not built as it must be; `code` is one of `codes.CODES`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(slots=True)
class _Plan:
    """Where the tables say that things stand: objects by place, ends of the tables with their trailers."""

    objects: dict[int, tuple[int, int]] = field(default_factory=dict)
    tables: dict[int, int] = field(default_factory=dict)


def check_layout(data: bytes) -> None:
    """Follow the tables, then the bytes, and find each accounted for once. Raises: Refused."""
    plan = _plan(data)
    header = _HEADER.match(data)
    if header is None:
        raise Refused("pdf.unreadable", "header")
    place, syntax = header.end(), 0
    while place < len(data):
        if place in plan.tables:
            place = _end_of_revision(data, plan.tables[place])
        elif place in plan.objects:
            place, size = _end_of_object(data, place, plan.objects.pop(place))
            syntax += size
        else:
            behind = place > max(plan.tables)
            raise Refused("pdf.not-whole-file" if behind else "pdf.hidden-objects", f"bytes at {place}")
        if syntax > MAX_SYNTAX:
            raise Refused("pdf.too-complex", "objects")
    if plan.objects:
        raise Refused("pdf.hidden-objects", "table without object")


def _plan(data: bytes) -> _Plan:
    """Return what the cross-reference tables say, the last one first: each names an earlier one."""
    places = _START.findall(data[-1024:])
    if not places:
        whole = data.count(b"%%EOF\n") >= REVISIONS
        raise Refused("pdf.not-whole-file" if whole else "pdf.unreadable", "no end mark")
    place = int(places[-1])
    plan = _Plan()
    for _ in range(REVISIONS + 5):
        trailer = data.find(b"trailer", place)
        end = data.find(b"startxref", trailer)
        section = data[trailer:end]
        if trailer < 0 or end < 0 or not _TABLE.fullmatch(data, place, trailer):
            raise Refused("pdf.unreadable", "cross-reference table")
        if len(section) > 2048 or re.search(rb"[#%]|XRefStm", section):
            raise Refused("pdf.hidden-objects", "trailer")
        _enter(plan, data[place:trailer])
        plan.tables[place] = end
        earlier = _PREVIOUS.findall(section)
        if section.count(b"/Prev") != len(earlier) or len(earlier) > 1:
            raise Refused("pdf.hidden-objects", "trailer")
        if not earlier:
            return plan
        if int(earlier[0]) >= place:
            raise Refused("pdf.hidden-objects", "table order")
        place = int(earlier[0])
    raise Refused("pdf.too-complex", "revisions")


def _enter(plan: _Plan, table: bytes) -> None:
    """Enter one table's objects. Raises: Refused, when two entries name the same place."""
    for section in _SECTION.finditer(table):
        first, count = int(section[1]), int(section[2])
        entries = _ENTRY.findall(section[3])
        if len(entries) != count:
            raise Refused("pdf.unreadable", "cross-reference table")
        for number, (place, generation, kind) in enumerate(entries, start=first):
            if kind == b"f":
                continue
            if int(place) in plan.objects:
                raise Refused("pdf.hidden-objects", f"object {number}")
            plan.objects[int(place)] = (number, int(generation))
    if len(plan.objects) > MAX_OBJECTS:
        raise Refused("pdf.too-complex", "objects")


def _end_of_revision(data: bytes, place: int) -> int:
    found = _END.match(data, place)
    if found is None:
        cut = b"%%EOF\n" not in data[place:]
        raise Refused("pdf.unreadable" if cut else "pdf.not-whole-file", "cut off" if cut else "end marks")
    return found.end()


def _end_of_object(data: bytes, place: int, named: tuple[int, int]) -> tuple[int, int]:
    """Return where an object ends, and how many of its bytes are no stream. Raises: Refused."""
    found = _OBJECT.match(data, place, place + MAX_SYNTAX)
    if found is None or (int(found[1]), int(found[2])) != named:
        raise Refused("pdf.unreadable", f"object {named[0]}")
    end = found.end()
    if data.startswith(_OBJECT_END, end):
        return end + len(_OBJECT_END), end - place
    lengths = _LENGTH.findall(found[0])
    if not data.startswith(_STREAM, end) or len(lengths) != 1:
        raise Refused("pdf.unreadable", f"object {named[0]}")
    last = _STREAM_END.match(data, end + len(_STREAM) + int(lengths[0]))
    if last is None:
        raise Refused("pdf.unreadable", f"length of object {named[0]}")
    return last.end(), end - place
