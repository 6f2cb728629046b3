"""Parts and pages that no school may seal, sealed with the school's true key: structure, attachments, sizes."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from signing.seal.pdf import seal as room
from tests.hostile_pdf.containers import Plan, sealed
from tests.hostile_pdf.ground import Ground, Variant, family
from tests.hostile_pdf.pages import Edit, paint, rebuild, resealed
from tests.signing.seal.pdf import sample

# --- structure ---


def second_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["other.xml"] = pikepdf.AttachedFileSpec(pdf, b"<x/>", filename="other.xml")


def attached(change: Callable[[bytes], bytes]) -> Callable[[Ground], bytes]:
    def attack(g: Ground) -> bytes:
        return sealed(g, Plan(), rebuild(g.drawn, lambda pdf: pdf.Root.AF[0].EF.F.write(change(g.xml))))

    return attack


def two_versions(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF[0].EF.UF = pdf.make_stream(b"<x/>")


def no_attachment(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Names
    del pdf.Root.AF


def renamed(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF[0].F = pdf.Root.AF[0].UF = pikepdf.String("hocba.xml")


def layer(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OCProperties = Dictionary(OCGs=[pdf.make_indirect(Dictionary(Type=Name.OCG, Name="x"))], D={})


def layered_form(pdf: pikepdf.Pdf) -> None:
    """A picture that a layer can hide, or show in the place of another (shadow attack)."""
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="x"))
    made = pikepdf.Stream(
        pdf, b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], OC=group
    )
    pdf.pages[2].Resources.XObject.shadow = pdf.make_indirect(made)
    paint(b"/shadow Do")(pdf)


def link(pdf: pikepdf.Pdf) -> None:
    made = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 100, 100],
        A=Dictionary(S=Name.URI, URI="https://phishing.example/"),
    )  # fmt: skip
    pdf.pages[0].Annots = Array([pdf.make_indirect(made)])


def hidden_object(g: Ground) -> bytes:
    """An object that nothing uses, waiting for a later update to show it (shadow attack)."""

    class Writer(room._Writer):
        def update_root(self) -> None:
            super().update_root()
            self.add_object(room.generic.StreamObject(stream_data=b"BT (10) Tj ET"))

    kept, room._Writer = room._Writer, Writer
    try:
        return sealed(g, Plan())
    finally:
        room._Writer = kept


def nested_pages(pdf: pikepdf.Pdf) -> None:
    tree = pdf.Root.Pages
    inner = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=tree.Kids, Count=tree.Count, Parent=tree))
    tree.Kids = Array([inner])


def recursive_pages(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)


def recursive_form(pdf: pikepdf.Pdf) -> None:
    made = pdf.make_indirect(
        pikepdf.Stream(pdf, b"/self Do /self Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    )
    made.Resources = Dictionary(XObject=Dictionary(self=made))
    pdf.pages[2].Resources.XObject.self = made
    paint(b"/self Do")(pdf)


def many_forms(pdf: pikepdf.Pdf) -> None:
    """Twenty forms, each of which draws the next one ten times."""
    below = pdf.make_indirect(
        pikepdf.Stream(pdf, b"0 0 1 1 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    )
    for _ in range(20):
        made = pikepdf.Stream(pdf, b"/x Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
        made.Resources = Dictionary(XObject=Dictionary(x=below))
        below = pdf.make_indirect(made)
    pdf.pages[2].Resources.XObject.many = below
    paint(b"/many Do")(pdf)


def packed(data: bytes, filters: object = Name.FlateDecode) -> Edit:
    def edit(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Contents = Stream(pdf, data, Filter=filters)

    return edit


def deflated(megabytes: int) -> bytes:
    return zlib.compress(b" " * (megabytes << 20), 9)


def predicted(pdf: pikepdf.Pdf) -> None:
    parameters = Dictionary(Predictor=15, Columns=999_999_999)
    pdf.pages[0].Contents = Stream(
        pdf, zlib.compress(b"\0" * 99), Filter=Name.FlateDecode, DecodeParms=parameters
    )


def metadata(change: Callable[[bytes], bytes]) -> Edit:
    def edit(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Metadata.write(change(pdf.Root.Metadata.read_bytes()))

    return edit


def other_pupils_pages(g: Ground) -> bytes:
    """The pages of one XML around another, both genuine: only the text tells."""
    better = sample.Pupil(summary={"KET_QUA_XEP_LOAI": "Hoàn thành xuất sắc"})
    drawn = g.world.drawn(g.world.sealed_xml(better))
    return sealed(g, Plan(), rebuild(drawn, lambda pdf: pdf.Root.AF[0].EF.F.write(g.xml)))


STRUCTURE = family(
    "parts",
    ("second attachment", resealed(second_attachment), "pdf.attachment-extra"),
    ("attachment in two versions", resealed(two_versions), "pdf.attachment-extra"),
    ("attachment tampered", attached(lambda xml: xml.replace(b">9<", b">8<")), "digest."),
    ("attachment with a comment", attached(lambda xml: xml.replace(b"<TONG_KET>", b"<TONG_KET><!-- -->")), "file."),
    ("attachment is no XML", attached(lambda xml: b"hello"), "file. pdf.attachment-missing"),
    ("attachment renamed", resealed(renamed), "pdf.attachment-missing"),
    ("attachment is data", resealed(lambda pdf: pdf.Root.AF[0].__setitem__("/AFRelationship", Name.Data)),
     "pdf.attachment-relationship"),
    ("attachment missing", resealed(no_attachment), "pdf.attachment-missing"),
    ("layer", resealed(layer), "pdf.optional-content"),
    ("layered picture", resealed(layered_form), "pdf.optional-content"),
    ("link", resealed(link), "pdf.active-content"),
    ("script", resealed(lambda pdf: pdf.Root.__setitem__("/OpenAction", Dictionary(S=Name.JavaScript, JS="x"))),
     "pdf.active-content"),
    ("hidden object", hidden_object, "pdf.hidden-objects"),
    ("pages within pages", resealed(nested_pages), "pdf.page-structure"),
    ("pages within themselves", resealed(recursive_pages), "pdf.page-structure"),
    ("form within itself", resealed(recursive_form), "pdf."),
    ("forms within forms", resealed(many_forms), "pdf."),
    ("bomb", resealed(packed(deflated(64))), "pdf.too-large"),
    ("bomb in a bomb", resealed(packed(zlib.compress(deflated(64)), Array([Name.FlateDecode, Name.FlateDecode]))),
     "pdf.too-large"),
    ("huge predictor", resealed(predicted), "pdf.page-structure"),
    ("smaller page", resealed(lambda pdf: pdf.pages[2].__setattr__("mediabox", [0, 0, 300, 400])),
     "pdf.page-structure"),
    ("cropped page", resealed(lambda pdf: pdf.pages[2].__setattr__("cropbox", [0, 0, 300, 400])),
     "pdf.page-structure"),
    ("turned page", resealed(lambda pdf: pdf.pages[2].__setitem__("/Rotate", 90)), "pdf.page-structure"),
    ("scaled page", resealed(lambda pdf: pdf.pages[2].__setitem__("/UserUnit", 2)), "pdf.page-structure"),
    ("not PDF/A", resealed(lambda pdf: pdf.Root.Metadata.write(b"<x/>")), "pdf.metadata"),
    ("another title", resealed(metadata(lambda xmp: xmp.replace(b"H\xe1\xbb\x8dc", b"Hoc"))), "pdf.metadata"),
    ("encrypted", lambda g: rebuild(g.drawn, lambda pdf: None, encryption=pikepdf.Encryption(owner="a", user="")),
     "pdf.encrypted pdf.unreadable"),
    ("linearised", lambda g: rebuild(g.drawn, lambda pdf: None, linearize=True), "pdf."),
    ("objects in streams, sealed", lambda g: sealed(g, Plan(), rebuild(
        g.drawn, lambda pdf: None, object_stream_mode=pikepdf.ObjectStreamMode.generate)), "pdf.unreadable"),
    ("re-saved and sealed file", lambda g: rebuild(g.sealed, lambda pdf: None), "pdf."),
    ("pages of another pupil", other_pupils_pages, "pdf.metadata"),
)  # fmt: skip


VARIANTS: list[Variant] = STRUCTURE
