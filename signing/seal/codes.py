"""Every reason code of bundles, log proofs, trust files and unreadable files, with what it means.

The codes of XML stand in `xml/codes.py`, those of PDF in `pdf/codes.py`; `signing.sentences` has one
Vietnamese sentence for each. Codes are stable: scripts may quote them.
"""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, str]] = {
    # The file as such
    "file.kind-unknown": "The file is neither a transcript's XML, nor its PDF, nor a bundle.",
    "file.unreadable": "The file cannot be read from the disk.",
    "file.time-limit": "Checking the file took longer than is allowed; nothing is said about it.",
    "file.memory-limit": "Checking the file needed more memory than is allowed; nothing is said about it.",
    "file.verifier-broken": "The verifier failed on this file; nothing is said about it.",
    # The container (FORMAT_FAILURE)
    "bundle.too-large": "The bundle, packed or unpacked, is larger than is allowed.",
    "bundle.not-zip": "The bundle is not one whole zip file with nothing before, after or between the parts.",
    "bundle.names": "The bundle does not hold exactly the six parts it must.",
    "bundle.part": "A part is encrypted, a link, packed in a way that is not allowed, or damaged.",
    "bundle.manifest-form": "The manifest is not written as it must.",
    "bundle.manifest-digest": "A part is not the one that the manifest names.",
    "bundle.code-differs": "The manifest names another look-up code than the XML.",
    "bundle.pdf-other-xml": "The XML attached to the PDF is not the XML of the bundle.",
    "bundle.list-broken": "A trust list in the bundle is damaged, forged or not from the operator.",
    # The log
    "log.no-key": "No key of a log is at hand, so the proof cannot be checked.",
    "log.proof-wrong": "The proof does not show that the transcript is in the log.",
    "log.leaf-form": "What the proof is about is not the issue of a transcript.",
    "log.leaf-differs": "The log speaks of another file than the one in the bundle.",
    "log.cosigned": "Witnesses have countersigned the log's checkpoint (noted).",
    # What the verifier believes
    "trust.absent": "No trust directory is at hand.",
    "trust.missing": "A file of the trust directory is missing.",
    "trust.anchors-form": "anchors.json is not written as it must.",
    "trust.certificate": "A certificate of the trust directory cannot be read.",
    "trust.list-form": "A signed list is not written as it must.",
    "trust.signature": "The signature under a list does not fit.",
    "trust.signer": "The certificate that signed a list may not sign.",
    "trust.expired": "The certificate that signed a list was not valid at the list's date.",
    "trust.scope": "A signed list is an extract for another school.",
    "trust.anchor": "The certificate that signed a list is not under an anchor of the operator.",
}

ALARMING: Final = frozenset({"signature.second-opinion"})
"""Codes that have to wake somebody: two independent verifiers disagree about a signature."""
