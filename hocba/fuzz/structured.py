"""Changes that keep a file readable: trees of XML, objects and containers of PDF, entries of zip."""

from __future__ import annotations

import copy
import io
import json
import lzma
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from lxml import etree

from hocba.kernel.canonical import canonical_json, sha256_hex

Change = Callable[[bytes, random.Random], bytes]
_OBJECT = re.compile(rb"(\d+) (\d+) obj\n(.*?)endobj\n", re.DOTALL)
_CONTAINER = re.compile(rb"<30[0-9A-F]{4000,}>")
_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, ValueError, OSError, EOFError, RuntimeError,
    LookupError,
)  # fmt: skip
"""What a changed archive may raise in Python's own reader; the change is then left out."""

_MARKS: Final = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06")


# --- XML ---


def _tree(edit: Callable[[etree._Element, random.Random], None]) -> Change:
    """Return a change of the parsed tree; what cannot be parsed any more stays as it is."""

    def change(data: bytes, chance: random.Random) -> bytes:
        try:
            root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        except (etree.XMLSyntaxError, ValueError):
            return data
        try:
            edit(root, chance)
            return etree.tostring(root, method="c14n", exclusive=True, with_comments=True)
        except (etree.LxmlError, ValueError):  # a change of a change may be no XML at all
            return data

    return change


def _any(root: etree._Element, chance: random.Random) -> etree._Element:
    return chance.choice(list(root.iter("*")))


def _drop(root: etree._Element, chance: random.Random) -> None:
    one = _any(root, chance)
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _copy(root: etree._Element, chance: random.Random) -> None:
    _any(root, chance).append(copy.deepcopy(_any(root, chance)))


def _swap(root: etree._Element, chance: random.Random) -> None:
    one = _any(root, chance)
    if len(one) > 1:
        one.insert(0, one[chance.randrange(1, len(one))])


def _wrap(root: etree._Element, chance: random.Random) -> None:
    one = _any(root, chance)
    parent = one.getparent()
    if parent is not None:
        place = parent.index(one)
        outer = etree.Element(_any(root, chance).tag)
        outer.append(one)
        parent.insert(place, outer)


def _text(root: etree._Element, chance: random.Random) -> None:
    one, other = _any(root, chance), _any(root, chance)
    one.text = chance.choice((other.text, "", " ", "10", (one.text or "") + " ", (one.text or "")[:-1]))


def _attribute(root: etree._Element, chance: random.Random) -> None:
    one, other = _any(root, chance), _any(root, chance)
    name = chance.choice(("Id", "ID", "id", "URI", "Algorithm", "x", *map(str, other.attrib)))
    one.set(name, chance.choice(("", "x", "#x", *map(str, other.attrib.values()))))


def _rename(root: etree._Element, chance: random.Random) -> None:
    _any(root, chance).tag = _any(root, chance).tag


def _remark(root: etree._Element, chance: random.Random) -> None:
    _any(root, chance).append(chance.choice((etree.Comment("x"), etree.PI("x", "y"))))


# --- PDF ---


def _object(data: bytes, chance: random.Random) -> bytes:
    """Change one object in place: an entry gone, a name exchanged, a reference turned elsewhere."""
    found = list(_OBJECT.finditer(data))
    if not found:
        return data
    one = chance.choice(found)
    head, body, rest = one[3].partition(b"stream\n")
    names, references = (
        re.findall(rb"/\w+", data[:4000]) or [b"/x"],
        re.findall(rb"\d+ 0 R", data[:4000]) or [b"1 0 R"],
    )
    way = chance.randrange(4)
    if way == 0:
        head = _once(rb"/\w+", chance.choice(names), head, chance)
    elif way == 1:
        head = _once(rb"\d+ 0 R", chance.choice(references), head, chance)
    elif way == 2:
        head = _once(rb"/\w+ [^/>]*", b"", head, chance)
    else:
        head = head.replace(b"<<", b"<< %s %s " % (chance.choice(names), chance.choice(references)), 1)
    return data[: one.start(3)] + head + body + rest + data[one.end(3) :]


def _once(pattern: bytes, value: bytes, text: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(pattern, text))
    if not found:
        return text
    one = chance.choice(found)
    return text[: one.start()] + value + text[one.end() :]


def _update(data: bytes, chance: random.Random) -> bytes:
    """Add a well-formed update: one object once more, changed, with its table."""
    found, ends = list(_OBJECT.finditer(data)), re.findall(rb"startxref\s+(\d+)", data)
    trailer = data[data.rfind(b"trailer") :].split(b"startxref")[0]
    if not found or not ends or b"trailer" not in trailer:
        return data
    one = chance.choice(found)
    whole = _object(one[0], chance)
    table = b"xref\n%s 1\n%010d %05d n \n" % (one[1], len(data), int(one[2]))
    trailer = re.sub(rb"/Prev \d+", b"", trailer).replace(b"<<", b"<< /Prev " + ends[-1] + b" ", 1)
    return data + whole + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(data) + len(whole))


def _container(data: bytes, chance: random.Random) -> bytes:
    """Change a byte or a length inside a signature's container."""
    found = list(_CONTAINER.finditer(data))
    if not found:
        return data
    one = chance.choice(found)
    digits = one[0][1:-1].decode()
    der = bytearray.fromhex(digits[: len(digits) // 2 * 2])
    used = len(bytes(der).rstrip(b"\0"))
    for _ in range(chance.choice((1, 1, 2, 8))):
        der[chance.randrange(used)] = chance.choice(
            (0, 1, 0x30, 0x31, 0x7F, 0x80, 0xA0, 0xFF, chance.randrange(256))
        )
    return data[: one.start() + 1] + der.hex().upper().encode() + data[one.end() - 1 :]


# --- zip ---


def _header(data: bytes, chance: random.Random) -> bytes:
    """Change one field of a header."""
    places = [found.start() for mark in _MARKS for found in re.finditer(re.escape(mark), data)]
    if not places:
        return data
    place = chance.choice(places) + 4 + 2 * chance.randrange(21)
    value = struct.pack("<H", chance.choice((0, 1, 8, 0x40, 0x7FFF, 0xFFFF, chance.randrange(65536))))
    return data[:place] + value + data[place + 2 :]


def _part(data: bytes, chance: random.Random) -> bytes:
    """Change one part, pack again, mostly with a manifest that agrees."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {
                one.filename: archive.read(one) for one in archive.infolist()[:8] if one.file_size < 1 << 21
            }
    except _UNREADABLE:
        return data
    if not parts:
        return data
    name = chance.choice(sorted(parts))
    ways = CHANGES["xml"] if name.endswith(".xml") else CHANGES["pdf"] if name.endswith(".pdf") else (_flip,)
    parts[name] = chance.choice(ways)(parts[name], chance)
    if chance.random() < 0.8:
        parts = _agreeing(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for one, part in parts.items():
            archive.writestr(zipfile.ZipInfo(one), part)
    return out.getvalue()


def _agreeing(parts: dict[str, bytes]) -> dict[str, bytes]:
    try:
        manifest = json.loads(parts["manifest.json"])
        files = {name: sha256_hex(parts[name]) for name in manifest["files"]}
        return parts | {"manifest.json": canonical_json(manifest | {"files": files})}
    except (ValueError, KeyError, TypeError, RecursionError):
        return parts


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


CHANGES: Final[dict[str, tuple[Change, ...]]] = {
    "xml": tuple(map(_tree, (_drop, _copy, _swap, _wrap, _text, _attribute, _rename, _remark))),
    "pdf": (_object, _update, _container),
    "bundle": (_header, _part),
}
"""Changes by the kind of file they understand."""
