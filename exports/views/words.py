"""Words that pages of delivery share: states, answers, and what to do about them."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

BADGES = {
    "HELD": ("HELD", gettext_lazy("Chờ ký gói gửi")),
    "WAITING": ("PENDING", gettext_lazy("Chờ gửi")),
    "TROUBLED": ("FAILED", gettext_lazy("Chưa gửi được")),
    "SENT": ("SENT", gettext_lazy("Đã gửi, chờ trả lời")),
    "ACCEPTED": ("RECEIVED", gettext_lazy("Đã tiếp nhận")),
    "REFUSED": ("REJECTED", gettext_lazy("Nơi nhận trả lại")),
    "VOID": ("WITHDRAWN", gettext_lazy("Không gửi: đã thu hồi")),
}
"""A delivery's state on the screen: the badge's state and its word."""

WITHDRAWAL_WORDS = {
    "HELD": gettext_lazy("Báo thu hồi: chờ văn thư ký"),
    "WAITING": gettext_lazy("Báo thu hồi: chờ gửi"),
    "TROUBLED": gettext_lazy("Báo thu hồi: chưa gửi được"),
    "SENT": gettext_lazy("Đã báo thu hồi, chờ đồng ý"),
    "ACCEPTED": gettext_lazy("Nơi nhận đã đồng ý thu hồi"),
    "REFUSED": gettext_lazy("Nơi nhận chưa đồng ý thu hồi"),
    "VOID": gettext_lazy("Không cần báo thu hồi"),
}

CERTIFICATES = {
    "WAITING": ("PENDING", gettext_lazy("Chờ đăng ký")),
    "TROUBLED": ("FAILED", gettext_lazy("Chưa đăng ký được")),
    "SENT": ("SENT", gettext_lazy("Đã đăng ký, chờ duyệt")),
    "APPROVED": ("RECEIVED", gettext_lazy("Đã được duyệt")),
    "REFUSED": ("REJECTED", gettext_lazy("Không được duyệt")),
}

TROUBLES = {
    "LOGIN_WRONG": gettext_lazy(
        "Nơi nhận không chấp nhận tài khoản của hệ thống. Người vận hành cần xem lại."
    ),
    "UNIT_NOT_YOURS": gettext_lazy("Nơi nhận chưa cho phép gửi thay trường này. Người vận hành cần liên hệ."),
    "account-missing": gettext_lazy(
        "Hệ thống chưa được cấu hình tài khoản ở nơi nhận. Hãy báo người vận hành."
    ),
    "blob-missing": gettext_lazy("Kho lưu trữ chưa trả lại được gói gửi. Hãy báo người vận hành."),
}
_NOBODY = gettext_lazy("Nơi nhận chưa trả lời. Không mất gì; hệ thống tự gửi lại.")

TRIES = {
    "ok": gettext_lazy("Kết nối được: nơi nhận trả lời và nhận tài khoản này."),
    "LOGIN_WRONG": gettext_lazy(
        "Nơi nhận trả lời, nhưng không nhận tài khoản hoặc mật khẩu này. Hãy đối chiếu với giấy cấp tài khoản."
    ),
    "code-not-shown": gettext_lazy(
        "Nơi nhận trả lời và từ chối. Mã lỗi của nơi nhận không đúng quy cách nên không được ghi lại."
    ),
    "user-missing": gettext_lazy("Chưa có tài khoản giao dịch. Hãy ghi tài khoản rồi thử lại."),
    "secret-missing": gettext_lazy(
        "Máy chủ chưa đọc được mật khẩu của tài khoản. Người vận hành cần đặt tệp mật khẩu."
    ),
    "ConnectTimeout": gettext_lazy(
        "Địa chỉ này không trả lời trong 5 giây. Hãy kiểm tra địa chỉ và tường lửa."
    ),
    "ReadTimeout": gettext_lazy("Nơi nhận mở kết nối nhưng không trả lời trong 10 giây. Hãy thử lại sau."),
    "SSLError": gettext_lazy(
        "Chứng thư TLS của nơi nhận không kiểm tra được. Không gửi gì cho tới khi sửa xong."
    ),
    "ConnectionError": gettext_lazy("Không mở được kết nối tới địa chỉ này. Hãy kiểm tra địa chỉ và mạng."),
    "token-missing": gettext_lazy(
        "Có máy chủ trả lời, nhưng không theo quy cách của Bộ. Hãy kiểm tra địa chỉ."
    ),
}
"""What came of trying a connection, by the code of `actions.destinations.Tried`."""
_NOT_UNDERSTOOD = gettext_lazy("Có máy chủ trả lời, nhưng không theo quy cách của Bộ. Hãy kiểm tra địa chỉ.")
_REFUSED = gettext_lazy("Nơi nhận trả lời và từ chối, với mã %(code)s.")
_AWAY = gettext_lazy("Nơi nhận chưa trả lời được (%(code)s). Hãy thử lại sau.")

ADVICE = {
    "ROW_FORMAT": gettext_lazy("Thu hồi học bạ này, sửa dữ liệu nêu trên rồi phát hành lại."),
    "ROW_UNREADABLE": gettext_lazy("Báo người vận hành: tệp đã gửi không đọc được ở nơi nhận."),
    "ROW_SCHOOL": gettext_lazy("Kiểm tra mã trường đã đăng ký ở nơi nhận, rồi gửi lại."),
    "ROW_YEAR": gettext_lazy("Thu hồi, sửa năm học rồi phát hành lại."),
    "ROW_SIGNATURE": gettext_lazy("Thu hồi, chốt và ký lại; nếu còn bị trả lại, báo người vận hành."),
    "ROW_OPEN": gettext_lazy("Nơi nhận chưa kiểm được chữ ký lúc đó. Hãy gửi lại."),
    "ROW_SEAL": gettext_lazy("Đăng ký chứng thư con dấu đã dùng với nơi nhận, chờ duyệt rồi gửi lại."),
    "ROW_DUPLICATE": gettext_lazy(
        "Mã này ở nơi nhận đã thuộc tệp khác. Thu hồi và phát hành lại với mã mới."
    ),
    "ROW_WITHDRAWN": gettext_lazy("Nơi nhận ghi mã này đã thu hồi. Phát hành lại với mã mới."),
    "ROW_FAILED": gettext_lazy(
        "Lỗi ở nơi nhận. Hãy gửi lại; nếu lặp lại, báo nơi nhận số ghi trong câu trả lời."
    ),
    "ROW_DIFFERS": gettext_lazy("Thông tin báo thu hồi khác bản nơi nhận giữ. Hãy liên hệ nơi nhận."),
    "ROW_UNKNOWN": gettext_lazy("Nơi nhận không giữ học bạ này: không cần thu hồi ở đó."),
    "ROW_REFUSED": gettext_lazy("Nơi nhận không đồng ý. Hãy liên hệ nơi nhận để biết lý do."),
    "LIST_SIGNER_NOT_APPROVED": gettext_lazy(
        "Chứng thư ký gói chưa được nơi nhận duyệt. Chờ duyệt rồi gửi lại."
    ),
    "CERTIFICATE_NOT_APPROVED": gettext_lazy(
        "Chứng thư con dấu chưa được nơi nhận duyệt. Chờ duyệt rồi gửi lại."
    ),
}
_RESEND = gettext_lazy("Xem câu trả lời, xử lý rồi gửi lại.")


def shown_state(state: str, answer_code: str) -> str:
    """Return the state as people see it: one that waits and has met trouble says so."""
    return "TROUBLED" if state == "WAITING" and answer_code else state


def badge(state: str, *, kind: str = "ISSUE") -> dict[str, Any]:
    """Return badge state and word of a delivery."""
    name, word = BADGES[state]
    return {"state": name, "text": WITHDRAWAL_WORDS[state] if kind == "WITHDRAWAL" else word}


def trouble(code: str) -> str:
    """Return why an attempt got no answer; nothing when there was no trouble."""
    return str(TROUBLES.get(code, _NOBODY)) if code else ""


def advice(code: str) -> str:
    """Return what to do about a refusal."""
    return str(ADVICE.get(code, _RESEND)) if code else ""


def tried(code: str, *, refused: bool) -> str:
    """Return what came of trying a connection, in a sentence."""
    if code in TRIES:
        return str(TRIES[code])
    if code.endswith("answer-not-understood") or code == "answer-too-large":
        return str(_NOT_UNDERSTOOD)
    return str(_REFUSED if refused else _AWAY) % {"code": code}


def destination_state(is_open: bool, is_paused: bool) -> dict[str, Any]:
    """Return badge state and word of a destination."""
    if not is_open:
        return {"state": "HELD", "text": _("Tạm dừng gửi")}
    if is_paused:
        return {"state": "FAILED", "text": _("Đang nghỉ vì nơi nhận không trả lời")}
    return {"state": "SENDING", "text": _("Đang gửi")}


def time(at: Any) -> str:
    """Return a moment as screens write it: 21:40 ngày 15/05/2026."""
    return localtime(at).strftime("%H:%M %d/%m/%Y") if at else ""


def year_choice(years: Any, chosen: str) -> list[dict[str, Any]]:
    """Return the choice of school year for the context bar; none when there is only one."""
    if len(years) < 2:
        return []
    options = [{"value": y, "label": y.replace("-", "–"), "selected": y == chosen} for y in years]
    return [{"name": "nam", "label": _("Năm học"), "options": options}]


def address(name: str, *args: object) -> str:
    """Return the address of a page, "" while that page does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
