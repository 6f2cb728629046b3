"""Check one slot of a transcript that is still on its way: the later signers have not signed yet.

The same judgement as of a whole file (`verify.verify_xml`), for one signature, before it is stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from signing.seal.trust import SignerRole, Trust
from signing.seal.verdict import Reason, SignatureReport
from signing.seal.verdict import SubIndication as Sub
from signing.seal.xml import words
from signing.seal.xml.checks import judge_slot
from signing.seal.xml.profile import _slot, attributes, children
from signing.seal.xml.reader import Malformed, read
from signing.seal.xml.verify import NAMED


@dataclass(frozen=True, slots=True)
class SlotFinding:
    """What was found about one slot; `report` is None when the document does not have the form."""

    report: SignatureReport | None
    reasons: tuple[Reason, ...]


def check_slot(document: bytes, role: SignerRole, trust: Trust, at: datetime) -> SlotFinding:
    """Return what our verifier finds about the newest slot, `role`, at the moment `at`."""
    try:
        return _check(document, role, trust, at)
    except Malformed as malformed:
        reason = Reason.failed(Sub.FORMAT_FAILURE, "integrity", malformed.code, where=malformed.where)
        return SlotFinding(None, (reason,))


def _check(document: bytes, role: SignerRole, trust: Trust, at: datetime) -> SlotFinding:
    root = read(document)
    match = re.fullmatch("hocba-(" + words.UUID_PATTERN + ")", root.get("id", ""))
    if root.tag != words.DOCUMENT or match is None:
        raise Malformed("layout.root")
    region, holder = children(root, words.DATA, words.SLOTS)
    attributes(region, Id=f"data-{match[1]}")
    nodes = {str(one.tag): one for one in holder}
    if not len(holder) or holder[-1].tag != role.value or len(nodes) != len(holder):
        raise Malformed("layout.elements", words.SLOTS)
    slot = _slot(nodes, role, match[1], root, region)
    school = region.findtext("THONG_TIN_CHUNG/MA_TRUONG") or ""
    found = judge_slot(slot, trust, at, school, exact=True)
    named = region.findtext(f"THONG_TIN_CHUNG/{NAMED[role]}") if role in NAMED else None
    return SlotFinding(found.report, (*found.reasons, *_named(named, slot.personal_number, role)))


def _named(named: str | None, number: str | None, role: SignerRole) -> tuple[Reason, ...]:
    if role not in NAMED or named == number:
        return ()
    return (Reason.failed(Sub.SIG_CONSTRAINTS_FAILURE, "signers", "signer.not-the-named", role=role.value),)
