"""What codes of this app are called in words: roles, accounts, and every action of the trail.

The trail's actions belong to all apps; their words stand here together, since one page shows them all. A test
finds every `audit.record` in the code and asks for its word.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from schools.permissions import Role

ROLES: dict[Role, object] = {
    Role.TEACHER: _("Giáo viên"),
    Role.PRINCIPAL: _("Cán bộ quản lý"),
    Role.CLERK: _("Văn thư"),
    Role.REGISTRAR: _("Học vụ"),
    Role.SCHOOL_ADMIN: _("Quản trị viên"),
    Role.SUBDEPARTMENT: _("Phòng, xã"),
    Role.DEPARTMENT: _("Sở"),
    Role.MINISTRY: _("Bộ"),
    Role.SYSTEM: _("Hệ thống"),
}

RELATIONS: dict[str, object] = {
    "teacher": _("Giáo viên bộ môn"),
    "homeroom": _("Giáo viên chủ nhiệm"),
    "guardian": _("Gia đình"),
    "pupil": _("Học sinh"),
}

ACCOUNTS: dict[str, object] = {
    "none": _("Chưa có tài khoản"),
    "open": _("Đang dùng"),
    "temporary": _("Chờ đổi mật khẩu tạm"),
    "locked": _("Tạm khóa vì nhập sai nhiều lần"),
    "closed": _("Đã đóng"),
}

EDUCATION_LEVELS: dict[str, object] = {
    "02": _("Tiểu học"),
    "03": _("Trung học cơ sở"),
    "04": _("Trung học phổ thông"),
}
"""MA_CAP_HOC of the national format, in words."""

UNIT_FACTS: dict[str, object] = {
    "province_name": _("tỉnh, thành phố"),
    "district_name": _("huyện, quận"),
    "commune_name": _("xã, phường"),
    "education_levels": _("cấp học"),
}
"""What a school may lack for the national format, inside a sentence."""

ACTIONS: dict[str, object] = {
    "session.open": _("Đăng nhập"),
    "session.lock": _("Tạm khóa tài khoản vì nhập sai mật khẩu"),
    "session.end": _("Đăng xuất một thiết bị"),
    "session.end-others": _("Đăng xuất mọi thiết bị khác"),
    "invitation.make": _("Lập lời mời hoặc phiếu đăng ký"),
    "invitation.withdraw": _("Hủy lời mời hoặc phiếu đăng ký"),
    "invitation.mail": _("Gửi lời mời hoặc liên kết khôi phục qua thư"),
    "invitation.accept": _("Mở tài khoản bằng lời mời hoặc phiếu"),
    "invitation.join": _("Gắn thêm một em vào tài khoản bằng phiếu"),
    "invitation.recover": _("Đặt lại mật khẩu bằng phiếu khôi phục"),
    "guardianship.end": _("Kết thúc quan hệ giám hộ"),
    "slips.view": _("Xem danh sách phiếu gia đình"),
    "account.open": _("Mở tài khoản"),
    "account.reset": _("Cấp lại mật khẩu"),
    "account.unlock": _("Mở khóa tài khoản"),
    "account.password": _("Tự đổi mật khẩu"),
    "staff.view": _("Xem nhân sự"),
    "staff.appoint": _("Cấp vai trò"),
    "staff.end": _("Kết thúc vai trò"),
    "staff.rename": _("Sửa họ tên trong hồ sơ nhân sự"),
    "unit.add": _("Thêm đơn vị"),
    "unit.edit": _("Sửa thông tin đơn vị"),
    "unit.close": _("Đóng đơn vị"),
    "unit.reopen": _("Mở lại đơn vị"),
    "unit.oversight": _("Đổi cơ quan cùng quản lý"),
    "school-year.open": _("Mở năm học"),
    "school-year.edit": _("Sửa mốc thời gian của năm học"),
    "trail.view": _("Xem nhật ký"),
    "trail.export": _("Xuất nhật ký ra tệp"),
    "pupil.view": _("Xem hồ sơ học sinh"),
    "pupil.edit": _("Sửa hồ sơ học sinh"),
    "roster.preview": _("Xem trước danh sách từ tệp"),
    "roster.apply": _("Nhập danh sách từ tệp"),
    "roster.refused-rows": _("Tải các dòng chưa nhập được"),
    "roster.export": _("Xuất danh sách học sinh"),
    "pupil.import": _("Nhập hồ sơ học sinh từ tệp"),
    "class.view": _("Xem lớp"),
    "year.view": _("Xem kết quả cả năm của một em"),
    "results.view": _("Xem kết quả môn học"),
    "results.export": _("Xuất kết quả môn học ra Excel"),
    "results.enter": _("Nhập kết quả môn học"),
    "results.confirm": _("Xác nhận hoàn thành"),
    "results.reopen": _("Mở khóa để sửa"),
    "homeroom.view": _("Xem phẩm chất, năng lực, nhận xét"),
    "homeroom.save": _("Nhập phẩm chất, năng lực, nhận xét"),
    "homeroom.enter-class": _("Nhập phẩm chất, năng lực, chuyên cần cả lớp"),
    "cell.return": _("Trả lại một ô cho giáo viên bộ môn"),
    "cell.changed": _("Sửa ô được trả lại"),
    "cell.kept": _("Giữ nguyên ô được trả lại"),
    "cell.taken-back": _("Rút lại việc trả ô"),
    "cell.view": _("Xem kết quả một môn của một em"),
    "phrase.add": _("Thêm mẫu nhận xét"),
    "phrase.edit": _("Sửa mẫu nhận xét"),
    "phrase.retire": _("Ngừng dùng mẫu nhận xét"),
    "decision.record": _("Ghi quyết định lên lớp"),
    "sheet.make": _("Lập phiếu phát hành"),
    "class.freeze": _("Chốt dữ liệu để ký"),
}
"""Of what this app and the classroom do; the apps above add theirs below."""

ACTIONS |= {
    "transcript.view": _("Xem học bạ"),
    "transcript.preview": _("Xem trước học bạ khi ký"),
    "transcript.download-xml": _("Tải học bạ (XML)"),
    "transcript.download-pdf": _("Tải học bạ (PDF)"),
    "transcript.download-zip": _("Tải trọn bộ hồ sơ học bạ"),
    "transcript.confirmed": _("Xác nhận hoàn thành"),
    "transcript.reopened": _("Mở lại để sửa"),
    "transcript.frozen": _("Chốt dữ liệu để ký"),
    "transcript.returned": _("Trả lại để sửa"),
    "transcript.homeroom_signed": _("Giáo viên chủ nhiệm ký số"),
    "transcript.principal_signed": _("Hiệu trưởng ký số"),
    "transcript.seal_intended": _("Bắt đầu ký số phát hành"),
    "transcript.seal_abandoned": _("Dừng ký số phát hành"),
    "transcript.issued": _("Phát hành"),
    "transcript.withdrawn": _("Thu hồi"),
    "transcript.signature": _("Ký số học bạ"),
    "transcript.withdraw": _("Thu hồi học bạ"),
    "batch.authorise-gvcn": _("Ký số cả lớp (giáo viên chủ nhiệm)"),
    "batch.authorise-cbql": _("Ký số cả lớp (cán bộ quản lý)"),
    "batch.authorise-ky_phat_hanh": _("Ký số phát hành cả lớp"),
    "pin.wrong-pin": _("Nhập sai mã PIN"),
    "pin.pin-locked": _("Mã PIN bị khóa"),
    "pin.invalid": _("Nhập mã PIN chưa được"),
    "batch.preview": _("Xem trước đợt ký"),
    "authority.request": _("Đề nghị đăng ký chứng thư số"),
    "authority.approve": _("Duyệt chứng thư số"),
    "authority.refuse": _("Từ chối chứng thư số"),
    "authority.end": _("Ngừng chứng thư số"),
    "packages.authorise": _("Cho phép gửi học bạ"),
    "class.issued-view": _("Xem học bạ đã phát hành của lớp"),
    "standing.view": _("Xem tiến độ"),
    "standing.export": _("Xuất tiến độ ra tệp"),
    "delivery.view": _("Xem việc gửi học bạ"),
    "api.read": _("Phần mềm khác đọc qua API"),
    "delivery.send-again": _("Gửi lại"),
    "destination.add": _("Thêm nơi nhận"),
    "destination.edit": _("Sửa nơi nhận"),
    "destination.try": _("Thử kết nối nơi nhận"),
    "verify.upload": _("Xác thực tệp học bạ"),
    "verify.code": _("Xác thực bằng mã tra cứu"),
    "verify.open": _("Mở trang xác thực"),
    "throttle.open": _("Mở lại lượt tra cứu"),
    "child.view": _("Gia đình xem kết quả"),
    "look-up.view": _("Gia đình tra cứu bằng mã"),
}


def action(code: str) -> object:
    """Return what an action is called; a code without words shows itself, so that no row is hidden."""
    return ACTIONS.get(code, code)


def role(code: str) -> object:
    """Return what a role or a relation is called."""
    if code in RELATIONS:
        return RELATIONS[code]
    return ROLES[Role(code)] if code in set(Role) else code
