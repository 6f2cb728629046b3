"""Reads the two signature dictionaries ahead: pyHanko takes a hexadecimal string digit by digit.

Containers are 30,000 digits, a seventh of everything that a verification costs. Each dictionary is read by
pyHanko from a copy in which a short mark stands for the container, and handed to the reader with the container
in the mark's place. The mark is a digest of the whole dictionary, so nothing in a file can be mistaken for it.
"""

from __future__ import annotations

import hashlib
import io
import re
from binascii import unhexlify
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

MOST: Final = 8
"""Dictionaries that are read ahead; a transcript has two."""

_CONTENTS: Final = re.compile(rb"/Contents <([0-9A-F]{2048,})>")
_OBJECT: Final = re.compile(rb"(\d{1,6}) (\d{1,5}) obj\n")
_END: Final = b"endobj"
_KEY: Final = generic.pdf_name("/Contents")


def read_ahead(data: bytes, reader: PdfFileReader) -> None:
    """Enter the signature dictionaries of `data` into its reader; what is not plain is left to the reader."""
    for number, found in enumerate(_CONTENTS.finditer(data)):
        if number >= MOST:
            return
        start = data.rfind(b"\n", 0, data.rfind(b" obj\n", 0, found.start())) + 1
        header = _OBJECT.match(data, start)
        if header is not None and len(found[1]) % 2 == 0:
            _enter(reader, data, header, found)


def _enter(reader: PdfFileReader, data: bytes, header: re.Match[bytes], contents: re.Match[bytes]) -> None:
    reference = generic.Reference(int(header[1]), int(header[2]), reader)
    end = data.find(_END, contents.end())
    if end < 0 or _place(reader, reference) != header.start():
        return
    mark = hashlib.sha256(data[header.start() : end]).digest()
    stream = io.BytesIO(
        data[header.end() : contents.start(1)] + mark.hex().encode() + data[contents.end(1) : end + len(_END)]
    )
    try:
        entry = generic.read_object(stream, reference)
    except (PdfError, ValueError, TypeError):
        return  # the reader meets the same, and says so where it is asked
    if stream.read().strip() != _END or not isinstance(entry, generic.DictionaryObject):
        return
    marked = entry.raw_get(_KEY) if _KEY in entry else None
    if getattr(marked, "original_bytes", None) == mark:
        container = generic.pdf_string(unhexlify(contents[1]))
        container.container_ref = reference
        entry[_KEY] = container
        reader.cache_indirect_object(reference.generation, reference.idnum, entry)


def _place(reader: PdfFileReader, reference: generic.Reference) -> object:
    try:
        return reader.xrefs[reference]
    except KeyError:
        return None
