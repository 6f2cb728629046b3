"""What a drawn transcript has around its pages' content is a function of the sealed XML: checked to the letter.

Information dictionary, XMP, declared language and colours, boxes, the attachment's particulars, and that the pages'
resources name nothing that no page uses. So a seal over a file that was dressed otherwise than we draw it is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final
from xml.sax.saxutils import escape

from pyhanko.pdf_utils import generic

from hocba.kernel.canonical import sha256_hex
from signing.seal.pdf.layout import Refused
from signing.seal.pdf.sheet import Sheet
from signing.seal.pdf.structure import BROKEN, Anatomy, value

DESCRIPTION: Final = "Học bạ số đã ký (XML)"
PROFILES: Final = {"384b832de3412066743b52a75ee906b6fb9fb8d9e09e936fc2c43223815c6e0a"}
"""SHA-256 of the colour profiles that our renderer embeds: with another one, black may be shown as white."""

_CREATOR = re.compile(
    r"hocba [a-z-]+ \d+\.\d+ template=[0-9a-f]{16} font=[0-9a-f]{16} weasyprint=(\d+(?:\.\d+)+)"
)
_INFO = {"/Title", "/Creator", "/Producer", "/CreationDate", "/ModDate"}
_INTENT = {"/Type", "/S", "/DestOutputProfile", "/Info", "/OutputConditionIdentifier"}
_SPACES = {"/hocba-srgb", "/lab-d50", "/lab-d65"}
_RESOURCES = {"/ColorSpace", "/ExtGState", "/Font", "/Pattern", "/Shading", "/XObject"}
_SPEC = {"/Type", "/F", "/UF", "/Desc", "/EF", "/AFRelationship"}
_FILE = {"/Type", "/Subtype", "/Params", "/Filter", "/Length"}
_PARAMS = {"/Size", "/CheckSum", "/CreationDate", "/ModDate"}
_USED = re.compile(rb"^(/[\w.-]+) (?:Do|[\d.]+ Tf)$", re.MULTILINE)
_XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    '<rdf:RDF xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
    ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"><rdf:Description rdf:about="" pdfaid:part="3"'
    ' pdfaid:conformance="U" /><rdf:Description rdf:about="" pdf:Producer="{producer}" />'
    '<rdf:Description rdf:about=""><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt>'
    '</dc:title></rdf:Description><rdf:Description rdf:about=""><xmp:CreatorTool>{creator}</xmp:CreatorTool>'
    '</rdf:Description><rdf:Description rdf:about=""><xmp:CreateDate>{moment}</xmp:CreateDate></rdf:Description>'
    '<rdf:Description rdf:about=""><xmp:ModifyDate>{moment}</xmp:ModifyDate></rdf:Description></rdf:RDF>\n'
    '</x:xmpmeta>\n<?xpacket end="r"?>'
)  # fmt: skip


def check(anatomy: Anatomy, sheet: Sheet) -> None:
    """Check all of it for the transcript on `sheet`. Raises: Refused."""
    try:
        for problem in (*_described(anatomy, sheet), *_attached(anatomy, sheet)):
            raise Refused("pdf.metadata", problem)
        for problem in (*_coloured(anatomy), *_resources(anatomy)):
            raise Refused("pdf.page-structure", problem)
    except BROKEN as error:
        raise Refused("pdf.metadata", type(error).__name__) from error


def _described(anatomy: Anatomy, sheet: Sheet) -> Iterator[str]:
    """Information dictionary, XMP and language say what our renderer says of this transcript, and no more."""
    root, info = anatomy.reader.root, anatomy.reader.trailer["/Info"]
    told = {key: str(value(info, key, "")) for key in info}
    made = _CREATOR.fullmatch(told.get("/Creator", ""))
    stamp = sheet.sealed_at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
    wanted = {"/Title": f"Học bạ số {sheet.code}", "/CreationDate": stamp, "/ModDate": stamp}
    if made is None or told | wanted | {"/Producer": f"WeasyPrint {made[1]}"} != told or set(told) != _INFO:
        yield "information"
    xmp = _XMP.format(
        producer=escape(told.get("/Producer", "")),
        title=escape(wanted["/Title"]),
        creator=escape(told.get("/Creator", "")),
        moment=sheet.sealed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    if bytes(root["/Metadata"].data).decode("utf-8").strip() != xmp:
        yield "XMP"
    if str(value(root, "/Lang", "")) != "vi":
        yield "language"


def _attached(anatomy: Anatomy, sheet: Sheet) -> Iterator[str]:
    """The attachment is described as ours is: size, digest and times are those of the sealed XML."""
    spec = anatomy.reader.root["/AF"][0]
    stream = spec["/EF"]["/F"]
    params = stream["/Params"]
    stamp = sheet.sealed_at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
    digest = hashlib.md5(anatomy.xml, usedforsecurity=False).digest()
    if set(spec) != _SPEC or str(spec["/Desc"]) != DESCRIPTION or spec["/Type"] != "/Filespec":
        yield "attachment"
    if set(stream) != _FILE or stream["/Type"] != "/EmbeddedFile" or stream["/Subtype"] != "/text/xml":
        yield "attached file"
    times = {str(params["/CreationDate"]), str(params["/ModDate"])}
    right = params["/Size"] == len(anatomy.xml) and params["/CheckSum"].original_bytes == digest
    if set(params) != _PARAMS or times != {stamp} or not right:
        yield "attached file's particulars"


def _coloured(anatomy: Anatomy) -> Iterator[str]:
    """One output intent with our renderer's own profile, and no other colours on any page."""
    intents = anatomy.reader.root["/OutputIntents"]
    profile = intents[0].raw_get("/DestOutputProfile")
    stream = intents[0]["/DestOutputProfile"]
    plain = set(stream) == {"/Filter", "/Length", "/N"} and stream["/N"] == 3
    if (
        len(intents) != 1
        or set(intents[0]) != _INTENT
        or not plain
        or sha256_hex(stream.data) not in PROFILES
    ):
        yield "output intent"
    for page in anatomy.reader.root["/Pages"]["/Kids"]:
        spaces = page.get_object()["/Resources"]["/ColorSpace"]
        if set(spaces) != _SPACES or spaces["/hocba-srgb"].raw_get(1) != profile:
            yield "colours"


def _resources(anatomy: Anatomy) -> Iterator[str]:
    """Boxes are the page; every font and picture that the pages have is used on one; no patterns."""
    used: set[str] = set()
    held: set[str] = set()
    for item in anatomy.reader.root["/Pages"]["/Kids"]:
        page = item.get_object()
        sheet = [float(side) for side in page["/MediaBox"]]
        for box in ("/TrimBox", "/BleedBox"):
            if [float(side) for side in value(page, box, page["/MediaBox"])] != sheet:
                yield "boxes"
        resources = page["/Resources"]
        if set(resources) != _RESOURCES or len(resources["/Pattern"]) or len(resources["/Shading"]):
            yield "resources"
        used |= _names(page["/Contents"])
        held |= set(resources["/Font"]) | set(resources["/XObject"])
        for name in resources["/XObject"]:
            used |= _names(resources["/XObject"][name])
    if held - used:
        yield "unused resources"


def _names(stream: Any) -> set[str]:
    if not isinstance(stream, generic.StreamObject) or value(stream, "/Subtype") == "/Image":
        return set()
    return {name.decode() for name in _USED.findall(stream.data)}
