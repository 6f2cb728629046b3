"""Does a page paint what its text says: only the strokes, frames, pictures and letters that the template makes.

Read by hand, line by line, as our renderer writes content: letters upright, dark and whole, on the page, under
nothing; long thin lines and frames; pictures where the signatures stand; the specimen's ribbon, nearly
transparent. What a column shows must follow its order in the text, row by row.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Any, Final

from pyhanko.pdf_utils import generic

from signing.seal.pdf import letters, look_up, order
from signing.seal.pdf.layout import Refused
from signing.seal.pdf.letters import Letters
from signing.seal.pdf.order import Box, Run
from signing.seal.pdf.structure import BROKEN, value

WIDE, HIGH = 794.0, 1123.0
"""The page in the renderer's pixels."""

MAX_LINES: Final = 60_000
MAX_PICTURES: Final = 4
"""Pictures in a transcript: two signatures, the seal, the look-up code."""

_PICTURES: Final = ((158.74, 75.59), (136.06, 136.06), (90.71, 90.71))
"""Width and height of a signature (42 × 20 mm), of the seal (36 mm) and of the look-up code (24 mm)."""

_DARK, _THIN, _LONG, _FAINT, _NUDGE = 0.4, 1.6, 18.0, 0.2, 260.0
_NUMBER = rb"-?\d+(?:\.\d*)?"
_LINES: Final = tuple(
    (kind, re.compile(pattern.replace(b"N", _NUMBER)))
    for kind, pattern in (
        ("save", rb"q"),
        ("restore", rb"Q"),
        ("state", rb"(/[\w.]+) gs"),
        ("colour", rb"(N) (N) (N) rg"),
        ("plain", rb"N N N RG|[012] [Jj]|\[(?:N ?)*\] N d|N M"),
        ("width", rb"(N) w"),
        ("start", rb"(N) (N) m"),
        ("line", rb"(N) (N) l"),
        ("stroke", rb"S"),
        ("box", rb"(N) (N) (N) (N) re"),
        ("frame", rb"f\*"),
        ("clip", rb"W"),
        ("end", rb"n"),
        ("place", rb"1 0 0 -1 (N) (N) Tm"),
        ("font", rb"(/[\w.]+) (N) Tf"),
        ("show", rb"\[((?:N|<[0-9a-f]*>| )*)\] TJ"),
        ("text", rb"BT|ET"),
        ("matrix", rb"N N N N N N cm"),
        ("object", rb"(/[\w.]+) Do"),
    )
)
_BY_OPERATOR: Final = {
    b"q": 0, b"Q": 1, b"gs": 2, b"rg": 3, b"RG": 4, b"J": 4, b"j": 4, b"d": 4, b"M": 4, b"w": 5, b"m": 6,
    b"l": 7, b"S": 8, b"re": 9, b"f*": 10, b"W": 11, b"n": 12, b"Tm": 13, b"Tf": 14, b"TJ": 15, b"BT": 16,
    b"ET": 16, b"cm": 17, b"Do": 18,
}  # fmt: skip
_DRAWN = re.compile(
    rb"(?:(?:N )*(?:q|Q|cm|m|l|c|v|y|h|re|S|s|f|f\*|B|B\*|b|b\*|n|W|W\*|w|J|j|M|rg|RG|g|G|k|K|sc|SC|scn|SCN)"
    rb"|/[\w.-]+ (?:gs|cs|CS|Do)|\[(?:N ?)*\] N d)".replace(b"N", _NUMBER)
)
"""What stands within a picture: outlines, colours, an image; never letters."""

_FIRST, _SCALE = re.compile(rb"1 0 0 -1 0 841\.\d+ cm"), b"0.75 0 0 0.75 0 0 cm"
_PIECE = re.compile(rb"<([0-9a-f]*)>|(" + _NUMBER + rb")")
_RIBBON = re.compile(
    (
        rb"(?:N ){6}cm\nq\n/[\w.]+ gs\n0.658824 0.12549 0.101961 rg\n"
        rb"BT\n1 0 0 -1 N N Tm\n(/[\w.]+) N Tf\n\[[^\]\n]*\] TJ\nET\nQ"
    ).replace(b"N", _NUMBER)
)


@dataclass(slots=True)
class _State:
    """What the graphics state holds that matters here."""

    dark: bool = True
    opaque: bool = True
    faint: bool = False
    thin: bool = True
    font: tuple[Letters, float] | None = None

    def again(self) -> _State:
        """Return the same once more."""
        return _State(self.dark, self.opaque, self.faint, self.thin, self.font)


@dataclass(slots=True)
class Page:
    """One page as it is read: its runs of letters, its pictures, its rules."""

    runs: list[Run] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    drawings: list[list[bytes]] = field(default_factory=list)
    rules: set[Box] = field(default_factory=set)


def check(pages: generic.ArrayObject) -> Page:
    """Read every page and return the last. Raises: Refused."""
    known: dict[str, Letters] = {}
    page, pictures = Page(), 0
    try:
        for number in range(len(pages)):
            page = _Reader(pages[number], known, f"page {number + 1}").read()
            pictures += len(page.pictures)
            _check_downward(page.runs, f"page {number + 1}")
            order.check(page.runs, page.rules, f"page {number + 1}")
            _check_pictures(page, f"page {number + 1}")
            _check_rules(page, f"page {number + 1}")
    except (*BROKEN, struct.error) as error:
        raise Refused("pdf.painted", type(error).__name__) from error
    if pictures > MAX_PICTURES:
        raise Refused("pdf.painted", "pictures")
    return page


class _Reader:
    """Follows one page's content."""

    def __init__(self, page: generic.DictionaryObject, known: dict[str, Letters], where: str) -> None:
        self._resources = page["/Resources"]
        self._lines = iter(page["/Contents"].data.split(b"\n"))
        self._known, self._where = known, where
        self._fonts: dict[bytes, Letters] = {}
        self._states = [_State(), _State()]
        self._alphas: dict[bytes, float] = {}
        self._at: tuple[float, float] | None = None
        self._path: list[tuple[float, ...]] = []
        self.page = Page()

    def read(self) -> Page:
        """Return what the page shows. Raises: Refused."""
        self._expect(_FIRST.fullmatch(next(self._lines)), "axes")
        self._expect(next(self._lines) == b"q" and next(self._lines) == _SCALE, "scale")
        takes = [(one.fullmatch, getattr(self, f"_{kind}", self._nothing)) for kind, one in _LINES]
        for count, line in enumerate(self._lines):
            place = _BY_OPERATOR.get(line[line.rfind(b" ") + 1 :])
            if place is None or count >= MAX_LINES:
                raise Refused("pdf.painted", f"{self._where}: {line[:40]!r}")
            matches, take = takes[place]
            found = matches(line)
            if found is None:
                raise Refused("pdf.painted", f"{self._where}: {line[:40]!r}")
            take(*found.groups())
        self._expect(len(self._states) == 1, "states")
        return self.page

    def _expect(self, holds: object, what: str) -> None:
        if not holds:
            raise Refused("pdf.painted", f"{self._where}: {what}")

    def _nothing(self, *values: bytes) -> None:
        """Pass over what cannot hide anything."""

    def _matrix(self) -> None:
        self._expect(False, "matrix")

    def _save(self) -> None:
        self._states.append(self._states[-1].again())

    def _restore(self) -> None:
        self._expect(len(self._states) > 1, "states")
        self._states.pop()

    def _state(self, name: bytes) -> None:
        if name not in self._alphas:
            entries = self._resources["/ExtGState"][name.decode()]
            self._expect(not set(entries) - {"/ca", "/CA"}, "graphics state")
            self._alphas[name] = float(value(entries, "/ca", -1))
        state, alpha = self._states[-1], self._alphas[name]
        if alpha >= 0:
            state.opaque, state.faint = alpha == 1, alpha <= _FAINT

    def _colour(self, *parts: bytes) -> None:
        self._states[-1].dark = max(map(float, parts)) <= _DARK

    def _width(self, width: bytes) -> None:
        self._states[-1].thin = float(width) <= _THIN

    # paths

    def _start(self, x: bytes, y: bytes) -> None:
        self._path = [(float(x), float(y))]

    def _line(self, x: bytes, y: bytes) -> None:
        self._path.append((float(x), float(y)))

    def _stroke(self) -> None:
        """A rule: one long, thin, straight line along an axis."""
        path, self._path = self._path, []
        self._expect(len(path) == 2 and self._states[-1].thin, "line")
        across, down = (abs(path[0][n] - path[1][n]) for n in (0, 1))
        self._expect(min(across, down) == 0 and max(across, down) >= _LONG, "line")
        (left, right), (top, bottom) = (sorted((path[0][n], path[1][n])) for n in (0, 1))
        self.page.rules.add((left, top, right, bottom))

    def _box(self, *sides: bytes) -> None:
        self._path.append(tuple(map(float, sides)))

    def _frame(self) -> None:
        """A border: boxes in pairs, one close within the other, filled between."""
        path, self._path = sorted(self._path), []
        self._expect(path and len(path) % 2 == 0 and all(len(box) == 4 for box in path), "frame")
        for outer, inner in zip(path[::2], path[1::2], strict=True):
            gaps = (inner[0] - outer[0], inner[1] - outer[1])
            rest = (outer[2] - inner[2], outer[3] - inner[3])
            self._expect(all(0 < gap <= _THIN for gap in gaps), "frame")
            self._expect(all(0 < gap <= 2 * _THIN for gap in rest) and min(inner[2:]) >= _LONG, "frame")
            left, top, right, bottom = inner[0], inner[1], inner[0] + inner[2], inner[1] + inner[3]
            self.page.rules |= {(left, top, right, top), (left, bottom, right, bottom)}
            self.page.rules |= {(left, top, left, bottom), (right, top, right, bottom)}

    def _clip(self) -> None:
        """The beginning of a picture: one box, and all that is drawn within it until the state is restored."""
        path, self._path = self._path, []
        self._expect(len(path) == 1 and len(path[0]) == 4 and next(self._lines) == b"n", "window")
        left, top, across, down = path[0]
        depth, line = 1, next(self._lines, b"")
        drawing: list[bytes] = []
        if line != b"Q":
            self.page.pictures.append((left, top, left + across, top + down))
            self.page.drawings.append(drawing)
        while True:
            if not _DRAWN.fullmatch(line):
                raise Refused("pdf.painted", f"{self._where}: picture {line[:40]!r}")
            depth += (line == b"q") - (line == b"Q")
            if line.endswith(b" Do"):
                self._check_image(line.split()[0].decode())
            if depth == 0:
                break
            drawing.append(line)
            line = next(self._lines, b"")
        self._states.pop()

    def _check_image(self, name: str) -> None:
        image = self._resources["/XObject"][name]
        if value(image, "/Subtype") == "/Form":
            self._expect(not value(value(image, "/Resources", {}), "/Font"), "letters in a picture")
            lines = image.data.split(b"\n")
            self._expect(
                all(_DRAWN.fullmatch(one) and not one.endswith(b" Do") for one in lines if one), "picture"
            )
        else:
            self._expect(value(image, "/Subtype") == "/Image", "picture")

    def _object(self, name: bytes) -> None:
        """The ribbon across a specimen, the one form that lies over letters."""
        form = self._resources["/XObject"][name.decode()]
        found = _RIBBON.fullmatch(form.data)
        self._expect(self._states[-1].faint and value(form, "/Subtype") == "/Form" and found, "form")
        assert found is not None  # said above; for the types
        self._font_of(value(form, "/Resources"), found[1].decode())

    # letters

    def _place(self, x: bytes, y: bytes) -> None:
        self._at = (float(x), float(y))

    def _font(self, name: bytes, size: bytes) -> None:
        points = float(size)
        self._expect(7 <= points <= 60, "size")
        if name not in self._fonts:
            self._fonts[name] = self._font_of(self._resources, name.decode())
        self._states[-1].font = (self._fonts[name], points)

    def _font_of(self, resources: Any, name: str) -> Letters:
        fonts = resources["/Font"]
        reference = str(fonts.raw_get(name))
        if reference not in self._known or not isinstance(fonts.raw_get(name), generic.IndirectObject):
            self._known[reference] = letters.read(fonts[name])
        return self._known[reference]

    def _show(self, pieces: bytes) -> None:
        state, place = self._states[-1], self._at
        self._expect(state.dark and state.opaque, "colour of letters")
        if state.font is None or place is None:
            raise Refused("pdf.painted", f"{self._where}: letters without font or place")
        font, size = state.font
        says, width, nudge = [], 0.0, 0.0
        for codes, moved in _PIECE.findall(pieces):
            if moved:
                nudge += float(moved)
                if abs(nudge) > _NUDGE:
                    raise Refused("pdf.painted", f"{self._where}: letters moved")
                continue
            found = struct.unpack(f">{len(codes) // 4}H", bytes.fromhex(codes.decode()))
            says.append(font.text(found))
            width += sum(map(font.widths.__getitem__, found)) - nudge
            nudge = 0.0
        self._at = None
        run = Run(place[0], place[0] + width * size / 1000, place[1], size, "".join(says))
        self._expect(
            run.left >= 0 and run.right <= WIDE and run.size < run.base < HIGH, "letters off the page"
        )
        self.page.runs.append(run)


def _check_downward(runs: list[Run], where: str) -> None:
    """Runs that share a column follow each other downward, as they do in the content."""
    for place, run in enumerate(runs):
        for before in runs[:place]:
            if before.left < run.right - 1 and run.left < before.right - 1 and run.base < before.base + 2:
                raise Refused("pdf.painted", f"{where}: {run.says[:20]!r} above {before.says[:20]!r}")


def _check_pictures(page: Page, where: str) -> None:
    """Pictures have the sizes and stand at the places of signatures, seal and look-up code: over no letters."""
    for left, top, right, bottom in page.pictures:
        size = (right - left, bottom - top)
        if not any(abs(size[0] - wide) < 1 and abs(size[1] - high) < 1 for wide, high in _PICTURES):
            raise Refused("pdf.painted", f"{where}: size of a picture")
        for run in page.runs:
            if (
                run.left < right
                and left < run.right
                and run.base > top
                and run.base - 0.7 * run.size < bottom
            ):
                raise Refused("pdf.painted", f"{where}: picture over {run.says[:20]!r}")


def _check_rules(page: Page, where: str) -> None:
    """No line goes through letters, where it would strike them out or make others of them."""
    for run in page.runs:
        left, right = run.left + 1, run.right - 1
        top, bottom = run.base - 0.6 * run.size, run.base - 0.05 * run.size
        for rule in page.rules:
            if rule[1] < bottom and rule[3] > top and rule[0] < right and rule[2] > left:
                raise Refused("pdf.painted", f"{where}: line through {run.says[:20]!r}")


def check_look_up(last: Page, code: str) -> None:
    """The last picture of the last page is the square that says the printed address and the code. Raises: Refused."""
    address = look_up.printed_address([run.says.strip() for run in last.runs])
    if address is None or not last.drawings:
        raise Refused("pdf.painted", "no look-up code")
    corner, text = last.pictures[-1][:2], look_up.look_up_address(address, code)
    if not look_up.is_square_of(last.drawings[-1], corner, text):
        raise Refused("pdf.painted", "look-up code")
