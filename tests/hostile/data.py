"""Data that breaks the national format and was signed by the rightful persons all the same."""

from __future__ import annotations

from lxml import etree

from tests.hostile.tree import FORGED_NAME, append, drop, find, set_text, twice
from tests.hostile.variant import Edit, Variant, refused, resigned

GENERAL = "DU_LIEU_HOC_BA/THONG_TIN_CHUNG"
SUMMARY = "DU_LIEU_HOC_BA/TONG_KET"
ROW = f"{SUMMARY}/DANH_SACH_BANG_DIEM/BANG_DIEM"
TRAITS = f"{SUMMARY}/NANG_LUC_PHAM_CHAT"

VALUES: dict[str, tuple[str, str]] = {
    "mark 11": (f"{ROW}/DIEM_KIEM_TRA_DINH_KY", "11"),
    "mark -1": (f"{ROW}/DIEM_KIEM_TRA_DINH_KY", "-1"),
    "mark 9.5": (f"{ROW}/DIEM_KIEM_TRA_DINH_KY", "9.5"),
    "mark 1e1": (f"{ROW}/DIEM_KIEM_TRA_DINH_KY", "1e1"),
    "mark in other digits": (f"{ROW}/DIEM_KIEM_TRA_DINH_KY", "９"),
    "mark with blanks": (f"{ROW}/DIEM_KIEM_TRA_DINH_KY", " 9 "),
    "mark of a thousand digits": (f"{ROW}/DIEM_KIEM_TRA_DINH_KY", "1" * 1000),
    "level X": (f"{ROW}/MUC_DAT_DUOC", "X"),
    "a trait's level for a subject": (f"{ROW}/MUC_DAT_DUOC", "Đ"),
    "a subject's level for a trait": (f"{TRAITS}/NANG_LUC_NGON_NGU", "H"),
    "grade 6": (f"{GENERAL}/MA_KHOI", "6"),
    "grade 0": (f"{GENERAL}/MA_KHOI", "0"),
    "another level of school": (f"{GENERAL}/MA_CAP_HOC", "99"),
    "another sex": (f"{GENERAL}/GIOI_TINH", "x"),
    "promoted maybe": (f"{SUMMARY}/DUOC_LEN_LOP", "true"),
    "an outcome that is none": (f"{SUMMARY}/KET_QUA_XEP_LOAI", "Xuất sắc lắm"),
    "born on 30 February": (f"{GENERAL}/NGAY_SINH", "2016-02-30T00:00:00+07:00"),
    "born at noon": (f"{GENERAL}/NGAY_SINH", "2016-03-05T12:00:00+07:00"),
    "a day without zone": (f"{GENERAL}/NGAY_SINH", "2016-03-05"),
    "absent -1 times": (f"{GENERAL}/TONG_SO_BUOI_NGHI_CO_PHEP", "-1"),
    "absent very often": (f"{GENERAL}/TONG_SO_BUOI_NGHI_CO_PHEP", "9" * 400),
    "a school year of two years": (f"{GENERAL}/TEN_NAM_HOC", "2026-2028"),
    "a school year backwards": (f"{GENERAL}/TEN_NAM_HOC", "2027-2026"),
    "an empty name": (f"{GENERAL}/HO_VA_TEN", ""),
    "a blank name": (f"{GENERAL}/HO_VA_TEN", "   "),
    "a name of 5,000 letters": (f"{GENERAL}/HO_VA_TEN", "Ả" * 5000),
    "a name with a tab": (f"{GENERAL}/HO_VA_TEN", "Nguyễn\tThị Ánh Dương"),
}


def renamed(path: str, tag: str) -> Edit:
    return lambda root: setattr(find(root, path), "tag", tag)


def swapped(root: etree._Element) -> None:
    general = find(root, GENERAL)
    general.insert(0, general[1])


def many(path: str, count: int) -> Edit:
    def edit(root: etree._Element) -> None:
        for _ in range(count):
            twice(path)(root)

    return edit


SCHEMA = "structure.schema"

VARIANTS: list[Variant] = [
    *(
        refused(f"{name}, signed", resigned(set_text(path, value)), SCHEMA)
        for name, (path, value) in VALUES.items()
    ),
    *(
        refused(
            f"the format's version {stated}, signed",
            resigned(set_text(f"{GENERAL}/PHIEN_BAN", stated)),
            "structure.version",
        )
        for stated in ("1.1", "2.0")
    ),
    refused("an unknown tag, signed", resigned(append(GENERAL, "<GHI_CHU>x</GHI_CHU>")), SCHEMA),
    refused("a tag in small letters, signed", resigned(renamed(f"{GENERAL}/HO_VA_TEN", "ho_va_ten")), SCHEMA),
    refused("a tag twice, signed", resigned(twice(f"{GENERAL}/HO_VA_TEN")), SCHEMA),
    refused(
        "a second name, signed", resigned(append(GENERAL, f"<HO_VA_TEN>{FORGED_NAME}</HO_VA_TEN>")), SCHEMA
    ),
    refused("tags in another order, signed", resigned(swapped), SCHEMA),
    refused("a required tag gone, signed", resigned(drop(f"{GENERAL}/SO_CCCD")), SCHEMA),
    refused("no subjects, signed", resigned(drop(f"{SUMMARY}/DANH_SACH_BANG_DIEM")), SCHEMA),
    refused(
        "an empty list of subjects, signed",
        resigned(lambda root: find(root, f"{SUMMARY}/DANH_SACH_BANG_DIEM").clear()),
        SCHEMA,
    ),
    refused("no traits, signed", resigned(drop(TRAITS)), SCHEMA),
    refused("an empty row, signed", resigned(lambda root: find(root, ROW).clear()), SCHEMA),
    refused("the same subject twice, signed", resigned(twice(ROW)), SCHEMA),
    refused("a hundred rows, signed", resigned(many(ROW, 100)), SCHEMA),
    refused("a name in pieces, signed", resigned(append(f"{GENERAL}/HO_VA_TEN", "<HO>Nguyễn</HO>")), SCHEMA),
    refused("HTML in the comment, signed", resigned(append(f"{ROW}/NHAN_XET", "<b>Giỏi</b>")), SCHEMA),
]
