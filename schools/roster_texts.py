"""Sentences about lists from spreadsheets: why a file is refused, what is wrong in a cell, what a list is called."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.rosters.columns import Kind

KINDS: dict[Kind, object] = {
    Kind.STAFF: gettext_lazy("Cán bộ, giáo viên"),
    Kind.CLASSES: gettext_lazy("Lớp"),
    Kind.TEACHINGS: gettext_lazy("Phân công giảng dạy"),
    Kind.PUPILS: gettext_lazy("Học sinh"),
    Kind.GUARDIANS: gettext_lazy("Cha mẹ, người giám hộ"),
}
VERDICTS: dict[str, object] = {
    "new": gettext_lazy("mới"),
    "changed": gettext_lazy("thay đổi"),
    "same": gettext_lazy("giữ nguyên"),
    "wrong": gettext_lazy("có lỗi"),
}
UNITS: dict[Kind, object] = {
    Kind.STAFF: gettext_lazy("người"),
    Kind.CLASSES: gettext_lazy("lớp"),
    Kind.TEACHINGS: gettext_lazy("phân công"),
    Kind.PUPILS: gettext_lazy("em"),
    Kind.GUARDIANS: gettext_lazy("người"),
}

REFUSALS: dict[str, object] = {
    "empty": gettext_lazy("Tệp không có dòng nào."),
    "no-rows": gettext_lazy("Tệp có dòng tiêu đề nhưng chưa có dòng nào bên dưới."),
    "too-large": gettext_lazy(
        "Tệp lớn hơn %(megabytes)s MB. Danh sách một trường không lớn đến vậy; hãy bỏ ảnh khỏi tệp."
    ),
    "unpacks-too-large": gettext_lazy("Tệp nén này bung ra quá lớn nên không được mở."),
    "too-many-rows": gettext_lazy("Mỗi tệp nhập được nhiều nhất %(rows)s dòng. Hãy tách thành nhiều tệp."),
    "encrypted": gettext_lazy("Tệp có mật khẩu nên không đọc được. Hãy bỏ mật khẩu rồi lưu lại."),
    "macros": gettext_lazy("Tệp có macro nên không được mở. Hãy lưu lại thành .xlsx (không macro)."),
    "broken": gettext_lazy("Tệp bị hỏng hoặc không đúng loại. Hãy mở bằng Excel rồi lưu lại thành .xlsx."),
    "unknown-kind": gettext_lazy("Đây không phải tệp bảng tính. Hãy dùng .xlsx, .xls, .ods hoặc .csv."),
    "web-page": gettext_lazy(
        "Tệp này là trang web lưu với đuôi bảng tính. Hãy mở bằng Excel rồi lưu lại thành .xlsx."
    ),
    "letters": gettext_lazy("Không nhận ra bảng mã chữ. Hãy lưu lại thành .xlsx hoặc CSV UTF-8."),
    "tcvn3": gettext_lazy("Tệp dùng bảng mã TCVN3 (.VnTime) cũ. Hãy chuyển sang Unicode rồi lưu lại."),
    "no-heading": gettext_lazy(
        "Không tìm thấy dòng tiêu đề. Còn thiếu cột: %(missing)s. Hãy so với tệp mẫu."
    ),
}
"""Why nothing of a file is read."""

FINDINGS: dict[str, object] = {
    "absent": gettext_lazy("Chưa có: %(field)s."),
    "unfit-text": gettext_lazy("%(field)s: có ký tự không dùng được."),
    "too-long": gettext_lazy("%(field)s: dài quá."),
    "exponent": gettext_lazy(
        "%(field)s: Excel đã rút gọn thành “%(value)s” nên mất chữ số. Định dạng ô là Văn bản rồi gõ lại."
    ),
    "lost-zeros": gettext_lazy(
        "%(field)s: “%(value)s” thiếu chữ số, có thể Excel đã bỏ số 0 ở đầu."
        " Định dạng ô là Văn bản rồi gõ đủ 12 số."
    ),
    "personal-number": gettext_lazy("%(field)s: “%(value)s” không phải 12 chữ số."),
    "digits-in-name": gettext_lazy("%(field)s: “%(value)s” có chữ số."),
    "day": gettext_lazy("%(field)s: “%(value)s” không phải một ngày. Viết dạng 15/05/2017."),
    "short-year": gettext_lazy("%(field)s: “%(value)s” chỉ có hai số của năm. Viết đủ 15/05/2017."),
    "month-first": gettext_lazy("%(field)s: “%(value)s” ghi tháng trước ngày. Viết ngày trước: 15/05/2017."),
    "phone-lost-zero": gettext_lazy("%(field)s: “%(value)s” có thể mất số 0 ở đầu, không nhập số này."),
    "phone": gettext_lazy("%(field)s: “%(value)s” không phải số điện thoại, không nhập số này."),
    "email": gettext_lazy("%(field)s: “%(value)s” không phải địa chỉ thư, không nhập."),
    "gender": gettext_lazy("%(field)s: “%(value)s” không phải Nam hoặc Nữ."),
    "grade": gettext_lazy("%(field)s: “%(value)s” không phải số khối."),
    "grade-unknown": gettext_lazy("Không biết lớp này thuộc khối nào. Khối tiểu học là 1 đến 5."),
    "grade-differs": gettext_lazy("Lớp này đang là khối %(grade)s."),
    "twice-in-file": gettext_lazy("%(field)s: “%(value)s” đã có ở một dòng trên trong tệp này."),
    "number-other-name": gettext_lazy("Số định danh “%(value)s” đã có với họ tên khác. Xin kiểm tra lại cả hai."),
    "role-unknown": gettext_lazy(
        "Chức vụ “%(value)s” không nhập theo tệp được. Dùng: Hiệu trưởng, Phó Hiệu trưởng, Giáo viên, Văn thư, Học vụ."
    ),
    "own-role": gettext_lazy("Không tự cấp vai trò cho chính mình."),
    "contact-kept": gettext_lazy(
        "%(field)s: người này còn ở nơi khác hoặc có tài khoản nên giữ thông tin liên lạc cũ."
    ),
    "teacher-unknown": gettext_lazy("Không có “%(value)s” trong nhân sự của trường."),
    "teacher-ambiguous": gettext_lazy("Trường có nhiều người tên “%(value)s”. Hãy ghi số định danh."),
    "class-unknown": gettext_lazy("Năm học này chưa có lớp “%(value)s”. Hãy nhập danh sách lớp trước."),
    "class-begun": gettext_lazy("Em đang học lớp %(now)s và đã có kết quả ở đó, không chuyển lớp theo tệp được."),
    "subject-unknown": gettext_lazy("Không có môn “%(value)s” trong chương trình."),
    "subject-not-of-grade": gettext_lazy("Khối %(grade)s không học môn “%(value)s”."),
    "elsewhere": gettext_lazy("Mã hoặc số này là của một em ở trường khác. Làm thủ tục chuyển trường trước."),
    "two-pupils": gettext_lazy(
        "Mã học sinh là của %(by_code)s, số định danh lại là của %(by_number)s. Xin kiểm tra lại cả hai."
    ),
    "code-differs": gettext_lazy("Số định danh này là của em mang mã %(known)s; mã học sinh không đổi được."),
    "no-code": gettext_lazy("Chưa có mã học sinh do CSDL ngành cấp nên chưa thêm em được."),
    "born-late": gettext_lazy("Ngày sinh sau hôm nay."),
    "pupil-unknown": gettext_lazy("Trường không có em mang mã hoặc số “%(value)s”."),
    "guardian-ambiguous": gettext_lazy("Em có nhiều người giám hộ tên “%(value)s”. Hãy ghi số định danh."),
}  # fmt: skip
"""What is found in a row; warnings keep nothing out."""


def refusal(code: str, facts: Mapping[str, object]) -> str:
    """Return why a file is not read."""
    missing = facts.get("missing", ())
    told = dict(facts) | {"missing": ", ".join(missing) if isinstance(missing, tuple) else ""}
    return str(REFUSALS[code]) % told


def finding(found: Mapping[str, object], field: str) -> str:
    """Return what a finding says of a cell whose column is called `field`."""
    facts = found.get("facts")
    told = {"field": field or _("Dòng này"), "value": found["value"]} | (
        facts if isinstance(facts, dict) else {}
    )
    return str(FINDINGS[str(found["code"])]) % told
