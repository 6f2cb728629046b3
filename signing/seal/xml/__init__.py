"""The signatures inside a transcript's XML: made in two phases, verified by position, bytes in and bytes out."""

from __future__ import annotations

from signing.seal.xml.build import Algorithm
from signing.seal.xml.package import (
    attach_package_evidence,
    build_package,
    complete_package,
    imprint_package,
    prepare_package,
)
from signing.seal.xml.sign import (
    NotSignable,
    Prepared,
    WrongSignature,
    attach_evidence,
    complete,
    imprint,
    prepare,
)

__all__ = [
    "Algorithm",
    "NotSignable",
    "Prepared",
    "WrongSignature",
    "attach_evidence",
    "attach_package_evidence",
    "build_package",
    "complete",
    "complete_package",
    "imprint",
    "imprint_package",
    "prepare",
    "prepare_package",
]
