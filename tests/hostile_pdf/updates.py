"""Edits in the manner of incremental updates: added behind the whole file, and hidden behind a new timestamp.

Every edit is tried twice. Behind the sealed file anybody can write one; with `again` the last revision is
written anew with it, genuine validation data and a genuine document timestamp, which needs no key of the school.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter as Writer

from signing.seal.pdf import seal as room
from signing.seal.pdf.cms import signed_data
from tests.hostile_pdf.ground import Ground, Variant
from tests.signing.seal.pdf.world import signer

Edit = Callable[[Writer], object]


def update(pdf: bytes, edit: Edit) -> bytes:
    """Return `pdf` with one more revision."""
    writer = Writer(io.BytesIO(pdf), strict=False)
    edit(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def again(edit: Edit) -> Callable[[Ground], bytes]:
    """Return an attack: validation data and document timestamp anew (anyone can), and something else."""

    def attack(g: Ground) -> bytes:
        writer = room._open(g.certified)
        edit(writer)
        evidence = g.world.evidence(g.world.school)
        return room._write_archive(writer, g.world.stamp, g.world.school.chain, evidence, room.TOKEN_ROOM)

    return attack


def page(w: Writer, number: int = 2) -> generic.DictionaryObject:
    return w.root["/Pages"]["/Kids"][number]


def numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject([generic.FloatObject(value) for value in values])


def dictionary(**entries: object) -> generic.DictionaryObject:
    """Return a dictionary; words that begin with a slash are names."""
    made = generic.DictionaryObject()
    for key, value in entries.items():
        said = value
        if isinstance(value, str):
            said = pdf_name(value) if value.startswith("/") else generic.pdf_string(value)
        made[pdf_name(f"/{key}")] = said
    return made


def stream(data: bytes) -> generic.StreamObject:
    return generic.StreamObject(stream_data=data)


# --- pages ---


def page_content(w: Writer) -> None:
    page(w)["/Contents"] = w.add_object(stream(b"0 0 m"))
    w.update_container(page(w))


def first_page_content(w: Writer) -> None:
    page(w, 0)["/Contents"] = w.add_object(stream(b"0 0 m"))
    w.update_container(page(w, 0))


def content_in_place(w: Writer) -> None:
    reference = page(w).raw_get("/Contents").reference
    w.objects[(0, reference.idnum)] = stream(b"0 0 m")


def content_appended(w: Writer) -> None:
    more = w.add_object(stream(b"BT (10) Tj ET"))
    page(w)["/Contents"] = generic.ArrayObject([page(w).raw_get("/Contents"), more])
    w.update_container(page(w))


def page_rotated(w: Writer) -> None:
    page(w)["/Rotate"] = generic.NumberObject(180)
    w.update_container(page(w))


def page_cropped(w: Writer) -> None:
    page(w)["/CropBox"] = numbers(0, 0, 300, 300)
    w.update_container(page(w))


def page_boxed(w: Writer) -> None:
    page(w)["/MediaBox"] = numbers(0, 0, 300, 300)
    w.update_container(page(w))


def pages_removed(w: Writer) -> None:
    tree = w.root["/Pages"]
    tree["/Kids"] = generic.ArrayObject([tree["/Kids"].raw_get(0)])
    tree["/Count"] = generic.NumberObject(1)
    w.update_container(tree)


def pages_reordered(w: Writer) -> None:
    tree = w.root["/Pages"]
    kids = tree["/Kids"]
    order = [kids.raw_get(place) for place in range(len(kids))]
    tree["/Kids"] = generic.ArrayObject([order[0], *reversed(order[1:])])
    w.update_container(tree)


def page_added(w: Writer) -> None:
    tree = w.root["/Pages"]
    made = dictionary(Type="/Page", MediaBox=numbers(0, 0, 595, 842), Resources=dictionary())
    made["/Parent"] = w.root.raw_get("/Pages")
    made["/Contents"] = w.add_object(stream(b"BT (10) Tj ET"))
    tree["/Kids"].append(w.add_object(made))
    tree["/Count"] = generic.NumberObject(len(tree["/Kids"]))
    w.update_container(tree)


def fonts_swapped(w: Writer) -> None:
    fonts = page(w, 0)["/Resources"]["/Font"]
    first, second, *_ = list(fonts)
    one, two = fonts.raw_get(first), fonts.raw_get(second)
    fonts[first], fonts[second] = two, one
    w.update_container(fonts)


def descendant(font: generic.PdfObject) -> generic.DictionaryObject:
    return font.get_object()["/DescendantFonts"].raw_get(0).get_object()


def glyphs_exchanged(w: Writer) -> None:
    """Another font program under the same name: the same codes, other shapes."""
    fonts = page(w)["/Resources"]["/Font"]
    programs = [descendant(one)["/FontDescriptor"] for one in fonts.values()]
    programs[0]["/FontFile2"] = programs[1].raw_get("/FontFile2")
    w.update_container(programs[0])


def widths_changed(w: Writer) -> None:
    font = descendant(next(iter(page(w)["/Resources"]["/Font"].values())))
    font["/W"] = generic.ArrayObject()
    w.update_container(font)


def form_object(w: Writer) -> None:
    objects = page(w, 3)["/Resources"]["/XObject"]
    reference = objects.raw_get(next(iter(objects))).reference
    made = generic.StreamObject(
        dictionary(Type="/XObject", Subtype="/Form", BBox=numbers(0, 0, 9, 9)), stream_data=b"0 0 9 9 re f"
    )
    w.objects[(0, reference.idnum)] = made


# --- what reacts, covers, hides ---


def annotation(subtype: str, number: int = 2, **entries: object) -> Edit:
    def edit(w: Writer) -> None:
        note = dictionary(Type="/Annot", Subtype=subtype, Rect=numbers(100, 500, 200, 520), **entries)
        kept = page(w, number).get("/Annots", generic.ArrayObject())
        page(w, number)["/Annots"] = generic.ArrayObject(
            [*(kept.raw_get(n) for n in range(len(kept))), w.add_object(note)]
        )
        w.update_container(page(w, number))

    return edit


def unseen_stamp(w: Writer) -> None:
    note = dictionary(Type="/Annot", Subtype="/Stamp", Rect=numbers(0, 0, 0, 0))
    page(w, 0)["/Annots"].append(w.add_object(note))
    w.update_container(page(w, 0))


def widget_seen(w: Writer) -> None:
    widget = w.root["/AcroForm"]["/Fields"][0]
    widget["/Rect"] = numbers(0, 0, 300, 300)
    w.update_container(widget)


def text_field(w: Writer) -> None:
    form = w.root["/AcroForm"]
    form["/Fields"].append(w.add_object(dictionary(FT="/Tx", T="x")))
    w.update_container(form)


def catalogue(**entries: object) -> Edit:
    def edit(w: Writer) -> None:
        for key, value in entries.items():
            w.root[f"/{key}"] = value(w) if callable(value) else value
        w.update_root()

    return edit


def layers_on_pages(w: Writer) -> None:
    """The page's content within a layer that is switched off, another one in its place."""
    layer = w.add_object(dictionary(Type="/OCG", Name="x"))
    w.root["/OCProperties"] = dictionary(
        OCGs=generic.ArrayObject([layer]), D=dictionary(OFF=generic.ArrayObject([layer]))
    )
    w.update_root()
    shown = generic.ArrayObject(
        [w.add_object(stream(b"/OC /x BDC ")), page(w).raw_get("/Contents"), w.add_object(stream(b" EMC"))]
    )
    page(w)["/Contents"] = shown
    page(w)["/Resources"]["/Properties"] = dictionary(x=layer)
    w.update_container(page(w))


# --- attachment, metadata, validation data ---


def embedded(w: Writer) -> generic.DictionaryObject:
    return w.root["/Names"]["/EmbeddedFiles"]["/Names"][1]


def attachment_exchanged(w: Writer) -> None:
    files = embedded(w)["/EF"]
    data = files["/F"].data
    files["/F"] = w.add_object(stream(data.replace(b">9<", b">8<")))
    w.update_container(files)


def attachment_renamed(w: Writer) -> None:
    embedded(w)["/UF"] = generic.pdf_string("other.xml")
    w.update_container(embedded(w))


def attachment_added(w: Writer) -> None:
    made = dictionary(Type="/Filespec", F="b.xml", UF="b.xml")
    made["/EF"] = dictionary(F=w.add_object(stream(b"<x/>")))
    names = w.root["/Names"]["/EmbeddedFiles"]["/Names"]
    names.extend([generic.pdf_string("b.xml"), w.add_object(made)])
    w.update_container(names)


def attachment_is_data(w: Writer) -> None:
    embedded(w)["/AFRelationship"] = pdf_name("/Data")
    w.update_container(embedded(w))


def scripts_named(w: Writer) -> None:
    tree = dictionary(
        Names=generic.ArrayObject([generic.pdf_string("a"), dictionary(S="/JavaScript", JS="x")])
    )
    w.root["/Names"]["/JavaScript"] = w.add_object(tree)
    w.update_container(w.root["/Names"])


def xmp_title(w: Writer) -> None:
    """Another title in XMP: pyHanko's default policy lets it pass."""
    old = w.root["/Metadata"].data
    w.root["/Metadata"] = w.add_object(stream(old.replace(b"H", b"h")))
    w.update_root()


def information(w: Writer) -> None:
    w.trailer["/Info"]["/Title"] = generic.pdf_string("x")
    w.mark_update(w.trailer.raw_get("/Info"))


def loose_object(w: Writer) -> None:
    w.add_object(stream(b"hidden"))


def store_with_more(w: Writer) -> None:
    w.root["/DSS"] = w.add_object(dictionary(Picture=w.add_object(stream(b"x"))))
    w.update_root()


def store_removed(w: Writer) -> None:
    if "/DSS" in w.root:
        del w.root["/DSS"]
    else:
        w.root["/DSS"] = w.add_object(dictionary(Certs=generic.ArrayObject()))
    w.update_root()


def rules_loosened(w: Writer) -> None:
    """The certification now allows filling in forms."""
    sealed = w.root["/AcroForm"]["/Fields"][0]["/V"]
    sealed["/Reference"][0]["/TransformParams"]["/P"] = generic.NumberObject(2)
    w.update_container(sealed["/Reference"][0]["/TransformParams"])


def certification_dropped(w: Writer) -> None:
    del w.root["/Perms"]
    w.update_root()


EDITS: dict[str, tuple[Edit, str]] = {
    "page content": (page_content, "pdf.hidden-objects"),
    "first page's content": (first_page_content, "pdf.hidden-objects"),
    "content in the same object": (content_in_place, "pdf.changed-after-signing"),
    "content appended": (content_appended, "pdf.page-structure"),
    "page rotated": (page_rotated, "pdf.page-structure"),
    "page cropped": (page_cropped, "pdf.page-structure"),
    "page with another box": (page_boxed, "pdf.page-structure"),
    "pages removed": (pages_removed, "pdf.hidden-objects"),
    "pages in another order": (pages_reordered, "pdf.changed-after-signing"),
    "page added": (page_added, "pdf.changed-after-signing"),
    "fonts swapped": (fonts_swapped, "pdf.changed-after-signing"),
    "glyphs exchanged": (glyphs_exchanged, "pdf.hidden-objects"),
    "widths changed": (widths_changed, "pdf.changed-after-signing"),
    "form object replaced": (form_object, "pdf.hidden-objects"),
    "free text": (annotation("/FreeText", Contents="10"), "pdf.annotation"),
    "file as annotation": (annotation("/FileAttachment"), "pdf.annotation"),
    "link to a page": (annotation("/Link", A=dictionary(S="/URI", URI="https://phishing.example/")),
     "pdf.active-content"),
    "launch": (annotation("/Screen", A=dictionary(S="/Launch", F="a.exe")), "pdf.active-content"),
    "unseen stamp": (unseen_stamp, "pdf.annotation"),
    "seal's widget made visible": (widget_seen, "pdf.annotation"),
    "text field": (text_field, "pdf.signature-count"),
    "script on opening": (catalogue(OpenAction=dictionary(S="/JavaScript", JS="app.alert(1)")), "pdf.active-content"),
    "additional actions": (catalogue(AA=dictionary()), "pdf.active-content"),
    "script by name": (scripts_named, "pdf.active-content"),
    "layers": (catalogue(OCProperties=dictionary()), "pdf.optional-content"),
    "content behind a layer": (layers_on_pages, "pdf.optional-content"),
    "viewer preferences": (catalogue(ViewerPreferences=dictionary(HideMenubar=generic.BooleanObject(True))),
     "pdf.page-structure"),
    "another pages tree": (catalogue(Pages=lambda w: w.add_object(dictionary(Type="/Pages",
     Kids=generic.ArrayObject()))), ""),
    "another form": (catalogue(AcroForm=lambda w: w.add_object(dictionary(Fields=generic.ArrayObject()))), ""),
    "attachment exchanged": (attachment_exchanged, "pdf.hidden-objects"),
    "attachment renamed": (attachment_renamed, "pdf.attachment-missing"),
    "attachment added": (attachment_added, "pdf.attachment-extra"),
    "attachment of another kind": (attachment_is_data, "pdf.attachment-relationship"),
    "title in XMP": (xmp_title, "pdf.hidden-objects"),
    "title in Info": (information, "pdf.changed-after-signing"),
    "loose object": (loose_object, "pdf.hidden-objects"),
    "validation data with a picture": (store_with_more, "pdf.changed-after-signing"),
    "validation data removed": (store_removed, ""),
    "rules loosened": (rules_loosened, "pdf.signature-count"),
    "certification dropped": (certification_dropped, "pdf.not-certified"),
}  # fmt: skip


# --- further signatures ---


def signed_again(g: Ground, pdf: bytes) -> bytes:
    """The school signs once more, without certifying: refused by our signer, so written by hand."""
    setup = room.SigObjSetup(room.SignatureObject(timestamp=g.world.clock, bytes_reserved=16384))
    sign, chain = signer(g.world.school), g.world.school.chain
    return room._embed(
        room._open(pdf), "Again", setup, lambda digest: signed_data(digest, sign=sign, chain=chain, stamp=g.world.stamp)
    )  # fmt: skip


def second_archive(g: Ground) -> bytes:
    placeholder = room.DocumentTimestamp(bytes_reserved=12288)
    return room._embed(room._open(g.sealed), "Later", room.SigObjSetup(placeholder), g.world.stamp)


def twice(g: Ground) -> bytes:
    return g.archived(signed_again(g, g.certified))


def _appended(edit: Edit) -> Callable[[Ground], bytes]:
    return lambda g: update(g.sealed, edit)


VARIANTS: list[Variant] = [
    *(
        Variant("update", name, _appended(edit), ("pdf.changed-after-signing",))
        for name, (edit, _) in EDITS.items()
    ),
    *(
        Variant("last revision anew", name, again(edit), (code,))
        for name, (edit, code) in EDITS.items()
        if code
    ),
    Variant(
        "signatures",
        "a second signature",
        lambda g: signed_again(g, g.sealed),
        ("pdf.changed-after-signing",),
    ),
    Variant("signatures", "a second archive", second_archive, ("pdf.changed-after-signing",)),
    Variant(
        "signatures",
        "sealed twice",
        lambda g: g.archived(signed_again(g, g.certified)),
        ("pdf.changed-after-signing",),
    ),
]
