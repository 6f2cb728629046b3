"""Makes `signing/seal/pdf/letters.bin` from the installed fonts: python -m tests.signing.seal.pdf.letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fontTools.ttLib import TTFont

from signing.seal.pdf import letters
from signing.seal.pdf.template_version import FONT_DIRECTORY, FONT_FILES


def rows() -> Iterator[tuple[int, int, int, int, bytes]]:
    """Yield face, glyph, character (0 for none), width, digest of the outline."""
    for face, name in enumerate(FONT_FILES):
        font = TTFont(FONT_DIRECTORY / name)
        tables = {tag.encode(): font.reader[tag] for tag in ("head", "loca", "glyf")}
        made = letters._outlines(tables)
        numbers = {glyph: number for number, glyph in enumerate(font.getGlyphOrder())}
        characters: dict[int, list[int]] = {}
        for code, glyph in font.getBestCmap().items():
            characters.setdefault(numbers[glyph], []).append(code)
        for glyph, number in numbers.items():
            width = round(font["hmtx"][glyph][0] * 1000 / 2048)
            for code in sorted(characters.get(number, [0])):
                yield face, number, code, width, made.digest(number)


def table() -> bytes:
    return letters.packed(rows())


if __name__ == "__main__":
    Path(letters.TABLE).write_bytes(table())
