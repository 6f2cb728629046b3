"""Words that several pages of this app share: roles, why a signature failed, what a batch waits for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signing.seal.trust import SignerRole

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
    "earlier-signer-ended": gettext_lazy(
        "Một chữ ký trước được tạo khi chứng thư của người ấy đã bị ngừng. Hãy trả lại học bạ này để ký lại từ đầu."
    ),
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
    "certificate-ended": gettext_lazy(
        "Chứng thư số dùng cho đợt ký này đã được báo ngừng nên đợt ký dừng lại. Những học bạ đã ký xong vẫn giữ"
        " nguyên; phần còn lại chờ chứng thư khác được phê duyệt rồi ký tiếp."
    ),
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
