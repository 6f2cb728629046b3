"""Files that somebody uploads who means no good, or has taken the wrong one; each is told in the door's own words."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

MEGABYTE = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">%s</svg>'


def _laughs(root: bytes) -> bytes:
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}]>'.encode() + root


def _typed(inner: str, root: bytes = b"<HOC_BA>&e;</HOC_BA>") -> bytes:
    return f"<?xml version='1.0'?><!DOCTYPE HOC_BA {inner}>".encode() + root


def _zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def _stating(data: bytes, size: int) -> bytes:
    """Return a zip whose directory states another size of its first part."""
    place = data.index(b"PK\x01\x02") + 24
    return data[:place] + struct.pack("<I", size) + data[place + 4 :]


def files(url: str) -> dict[str, bytes]:
    """Return what is uploaded as a transcript; `url` is where nobody may go."""
    bomb = _zipped({"hoc-ba.xml": bytes(30 * MEGABYTE)})
    opened = f"<</Type/Catalog/OpenAction<</S/URI/URI({url})>>/Pages 2 0 R>>".encode()
    return {
        "billion laughs": _laughs(b"<HOC_BA>&a12;</HOC_BA>"),
        "quadratic": _typed(f'[<!ENTITY e "{"a" * 90_000}">]', b"<HOC_BA>" + b"&e;" * 20_000 + b"</HOC_BA>"),
        "entity elsewhere": _typed(f'[<!ENTITY e SYSTEM "{url}">]'),
        "entity of a file": _typed('[<!ENTITY e SYSTEM "file:///etc/passwd">]'),
        "type elsewhere": _typed(f'SYSTEM "{url}"', b"<HOC_BA/>"),
        "parameter entity": _typed(f'[<!ENTITY % e SYSTEM "{url}"> %e;]', b"<HOC_BA/>"),
        "utf-16 entity": _typed(f'[<!ENTITY e SYSTEM "{url}">]').decode().encode("utf-16"),
        "include": f'<HOC_BA xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="{url}"/></HOC_BA>'.encode(),
        "style sheet": f'<?xml-stylesheet href="{url}"?><HOC_BA/>'.encode(),
        "schema": b'<HOC_BA xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
        + f'i:noNamespaceSchemaLocation="{url}"/>'.encode(),
        "signature elsewhere": b'<HOC_BA><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
        + f'<Reference URI="{url}"/></SignedInfo></Signature></HOC_BA>'.encode(),
        "deep": b"<a>" * 100_000,
        "zip bomb": bomb,
        "zip that lies": _stating(bomb, 10),
        "zip in zip": _zipped({"a.zip": _zipped({"b.zip": bomb})}),
        "zip that climbs": _zipped({"../../etc/passwd": b"x"}),
        "zip with an entity": _zipped({"hoc-ba.xml": _typed(f'[<!ENTITY e SYSTEM "{url}">]')}),
        "pdf that calls": b"%PDF-1.7\n1 0 obj" + opened + b"endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        "program": b"MZ\x90\x00" + bytes(4000),
        "page": b"<!doctype html><script src='" + url.encode() + b"'></script>",
        "picture": PNG + bytes(100),
        "gzip": gzip.compress(bytes(MEGABYTE)),
        "text": "Học bạ của em".encode(),
        "nul": bytes(1),
        "nothing": b"",
    }


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, pixels: bytes) -> bytes:
    """Return a grey PNG of that size with those bytes as its pixels, whether they fit or not."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return PNG + head + _chunk(b"IDAT", zlib.compress(pixels)) + _chunk(b"IEND", b"")


GOOD_PICTURE = png(2, 2, bytes(6))


def pictures(url: str) -> dict[str, bytes]:
    """Return what is uploaded as the picture of a signature."""
    levels = b"".join(b'<g id="a%d">%s</g>' % (n + 1, b'<use x:href="#a%d"/>' % n * 10) for n in range(9))
    svg: Callable[[bytes], bytes] = SVG.__mod__
    return {
        "a large picture in few bytes": png(9_000, 9_000, bytes(9_001 * 9_000)),
        "fewer pixels than stated": png(900, 900, b"12"),
        "cut off": GOOD_PICTURE[:-20],
        "no pixels": PNG + bytes(100),
        "another kind": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500),
        "page": b"<!doctype html><script>1</script>",
        "laughs": _laughs(svg(b"<g>&a12;</g>")),
        "entity": f'<!DOCTYPE svg [<!ENTITY e SYSTEM "{url}">]>'.encode() + svg(b"<title>&e;</title>"),
        "script": svg(b"<script>1</script>"),
        "picture elsewhere": svg(b'<image x:href="%s"/>' % url.encode()),
        "shape elsewhere": svg(b'<path x:href="%s#a"/>' % url.encode()),
        "colour elsewhere": svg(b'<rect width="9" height="9" fill="url(%s#a)"/>' % url.encode()),
        "style elsewhere": svg(b'<rect width="9" height="9" style="fill:URL(%s)"/>' % url.encode()),
        "shapes of shapes": svg(b'<g id="a0"><path d="M0 0h9"/></g>' + levels + b'<use x:href="#a9"/>'),
        "too many shapes": svg(b"<g/>" * 20_000),
        "letters": svg("<text>Nguyễn Văn Mẫu</text>".encode()),
        "11 MB": PNG + bytes(10 * MEGABYTE + 900_000),
    }
