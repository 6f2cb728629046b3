"""The signatures inside a transcript's XML: made in two phases, verified by position, bytes in and out."""

from __future__ import annotations

from signing.seal.xml.build import Algorithm
from signing.seal.xml.package import (
    attach_package_evidence,
    build_package,
    complete_package,
    imprint_package,
    prepare_package,
)
from signing.seal.xml.policy import ALONE, FOREIGN, STRICT, Policy
from signing.seal.xml.received import PackageVerdict, verify_package
from signing.seal.xml.second import second_opinion
from signing.seal.xml.sign import (
    NotSignable,
    Prepared,
    WrongSignature,
    attach_evidence,
    complete,
    imprint,
    prepare,
)
from signing.seal.xml.verify import data_region, verify_xml

__all__ = [
    "ALONE",
    "FOREIGN",
    "STRICT",
    "Algorithm",
    "NotSignable",
    "PackageVerdict",
    "Policy",
    "Prepared",
    "WrongSignature",
    "attach_evidence",
    "attach_package_evidence",
    "build_package",
    "complete",
    "complete_package",
    "data_region",
    "imprint",
    "imprint_package",
    "prepare",
    "prepare_package",
    "second_opinion",
    "verify_package",
    "verify_xml",
]
