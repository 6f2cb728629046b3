"""Sealed XML in, PDF/A-3u out: a function of the XML, the template's version and the images' hashes.

WeasyPrint is imported only here and only when something is drawn: verification must work without pango.
"""

from __future__ import annotations

import gc
import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pikepdf
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hocba.kernel.canonical import sha256, sha256_hex
from signing.seal.pdf import outlines
from signing.seal.pdf.images import Images, media_type
from signing.seal.pdf.look_up import look_up_address, qr_svg
from signing.seal.pdf.sheet import Sheet, sheet_of
from signing.seal.pdf.template_version import (
    FONT_DIRECTORY,
    FONT_FILES,
    STYLESHEET,
    TEMPLATES,
    template_version,
)

if TYPE_CHECKING:
    from weasyprint import CSS, HTML
    from weasyprint.css import ColorProfile
    from weasyprint.text.fonts import FontConfiguration

__all__ = ["ImageLinks", "Images", "draw", "render_html"]

ATTACHMENT = "transcript.xml"
_FACES = (("normal", "normal"), ("bold", "normal"), ("normal", "italic"), ("bold", "italic"))
_INTENT = "hocba-srgb"
BASE = "hocba:/"
"""Addresses of pictures begin so: nothing lies there, so nothing is ever fetched."""


@dataclass(frozen=True, slots=True)
class ImageLinks:
    """Where the template finds each picture; None when there is none."""

    leader: str | None = None
    homeroom: str | None = None
    seal: str | None = None
    qr: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What WeasyPrint is given: the page, its pictures by address, the time that the file states (UTC)."""

    html: str
    pictures: dict[str, bytes]
    links: ImageLinks
    sealed_at: datetime


def render_html(
    sealed_xml: bytes, *, links: ImageLinks | None = None, verify_url: str = "", specimen: bool = False
) -> str:
    """Return the transcript as an HTML fragment for the web (styles in `STYLESHEET`, nothing inline).

    Raises: NotATranscript.
    """
    return (
        _environment()
        .get_template("transcript.html")
        .render(_facts(sheet_of(sealed_xml), links or ImageLinks(), verify_url, specimen))
    )


def draw(sealed_xml: bytes, images: Images, *, verify_url: str, specimen: bool) -> bytes:
    """Return the PDF/A-3u of a sealed transcript, with the XML attached byte for byte.

    The same arguments give the same bytes in every process. Raises: NotATranscript, FontsMissing.
    """
    from weasyprint import Attachment

    page = source_of(sealed_xml, images, verify_url=verify_url, specimen=specimen)
    attachment = Attachment(
        string=sealed_xml,
        name=ATTACHMENT,
        description="Học bạ số đã ký (XML)",
        created=page.sealed_at,
        modified=page.sealed_at,
        relationship="Source",
    )
    styles, fonts = styles_and_fonts()
    with _quiet_collector(), outlines.remembered():
        raw = _read(page).write_pdf(
            stylesheets=styles,
            font_config=fonts,
            attachments=[attachment],
            pdf_variant="pdf/a-3u",
            output_intent=_INTENT,
            color_profiles={_INTENT: _colours()},
            pdf_identifier=_identifier(sealed_xml, images, verify_url, specimen),
            cache=_image_cache(page.links),
        )
    return _tidy(raw)


def source_of(sealed_xml: bytes, images: Images, *, verify_url: str, specimen: bool) -> Source:
    """Return the HTML that is drawn, with its pictures. Raises: NotATranscript, FontsMissing."""
    sheet = sheet_of(sealed_xml)
    pictures, links = _pictures(sheet, images, verify_url)
    sealed_at = sheet.sealed_at.astimezone(UTC)
    facts = _facts(sheet, links, verify_url, specimen) | {
        "template_version": template_version(),
        "created": sealed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return Source(_environment().get_template("document.html").render(facts), pictures, links, sealed_at)


def _read(page: Source) -> HTML:
    """Return the page for WeasyPrint as its own HTML parser would read it, by expat in a thirtieth of the time.

    The template is well-formed XML, which `tests/signing/seal/pdf` holds, and brings every element that an
    HTML parser would add.
    """
    import cssselect2  # type: ignore[import-untyped]
    from weasyprint import HTML

    made = HTML.__new__(HTML)
    made.base_url, made.url_fetcher, made.media_type = BASE, fetcher(page.pictures), "print"
    tree = ElementTree.fromstring(page.html)  # noqa: S314 - our own template, everything in it escaped
    made.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
    made.etree_element = made.wrapper_element.etree_element
    return made


def _facts(sheet: Sheet, links: ImageLinks, verify_url: str, specimen: bool) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "slots": {slot.role.value: slot for slot in sheet.slots},
        "images": links,
        "verify_url": verify_url,
        "specimen": specimen,
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )


DOCUMENTS_A_FONT_MAP = 200
"""The letters' native memory grows by some 44 kB with each different document and goes with them (measured)."""

_drawn = itertools.count()


def styles_and_fonts() -> tuple[list[CSS], FontConfiguration]:
    """Return the parsed style sheets and the letters, kept for many documents: parsing costs more than layout."""
    return _styles_and_fonts(next(_drawn) // DOCUMENTS_A_FONT_MAP)


@lru_cache(maxsize=1)
def _styles_and_fonts(_turn: int) -> tuple[list[CSS], FontConfiguration]:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    faces = "".join(
        f'@font-face {{ font-family: "Liberation Serif"; font-weight: {weight}; font-style: {style};'
        f' src: url("{(FONT_DIRECTORY / name).as_uri()}"); }}\n'
        for name, (weight, style) in zip(FONT_FILES, _FACES, strict=True)
    )
    sheets = [CSS(string=faces, font_config=fonts)]
    sheets += [CSS(filename=path, font_config=fonts) for path in (STYLESHEET, TEMPLATES / "print.css")]
    return sheets, fonts


@contextmanager
def _quiet_collector() -> Iterator[None]:
    """Hold the garbage collector while one document is laid out: it walks all boxes again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _colours() -> ColorProfile:
    """Return WeasyPrint's own sRGB profile, new for each document: written out twice it changes its bytes."""
    from weasyprint.css import ColorProfile

    return ColorProfile(io.BytesIO(_srgb()), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))


@cache
def _srgb() -> bytes:
    """Return the profile's file, read once and closed (WeasyPrint leaves it open each time)."""
    return (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()


_images: dict[str, Any] = {}
_IMAGES_KEPT = 256


def _image_cache(links: ImageLinks) -> dict[str, Any]:
    """Return the parsed pictures of this document that are known already: not its QR code, nobody else's."""
    for address in list(_images):
        if address not in (links.leader, links.homeroom, links.seal) and len(_images) > _IMAGES_KEPT:
            del _images[address]
    return _Remembering(links.qr)


class _Remembering(dict[str, Any]):
    """WeasyPrint's picture cache over the shared one; what is drawn once (the QR code) stays here."""

    def __init__(self, once: str | None) -> None:
        super().__init__(_images)
        self._once = once

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        if key != self._once and key.startswith("hocba:"):
            _images[key] = value


def _pictures(sheet: Sheet, images: Images, verify_url: str) -> tuple[dict[str, bytes], ImageLinks]:
    """Return the pictures by address: the hash of the content, so that a cache can never mix them."""
    named = {
        "leader": images.leader_signature,
        "homeroom": images.homeroom_signature,
        "seal": images.seal,
        "qr": qr_svg(look_up_address(verify_url, sheet.code)),
    }
    pictures = {f"hocba:/{sha256_hex(data)}": data for data in named.values() if data}
    links = {name: f"hocba:/{sha256_hex(data)}" if data else None for name, data in named.items()}
    return pictures, ImageLinks(**links)


def fetcher(pictures: dict[str, bytes]) -> Any:
    """Return a fetcher that knows these pictures and nothing else: no file, no network."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            data = pictures.get(url)
            if data is None:
                raise ValueError("a transcript shows nothing from outside")
            return URLFetcherResponse(url, data, headers={"Content-Type": media_type(data)})

    return Fetcher()


def _identifier(sealed_xml: bytes, images: Images, verify_url: str, specimen: bool) -> bytes:
    parts = [template_version().encode(), verify_url.encode(), b"specimen" if specimen else b"", sealed_xml]
    parts += [data or b"" for data in (images.leader_signature, images.homeroom_signature, images.seal)]
    return sha256(b"".join(sha256(part) for part in parts))[:16]


def _tidy(raw: bytes) -> bytes:
    """Return the PDF with the attachment named once in /AF, written the same way every time."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        named = pdf.Root.AF
        if len(named) > 1:
            pdf.Root.AF = pikepdf.Array([named[0]])
        pdf.save(
            out,
            static_id=False,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            fix_metadata_version=False,
        )
    return out.getvalue()
