"""Find the elements of a DANH_SACH_HOC_BA as bytes, without building a tree of what a stranger sent. Pure.

The list may hold 10 MB; a streaming reader that keeps nothing tells where each HOC_BA begins and ends, so
that each is then read as the document that it is, byte for byte as it was sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from xml.parsers import expat

LIST_TAG, LIST_ID, ROW_TAG, SIGNATURE_TAG = "DANH_SACH_HOC_BA", "dataDanhSach", "HOC_BA", "Signature"
MAX_ROWS = 5000
MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 40
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ListFault(StrEnum):
    """Why a list is not read."""

    XML = "LIST_XML"
    DOCTYPE = "LIST_DOCTYPE"
    ENCODING = "LIST_ENCODING"
    ROOT = "LIST_ROOT"
    CONTENT = "LIST_CONTENT"
    EMPTY = "LIST_EMPTY"
    TOO_MANY = "LIST_TOO_MANY"
    SIGNATURE = "LIST_SIGNATURE_MISSING"


class ListError(Exception):
    """The list breaks the format."""

    def __init__(self, fault: ListFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Span:
    """Where one element lies: from the byte `start` up to, not including, `end`."""

    start: int
    end: int

    def of(self, data: bytes) -> bytes:
        """Return the element's bytes."""
        return data[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Parts:
    """The children of a list: the rows, and the organisation's signature after them."""

    rows: tuple[Span, ...]
    signature: Span


def split(list_xml: bytes) -> Parts:
    """Return where each HOC_BA and the closing Signature lie.

    The root may carry its `id` and nothing else, above all no namespace, so that an element means the same
    alone as in the list. Raises: ListError.
    """
    reader = _Reader(list_xml)
    reader.read()
    if not reader.spans:
        raise ListError(ListFault.EMPTY)
    if reader.signature is None:
        raise ListError(ListFault.SIGNATURE)
    return Parts(tuple(reader.spans), reader.signature)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.spans: list[Span] = []
        self.depth = 0
        self.elements = 0
        self.start = 0
        self.has_children = False
        self.signed = False
        self.signature: Span | None = None
        self.parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._foreign
        parser.ProcessingInstructionHandler = self._foreign

    def read(self) -> None:
        try:
            self.parser.Parse(self.data, True)
        except expat.ExpatError as error:
            raise ListError(ListFault.XML) from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS or self.depth >= MAX_DEPTH:
            raise ListError(ListFault.TOO_MANY)
        if self.depth == 0:
            if tag != LIST_TAG or attributes != {"id": LIST_ID}:
                raise ListError(ListFault.ROOT)
        elif self.depth == 1:
            self._child(tag)
        elif self.depth == 2:
            self.has_children = True
        self.depth += 1

    def _child(self, tag: str) -> None:
        if self.signed:
            raise ListError(ListFault.CONTENT)
        if tag.rpartition(":")[2] == SIGNATURE_TAG:
            self.signed = True
        elif tag != ROW_TAG:
            raise ListError(ListFault.CONTENT)
        elif len(self.spans) == MAX_ROWS:
            raise ListError(ListFault.TOO_MANY)
        self.start, self.has_children = self.parser.CurrentByteIndex, False
        self.parser.CharacterDataHandler = None

    def _end(self, tag: str) -> None:
        self.depth -= 1
        if self.depth != 1:
            return
        self.parser.CharacterDataHandler = self._text
        if not self.has_children:  # also what makes the end tag below a real one
            raise ListError(ListFault.CONTENT)
        span = Span(self.start, self.data.index(b">", self.parser.CurrentByteIndex) + 1)
        if tag == ROW_TAG:
            self.spans.append(span)
        else:
            self.signature = span

    def _text(self, text: str) -> None:
        if self.depth == 1 and text.strip(" \t\r\n"):
            raise ListError(ListFault.CONTENT)

    def _foreign(self, *_: object) -> None:
        if self.depth <= 1:
            raise ListError(ListFault.CONTENT)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise ListError(ListFault.ENCODING)

    def _refuse_doctype(self, *_: object) -> None:
        raise ListError(ListFault.DOCTYPE)
