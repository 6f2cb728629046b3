"""A verdict as the pages lay it out: its panel, its signatures, and what the verified XML itself states."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from signing import sentences
from signing.seal.pdf.sheet import NotATranscript, sheet_of
from signing.seal.trust import SignerRole
from signing.seal.verdict import LINE_NAMES, Indication, Status, Verdict


def panel(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as the verdict panel wants it."""
    return {
        "indication": verdict.indication.value,
        "status": verdict.status.value,
        "sentence": sentences.headline(verdict).removeprefix(f"{sentences.VERDICTS[verdict.indication]}. "),
        "lines": [{"name": name, "state": verdict.lines[name].value} for name in LINE_NAMES],
        "next": _next(verdict),
    }


def _next(verdict: Verdict) -> str:
    if verdict.status in (Status.WITHDRAWN, Status.REPLACED):
        return _("Không dùng bản này. Hãy xin nhà trường bản đang có hiệu lực.")
    if verdict.indication is Indication.FAILED:
        return _("Không dùng bản này. Hãy hỏi nhà trường đã cấp, hoặc xin lại tệp gốc.")
    if verdict.indication is Indication.INDETERMINATE:
        return _("Chưa nên dùng bản này cho đến khi rõ. Hãy hỏi nhà trường đã cấp.")
    return ""


def signature_cards(verdict: Verdict) -> list[dict[str, Any]]:
    """Return the signatures as their cards want them."""
    cards = []
    for one in verdict.signatures:
        certificate = one.certificate
        is_pdf = one.covers == "pdf"
        role = SignerRole.SEAL.value if is_pdf else one.role
        cards.append(
            {
                "role": f"{sentences.ROLES.get(role, role)} – {sentences.COVERAGE.get(one.covers, one.covers)}",
                "signer": one.signer,
                "organisation": role == SignerRole.SEAL.value,
                "issuer": one.issuer,
                "serial": certificate.serial if certificate else "",
                "not_before": certificate.not_before if certificate else None,
                "not_after": certificate.not_after if certificate else None,
                "signed_at": one.signing_time,
                "timestamp": one.timestamp,
                "state": (certificate.status if certificate else "unknown") if one.integrity else "failed",
            }
        )
    return cards


def stated(xml: bytes | None) -> list[dict[str, Any]]:
    """Return what a transcript's own XML states of pupil, school and result; nothing when it states nothing."""
    if xml is None:
        return []
    try:
        sheet = sheet_of(xml)
    except NotATranscript:
        return []
    rows = [
        *sheet.particulars[:3],
        (_("Trường"), sheet.school),
        (_("Lớp"), sheet.class_name),
        (_("Năm học"), sheet.year),
        (_("Kết quả"), " · ".join(sheet.outcome)),
        (_("Khen thưởng"), " · ".join(sheet.rewards)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]
