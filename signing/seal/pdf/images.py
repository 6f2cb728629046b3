"""Pictures of signatures and seals: what may be drawn into a transcript, checked once per content."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

MAX_BYTES = 512 * 1024
MOST_PIXELS = 4_000_000
"""Of a PNG: more than any scan of a signature needs, and 16 MB when it is drawn."""
MOST_ELEMENTS = 2_000
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = {
    "svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "defs", "title", "desc",
    "clipPath", "linearGradient", "radialGradient", "stop",
}  # fmt: skip
"""Without `use`: shapes that use shapes grow tenfold with each line."""
_strictly = threading.Lock()
"""Pillow's mercy on cut-off pictures is one switch for the whole process."""


class BadImage(Exception):
    """A picture is neither PNG nor an SVG of outlines only (letters would be text that no XML states)."""


@dataclass(frozen=True, slots=True)
class Images:
    """Pictures of signatures and seal, PNG or SVG; None leaves an empty box above the name.

    Raises: BadImage.
    """

    leader_signature: bytes | None = None
    homeroom_signature: bytes | None = None
    seal: bytes | None = None

    def __post_init__(self) -> None:
        for picture in (self.leader_signature, self.homeroom_signature, self.seal):
            if picture is not None:
                media_type(picture)


@lru_cache(maxsize=1024)
def media_type(picture: bytes) -> str:
    """Return image/png or image/svg+xml. Raises: BadImage."""
    if len(picture) > MAX_BYTES:
        raise BadImage("size")
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_png(picture)
        return "image/png"
    _check_svg(picture)
    return "image/svg+xml"


def _check_png(picture: bytes) -> None:
    from PIL import Image, ImageFile

    try:
        with Image.open(io.BytesIO(picture), formats=["PNG"]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise BadImage("PNG pixels")
            image.verify()
        with _strictly, Image.open(io.BytesIO(picture), formats=["PNG"]) as image:
            kept, ImageFile.LOAD_TRUNCATED_IMAGES = (
                ImageFile.LOAD_TRUNCATED_IMAGES,
                False,
            )  # WeasyPrint sets it
            try:
                image.load()  # the pixels are there, too: what cannot be drawn is refused now, not at the seal
            finally:
                ImageFile.LOAD_TRUNCATED_IMAGES = kept
    except BadImage:
        raise
    except Exception as error:  # Pillow raises many kinds for broken files
        raise BadImage("PNG") from error


def _check_svg(picture: bytes) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(picture, parser)
    except etree.XMLSyntaxError as error:
        raise BadImage("SVG") from error
    if root.tag != f"{_SVG}svg" or root.getroottree().docinfo.internalDTD is not None:
        raise BadImage("SVG")
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise BadImage("SVG size")
    for element in root.iter("*"):
        name = str(element.tag).removeprefix(_SVG)
        if name not in _DRAWN:
            raise BadImage(f"SVG element {name}")
        names = [str(key) for key in element.attrib]
        if any(key.endswith("href") and not str(element.get(key)).startswith("#") for key in names):
            raise BadImage("SVG reference")
        if any(_leads_away(str(value)) for value in element.attrib.values()):
            raise BadImage("SVG address")


def _leads_away(value: str) -> bool:
    """Say whether a value names another address than a part of this picture, or hides one behind escapes."""
    plain = "".join(one for one in value.lower() if one not in " \t\r\n'\"")
    return "\\" in plain or plain.count("url(") != plain.count("url(#")
