"""Cut sealed transcripts into lists that one transaction can carry, and write the list of a withdrawal.

The list's signature is the organisation's and is made in `signing.seal.xml` (`prepare_package` takes the
documents of one group); here is only what stays below the limit before it is signed, and the measure after.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from exports.ministry import content, wire
from exports.ministry.messages import Authentication, request_body

SIGNATURE_RESERVE_BYTES = 64 * 1024
"""Room kept for the organisation's signature with chain, timestamp and revocation data, and the envelope."""

MAX_ROWS = 1000
"""Transcripts in one list: above it one refusal would hold up too many."""

LIST_FRAME_BYTES = 64
"""The opening and closing tag of the list, rounded up."""


class DocumentTooLarge(Exception):
    """One document alone does not fit; `index` is its place in what was given."""

    def __init__(self, index: int) -> None:
        super().__init__(f"document {index} does not fit into one transaction")
        self.index = index


class RequestTooLarge(Exception):
    """A signed list does not fit into one transaction."""


def cut(
    documents: Sequence[bytes],
    *,
    limit: int = wire.SAFE_REQUEST_BYTES,
    reserve: int = SIGNATURE_RESERVE_BYTES,
    max_rows: int = MAX_ROWS,
) -> tuple[tuple[bytes, ...], ...]:
    """Return the documents in groups, order kept, each below `limit` bytes as a request and as a plain list.

    Both measures, because the text says "10 MB per transaction" and not of what. Each group is the whole
    request measured by packing it. Raises: DocumentTooLarge.
    """
    groups: list[tuple[bytes, ...]] = []
    for start, group in _estimated(documents, limit - reserve, max_rows):
        groups.extend(_measured(start, group, limit - reserve))
    return tuple(groups)


def _estimated(
    documents: Sequence[bytes], room: int, max_rows: int
) -> Iterator[tuple[int, tuple[bytes, ...]]]:
    """Group in one pass: a running packer, flushed after each document, says what the group weighs so far."""
    start, plain, packed = 0, LIST_FRAME_BYTES, 0
    packer = zlib.compressobj(9)
    for index, document in enumerate(documents):
        escaped = content.escape(document)
        weight = len(packer.compress(escaped) + packer.flush(zlib.Z_SYNC_FLUSH))
        too_heavy = _as_base64(packed + weight) > room or plain + len(escaped) > room
        if index > start and (too_heavy or index - start == max_rows):
            yield start, tuple(documents[start:index])
            start, plain, packed = index, LIST_FRAME_BYTES, 0
            packer = zlib.compressobj(9)
            weight = len(packer.compress(escaped) + packer.flush(zlib.Z_SYNC_FLUSH))
        plain, packed = plain + len(escaped), packed + weight
    if documents:
        yield start, tuple(documents[start:])


def _measured(start: int, group: tuple[bytes, ...], room: int) -> Iterator[tuple[bytes, ...]]:
    body = b"".join(group)
    plain = len(content.escape(body)) + LIST_FRAME_BYTES
    if plain <= room and len(content.encode(body)) + LIST_FRAME_BYTES <= room:
        yield group
    elif len(group) == 1:
        raise DocumentTooLarge(start)
    else:
        middle = len(group) // 2
        yield from _measured(start, group[:middle], room)
        yield from _measured(start + middle, group[middle:], room)


def _as_base64(size: int) -> int:
    return (size + 2) // 3 * 4


def request_bytes(
    authentication: Authentication,
    signed_list: bytes,
    *,
    escape_quotes: bool = True,
    limit: int = wire.SAFE_REQUEST_BYTES,
) -> bytes:
    """Return the whole request that carries a signed list. Raises: RequestTooLarge, ContentError."""
    packed = content.encode(signed_list, escape_quotes=escape_quotes)
    body = wire.dump(request_body(authentication, packed))
    if len(body) > limit or len(signed_list) > content.MAX_LIST_BYTES:
        raise RequestTooLarge
    return body


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One line of a withdrawal list; `birth_date` as `dd/mm/yyyy`, `school_year` as `2023-2024`."""

    look_up_code: str
    full_name: str
    gender: str
    birth_date: str
    personal_number: str
    school_name: str
    school_code: str
    school_year: str


WITHDRAWAL_TAGS = {
    "MA_TRA_CUU_UUID": "look_up_code",
    "HO_VA_TEN": "full_name",
    "GIOI_TINH": "gender",
    "NGAY_SINH": "birth_date",
    "SO_CCCD": "personal_number",
    "TEN_TRUONG": "school_name",
    "MA_TRUONG": "school_code",
    "TEN_NAM_HOC": "school_year",
}
"""Tags of a withdrawal line, in the Ministry's order, and the field each one carries."""


def withdrawal_element(withdrawal: Withdrawal) -> bytes:
    """Return the HOC_BA element of one withdrawal in canonical form, ready for `prepare_package`."""
    root = etree.Element("HOC_BA")
    for tag, name in WITHDRAWAL_TAGS.items():
        etree.SubElement(root, tag).text = getattr(withdrawal, name)
    return etree.tostring(root, method="c14n", exclusive=True, with_comments=False)


def read_withdrawal(element: etree._Element) -> Withdrawal | None:
    """Return the withdrawal an element states, None when a tag is missing, doubled or not of this list."""
    found = {child.tag: (child.text or "") for child in element}
    if (
        len(found) != len(element)
        or set(found) != set(WITHDRAWAL_TAGS)
        or any(len(child) for child in element)
    ):
        return None
    return Withdrawal(**{name: str(found[tag]) for tag, name in WITHDRAWAL_TAGS.items()})
