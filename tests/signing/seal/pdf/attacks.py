"""Ways to change a sealed PDF, by people without the school's key and by one who has it."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.seal.pdf import seal as room
from tests.signing.seal.pdf import sample
from tests.signing.seal.pdf.conftest import Genuine

Attack = Callable[[Genuine], bytes]


# --- without the key: bytes ---------------------------------------------------------------------------------


def flipped_byte(g: Genuine) -> bytes:
    """One bit of the first page's content."""
    place = g.sealed.index(b"stream") + 40
    return g.sealed[:place] + bytes([g.sealed[place] ^ 1]) + g.sealed[place + 1 :]


def truncated(g: Genuine) -> bytes:
    """The file ends too early."""
    return g.sealed[:-200]


def appended_bytes(g: Genuine) -> bytes:
    """Bytes after the end that no revision accounts for."""
    return g.sealed + b"% anything\n"


def prefixed_bytes(g: Genuine) -> bytes:
    """Bytes before the header."""
    return b"junk\n" + g.sealed


def last_revision_cut(g: Genuine) -> bytes:
    """Without validation data and document timestamp."""
    ends = [found.end() for found in re.finditer(rb"%%EOF\r?\n?", g.sealed)]
    return g.sealed[: ends[1]]


def signatures_cut(g: Genuine) -> bytes:
    """Only what was drawn."""
    return g.drawn


def byte_range_zeroed(g: Genuine) -> bytes:
    """A byte range that covers nothing (universal forgery)."""
    return re.sub(rb"/ByteRange \[[^\]]*\]", lambda m: b"/ByteRange [0 0 0 0]".ljust(len(m[0])), g.sealed)


def contents_emptied(g: Genuine) -> bytes:
    """Signature containers of zeros (universal forgery)."""
    return re.sub(rb"<30[0-9a-fA-F]{4000,}>", lambda m: b"<" + b"0" * (len(m[0]) - 2) + b">", g.sealed)


def container_padding_used(g: Genuine) -> bytes:
    """Bytes hidden behind the CMS container, where the byte range does not look."""
    found = max(re.finditer(rb"<30[0-9a-fA-F]{4000,}>", g.sealed), key=lambda m: len(m[0]))
    return g.sealed[: found.end() - 9] + b"deadbeef" + g.sealed[found.end() - 1 :]


def other_end_mark(g: Genuine) -> bytes:
    """An empty update with its own cross-reference table."""
    start = g.sealed.rindex(b"xref\n0") if b"xref\n0" in g.sealed else g.sealed.rindex(b"xref")
    return g.sealed + b"xref\n0 0\ntrailer\n<</Size 1>>\nstartxref\n%d\n%%%%EOF\n" % start


def not_a_pdf(g: Genuine) -> bytes:
    """The header alone."""
    return b"%PDF-1.7\n" + b"\x00" * 100


def huge(g: Genuine) -> bytes:
    """More than ten megabytes."""
    return g.sealed + b"\x00" * (10 * 1024 * 1024)


def many_objects(g: Genuine) -> bytes:
    """A table of objects as long as the file may be."""
    return b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 400_000


def deep_nesting(g: Genuine) -> bytes:
    """Brackets within brackets."""
    return b"%PDF-1.7\n1 0 obj\n" + b"[ " * 2_000_000 + b"\nendobj\nstartxref\n9\n%%EOF\n"


def endless_table(g: Genuine) -> bytes:
    """A cross-reference stream with millions of entries of no width."""
    head = b"%PDF-1.7\n"
    return (
        head + b"1 0 obj\n<</Type /XRef /Size 2 /W [0 0 0] /Index [0 500000000] /Root 1 0 R /Length 0>>\n"
        b"stream\n\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)
    )


def endless_table_behind_another(g: Genuine) -> bytes:
    """The same, reached from an ordinary table."""
    first = endless_table(g)
    return first + (
        b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 2 /Root 1 0 R /Prev 9>>\nstartxref\n%d\n%%%%EOF\n"
        % len(first)
    )


# --- without the key: incremental updates -------------------------------------------------------------------


def update(pdf: bytes, edit: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Return `pdf` with one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    edit(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def page_content_replaced(g: Genuine) -> bytes:
    """The third page shows something else."""

    def edit(w: IncrementalPdfFileWriter) -> None:
        page = w.root["/Pages"]["/Kids"][2]
        page["/Contents"] = w.add_object(generic.StreamObject(stream_data=b"0 0 m"))
        w.update_container(page)

    return update(g.sealed, edit)


def note_added(g: Genuine) -> bytes:
    """A note over the marks."""

    def edit(w: IncrementalPdfFileWriter) -> None:
        page = w.root["/Pages"]["/Kids"][2]
        note = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/FreeText"),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 500, 200, 520))),
                pdf_name("/Contents"): generic.pdf_string("10"),
            }
        )
        page["/Annots"] = generic.ArrayObject([w.add_object(note)])
        w.update_container(page)

    return update(g.sealed, edit)


def script_added(g: Genuine) -> bytes:
    """JavaScript that runs on opening."""

    def edit(w: IncrementalPdfFileWriter) -> None:
        w.root["/OpenAction"] = generic.DictionaryObject(
            {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
        )
        w.update_root()

    return update(g.sealed, edit)


def title_replaced(g: Genuine) -> bytes:
    """Another title in XMP: pyHanko's default policy lets it pass."""

    def edit(w: IncrementalPdfFileWriter) -> None:
        old = w.root["/Metadata"].data
        w.root["/Metadata"] = w.add_object(generic.StreamObject(stream_data=old.replace(b"H", b"h")))
        w.update_root()

    return update(g.sealed, edit)


def info_replaced(g: Genuine) -> bytes:
    """Another title in DocInfo."""

    def edit(w: IncrementalPdfFileWriter) -> None:
        information = w.trailer["/Info"]
        information["/Title"] = generic.pdf_string("x")
        w.mark_update(w.trailer.raw_get("/Info"))

    return update(g.sealed, edit)


def layers_added(g: Genuine) -> bytes:
    """Optional content in the catalogue."""

    def edit(w: IncrementalPdfFileWriter) -> None:
        w.root["/OCProperties"] = generic.DictionaryObject()
        w.update_root()

    return update(g.sealed, edit)


def attachment_replaced(g: Genuine) -> bytes:
    """Another XML under the same name."""

    def edit(w: IncrementalPdfFileWriter) -> None:
        files = w.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]
        files["/F"] = w.add_object(generic.StreamObject(stream_data=g.xml.replace(b">9<", b">8<")))
        w.update_container(files)

    return update(g.sealed, edit)


def page_tree_shortened(g: Genuine) -> bytes:
    """The last page is gone."""

    def edit(w: IncrementalPdfFileWriter) -> None:
        tree = w.root["/Pages"]
        tree["/Kids"] = generic.ArrayObject([tree["/Kids"].raw_get(0)])
        tree["/Count"] = generic.NumberObject(1)
        w.update_container(tree)

    return update(g.sealed, edit)


def form_field_added(g: Genuine) -> bytes:
    """A text field that shows what it likes."""

    def edit(w: IncrementalPdfFileWriter) -> None:
        form = w.root["/AcroForm"]
        field = {pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): generic.pdf_string("x")}
        form["/Fields"].append(w.add_object(generic.DictionaryObject(field)))
        w.update_container(form)

    return update(g.sealed, edit)


def encrypted(g: Genuine) -> bytes:
    """The drawn file with a password."""
    return rebuild(g.drawn, lambda pdf: None, encryption=pikepdf.Encryption(owner="a", user=""))


# --- without the key: the last revision made anew, with real validation data and a real timestamp ------


def rearchived(edit: Callable[[IncrementalPdfFileWriter], object]) -> Attack:
    """Return an attack: validation data and document timestamp anew (anyone can), and something else."""

    def attack(g: Genuine) -> bytes:
        writer = room._open(last_revision_cut(g))
        edit(writer)
        evidence = g.world.evidence(g.world.school)
        return room._write_archive(writer, g.world.stamp, g.world.school.chain, evidence, room.TOKEN_ROOM)

    return attack


def _new_content(w: IncrementalPdfFileWriter) -> None:
    page = w.root["/Pages"]["/Kids"][2]
    page["/Contents"] = w.add_object(generic.StreamObject(stream_data=b"0 0 m"))
    w.update_container(page)


def _same_stream_other_bytes(w: IncrementalPdfFileWriter) -> None:
    reference = w.root["/Pages"]["/Kids"][2].raw_get("/Contents").reference
    w.objects[(0, reference.idnum)] = generic.StreamObject(stream_data=b"0 0 m")


def _first_page_content(w: IncrementalPdfFileWriter) -> None:
    page = w.root["/Pages"]["/Kids"][0]
    page["/Contents"] = w.add_object(generic.StreamObject(stream_data=b"0 0 m"))
    w.update_container(page)


def _stamped_note(w: IncrementalPdfFileWriter) -> None:
    page = w.root["/Pages"]["/Kids"][0]
    note = {pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/Stamp")}
    note[pdf_name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0)))
    page["/Annots"].append(w.add_object(generic.DictionaryObject(note)))
    w.update_container(page)


def _fonts_swapped(w: IncrementalPdfFileWriter) -> None:
    fonts = w.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]
    first, second, *_ = list(fonts)
    one, two = fonts.raw_get(first), fonts.raw_get(second)
    fonts[first], fonts[second] = two, one
    w.update_container(fonts)


def _title(w: IncrementalPdfFileWriter) -> None:
    w.root["/Metadata"] = w.add_object(generic.StreamObject(stream_data=w.root["/Metadata"].data + b" "))
    w.update_root()


def _information(w: IncrementalPdfFileWriter) -> None:
    w.trailer["/Info"]["/ModDate"] = generic.pdf_string("D:20300101000000Z")
    w.mark_update(w.trailer.raw_get("/Info"))


def _opening(w: IncrementalPdfFileWriter) -> None:
    w.root["/OpenAction"] = generic.DictionaryObject({pdf_name("/S"): pdf_name("/Named")})
    w.update_root()


def _loose_object(w: IncrementalPdfFileWriter) -> None:
    w.add_object(generic.StreamObject(stream_data=b"hidden"))


def _store_with_more(w: IncrementalPdfFileWriter) -> None:
    store = generic.DictionaryObject(
        {pdf_name("/Picture"): w.add_object(generic.StreamObject(stream_data=b"x"))}
    )
    w.root["/DSS"] = w.add_object(store)
    w.update_root()


def _widget_seen(w: IncrementalPdfFileWriter) -> None:
    widget = w.root["/AcroForm"]["/Fields"][0]
    widget["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 300, 300)))
    w.update_container(widget)


REARCHIVED: dict[str, Attack] = {
    edit.__name__.strip("_"): rearchived(edit)
    for edit in (
        _new_content, _same_stream_other_bytes, _first_page_content, _stamped_note, _fonts_swapped, _title,
        _information, _opening, _loose_object, _store_with_more, _widget_seen,
    )
}  # fmt: skip


# --- with the key: a school that seals what it should not ---------------------------------------


def rebuild(pdf: bytes, edit: Callable[[pikepdf.Pdf], object], **options: object) -> bytes:
    """Return a drawn PDF changed by `edit`."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        edit(opened)
        kept = {"object_stream_mode": pikepdf.ObjectStreamMode.disable} | options
        opened.save(out, fix_metadata_version=False, **kept)
    return out.getvalue()


def _resealed(edit: Callable[[pikepdf.Pdf], object]) -> Attack:
    return lambda g: g.world.seal(rebuild(g.drawn, edit))


def _second_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["other.xml"] = pikepdf.AttachedFileSpec(pdf, b"<x/>", filename="other.xml")


def _foreign_attachment(data: bytes) -> Callable[[pikepdf.Pdf], None]:
    def edit(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AF[0].EF.F.write(data)

    return edit


def _layer(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OCProperties = pikepdf.Dictionary(
        OCGs=[pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="x"))], D={}
    )


def _link(pdf: pikepdf.Pdf) -> None:
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 100, 100],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://phishing.example/"),
    )
    pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(link)])


def _bomb(pdf: pikepdf.Pdf) -> None:
    packed = zlib.compress(b" " * (64 * 1024 * 1024), 9)
    pdf.pages[0].Contents = pikepdf.Stream(pdf, packed, Filter=pikepdf.Name.FlateDecode)


def _page_twice(pdf: pikepdf.Pdf) -> None:
    pdf.pages.append(pdf.pages[2])


def _page_gone(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[2]


def other_pupils_pages(g: Genuine) -> bytes:
    """The pages of one XML around another, both genuine: only the text tells."""
    better = sample.Pupil(summary={"KET_QUA_XEP_LOAI": "Hoàn thành xuất sắc"})
    return g.world.seal(rebuild(g.world.drawn(g.world.sealed_xml(better)), _foreign_attachment(g.xml)))


def hidden_object(g: Genuine) -> bytes:
    """An object that nothing uses, waiting for a later update to show it (shadow attack)."""

    class Writer(room._Writer):
        def update_root(self) -> None:
            super().update_root()
            self.add_object(generic.StreamObject(stream_data=b"BT (10) Tj ET"))

    kept, room._Writer = room._Writer, Writer
    try:
        return g.world.seal(g.drawn)
    finally:
        room._Writer = kept


WITHOUT_KEY: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (
        flipped_byte, truncated, appended_bytes, prefixed_bytes, last_revision_cut, signatures_cut,
        byte_range_zeroed, contents_emptied, container_padding_used, other_end_mark, not_a_pdf, huge,
        endless_table, endless_table_behind_another,
        many_objects, deep_nesting, page_content_replaced, note_added, script_added, title_replaced,
        info_replaced, layers_added, attachment_replaced, page_tree_shortened, form_field_added, encrypted,
    )
}  # fmt: skip

WITH_KEY: dict[str, tuple[Attack, str]] = {
    "second attachment": (_resealed(_second_attachment), "pdf.attachment-extra"),
    "attachment tampered": (
        lambda g: g.world.seal(rebuild(g.drawn, _foreign_attachment(g.xml.replace(b">9<", b">8<")))),
        "",
    ),
    "attachment is data": (
        _resealed(lambda pdf: pdf.Root.AF[0].__setitem__("/AFRelationship", pikepdf.Name.Data)),
        "pdf.attachment-relationship",
    ),
    "attachment missing": (
        _resealed(lambda pdf: (pdf.Root.__delitem__("/Names"), pdf.Root.__delitem__("/AF"))),
        "pdf.attachment-missing",
    ),
    "layer": (_resealed(_layer), "pdf.optional-content"),
    "link": (_resealed(_link), "pdf.active-content"),
    "bomb": (_resealed(_bomb), "pdf.too-large"),
    "page twice": (_resealed(_page_twice), "pdf.text-differs"),
    "page gone": (_resealed(_page_gone), "pdf.text-differs"),
    "pages of another": (other_pupils_pages, "pdf.text-differs"),
    "hidden object": (hidden_object, "pdf.hidden-objects"),
    "smaller page": (
        _resealed(lambda pdf: pdf.pages[2].__setattr__("mediabox", [0, 0, 300, 400])),
        "pdf.page-structure",
    ),
    "not PDF/A": (
        _resealed(lambda pdf: pdf.Root.Metadata.write(b"<x/>")),
        "pdf.metadata",
    ),
}
