"""What one sealed XML has to show: every value as the Ministry's display writes it, and nothing else.

Law: CV 2088/BGDĐT-GDTH Phụ lục 2 (display of the học bạ số for one year), NĐ 30/2020 Phụ lục I and
QĐ 1789 Điều 11 (what a visible signature says).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from lxml import etree

from signing.seal.pdf.slots import Slot, read_slots

SUBJECT_LEVELS = {"T": "Hoàn thành tốt", "H": "Hoàn thành", "C": "Chưa hoàn thành"}
TRAIT_LEVELS = {"T": "Tốt", "Đ": "Đạt", "C": "Cần cố gắng"}
"""Two tables, for the letter C means two different things (TT 27/2020)."""

YES, NO = "1", "0"
_COMMENT_CHARACTERS, _COMMENT_LINE_MM, _ROW_MM, _STEP_MM = 44, 4.63, 7.0, 1.5

QUALITIES = (
    ("Yêu nước", "PHAM_CHAT_YEU_NUOC"),
    ("Nhân ái", "PHAM_CHAT_NHAN_AI"),
    ("Chăm chỉ", "PHAM_CHAT_CHAM_CHI"),
    ("Trung thực", "PHAM_CHAT_TRUNG_THUC"),
    ("Trách nhiệm", "PHAM_CHAT_TRACH_NHIEM"),
)
GENERAL = (
    ("Tự chủ và tự học", "NANG_LUC_TU_CHU_TU_HOC"),
    ("Giao tiếp và hợp tác", "NANG_LUC_GIAO_TIEP_HOC_TAC"),
    ("Giải quyết vấn đề và sáng tạo", "NANG_LUC_GIAI_QUYET_VAN_DE_SANG_TAO"),
)
SPECIFIC = (
    ("Ngôn ngữ", "NANG_LUC_NGON_NGU"),
    ("Tính toán", "NANG_LUC_TINH_TOAN"),
    ("Khoa học", "NANG_LUC_KHOA_HOC"),
    ("Công nghệ", "NANG_LUC_CONG_NGHE"),
    ("Tin học", "NANG_LUC_TIN_HOC"),
    ("Thẩm mĩ", "NANG_LUC_THAM_MI"),
    ("Thể chất", "NANG_LUC_THE_CHAT"),
)


class NotATranscript(Exception):
    """The bytes are not a sealed HOC_BA that can be shown."""


@dataclass(frozen=True, slots=True)
class Group:
    """A table of qualities or competences: rows of (label, level in words) and one comment for all."""

    rows: tuple[tuple[str, str], ...]
    comment: str

    @property
    def step(self) -> int:
        """Return how much higher than usual the rows must be for their comment (0–24, styles `step-N`).

        A cell over several rows would give all its height to the last of them.
        """
        lines = -(-len(self.comment) // _COMMENT_CHARACTERS)
        wanted = lines * _COMMENT_LINE_MM / max(len(self.rows), 1)
        return min(24, max(0, ceil((wanted - _ROW_MM) / _STEP_MM)))


@dataclass(frozen=True, slots=True)
class Subject:
    """A row of section 1; `mark` and `comment` are empty where the XML has none."""

    name: str
    level: str
    mark: str
    comment: str


@dataclass(frozen=True, slots=True)
class History:
    """A row of QUÁ TRÌNH HỌC TẬP."""

    year: str
    class_name: str
    school: str
    date: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One transcript, ready to be shown; all strings as printed, empty where nothing is printed."""

    code: str
    year: str
    school: str
    class_name: str
    pupil: str
    cover: tuple[tuple[str, str], ...]
    particulars: tuple[tuple[str, str], ...]
    heading: tuple[tuple[tuple[str, str], ...], ...]
    history: tuple[History, ...]
    history_with_year: bool
    subjects: tuple[Subject, ...]
    subjects_with_comments: bool
    qualities: Group
    general: Group
    specific: Group
    outcome: tuple[str, ...]
    rewards: tuple[str, ...]
    completion: tuple[str, ...]
    place_and_date: str
    register_number: str
    leader_title: str
    leader_name: str
    homeroom_name: str
    slots: tuple[Slot, ...]
    sealed_at: datetime

    @property
    def leader_title_shown(self) -> bool:
        """Say whether the leader's title is printed below the form's words: not when it is Hiệu trưởng."""
        return bool(self.leader_title) and self.leader_title.casefold() != "hiệu trưởng"


def sheet_of(sealed_xml: bytes) -> Sheet:
    """Return what the display of `sealed_xml` says. Raises: NotATranscript."""
    root = parse(sealed_xml)
    region = root.find("DU_LIEU_HOC_BA")
    if region is None:
        raise NotATranscript("DU_LIEU_HOC_BA")
    values = _fields(region)
    slots = read_slots(root)
    if not slots:
        raise NotATranscript("no signature")
    if "MA_TRA_CUU_UUID" not in values:
        raise NotATranscript("MA_TRA_CUU_UUID")
    history = _history(region)
    subjects = _subjects(region)
    return Sheet(
        code=values["MA_TRA_CUU_UUID"],
        year=school_year(values.get("TEN_NAM_HOC", "")),
        school=values.get("TEN_TRUONG", ""),
        class_name=values.get("TEN_LOP", ""),
        pupil=values.get("HO_VA_TEN", ""),
        cover=_cover(values),
        particulars=_particulars(values),
        heading=_heading(values),
        history=history,
        history_with_year=any(row.year for row in history),
        subjects=subjects,
        subjects_with_comments=any(row.comment for row in subjects),
        qualities=_group(values, QUALITIES, "NHAN_XET_PHAM_CHAT"),
        general=_group(values, GENERAL, "NHAN_XET_NANG_LUC_CHUNG"),
        specific=_group(values, SPECIFIC, "NHAN_XET_NANG_LUC_DAC_THU"),
        outcome=_outcome(values),
        rewards=_texts(values, "NOI_DUNG_KHEN_THUONG", "NOI_DUNG_KHEN_THUONG_DOT_XUAT"),
        completion=_completion(values),
        place_and_date=_place_and_date(values),
        register_number=values.get("SO_SO_DANG_BO", ""),
        leader_title=values.get("CHUC_VU_GIAM_HIEU_KY_HOC_BA", ""),
        leader_name=values.get("TEN_GIAM_HIEU_KY_HOC_BA", ""),
        homeroom_name=values.get("TEN_GIAO_VIEN_CHU_NHIEM", ""),
        slots=slots,
        sealed_at=slots[-1].time,
    )


def parse(sealed_xml: bytes) -> etree._Element:
    """Return the root of the XML, read without DTD, entities or network. Raises: NotATranscript."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(sealed_xml, parser)
    except etree.XMLSyntaxError as error:
        raise NotATranscript("not XML") from error
    if root.tag != "HOC_BA" or root.getroottree().docinfo.internalDTD is not None:
        raise NotATranscript("not a HOC_BA")
    return root


def _fields(region: etree._Element) -> dict[str, str]:
    """Return tag → text of the single fields: general part, summary, qualities and competences."""
    values: dict[str, str] = {}
    for path in ("THONG_TIN_CHUNG", "TONG_KET", "TONG_KET/NANG_LUC_PHAM_CHAT"):
        values |= _leaves(region.find(path))
    return values


def _rows(region: etree._Element, path: str) -> list[dict[str, str]]:
    return [_leaves(row) for row in region.findall(path)]


def _leaves(parent: etree._Element | None) -> dict[str, str]:
    if parent is None:
        return {}
    return {str(leaf.tag): " ".join((leaf.text or "").split()) for leaf in parent if len(leaf) == 0}


def _cover(values: dict[str, str]) -> tuple[tuple[str, str], ...]:
    district = values.get("TEN_QUAN_HUYEN", "")
    lines = [
        ("Họ và tên học sinh", values.get("HO_VA_TEN", "")),
        ("Lớp", values.get("TEN_LOP", "")),
        ("Trường", values.get("TEN_TRUONG", "")),
        ("Năm học", school_year(values.get("TEN_NAM_HOC", ""))),
        ("Xã (Phường, Thị trấn)", values.get("TEN_XA_PHUONG", "")),
        ("Huyện (Thành phố, Quận, Thị xã)", district if has_district(values) else ""),
        ("Tỉnh (Thành phố)", values.get("TEN_TINH_THANH_PHO", "")),
    ]
    return tuple((label, value) for label, value in lines if value)


def has_district(values: dict[str, str]) -> bool:
    """Say whether the district line is shown: no district tier exists since 1 July 2025 (NĐ 142/2025)."""
    stated = values.get("TEN_QUAN_HUYEN", "").strip(" .-–").casefold()
    first = re.match(r"\d{4}", values.get("TEN_NAM_HOC", ""))
    return bool(stated) and stated not in {"không", "không có", "none"} and not (first and first[0] >= "2025")


def _particulars(values: dict[str, str]) -> tuple[tuple[str, str], ...]:
    signed_on = values.get("NGAY_KY_PHAT_HANH_HOC_BA", "")
    return (
        ("Họ và tên học sinh", values.get("HO_VA_TEN", "")),
        ("Giới tính", values.get("GIOI_TINH", "")),
        ("Ngày, tháng, năm sinh", plain_date(values.get("NGAY_SINH", ""))),
        ("Dân tộc", values.get("DAN_TOC", "")),
        ("Quốc tịch", values.get("QUOC_TICH", "")),
        ("Mã số định danh cá nhân", values.get("SO_CCCD", "")),
        ("Nơi sinh", values.get("NOI_SINH", "")),
        ("Quê quán", values.get("QUE_QUAN", "")),
        ("Nơi ở hiện nay", values.get("CHO_O_HIEN_NAY", "")),
        ("Họ và tên cha", values.get("HO_VA_TEN_CHA", "")),
        ("Họ và tên mẹ", values.get("HO_VA_TEN_ME", "")),
        ("Người giám hộ (nếu có)", values.get("HO_VA_TEN_NGUOI_GIAM_HO", "")),
        ("Mã số tra cứu học bạ (UUID)", values["MA_TRA_CUU_UUID"]),
        ("Người ký học bạ", values.get("TEN_GIAM_HIEU_KY_HOC_BA", "")),
        ("Chức vụ của người ký học bạ", values.get("CHUC_VU_GIAM_HIEU_KY_HOC_BA", "")),
        ("Ngày ký học bạ", plain_date(signed_on)),
    )


def _heading(values: dict[str, str]) -> tuple[tuple[tuple[str, str], ...], ...]:
    return (
        (
            ("Họ và tên học sinh", values.get("HO_VA_TEN", "")),
            ("Lớp", values.get("TEN_LOP", "")),
        ),
        (
            ("Trường", values.get("TEN_TRUONG", "")),
            ("Năm học", school_year(values.get("TEN_NAM_HOC", ""))),
        ),
        (
            ("Chiều cao", with_unit(values.get("CHIEU_CAO", ""), "cm")),
            ("Cân nặng", with_unit(values.get("CAN_NANG", ""), "kg")),
        ),
        (
            ("Số buổi nghỉ có phép", decimal_comma(values.get("TONG_SO_BUOI_NGHI_CO_PHEP", ""))),
            ("Số buổi nghỉ không phép", decimal_comma(values.get("THONG_SO_BUOI_NGHI_KHONG_PHEP", ""))),
        ),
    )


def _history(region: etree._Element) -> tuple[History, ...]:
    return tuple(
        History(
            school_year(row.get("NAM_HOC", "")),
            row.get("TEN_LOP", ""),
            row.get("TEN_TRUONG", ""),
            plain_date(row.get("NGAY_TRANG_THAI_CHUYEN_DEN", "")),
        )
        for row in _rows(region, "QUA_TRINH_HOC_TAP/DONG")
    )


def _subjects(region: etree._Element) -> tuple[Subject, ...]:
    return tuple(
        Subject(
            row.get("TEN_MON_HOC", ""),
            SUBJECT_LEVELS.get(row.get("MUC_DAT_DUOC", ""), row.get("MUC_DAT_DUOC", "")),
            decimal_comma(row.get("DIEM_KIEM_TRA_DINH_KY", "")),
            row.get("NHAN_XET", ""),
        )
        for row in _rows(region, "TONG_KET/DANH_SACH_BANG_DIEM/BANG_DIEM")
    )


def _group(values: dict[str, str], labels: tuple[tuple[str, str], ...], comment: str) -> Group:
    rows = tuple(
        (label, TRAIT_LEVELS.get(values[tag], values[tag])) for label, tag in labels if values.get(tag)
    )
    return Group(rows, values.get(comment, ""))


def _outcome(values: dict[str, str]) -> tuple[str, ...]:
    return _texts(values, "KET_QUA_XEP_LOAI", "NHAN_XET_GVCN")


def _texts(values: dict[str, str], *tags: str) -> tuple[str, ...]:
    return tuple(values[tag] for tag in tags if values.get(tag))


def _completion(values: dict[str, str]) -> tuple[str, ...]:
    stated = _texts(values, "NOI_DUNG_HOAN_THANH_CHUONG_TRINH")
    if stated:
        return stated
    promoted = values.get("DUOC_LEN_LOP", "")
    done = values.get("DA_HOAN_THANH_CHUONG_TRINH_LOP_HOC", "")
    lines = []
    if done in (YES, NO):
        lines.append(("Hoàn" if done == YES else "Chưa hoàn") + " thành chương trình lớp học")
    if promoted in (YES, NO):
        lines.append("Được lên lớp" if promoted == YES else "Chưa được lên lớp")
    return tuple(lines)


def _place_and_date(values: dict[str, str]) -> str:
    place = values.get("DIA_DANH_PHAT_HANH_HOC_BA", "")
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})", values.get("NGAY_KY_PHAT_HANH_HOC_BA", ""))
    day = f"ngày {int(found[3])} tháng {int(found[2])} năm {found[1]}" if found else ""
    return ", ".join(part for part in (place, day) if part)


def plain_date(stated: str) -> str:
    """Return 2014-03-15, 2014-03-15T… or 15/03/2014 as `15/3/2014`; anything else as it stands."""
    if found := re.match(r"(\d{4})-(\d{2})-(\d{2})(?:T|$)", stated):
        return f"{int(found[3])}/{int(found[2])}/{found[1]}"
    if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", stated):
        return f"{int(found[1])}/{int(found[2])}/{found[3]}"
    return stated


def school_year(stated: str) -> str:
    """Return 2023-2024, or the year 2023 in which it begins, as `2023 – 2024`; else what is stated."""
    if re.fullmatch(r"\d{4}", stated):
        return f"{stated} – {int(stated) + 1}"
    found = re.fullmatch(r"(\d{4})\s*[-–]\s*(\d{4})", stated)
    return f"{found[1]} – {found[2]}" if found else stated


def decimal_comma(stated: str) -> str:
    """Return 117.5 as `117,5`, the way the display writes numbers."""
    return stated.replace(".", ",") if re.fullmatch(r"\d+(\.\d+)?", stated) else stated


def with_unit(stated: str, unit: str) -> str:
    """Return a bare number with its unit (cm, kg); a value that names its unit already stays."""
    return f"{decimal_comma(stated)} {unit}" if re.fullmatch(r"\d+(\.\d+)?", stated) else stated
