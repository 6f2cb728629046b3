"""The look-up code on the last page: what the square says, and that it says what is printed beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import segno

BEFORE: Final = "Quét mã hoặc truy cập"
AFTER: Final = "để xác thực học bạ số."
_PATH = re.compile(r' d="([^"]+)"')
_STEP = re.compile(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?")
_MOVE = re.compile(rb"(-?[\d.]+) (-?[\d.]+) ([ml])")
_SET = re.compile(
    rb"q|Q|/[\w.]+ gs|0 0 0 (?:rg|RG)|1 w|\[\] 0 d|[04] [jJM]|0 0 m|B|([\d.]+) 0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm"
)
"""What else stands in the square's drawing: black, one unit wide."""

_SIDE, _BORDER = 24 / 25.4 * 96, 2

Line = tuple[float, float, float]
"""Left, right, height."""


def look_up_address(verify_url: str, code: str) -> str:
    """Return what the QR code says: the verification page with the look-up code."""
    return f"{verify_url.rstrip('/')}/?ma={code}"


def qr_svg(text: str) -> bytes:
    """Return a QR code (level M, quiet zone 2) as SVG."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, nl=False)
    return out.getvalue()


def printed_address(says: Sequence[str]) -> str | None:
    """Return the address printed beside the square, from a page's runs in their order; None when there is none."""
    try:
        first = says.index(BEFORE)
        return "".join(says[first + 1 : says.index(AFTER, first)])
    except ValueError:
        return None


def is_square_of(drawing: Sequence[bytes], corner: tuple[float, float], text: str) -> bool:
    """Say whether a drawing's lines paint the square that says `text`, whole and at its place, and nothing else."""
    moves = [_MOVE.fullmatch(line) for line in drawing]
    drawn = [found for found in moves if found is not None and found[0] != b"0 0 m"]
    rest = [_SET.fullmatch(line) for line, found in zip(drawing, moves, strict=True) if found is None]
    if not all(rest) or len(drawn) % 2 or [found[0] for found in rest if found].count(b"B") != 1:
        return False
    lines = []
    for start, end in zip(drawn[::2], drawn[1::2], strict=True):
        if (start[3], end[3]) != (b"m", b"l") or start[2] != end[2]:
            return False
        lines.append((float(start[1]), float(end[1]), float(start[2])))
    wanted = _square(text)
    side = max((right for _, right, _ in wanted), default=0.0) + _BORDER
    scales = [tuple(float(part) for part in found.groups()) for found in rest if found and found[1]]
    placed = [(1.0, 1.0, *corner), (1.0, 1.0, 0.0, 0.0), (_SIDE / side, _SIDE / side, 0.0, 0.0)]
    return tuple(lines) == wanted and len(scales) == len(placed) and all(map(_alike, scales, placed))


def _alike(here: tuple[float, ...], there: tuple[float, ...]) -> bool:
    return all(abs(one - other) < 0.01 for one, other in zip(here, there, strict=True))


@lru_cache(maxsize=8)
def _square(text: str) -> tuple[Line, ...]:
    """Return the horizontal lines that make the square."""
    found = _PATH.search(qr_svg(text).decode("ascii"))
    if found is None:
        return ()
    x = y = 0.0
    lines: list[Line] = []
    for kind, first, second in _STEP.findall(found[1]):
        if kind == "h":
            lines.append((x, x + float(first), y))
            x += float(first)
        else:
            base = (0.0, 0.0) if kind == "M" else (x, y)
            x, y = base[0] + float(first), base[1] + float(second)
    return tuple(lines)
