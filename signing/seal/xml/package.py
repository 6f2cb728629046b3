"""The Ministry's DANH_SACH_HOC_BA: sealed transcripts, byte for byte, under an organisation's signature.

Form (CV 2088 leaves the place of the Signature open): it is the last child of DANH_SACH_HOC_BA, enveloped,
and refers to the list by its id `dataDanhSach`, so the package stays one XML element.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from lxml import etree

from hocba.kernel.clock import iso_vietnam
from signing.seal.paths import EvidenceLike
from signing.seal.xml import unsigned, words
from signing.seal.xml.build import Statement, Target, algorithm_of, canonical, signature
from signing.seal.xml.sign import NotSignable, Prepared, fill, value_imprint
from signing.seal.xml.words import ds

LIST_TAIL: Final = "danhsach"
LIST_ROLE: Final = "DANH_SACH"
"""Claimed role in the signature over a list."""


def build_package(documents: Sequence[bytes]) -> bytes:
    """Return the unsigned list, each HOC_BA in it exactly as given. Raises: NotSignable, if there is none."""
    if not documents:
        raise NotSignable(code="empty-package")
    opening = f'<{words.LIST} id="{words.LIST_ID}">'.encode()
    return opening + b"".join(documents) + f"</{words.LIST}>".encode()


def prepare_package(
    documents: Sequence[bytes], chain: Sequence[x509.Certificate], *, signing_time: datetime
) -> Prepared:
    """Return the list with an organisation's signature whose value is still empty. Raises: NotSignable."""
    root = _read(build_package(documents))
    algorithm = algorithm_of(chain[0]) if chain else None
    if algorithm is None:
        raise NotSignable(code="key-not-allowed")
    if signing_time.utcoffset() is None:
        raise NotSignable(code="time-without-zone")
    statement = Statement(LIST_TAIL, iso_vietnam(signing_time), (LIST_ROLE,))
    target = Target("#" + words.LIST_ID, canonical(root), enveloped=True)
    node = signature(algorithm, chain, statement, [target])
    root.append(node)
    return Prepared(canonical(root), hashlib.sha256(canonical(node[0])).digest(), algorithm)


def complete_package(package: bytes, raw_signature: bytes) -> bytes:
    """Return the package with the checked value in place. Raises: NotSignable, WrongSignature."""
    root = _read(package)
    fill(_signature(root), raw_signature)
    return canonical(root)


def imprint_package(package: bytes) -> bytes:
    """Return what a timestamp authority stamps, SHA-256, 32 bytes. Raises: NotSignable."""
    return value_imprint(_signature(_read(package)))


def attach_package_evidence(
    package: bytes, timestamp_token: bytes | None, evidence: EvidenceLike | None
) -> bytes:
    """Return the signed package with timestamp and revocation data. Raises: NotSignable."""
    root = _read(package)
    node = _signature(root)
    value_imprint(node)
    unsigned.add(node, timestamp_token, evidence)
    return canonical(root)


def _read(package: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(package, parser)
    except etree.XMLSyntaxError as error:
        raise NotSignable(code="not-xml") from error
    if root.tag != words.LIST or canonical(root) != package:
        raise NotSignable(code="not-canonical")
    return root


def _signature(root: etree._Element) -> etree._Element:
    node = root[-1]
    if node.tag != ds("Signature"):
        raise NotSignable(code="no-slot")
    return node
