"""Letters at another's place, another look-up square, another dress of the file: sealed with the true key."""

from __future__ import annotations

import re
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from signing.seal.pdf.look_up import _square, look_up_address
from tests.hostile_pdf.ground import Variant, family
from tests.hostile_pdf.pages import Edit, content, resealed
from tests.signing.seal.pdf import sample
from tests.signing.seal.pdf.world import VERIFY_URL

PLACE = rb"1 0 0 -1 ([\d.]+) ([\d.]+) Tm\n(?:/\w+ [\d.]+ Tf\n)?\[%s\] TJ"
OTHER = "0c0ffee0-0000-4000-8000-000000000001"


def last_mark(change: Callable[[float, float], tuple[float, float]], *, opened: bool = False) -> Edit:
    """Return an edit of the place of the lowest mark (8), and of the line below its cell."""

    def moved(old: bytes) -> bytes:
        found = list(re.finditer(PLACE % rb"<001b>0", old))[-1]
        x, y = float(found[1]), float(found[2])
        new = b"1 0 0 -1 %.6f %.6f Tm" % change(x, y)
        old = old[: found.start()] + new + old[found.start() + found[0].index(b" Tm") + 3 :]
        if opened:
            lines = re.finditer(rb"434\.645669 ([\d.]+) m\n511\.03622 \1 l\nS\n", old)
            line = min((one for one in lines if float(one[1]) > y), key=lambda one: float(one[1]))
            old = old[: line.start()] + old[line.end() :]
        return old

    return content(moved)


def square(text: str) -> Edit:
    """Return an edit that puts another square into the place of the look-up code."""

    def change(old: bytes) -> bytes:
        end = old.rindex(b"\nB\n")
        start = old.rindex(b"0 0 m\n", 0, end) + 6
        made = b"\n".join(b"%g %g m\n%g %g l" % (left, y, right, y) for left, right, y in _square(text))
        return old[:start] + made + old[end:]

    return content(change, -1)


def replaced(old: bytes, new: bytes, number: int = -1) -> Edit:
    return content(lambda text: text.replace(old, new, 1), number)


def squeezed(old: bytes) -> bytes:
    """The look-up code is drawn too small to be read."""
    end = old.rindex(b"\nB\n")
    start = old.rindex(b"W\n", 0, end)
    small = re.sub(rb"\n[\d.]+ 0 0 [\d.]+ 0 0 cm", b"\n0.1 0 0 0.1 0 0 cm", old[start:end], count=1)
    return old[:start] + small + old[end:]


def black_as_white(pdf: pikepdf.Pdf) -> None:
    """A colour space of the file's own for plain colours: what is black in the content may be shown as white."""
    for page in pdf.pages:
        page.Resources.ColorSpace.DefaultRGB = Array([Name.CalRGB, Dictionary(WhitePoint=[0.95, 1, 1.09])])


def other_profile(pdf: pikepdf.Pdf) -> None:
    profile = pdf.Root.OutputIntents[0].DestOutputProfile
    profile.write(profile.read_bytes()[:-1] + b"\1")


def idle_picture(pdf: pikepdf.Pdf) -> None:
    pdf.pages[2].Resources.XObject.idle = Stream(
        pdf, b"\xff", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
    )  # fmt: skip


def ribbon_of(change: Callable[[bytes], bytes]) -> Edit:
    def edit(pdf: pikepdf.Pdf) -> None:
        for form in pdf.pages[0].Resources.XObject.values():
            if form.get("/Subtype") == "/Form":
                form.write(change(form.read_bytes()))

    return edit


def xmp(pdf: pikepdf.Pdf) -> None:
    told = pdf.Root.Metadata.read_bytes()
    more = b'<rdf:Description rdf:about="" xmlns:a="urn:a" a:b="10" /></rdf:RDF>'
    pdf.Root.Metadata.write(told.replace(b"</rdf:RDF>", more))


DRESS = family(
    "dress",
    ("a mark just above the next label", resealed(last_mark(lambda x, y: (x, y + 36))), "pdf.painted"),
    ("a mark in a cell opened downward", resealed(last_mark(lambda x, y: (x, y + 36), opened=True)), "pdf.painted"),
    ("a mark before its level", resealed(last_mark(lambda x, y: (x - 160, y))), "pdf.painted"),
    ("the square of another transcript", resealed(square(look_up_address(VERIFY_URL, OTHER))), "pdf.painted"),
    ("the square of another host", resealed(square(look_up_address("https://evil.invalid/", sample.UUID))),
     "pdf.painted"),
    ("a square too small to read", resealed(content(squeezed, -1)), "pdf.painted"),
    ("the specimen's ribbon in white", resealed(ribbon_of(
        lambda old: old.replace(b"0.658824 0.12549 0.101961 rg", b"1 1 1 rg"))), "pdf.painted"),
    ("black shown as white", resealed(black_as_white), "pdf.page-structure"),
    ("another colour profile", resealed(other_profile), "pdf.page-structure"),
    ("a picture that nothing shows", resealed(idle_picture), "pdf.page-structure"),
    ("another trim box", resealed(lambda pdf: pdf.pages[2].__setitem__("/TrimBox", Array([0, 0, 99, 99]))),
     "pdf.page-structure"),
    ("drawn by another template", resealed(lambda pdf: pdf.docinfo.__setitem__("/Creator", "Word")), "pdf.metadata"),
    ("drawn at another time", resealed(lambda pdf: pdf.docinfo.__setitem__("/CreationDate", "D:20200101000000Z")),
     "pdf.metadata"),
    ("more in the XMP", resealed(xmp), "pdf.metadata"),
    ("an attachment described otherwise", resealed(lambda pdf: pdf.Root.AF[0].__setitem__("/Desc", "Bản mới")),
     "pdf.metadata"),
    ("another language", resealed(lambda pdf: pdf.Root.__setitem__("/Lang", "en")), "pdf.metadata"),
)  # fmt: skip

VARIANTS: list[Variant] = DRESS
