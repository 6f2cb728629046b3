"""Pages on which the eye sees something else than the text says, sealed with the school's true key."""

from __future__ import annotations

import io
import itertools
import re
import zlib
from collections.abc import Callable

import pikepdf
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream

from tests.hostile_pdf.ground import Variant, family
from tests.hostile_pdf.pages import Edit, content, lines, paint, resealed


def mark(old: bytes, g_text: bytes = b"<001c>0") -> re.Match[bytes]:
    """Return the lone mark 9 (glyph 1c) on the page of the results, with its place."""
    found = re.search(rb"1 0 0 -1 ([\d.]+) ([\d.]+) Tm\s+(?:/\w+ [\d.]+ Tf\s+)?\[" + g_text + rb"\] TJ", old)
    assert found, "a mark"
    return found


def over_mark(operators: bytes, *, moved: bool = False) -> Edit:
    """Return an edit that paints over the mark, and over all else; `operators` have their origin at the mark."""

    def change(old: bytes) -> bytes:
        x, y = (float(side) for side in mark(old).groups())

        def place(found: re.Match[bytes]) -> bytes:
            return b"%.6f %.6f%s" % (x + float(found[1]), y + float(found[2]), found[3])

        if moved:
            drawn = b"q 1 0 0 1 %f %f cm %s Q" % (x, y, operators)
        else:
            drawn = b"q " + re.sub(rb"(-?\d+) (-?\d+)( [ml]|(?: \d+){2} re)", place, operators) + b" Q"
        end = len(old) - len(b"\nQ\nQ")
        assert old[end:] == b"\nQ\nQ"
        return old[:end] + b"\n" + lines(drawn) + old[end:]

    return content(change)


def before_mark(operators: bytes, after: bytes = b"") -> Edit:
    """Return an edit of the text state just before the mark is shown, and after it."""

    def change(old: bytes) -> bytes:
        found = mark(old)
        show = old.rindex(b"[", 0, found.end())
        parts = (lines(operators), old[show : found.end()], lines(after))
        return old[:show] + b"\n".join(part for part in parts if part) + old[found.end() :]

    return content(change)


def swapped_places(old: bytes) -> bytes:
    """Two marks exchange their places; the order in the content, which is read, stays."""
    nine, ten = mark(old), mark(old, rb"<0014>0<0013>0")
    one, two = b"%s %s Tm" % (nine[1], nine[2]), b"%s %s Tm" % (ten[1], ten[2])
    return old.replace(one, b"#").replace(two, one).replace(b"#", two)


def shifted_down(old: bytes) -> bytes:
    """Every mark stands one row lower: the right order, the wrong subjects."""
    rows = [
        float(found[2])
        for found in re.finditer(
            rb"1 0 0 -1 ([\d.]+) ([\d.]+) Tm\s+(?:/\w+ [\d.]+ Tf\s+)?\[<00(?:1c|1b|14>0<0013)>0\]", old
        )
    ]
    step = min(later - earlier for earlier, later in itertools.pairwise(rows))

    def lower(found: re.Match[bytes]) -> bytes:
        return b"1 0 0 -1 %s %.6f Tm%s" % (found[1], float(found[2]) + step, found[3])

    pattern = rb"1 0 0 -1 ([\d.]+) ([\d.]+) Tm(\s+(?:/\w+ [\d.]+ Tf\s+)?\[<00(?:1c|1b|14>0<0013)>0\])"
    return re.sub(pattern, lower, old)


def fonts(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    return list(pdf.pages[2].Resources.Font.values())


def lying_map(pdf: pikepdf.Pdf) -> None:
    """The page shows glyph 10 of the font and says that it reads 9."""
    content(lambda old: old.replace(b"[<001c>0] TJ", b"[<001d>0] TJ"))(pdf)
    for font in fonts(pdf):
        said = font.ToUnicode.read_bytes()
        said = re.sub(rb"<001d> <[0-9a-f]{4}>\n", b"", said)
        font.ToUnicode.write(said.replace(b"<001c> <0039>", b"<001c> <0039>\n<001d> <0039>"))


def said(font: pikepdf.Object, change: Callable[[bytes], bytes]) -> None:
    font.ToUnicode.write(change(font.ToUnicode.read_bytes()))


def swapped_map(pdf: pikepdf.Pdf) -> None:
    """Codes of 8 and 9 change places in the page and in what they say: the eye sees 8 where the text says 9."""
    content(lambda old: old.replace(b"<001c>", b"#").replace(b"<001b>", b"<001c>").replace(b"#", b"<001b>"))(
        pdf
    )
    for font in fonts(pdf):
        said(font, lambda text: text.replace(b"<001c> <0039>", b"<001c> <0038>", 1)
             .replace(b"<001b> <0038>", b"<001b> <0039>", 1))  # fmt: skip


def program(pdf: pikepdf.Pdf, change: Callable[[TTFont], object]) -> None:
    """Change every embedded font program."""
    for font in fonts(pdf):
        stream = font.DescendantFonts[0].FontDescriptor.FontFile2
        loaded = TTFont(io.BytesIO(stream.read_bytes()), recalcBBoxes=False)
        change(loaded)
        out = io.BytesIO()
        loaded.save(out)
        stream.write(out.getvalue())


def other_shapes(pdf: pikepdf.Pdf) -> None:
    """The glyph that is 9 has the outline of 8."""

    def change(font: TTFont) -> None:
        names = font.getGlyphOrder()
        font["glyf"][names[0x1C]] = font["glyf"][names[0x1B]]

    program(pdf, change)


def empty_shapes(pdf: pikepdf.Pdf) -> None:
    program(pdf, lambda font: font["glyf"].__setitem__(font.getGlyphOrder()[0x1C], TTGlyphPen(None).glyph()))


def mapped_glyphs(pdf: pikepdf.Pdf) -> None:
    """CIDToGIDMap sends the code of 9 to the glyph of 8."""
    table = bytearray(b"".join(number.to_bytes(2, "big") for number in range(3000)))
    table[0x38:0x3A] = (0x1B).to_bytes(2, "big")
    for font in fonts(pdf):
        font.DescendantFonts[0].CIDToGIDMap = pdf.make_stream(bytes(table))


def other_encoding(pdf: pikepdf.Pdf) -> None:
    """A code map of our own sends 001c to the glyph of 8."""
    text = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /x def /CMapType 1 def\n"
        b"1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        b"3 begincidrange <0000> <001b> 0 <001c> <001c> 27 <001d> <ffff> 29 endcidrange endcmap end end"
    )
    for font in fonts(pdf):
        font.Encoding = pdf.make_stream(text, Type=Name.CMap, CMapName=Name.x)


def our_code_map(number: int) -> Edit:
    """A code map in our renderer's own form sends the code of 9 elsewhere: to 8, or to the empty box."""

    def edit(pdf: pikepdf.Pdf) -> None:
        for font in fonts(pdf):
            codes = re.findall(rb"<([0-9a-f]{4})> <", font.ToUnicode.read_bytes())[1:]
            listed = b"".join(
                b"<%s> %d\n" % (code, number if code == b"001c" else int(code, 16)) for code in codes
            )
            font.Encoding = pdf.make_stream(
                b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n3 dict dup begin\n"
                b"/Registry (Adobe) def\n/Ordering (Identity) def\n/Supplement 0 def\nend def\n"
                b"/CMapName /WP-Encod-0 def\n/CMapType 1 def\n1 begincodespacerange\n<0000> <ffff>\n"
                b"endcodespacerange\n%d begincidchar\n%sendcidchar\nendcmap\n"
                b"CMapName currentdict /CMap defineresource pop\nend\nend" % (len(codes), listed)
            )  # fmt: skip

    return edit


def no_widths(pdf: pikepdf.Pdf) -> None:
    for font in fonts(pdf):
        del font.DescendantFonts[0].W


def type3(pdf: pikepdf.Pdf) -> None:
    """A font whose glyphs are drawings."""
    glyph = pdf.make_stream(b"500 0 0 0 500 700 d1 0 0 500 700 re f")
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=[0, 0, 500, 700], FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
        CharProcs=Dictionary(nine=glyph), Encoding=Dictionary(Type=Name.Encoding, Differences=[57, Name.nine]),
        FirstChar=57, LastChar=57, Widths=[500], Resources=Dictionary(),
    )  # fmt: skip
    pdf.pages[2].Resources.Font.T3 = pdf.make_indirect(font)
    before_mark(b"/T3 16 Tf")(pdf)


def not_embedded(pdf: pikepdf.Pdf) -> None:
    for font in fonts(pdf):
        del font.DescendantFonts[0].FontDescriptor.FontFile2


def image(pdf: pikepdf.Pdf) -> None:
    """A picture of another mark, over the mark."""
    made = Stream(pdf, zlib.compress(b"\xff" * 300), Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10,
                  ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.FlateDecode)  # fmt: skip
    pdf.pages[2].Resources.XObject.pic = pdf.make_indirect(made)
    over_mark(b"30 0 0 30 -5 -20 cm /pic Do", moved=True)(pdf)


def covering_form(pdf: pikepdf.Pdf) -> None:
    made = pikepdf.Stream(
        pdf, b"1 1 1 rg 0 0 99 99 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 99, 99]
    )
    pdf.pages[2].Resources.XObject.cover = pdf.make_indirect(made)
    over_mark(b"1 0 0 1 -40 -60 cm /cover Do", moved=True)(pdf)


def pattern(pdf: pikepdf.Pdf) -> None:
    made = Stream(pdf, b"1 1 1 rg 0 0 99 99 re f", Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1,
                  BBox=[0, 0, 99, 99], XStep=99, YStep=99, Resources=Dictionary())  # fmt: skip
    pdf.pages[2].Resources.Pattern.p = pdf.make_indirect(made)
    over_mark(b"/Pattern cs /p scn -20 -20 40 40 re f")(pdf)


def shading(pdf: pikepdf.Pdf) -> None:
    made = Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=[0, 0, 9, 9], Extend=[True, True],
                      Function=Dictionary(FunctionType=2, Domain=[0, 1], C0=[1, 1, 1], C1=[1, 1, 1],
                       N=1))  # fmt: skip
    pdf.pages[2].Resources.Shading.s = pdf.make_indirect(made)
    over_mark(b"-20 -20 40 40 re W n /s sh")(pdf)


def transparent(pdf: pikepdf.Pdf) -> None:
    pdf.pages[2].Resources.ExtGState.gone = Dictionary(ca=0, CA=0)
    before_mark(b"/gone gs", b"/a1.0 gs")(pdf)


def blended(pdf: pikepdf.Pdf) -> None:
    pdf.pages[2].Resources.ExtGState.mix = Dictionary(BM=Name.Lighten)
    before_mark(b"/mix gs 1 1 1 rg", b"/a1.0 gs 0 0 0 rg")(pdf)


def font_by_state(pdf: pikepdf.Pdf) -> None:
    pdf.pages[2].Resources.ExtGState.f = Dictionary(Font=Array([fonts(pdf)[0], 0.01]))
    before_mark(b"/f gs")(pdf)


EYE = family(
    "eye",
    ("a word more", resealed(paint(b"BT /SWSLVQ 12 Tf 1 0 0 1 99 99 Tm <001c> Tj ET")), "pdf."),
    ("another mark", resealed(content(lambda old: old.replace(b"[<001c>0] TJ", b"[<0014>0<0013>0] TJ"))),
     "pdf.text-differs"),
    ("a mark away", resealed(content(lambda old: old.replace(b"[<001c>0] TJ", b"[] TJ"))), "pdf.text-differs"),
    ("page twice", resealed(lambda pdf: pdf.pages.append(pdf.pages[2])), "pdf.text-differs"),
    ("page gone", resealed(lambda pdf: pdf.pages.__delitem__(2)), "pdf.page-structure"),
    ("pages exchanged", resealed(lambda pdf: pdf.pages.reverse()), "pdf.text-differs"),
    ("mark says one thing, shows another", resealed(lying_map), "pdf.letters pdf.text-differs"),
    ("marks exchanged in what they say", resealed(swapped_map), "pdf.letters"),
    ("another outline", resealed(other_shapes), "pdf.letters"),
    ("no outline", resealed(empty_shapes), "pdf.letters"),
    ("codes sent to other glyphs", resealed(mapped_glyphs), "pdf.letters"),
    ("another code map", resealed(other_encoding), "pdf.letters"),
    ("a code sent to another glyph in our form", resealed(our_code_map(0x1B)), "pdf.letters"),
    ("a box for a letter", resealed(our_code_map(0)), "pdf.letters"),
    ("no widths", resealed(no_widths), "pdf.letters"),
    ("drawn letters", resealed(type3), "pdf.letters"),
    ("letters not embedded", resealed(not_embedded), "pdf.letters"),
    ("invisible", resealed(before_mark(b"3 Tr", b"0 Tr")), "pdf.painted"),
    ("outlined only", resealed(before_mark(b"1 Tr", b"0 Tr")), "pdf.painted"),
    ("used as a window", resealed(before_mark(b"7 Tr", b"0 Tr")), "pdf.painted"),
    ("white", resealed(before_mark(b"1 1 1 rg", b"0 0 0 rg")), "pdf.painted"),
    ("transparent", resealed(transparent), "pdf.painted"),
    ("blended away", resealed(blended), "pdf.painted"),
    ("tiny by the state", resealed(font_by_state), "pdf.painted"),
    ("scaled to nothing", resealed(before_mark(b"0 Tz", b"100 Tz")), "pdf.painted"),
    ("raised out of sight", resealed(before_mark(b"900 Ts", b"0 Ts")), "pdf.painted"),
    ("spaced apart", resealed(before_mark(b"900 Tc", b"0 Tc")), "pdf.painted"),
    ("off the page", resealed(before_mark(b"1 0 0 -1 2000 2000 Tm")), "pdf.painted"),
    ("turned", resealed(before_mark(b"-1 0 0 1 300 300 Tm")), "pdf.painted"),
    ("covered in white", resealed(over_mark(b"1 1 1 rg -20 -20 40 40 re f")), "pdf.painted"),
    ("covered by a broad line", resealed(over_mark(b"1 1 1 RG 40 w -20 0 m 20 0 l S")), "pdf.painted"),
    ("covered by a shape", resealed(over_mark(b"1 1 1 rg -20 -20 m 20 -20 l 20 20 l -20 20 l h f")), "pdf.painted"),
    ("struck through", resealed(over_mark(b"0 0 0 RG 0.8 w -9 -4 m 30 -4 l S")), "pdf.painted"),
    ("framed through", resealed(over_mark(b"-20 -4 60 40 re -19 -3 58 38 re f*")), "pdf.painted"),
    ("drawn over with lines", resealed(over_mark(b"0 0 0 RG 2 w -9 -12 m -9 0 l -9 -12 m -3 -12 l S")),
     "pdf.painted"),
    ("covered by a picture", resealed(image), "pdf.painted"),
    ("covered by a form", resealed(covering_form), "pdf.painted"),
    ("covered by a pattern", resealed(pattern), "pdf.page-structure"),
    ("covered by a shading", resealed(shading), "pdf.page-structure"),
    ("covered by an inline picture", resealed(over_mark(
        b"30 0 0 30 -5 -20 cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID \xff\xff\xff EI", moved=True)), "pdf.painted"),
    ("clipped away", resealed(content(lambda old: old.replace(b"BT", lines(b"0 0 9 9 re W n BT"), 1))),
     "pdf.painted"),
    ("said otherwise", resealed(before_mark(b"/Span <</ActualText (9)>> BDC [<001b>0] TJ EMC")), "pdf.painted"),
    ("a small figure of lines before the letters", resealed(content(lambda old: old.replace(
        b"BT", lines(b"0.8 w 460 240 m 460 250 l S 460 240 m 466 240 l S BT"), 1))), "pdf.painted"),
    ("a window over the marks", resealed(content(lambda old: old.replace(
        b"BT", lines(b"q 460 200 60 300 re W n 0 0 m 99 99 l S Q BT"), 1))), "pdf.painted"),
    ("a black frame filled", resealed(content(lambda old: old.replace(
        b"BT", b"460 200 60 300 re\n461 201 1 1 re\nf*\nBT", 1))), "pdf.painted"),
    ("letters moved apart", resealed(content(lambda old: old.replace(
        b"[<0014>0<0013>0] TJ", b"[<0014>-9000<0013>0] TJ"))), "pdf.painted"),
    ("letters moved together", resealed(content(lambda old: old.replace(
        b"[<0014>0<0013>0] TJ", b"[<0014>500<0013>0] TJ"))), "pdf.painted"),
    ("letters too small", resealed(before_mark(b"/SWSLVQ 0.1 Tf")), "pdf.painted"),
    ("letters too large", resealed(before_mark(b"/SWSLVQ 300 Tf")), "pdf.painted"),
    ("the same place twice", resealed(content(lambda old: old.replace(mark(old)[0], b"1 0 0 -1 465 100 Tm"
        + mark(old)[0][mark(old)[0].index(b"Tm") + 2 :]))), "pdf.painted"),
    ("two marks change places", resealed(content(swapped_places)), "pdf.painted"),
    ("all marks a row lower", resealed(content(shifted_down)), "pdf.painted"),
)  # fmt: skip

VARIANTS: list[Variant] = EYE
