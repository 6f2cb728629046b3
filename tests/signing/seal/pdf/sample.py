"""Fictional transcripts in the national layout, made to try the display: usual, longest, barest."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from lxml import etree

UUID = "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c"

SUBJECTS = (
    ("TV", "Tiếng Việt", "T", "9", "Đọc trôi chảy, viết đúng chính tả, biết diễn đạt ý của mình."),
    ("TOAN", "Toán", "T", "10", "Tính toán nhanh và chính xác."),
    ("NN1", "Ngoại ngữ 1 Tiếng Anh", "T", "9", "Nghe và nói tự tin."),
    ("LSDL", "Lịch sử và Địa lí", "T", "9", "Nắm chắc kiến thức, biết liên hệ thực tế."),
    ("KH", "Khoa học", "T", "10", "Ham tìm hiểu, quan sát tốt."),
    ("TIN", "Tin học và Công nghệ (Tin học)", "T", "9", "Sử dụng máy tính thành thạo."),
    ("CN", "Tin học và Công nghệ (Công nghệ)", "H", "8", "Hoàn thành sản phẩm đúng yêu cầu."),
    ("DD", "Đạo đức", "T", None, "Lễ phép, biết giúp đỡ bạn."),
    ("GDTC", "Giáo dục thể chất", "T", None, "Tích cực tập luyện."),
    ("AN", "Nghệ thuật (Âm nhạc)", "T", None, "Hát đúng giai điệu."),
    ("MT", "Nghệ thuật (Mĩ thuật)", "H", None, "Biết phối màu."),
    ("HDTN", "Hoạt động trải nghiệm", "T", None, "Tham gia nhiệt tình."),
)

LONG = (
    "Em nắm vững kiến thức, kĩ năng của môn học, biết vận dụng linh hoạt vào thực tiễn; "
    "mạnh dạn phát biểu, thường xuyên giúp đỡ bạn, cần rèn thêm tính cẩn thận khi trình bày. "
)

COMMON = {
    "PHIEN_BAN": "1.0",
    "THONG_TU": "27/2020/TT-BGDĐT",
    "MA_TRA_CUU_UUID": UUID,
    "TEN_NAM_HOC": "2026-2027",
    "MA_SO_GIAO_DUC": "99",
    "TEN_SO_GD": "Sở Giáo dục và Đào tạo tỉnh Mẫu",
    "MA_TRUONG": "99000101",
    "TEN_TRUONG": "Trường Tiểu học Hoa Sen",
    "TEN_QUAN_HUYEN": "Không",
    "TEN_XA_PHUONG": "Phường Bình Minh",
    "TEN_TINH_THANH_PHO": "Tỉnh Mẫu",
    "MA_CAP_HOC": "02",
    "SO_SO_DANG_BO": "2022/0147",
    "HO_VA_TEN": "Nguyễn Thị Ánh Dương",
    "SO_CCCD": "099316000123",
    "MA_HOC_SINH": "9900010100147",
    "GIOI_TINH": "Nữ",
    "NGAY_SINH": "2016-03-05T00:00:00+07:00",
    "CAN_NANG": "31.5",
    "CHIEU_CAO": "138",
    "TONG_SO_BUOI_NGHI_CO_PHEP": "2",
    "THONG_SO_BUOI_NGHI_KHONG_PHEP": "0",
    "NOI_SINH": "Phường Bình Minh, Tỉnh Mẫu",
    "QUE_QUAN": "Xã Đồng Lúa, Tỉnh Mẫu",
    "CHO_O_HIEN_NAY": "Số 7, đường Hoa Phượng, Phường Bình Minh, Tỉnh Mẫu",
    "DAN_TOC": "Kinh",
    "QUOC_TICH": "Việt Nam",
    "HO_VA_TEN_CHA": "Nguyễn Văn Bắc",
    "HO_VA_TEN_ME": "Trần Thị Lụa",
    "HO_VA_TEN_NGUOI_GIAM_HO": "",
    "TEN_GIAM_HIEU_KY_HOC_BA": "Lê Thị Bích Hằng",
    "SO_CCCD_GIAM_HIEU_KY_HOC_BA": "099175000456",
    "DIA_DANH_PHAT_HANH_HOC_BA": "Phường Bình Minh",
    "NGAY_TAO_HOC_BA": "2027-05-26T00:00:00+07:00",
    "NGAY_KY_PHAT_HANH_HOC_BA": "2027-05-28T00:00:00+07:00",
    "CHUC_VU_GIAM_HIEU_KY_HOC_BA": "Hiệu trưởng",
    "TEN_GIAO_VIEN_CHU_NHIEM": "Phạm Thu Hường",
    "SO_CCCD_GIAO_VIEN_CHU_NHIEM": "099188000789",
    "MA_KHOI": "5",
    "TEN_LOP": "5A",
    "NAM_HOC": "2026",
}

SUMMARY = {
    "KET_QUA_XEP_LOAI": "Hoàn thành",
    "DUOC_LEN_LOP": "1",
    "NOI_DUNG_HOAN_THANH_CHUONG_TRINH": "Hoàn thành chương trình tiểu học.",
    "DA_HOAN_THANH_CHUONG_TRINH_LOP_HOC": "1",
    "NOI_DUNG_KHEN_THUONG": "Học sinh có thành tích nổi bật trong học tập môn Toán",
    "NOI_DUNG_KHEN_THUONG_DOT_XUAT": "",
    "NHAN_XET_GVCN": "Em chăm ngoan, có ý thức vươn lên trong học tập.",
}

TRAITS = {
    "NANG_LUC_TU_CHU_TU_HOC": "T",
    "NANG_LUC_GIAO_TIEP_HOC_TAC": "T",
    "NANG_LUC_GIAI_QUYET_VAN_DE_SANG_TAO": "Đ",
    "NANG_LUC_NGON_NGU": "T",
    "NANG_LUC_TINH_TOAN": "T",
    "NANG_LUC_KHOA_HOC": "T",
    "NANG_LUC_CONG_NGHE": "Đ",
    "NANG_LUC_TIN_HOC": "T",
    "NANG_LUC_THAM_MI": "T",
    "NANG_LUC_THE_CHAT": "T",
    "PHAM_CHAT_YEU_NUOC": "T",
    "PHAM_CHAT_NHAN_AI": "T",
    "PHAM_CHAT_CHAM_CHI": "T",
    "PHAM_CHAT_TRUNG_THUC": "T",
    "PHAM_CHAT_TRACH_NHIEM": "Đ",
    "NHAN_XET_PHAM_CHAT": "Em yêu trường lớp, biết quan tâm và giúp đỡ mọi người.",
    "NHAN_XET_NANG_LUC_CHUNG": "Em tự giác học tập, hợp tác tốt với bạn trong nhóm.",
    "NHAN_XET_NANG_LUC_DAC_THU": "Em có năng khiếu về ngôn ngữ và tính toán.",
}

_SUBJECT_TAGS = ("MA_MON_HOC", "TEN_MON_HOC", "MUC_DAT_DUOC", "DIEM_KIEM_TRA_DINH_KY", "NHAN_XET")
_HISTORY_TAGS = ("TEN_LOP", "TEN_TRUONG", "NGAY_TRANG_THAI_CHUYEN_DEN", "NAM_HOC")

HISTORY = (
    ("1A", "Trường Tiểu học Hoa Sen", "2022-08-22T00:00:00+07:00", "2022-2023"),
    ("2A", "Trường Tiểu học Hoa Sen", "2023-08-21T00:00:00+07:00", "2023-2024"),
    ("3A", "Trường Tiểu học Hoa Sen", "2024-08-19T00:00:00+07:00", "2024-2025"),
    ("4A", "Trường Tiểu học Hoa Sen", "2025-08-25T00:00:00+07:00", "2025-2026"),
    ("5A", "Trường Tiểu học Hoa Sen", "2026-08-24T00:00:00+07:00", "2026-2027"),
)


@dataclass(frozen=True)
class Pupil:
    """The variable parts of one sample; `common`, `summary`, `traits` are laid over the usual values."""

    common: dict[str, str] = field(default_factory=dict)
    summary: dict[str, str] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)
    subjects: tuple[tuple[str, str, str, str | None, str | None], ...] = SUBJECTS
    history: tuple[tuple[str, str, str, str], ...] = HISTORY


USUAL = Pupil()
LONGEST = Pupil(
    common={
        "HO_VA_TEN": "Công Tằng Tôn Nữ Hoàng Phương Nguyệt Quỳnh Khánh Trường Giang",
        "TEN_TRUONG": "Trường Phổ thông Dân tộc bán trú Tiểu học và Trung học cơ sở Nguyễn Đình Chiểu số 2",
        "CHO_O_HIEN_NAY": "Tổ dân phố số 14, thôn Nậm Khắt Thượng, Xã Púng Luông Thượng Nguồn, Tỉnh Mẫu",
        "NOI_SINH": "Bệnh viện Đa khoa khu vực Nghĩa Lộ, phường Trung Tâm, Tỉnh Mẫu",
        "TEN_GIAM_HIEU_KY_HOC_BA": "Nguyễn Hoàng Phương Quỳnh Trang Khánh Ngân",
        "TEN_GIAO_VIEN_CHU_NHIEM": "Hồ Thị Hoàng Oanh Kiều Diễm Phương Thuỷ",
        "CHUC_VU_GIAM_HIEU_KY_HOC_BA": "Phó Hiệu trưởng phụ trách",
        "HO_VA_TEN_NGUOI_GIAM_HO": "Công Tằng Tôn Nữ Thị Diễm Phương Khánh Hoà",
    },
    summary={
        "NOI_DUNG_KHEN_THUONG": "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện",
        "NOI_DUNG_KHEN_THUONG_DOT_XUAT": LONG * 2,
        "NHAN_XET_GVCN": LONG * 3,
    },
    traits={
        "NHAN_XET_PHAM_CHAT": LONG * 4,
        "NHAN_XET_NANG_LUC_CHUNG": LONG * 4,
        "NHAN_XET_NANG_LUC_DAC_THU": LONG * 4,
    },
    subjects=(
        *((code, name, level, mark, LONG * 2) for code, name, level, mark, _ in SUBJECTS),
        ("TNXH", "Tự nhiên và Xã hội", "C", None, LONG * 2),
        ("TDT", "Tiếng dân tộc Mông", "T", "9", LONG * 2),
    ),
)
BAREST = Pupil(
    subjects=tuple((code, name, level, mark, None) for code, name, level, mark, _ in SUBJECTS),
    history=HISTORY[-1:],
    summary={"NOI_DUNG_KHEN_THUONG": ""},
)


def frozen(pupil: Pupil = USUAL, *, uuid: str = UUID) -> bytes:
    """Return the frozen bytes of a pupil in the national format, with nobody's signature yet."""
    common = COMMON | pupil.common | {"MA_TRA_CUU_UUID": uuid}
    subjects = "".join(
        _group("BANG_DIEM", dict(zip(_SUBJECT_TAGS, row, strict=True))) for row in pupil.subjects
    )
    history = "".join(_group("DONG", dict(zip(_HISTORY_TAGS, row, strict=True))) for row in pupil.history)
    summary = _tags(SUMMARY | pupil.summary)
    text = (
        f'<HOC_BA id="hocba-{uuid}"><DU_LIEU_HOC_BA Id="data-{uuid}">'
        f"{_group('THONG_TIN_CHUNG', common)}<QUA_TRINH_HOC_TAP>{history}</QUA_TRINH_HOC_TAP>"
        f"<TONG_KET>{summary}<DANH_SACH_BANG_DIEM>{subjects}</DANH_SACH_BANG_DIEM>"
        f"{_group('NANG_LUC_PHAM_CHAT', TRAITS | pupil.traits)}</TONG_KET></DU_LIEU_HOC_BA>"
        "<DANH_SACH_THONG_TIN_KY></DANH_SACH_THONG_TIN_KY></HOC_BA>"
    )
    return etree.tostring(etree.fromstring(text), method="c14n", exclusive=True, with_comments=False)


def _group(tag: str, values: dict[str, str | None]) -> str:
    return f"<{tag}>{_tags(values)}</{tag}>"


def _tags(values: dict[str, str | None] | dict[str, str]) -> str:
    """Return the tags that have a value, in the order of the format where it fixes one."""
    return "".join(f"<{tag}>{escape(value)}</{tag}>" for tag, value in values.items() if value)
