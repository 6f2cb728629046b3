"""Codes → Vietnamese sentences: what is wrong and what to do, for a school, a Sở or a vendor's programmer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from exports.ministry.content import ContentFault
from exports.ministry.wire import WireFault
from exports.receiver.lists import ListFault
from exports.receiver.refused import Code

REQUEST: dict[str, object] = {
    Code.METHOD: _("Dịch vụ này chỉ nhận yêu cầu POST."),
    Code.LENGTH_REQUIRED: _("Yêu cầu thiếu độ dài (Content-Length)."),
    Code.TOO_LARGE: _("Yêu cầu lớn hơn 10 MB. Hãy chia danh sách thành nhiều gói."),
    Code.INCOMPLETE: _("Yêu cầu chưa đến đủ hoặc đến quá chậm. Hãy gửi lại, với cùng messageid."),
    Code.MALFORMED: _("Yêu cầu không đúng chuẩn HTTP nên không đọc được."),
    Code.HEAD_TOO_LARGE: _("Địa chỉ hoặc phần đầu (header) của yêu cầu quá dài."),
    Code.LOGIN: _("Tài khoản hoặc mật khẩu không đúng. Mật khẩu gửi ở dạng SHA-256."),
    Code.TOKEN_UNKNOWN: _("Token không đúng. Hãy lấy token mới."),
    Code.TOKEN_EXPIRED: _("Token đã hết hạn. Hãy lấy token mới."),
    Code.UNIT: _("Tài khoản này không được gửi thay cho đơn vị đã ghi ở ma_don_vi."),
    Code.TYPE: _("Mã giao dịch (type) không đúng với dịch vụ này."),
    Code.MESSAGE_REUSED: _("messageid này đã dùng cho một nội dung khác."),
    Code.MESSAGE_UNKNOWN: _("Chưa nhận được yêu cầu nào có messageid này."),
    Code.NOT_APPROVED: _("Đơn vị chưa có chứng thư số nào được phê duyệt. Hãy đăng ký trước (giao dịch 3)."),
    Code.CERTIFICATE_UNREADABLE: _("Không đọc được chứng thư số đã gửi kèm."),
    Code.CERTIFICATE_SERIAL: _("Số sê-ri không khớp với chứng thư số đã gửi kèm."),
    Code.CERTIFICATE_ISSUER: _("Chứng thư số không do tổ chức được tin cậy cấp cho con dấu của cơ quan."),
    Code.CERTIFICATE_PERIOD: _("Chứng thư số chưa có hiệu lực hoặc đã hết hạn vào ngày đăng ký."),
    Code.CERTIFICATE_OTHER_UNIT: _("Chứng thư số này đã được phê duyệt cho một đơn vị khác."),
    Code.CERTIFICATE_BY_DESK: _("Cấp quản lý đã từ chối chứng thư số này."),
    Code.LIST_SIGNATURE: _("Chữ ký của đơn vị trên danh sách không hợp lệ."),
    Code.LIST_SIGNER: _("Danh sách không được ký bằng chứng thư số đã phê duyệt của đơn vị."),
    Code.UNAVAILABLE: _("Hệ thống tiếp nhận đang bận. Hãy gửi lại sau, với cùng messageid."),
    WireFault.JSON: _("Yêu cầu không phải là JSON đúng chuẩn."),
    WireFault.SHAPE: _("Yêu cầu phải là một đối tượng JSON."),
    WireFault.MISSING: _("Thiếu trường {field}."),
    WireFault.FIELD: _("Trường {field} không đúng định dạng."),
    ContentFault.BASE64: _("Nội dung (content) không phải là base64 đúng chuẩn."),
    ContentFault.SHORT: _("Nội dung (content) quá ngắn: phải có bốn byte độ dài rồi đến dữ liệu GZip."),
    ContentFault.TOO_LARGE: _("Danh sách sau khi giải nén lớn hơn mức cho phép. Hãy chia thành nhiều gói."),
    ContentFault.LENGTH: _("Độ dài ghi ở bốn byte đầu không bằng độ dài dữ liệu sau khi giải nén."),
    ContentFault.GZIP: _("Nội dung (content) không phải là GZip đúng chuẩn."),
    ContentFault.TRUNCATED: _("Dữ liệu GZip bị cắt cụt."),
    ContentFault.TRAILING: _("Sau dữ liệu GZip còn dữ liệu thừa."),
    ContentFault.ENCODING: _("Danh sách không phải là UTF-8."),
    ContentFault.QUOTES: _("Dấu nháy kép trong danh sách chỗ có, chỗ không có dấu \\ đứng trước."),
    ListFault.XML: _("Danh sách không phải là XML đúng chuẩn."),
    ListFault.DOCTYPE: _("Danh sách không được khai báo DOCTYPE."),
    ListFault.ENCODING: _("Danh sách phải dùng bảng mã UTF-8."),
    ListFault.ROOT: _('Thẻ gốc phải là DANH_SACH_HOC_BA, chỉ có thuộc tính id="dataDanhSach".'),
    ListFault.CONTENT: _("Trong danh sách chỉ có các thẻ HOC_BA, cuối cùng là chữ ký (Signature)."),
    ListFault.EMPTY: _("Danh sách không có học bạ nào."),
    ListFault.TOO_MANY: _("Danh sách có quá nhiều học bạ hoặc quá nhiều thẻ. Hãy chia thành nhiều gói."),
    ListFault.SIGNATURE: _("Danh sách chưa có chữ ký của đơn vị (Signature)."),
}


def of_request(code: str, field: str = "") -> str:
    """Return the sentence of a refused request."""
    return str(REQUEST[code]).replace("{field}", field)


ROW: dict[str, object] = {
    "ROW_UNREADABLE": _("Không đọc được học bạ này: XML không đúng chuẩn."),
    "ROW_FORMAT": _("Học bạ không đúng định dạng 1.0 ở thẻ {field} ({facts})."),
    "ROW_SIGNATURE": _("Chữ ký trong học bạ không hợp lệ: {facts}"),
    "ROW_OPEN": _("Chưa xác định được chữ ký trong học bạ có hợp lệ hay không: {facts}"),
    "ROW_SCHOOL": _("Đơn vị gửi không được nộp học bạ của trường có mã {facts}."),
    "ROW_YEAR": _("Năm học trong học bạ khác năm học của gói dữ liệu."),
    "ROW_SEAL": _("Con dấu (KY_PHAT_HANH) không dùng chứng thư số đã được phê duyệt của trường."),
    "ROW_DUPLICATE": _("Mã tra cứu này đã dùng cho một học bạ khác. Học bạ cấp lại phải có mã tra cứu mới."),
    "ROW_WITHDRAWN": _("Học bạ có mã tra cứu này đã bị thu hồi. Học bạ cấp lại phải có mã tra cứu mới."),
    "ROW_UNKNOWN": _("Kho chưa có học bạ nào mang mã tra cứu này của trường."),
    "ROW_DIFFERS": _("Thông tin {field} không khớp với học bạ đã tiếp nhận."),
    "ROW_REFUSED": _("Cấp quản lý không đồng ý thu hồi học bạ này."),
    "ROW_FAILED": _("Hệ thống không kiểm tra được học bạ này. Hãy báo mã {facts} cho đơn vị vận hành."),
}


def of_row(code: str, field: str = "", facts: str = "") -> str:
    """Return the sentence of a refused row."""
    return str(ROW[code]).replace("{field}", field).replace("{facts}", facts)


RECEIVED = _("Đã tiếp nhận {count} học bạ, đang kiểm tra.")
ANSWERED = _("Đã có kết quả của {count} học bạ.")
WORKING = _("Đã kiểm tra {done}/{count} học bạ.")
WITHDRAWAL_RECEIVED = _("Đã tiếp nhận yêu cầu thu hồi {count} học bạ.")
CERTIFICATE_RECEIVED = _("Đã tiếp nhận đăng ký chứng thư số.")
CERTIFICATE_WAITING = _("Chứng thư số đang chờ phê duyệt.")
CERTIFICATE_APPROVED = _("Chứng thư số đã được phê duyệt.")
TOKEN_GIVEN = _("Đã cấp token.")
CODE_LIST = _("Danh mục.")
"""What is answered when all is well."""

PROVIDERS = {
    "VNPT": _("Tập đoàn VNPT"),
    "BKAV": _("Công ty Bkav"),
    "VIETTEL": _("Tập đoàn Viettel"),
    "BAN_CO_YEU": _("Ban Cơ yếu Chính phủ"),
}
SIGNATURE_KINDS = {"REMOTE_SIGNING": _("Ký số từ xa"), "USB_TOKEN": _("Thiết bị USB Token")}
