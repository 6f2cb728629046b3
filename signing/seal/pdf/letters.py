"""Do the letters embedded in a PDF look like what they say: outlines, codes and widths of the pinned fonts.

A page's text is only as true as its fonts: a hostile one shows 10 where its map says 9. `letters.bin` holds, for
every glyph of the four faces that the template pins, its characters, its width and a digest of its outline;
another family is borne only for characters that these faces lack.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pyhanko.pdf_utils import generic

from signing.seal.pdf.layout import Refused
from signing.seal.pdf.structure import BROKEN, value

TABLE: Final = Path(__file__).with_name("letters.bin")
FACES: Final = ("Serif", "Serif-Bold", "Serif-Italic", "Serif-Bold-Italic")
_ROW = struct.Struct(">BHIH8s")
_NAME = re.compile(r"/[A-Z]{6}\+Liberation-(Serif(?:-Bold)?(?:-Italic)?)")
_TABLES = {
    b"GDEF",
    b"OS/2",
    b"cmap",
    b"gasp",
    b"glyf",
    b"head",
    b"hhea",
    b"hmtx",
    b"loca",
    b"maxp",
    b"name",
    b"post",
}
_MAP = re.compile(
    rb"/CIDInit /ProcSet findresource begin\s12 dict begin\sbegincmap\s/CIDSystemInfo\s<< /Registry \(Adobe\)\s"
    rb"/Ordering \(UCS\)\s/Supplement 0\s>> def\s/CMapName /Adobe-Identity-UCS def\s/CMapType 2 def\s"
    rb"1 begincodespacerange\s<0000> <ffff>\sendcodespacerange\s"
    rb"((?:\d{1,3} beginbfchar\s(?:<[0-9a-f]{4}> <(?:[0-9a-f]{4})*>\s)*endbfchar\s)*)"
    rb"endcmap\sCMapName currentdict /CMap defineresource pop\send\send\s*"
)
_ENCODING = re.compile(
    rb"/CIDInit /ProcSet findresource begin\s12 dict begin\sbegincmap\s/CIDSystemInfo\s3 dict dup begin\s"
    rb"/Registry \(Adobe\) def\s/Ordering \(Identity\) def\s/Supplement 0 def\send def\s"
    rb"/CMapName /WP-Encod-0 def\s/CMapType 1 def\s1 begincodespacerange\s<0000> <ffff>\sendcodespacerange\s"
    rb"((?:\d{1,3} begincidchar\s(?:<[0-9a-f]{4}> \d{1,5}\s)*endcidchar\s)*)"
    rb"endcmap\sCMapName currentdict /CMap defineresource pop\send\send\s*"
)
_CODE = re.compile(rb"<([0-9a-f]{4})> (\d+)")
_PAIR = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")
_INSTRUCTED, _MORE, _WORDS, _SCALES = 0x0100, 0x0020, 0x0001, ((0x0008, 2), (0x0040, 4), (0x0080, 8))
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Glyph:
    """What a pinned face has under one number: characters, width (1/1000 em), digest of the outline."""

    characters: frozenset[str]
    width: int
    outline: bytes


@dataclass(frozen=True, slots=True)
class Letters:
    """One font of a page after its check: what each code says, and its width."""

    says: dict[int, str]
    widths: dict[int, float]

    def text(self, codes: Iterable[int]) -> str:
        """Return what codes say. Raises: Refused, for one that says nothing."""
        try:
            return "".join(map(self.says.__getitem__, codes))
        except KeyError as error:
            raise Refused("pdf.letters", "code without character") from error


@cache
def pinned() -> dict[str, dict[int, Glyph]]:
    """Return the glyphs of each face."""
    found: dict[str, dict[int, Glyph]] = {face: {} for face in FACES}
    for face, number, code, width, outline in _ROW.iter_unpack(zlib.decompress(TABLE.read_bytes())):
        glyphs = found[FACES[face]]
        known = glyphs[number].characters if number in glyphs else frozenset()
        glyphs[number] = Glyph(known | ({chr(code)} if code else set()), width, outline)
    return found


@cache
def repertoire() -> frozenset[str]:
    """Return the characters that the pinned upright face has."""
    return frozenset().union(*(glyph.characters for glyph in pinned()[FACES[0]].values()))


def packed(rows: Iterator[tuple[int, int, int, int, bytes]]) -> bytes:
    """Return the table of rows (face, glyph, character or 0, width, outline's digest)."""
    return zlib.compress(b"".join(_ROW.pack(*row) for row in rows), 9)


def read(font: generic.DictionaryObject) -> Letters:
    """Return what a font says after comparing it with the pinned faces. Raises: Refused."""
    try:
        return _read(font)
    except (*BROKEN, struct.error) as error:
        raise Refused("pdf.letters", type(error).__name__) from error


def _read(font: generic.DictionaryObject) -> Letters:
    below = font["/DescendantFonts"]
    if font["/Subtype"] != "/Type0" or len(below) != 1:
        raise Refused("pdf.letters", "kind of font")
    inner = below[0]
    says = _says(font["/ToUnicode"].data)
    absent = _absent(font["/Encoding"], says)
    widths = _widths(inner["/W"])
    face = _NAME.fullmatch(str(font["/BaseFont"]))
    if face is None:
        if any(set(text) & repertoire() for text in says.values()):
            raise Refused("pdf.letters", "another family")
        return Letters(says, widths)
    if inner["/Subtype"] != "/CIDFontType2" or value(inner, "/CIDToGIDMap") != "/Identity":
        raise Refused("pdf.letters", "kind of font")
    descriptor = inner["/FontDescriptor"]
    if {key for key in descriptor if key.startswith("/FontFile")} != {"/FontFile2"}:
        raise Refused("pdf.letters", "not embedded")
    shown = {code: text for code, text in says.items() if code not in absent}
    _compare(pinned()[face[1]], shown, widths, outlines(descriptor["/FontFile2"].data))
    return Letters(says, widths)


def _absent(encoding: Any, says: dict[int, str]) -> set[int]:
    """Return the codes that show an empty box because no font at hand has their character. Raises: Refused."""
    if encoding == "/Identity-H":
        return set()
    found = _ENCODING.fullmatch(encoding.data)
    if found is None or "/UseCMap" in encoding:
        raise Refused("pdf.letters", "code map")
    sent = {int(code, 16): int(number) for code, number in _CODE.findall(found[1])}
    absent = {code for code, number in sent.items() if number == 0}
    if sent != {code: 0 if code in absent else code for code in says}:
        raise Refused("pdf.letters", "code map")
    if any(set(says[code]) & repertoire() for code in absent):
        raise Refused("pdf.letters", "a box for a letter")
    return absent


def _compare(
    glyphs: dict[int, Glyph], says: dict[int, str], widths: dict[int, float], outline: _Outlines
) -> None:
    for code, text in says.items():
        glyph = glyphs.get(code)
        if glyph is None:
            if set(text) & repertoire():
                raise Refused("pdf.letters", f"glyph {code}")
            continue
        if not _may_say(glyph.characters, text):
            raise Refused("pdf.letters", f"glyph {code} says {text!r}")
        if abs(widths.get(code, -9) - glyph.width) > 1.5:
            raise Refused("pdf.letters", f"width of {code}")
        if outline.digest(code) != glyph.outline:
            raise Refused("pdf.letters", f"outline of {code}")


def _may_say(characters: frozenset[str], text: str) -> bool:
    """Say whether a glyph may stand for a text: its character, or its share of one with marks put together."""
    if text in characters:
        return True
    for one in characters:
        mark = unicodedata.category(one) == "Mn"
        others = text.replace(one, "", 1)
        if (not text and mark) or (
            one in text and (mark or all(unicodedata.category(c) == "Mn" for c in others))
        ):
            return True
        if (
            unicodedata.decomposition(one).startswith("<compat>")
            and unicodedata.normalize("NFKC", one) == text
        ):
            return "\ufb00" <= one <= "\ufb06"
    return False


def _says(data: bytes) -> dict[int, str]:
    found = _MAP.fullmatch(data)
    if found is None:
        raise Refused("pdf.letters", "map of characters")
    pairs = _PAIR.findall(found[1])
    says = {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}
    if len(says) != len(pairs):
        raise Refused("pdf.letters", "map of characters")
    return says


def _widths(listed: Any) -> dict[int, float]:
    found: dict[int, float] = {}
    for place in range(0, len(listed) - 1, 2):
        found |= {int(listed[place]) + n: float(width) for n, width in enumerate(listed[place + 1])}
    return found


# --- TrueType, as far as outlines go ---


@dataclass(frozen=True, slots=True)
class _Outlines:
    """The glyphs of one font program by number."""

    glyphs: memoryview
    places: tuple[int, ...]

    def raw(self, number: int) -> bytes:
        """Return a glyph's bytes, none for one that is empty."""
        if not 0 <= number < len(self.places) - 1:
            raise Refused("pdf.letters", f"no glyph {number}")
        return bytes(self.glyphs[self.places[number] : self.places[number + 1]])

    def digest(self, number: int, depth: int = 0) -> bytes:
        """Return a digest of the outline with those it is put together from, hints left out."""
        data = self.raw(number)
        if not data:
            return bytes(8)
        contours = int.from_bytes(data[:2], "big", signed=True)
        if contours >= 0:
            ends = 10 + 2 * contours
            hints = int.from_bytes(data[ends : ends + 2], "big")
            plain = data[:ends] + data[ends + 2 + hints :].rstrip(b"\0")
            return sha256(plain).digest()[:8]
        if depth > _DEEPEST:
            raise Refused("pdf.letters", "glyphs within glyphs")
        return sha256(data[:10] + b"".join(self._parts(data, depth))).digest()[:8]

    def _parts(self, data: bytes, depth: int) -> Iterator[bytes]:
        place, flags = 10, _MORE
        while flags & _MORE:
            flags, number = struct.unpack_from(">HH", data, place)
            size = (4 if flags & _WORDS else 2) + sum(more for flag, more in _SCALES if flags & flag)
            yield (flags & ~_INSTRUCTED).to_bytes(2, "big") + data[place + 4 : place + 4 + size]
            yield self.digest(number, depth + 1)
            place += 4 + size


def outlines(program: bytes) -> _Outlines:
    """Return the outlines of a TrueType program without hints. Raises: Refused."""
    version, count = struct.unpack_from(">IH", program)
    entries = [struct.unpack_from(">4sIII", program, 12 + 16 * n) for n in range(min(count, 64))]
    tables = {tag: program[start : start + size] for tag, _sum, start, size in entries}
    if version != 0x00010000 or len(tables) != count or set(tables) - _TABLES:
        raise Refused("pdf.letters", "font program")
    return _outlines(tables)


def _outlines(tables: dict[bytes, bytes]) -> _Outlines:
    head, loca = tables[b"head"], tables[b"loca"]
    if head[18:20] != (2048).to_bytes(2, "big"):
        raise Refused("pdf.letters", "units")
    long = head[50:52] != b"\0\0"
    step = 4 if long else 2
    places = struct.unpack(f">{len(loca) // step}{'I' if long else 'H'}", loca[: len(loca) // step * step])
    return _Outlines(memoryview(tables[b"glyf"]), places if long else tuple(2 * place for place in places))
