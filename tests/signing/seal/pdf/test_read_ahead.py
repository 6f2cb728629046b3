"""The signature dictionaries that are read ahead are those that pyHanko would have read itself."""

from __future__ import annotations

import io
import re

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.seal.pdf.contents import read_ahead
from tests.signing.seal.pdf.conftest import Genuine


def _ahead(data: bytes) -> dict[tuple[int, int], generic.PdfObject]:
    reader = PdfFileReader(io.BytesIO(data), strict=True)
    read_ahead(data, reader)
    return dict(reader.resolved_objects)


def test_both_dictionaries_are_what_the_library_reads(genuine: Genuine) -> None:
    found = _ahead(genuine.sealed)
    plain = PdfFileReader(io.BytesIO(genuine.sealed), strict=True)
    assert len(found) == 2
    for (generation, number), entry in found.items():
        slow = plain.get_object(generic.Reference(number, generation, plain))
        assert isinstance(entry, generic.DictionaryObject)
        assert isinstance(slow, generic.DictionaryObject)
        assert list(entry.items()) == list(slow.items())
        assert [type(entry.raw_get(key)) for key in entry] == [type(slow.raw_get(key)) for key in slow]


def test_what_only_looks_like_a_container_is_left_to_the_library(genuine: Genuine) -> None:
    """Within a string, beside another container, in an object that no table names: nothing is entered."""
    (first, *_) = re.finditer(rb"/Contents <([0-9A-F]{2048,})>", genuine.sealed)
    size = len(first[0])
    inside = b"/X (/Contents <" + b"A" * 4000 + b">)/Contents <00>"
    for instead in (
        inside.ljust(size),
        b"/Contents <00>/A (".ljust(size - 4003) + b"/Contents <" + b"B" * 3990 + b">)",
    ):
        data = genuine.sealed[: first.start()] + instead[:size].ljust(size) + genuine.sealed[first.end() :]
        assert len(data) == len(genuine.sealed)
        assert len(_ahead(data)) == 1
    twice = b"/Contents <00>".ljust(20) + first[0][: size - 21] + b">"
    assert len(_ahead(genuine.sealed.replace(first[0], twice))) == 1
    moved = genuine.sealed.replace(b" obj\n<<\n/Contents <", b" obj\n<< /Contents <")
    assert all(isinstance(one, generic.DictionaryObject) for one in _ahead(moved).values())
