"""Words that several pages of this app share: roles, why a signature failed, what a verdict shows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signing import sentences
from signing.seal.pdf.sheet import NotATranscript, sheet_of
from signing.seal.trust import SignerRole
from signing.seal.verdict import LINE_NAMES, Indication, Status, Verdict

ROLES = {"gvcn": SignerRole.HOMEROOM, "cbql": SignerRole.LEADER, "kph": SignerRole.SEAL}
SLUGS = {role: slug for slug, role in ROLES.items()}

FAILURES = {
    "frozen-anew": gettext_lazy("Dữ liệu của em đã được chốt lại sau khi bắt đầu ký. Hãy ký bản mới."),
    "moved-on": gettext_lazy("Học bạ đã được trả lại hoặc đã sang bước khác nên không ký ở đợt này."),
    "illegal-move": gettext_lazy("Học bạ đã sang bước khác trong lúc ký; chữ ký vừa tạo không được dùng."),
    "earlier-signature-missing": gettext_lazy(
        "Chưa thấy chữ ký của người ký trước. Hãy ký lại từ bước trước."
    ),
    "certificate-revoked": gettext_lazy(
        "Chứng thư của người ký đã bị nơi cấp thu hồi. Hãy dùng chứng thư khác."
    ),
    "certificate-not-valid": gettext_lazy("Chứng thư của người ký đã hết hạn hoặc chưa có hiệu lực."),
    "not-verified": gettext_lazy(
        "Chữ ký vừa tạo không qua được bước tự kiểm tra nên không được lưu. Hãy báo người vận hành."
    ),
    "text-differs": gettext_lazy("Bản in PDF không khớp dữ liệu nên chưa đóng dấu. Hãy báo người vận hành."),
    "wrong-signature": gettext_lazy("Thiết bị ký trả về chữ ký không khớp chứng thư. Hãy kiểm tra thiết bị."),
    "not-signable": gettext_lazy("Tệp học bạ chưa ở đúng bước để ký. Hãy chốt lại dữ liệu."),
    "not-sealable": gettext_lazy("Bản PDF chưa đóng dấu được. Hãy báo người vận hành hệ thống."),
    "bad-image": gettext_lazy("Hình chữ ký hoặc con dấu không dùng được. Hãy đăng ký lại hình PNG khác."),
}
_UNKNOWN_FAILURE = gettext_lazy(
    "Chưa ký được vì một lỗi chưa có lời giải thích (%(code)s). Hãy báo người vận hành."
)

PAUSES = {
    "session-expired": gettext_lazy("Phiên ký đã hết hạn. Nhập lại mã PIN để ký tiếp phần còn lại."),
    "session-exhausted": gettext_lazy(
        "Phiên ký đã dùng hết số lần ký. Nhập lại mã PIN để ký tiếp phần còn lại."
    ),
    "key-unavailable": gettext_lazy(
        "Không liên lạc được với thiết bị giữ khóa. Hãy kiểm tra rồi nhập lại mã PIN."
    ),
    "timestamp-unavailable": gettext_lazy("Đang chờ dịch vụ dấu thời gian trả lời; hệ thống tự thử lại."),
    "revocation-unavailable": gettext_lazy("Đang chờ nơi cấp chứng thư trả lời; hệ thống tự thử lại."),
    "clock-wrong": gettext_lazy(
        "Đồng hồ của máy chủ lệch với dịch vụ dấu thời gian nên hệ thống không ký. Hãy báo người vận hành; chỉnh xong"
        " đồng hồ thì hệ thống tự ký tiếp."
    ),
    "storage-full": gettext_lazy(
        "Kho lưu tệp đã đầy hoặc hỏng nên chưa phát hành được. Hãy báo người vận hành;"
        " có chỗ rồi thì hệ thống tự làm tiếp."
    ),
    "unavailable": gettext_lazy("Đang chờ một dịch vụ trả lời; hệ thống tự thử lại."),
}

NOTES = {
    "changed": gettext_lazy("Đã đổi từ lần ký trước"),
    "not-completed": gettext_lazy("Chưa hoàn thành"),
    "not-promoted": gettext_lazy("Chưa được lên lớp"),
}

TITLES = {
    SignerRole.HOMEROOM: gettext_lazy("Giáo viên chủ nhiệm ký số"),
    SignerRole.LEADER: gettext_lazy("Hiệu trưởng ký số"),
    SignerRole.SEAL: gettext_lazy("Ký số phát hành (con dấu nhà trường)"),
}


def failure(code: str) -> str:
    """Return why one transcript could not be signed, and what to do."""
    return str(FAILURES.get(code, _UNKNOWN_FAILURE)) % {"code": code}


def pause(code: str) -> str:
    """Return what a batch waits for."""
    return str(PAUSES.get(code, PAUSES["unavailable"])) if code else ""


def class_place(class_year: Any) -> str:
    """Return where one works: class, school, year."""
    return f"{_('Lớp')} {class_year.name} · {class_year.school.name} · {class_year.school_year.label}"


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
