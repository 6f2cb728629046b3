"""What the pages about lists show, and the files that they offer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from records.queries import rosters as queries
from records.queries.rosters import Brought
from schools import roster_texts
from schools.rosters import writing
from schools.rosters.columns import COLUMNS, Kind, whole_of
from schools.rosters.rows import heading

SHOWN = 200
"""Lines of one sort on the page; the counts and the file of refused lines have all."""
REASON = "Lý do"
GENDERS = {"NAM": "Nam", "NU": "Nữ"}
OUT = (
    ("Mã trường", "school"), ("Năm học", "year"), ("Mã lớp", "class_code"), ("Lớp", "class_name"),
    ("STT", "number"), ("Mã học sinh", "code"), ("Họ và tên", "full_name"), ("Họ", "family"), ("Đệm", "middle"),
    ("Tên", "given"), ("Ngày sinh", "born_on"), ("Giới tính", "gender"), ("Số định danh cá nhân", "personal_number"),
    ("Số đăng bộ", "register_number"), ("Dân tộc", "ethnicity"), ("Quốc tịch", "nationality"),
    ("Nơi sinh", "birth_place"), ("Quê quán", "home_town"), ("Nơi ở hiện nay", "residence"),
    ("Họ và tên cha", "father_name"), ("Họ và tên mẹ", "mother_name"), ("Người giám hộ", "guardian_name"),
    ("Ngày vào lớp", "arrived_on"),
)  # fmt: skip
"""Columns of the export: those of the national format's common part. The template of CSDL ngành is not public."""


def front(actor: Any, school: Any, kinds: tuple[Kind, ...], years: Any) -> dict[str, Any]:
    """Return what the first page shows beside its form."""
    exports = Kind.PUPILS in kinds and bool(years)
    newest = years[0].code if years else ""
    return {
        "school": school,
        "kinds": [
            {
                "kind": kind.value,
                "word": roster_texts.KINDS[kind],
                "columns": ", ".join(one.heading for one in COLUMNS[kind] if one.must),
            }
            for kind in kinds
        ],
        "years": years,
        "latest": [
            {"roster": one, "word": roster_texts.KINDS[Kind(one.kind)]}
            for one in queries.latest(actor, school, tuple(kind.value for kind in kinds))
        ],
        "classes": queries.classes_of(actor, school, newest) if exports else [],
        "year": newest,
        "exports": exports,
    }


def preview(found: Brought) -> dict[str, Any]:
    """Return what the page of one list shows: errors, then changes, then what is new."""
    kind = Kind(found.kind)
    wrong = [_told(line, kind) for line in found.lines if line["verdict"] == "wrong"]
    warned = [_told(line, kind) for line in found.lines if line["verdict"] != "wrong" and line["findings"]]
    changed = [_told(line, kind) for line in found.lines if line["verdict"] == "changed"]
    fresh = [_told(line, kind) for line in found.lines if line["verdict"] == "new"]
    columns = [
        {"heading": heading(kind, whole_of(name)), "letters": letters}
        for name, letters in found.mapping["columns"].items()
    ]
    return {
        "found": found,
        "word": roster_texts.KINDS[kind],
        "unit": roster_texts.UNITS[kind],
        "groups": [
            {"name": name, "lines": lines[:SHOWN], "count": len(lines), "more": max(0, len(lines) - SHOWN)}
            for name, lines in (("wrong", wrong), ("warned", warned), ("changed", changed), ("new", fresh))
            if lines
        ],
        "columns": columns,
        "facts": [
            {"label": _("Năm học"), "value": found.year.label},
            *(
                {"label": str(word).capitalize(), "value": str(found.counts[name])}
                for name, word in roster_texts.VERDICTS.items()
            ),
            {"label": _("Dòng bỏ qua (tổng cộng, chữ ký)"), "value": str(found.counts["passed"])},
        ],
    }


def _told(line: dict[str, Any], kind: Kind) -> dict[str, Any]:
    return {
        "number": line["number"],
        "name": _name(line["values"]),
        "sentences": [
            {
                "text": roster_texts.finding(one, heading(kind, one["field"])),
                "column": one["column"],
                "is_error": one["is_error"],
            }
            for one in line["findings"]
        ],
        "changes": [
            {"heading": heading(kind, name) or name, "old": _shown(old), "new": _shown(new)}
            for name, (old, new) in line["changes"].items()
        ],
    }


def _name(values: dict[str, str]) -> str:
    parts = [values.get(name, "") for name in ("class_name", "subject", "full_name", "teacher", "homeroom")]
    return " · ".join(one for one in parts if one)


def _shown(value: str) -> str:
    """Return a value as a person reads it."""
    if len(value) == 10 and value[4:5] == value[7:8] == "-":
        return f"{value[8:]}/{value[5:7]}/{value[:4]}"
    return GENDERS.get(value, value)


def refused(found: Brought) -> tuple[bytes, int]:
    """Return the refused lines as a file of our template's columns with the reason, and how many."""
    kind = Kind(found.kind)
    columns = COLUMNS[kind]
    rows = []
    for line in found.lines:
        if line["verdict"] != "wrong":
            continue
        reasons = " ".join(
            roster_texts.finding(one, heading(kind, one["field"]))
            for one in line["findings"]
            if one["is_error"]
        )
        said = line["values"]
        rows.append([*(_shown(said.get(one.field, "")) for one in columns), f"{line['number']}: {reasons}"])
    return writing.table("Dòng lỗi", [*(one.heading for one in columns), REASON], rows), len(rows)


def pupils(school: Any, year: str, found: Iterable[Any]) -> bytes:
    """Return pupils with codes as a file, in the order in which they come."""
    return writing.table("Học sinh", [one for one, _name in OUT], (_out(school, year, one) for one in found))


def _out(school: Any, year: str, one: Any) -> list[object]:
    pupil, words = one.pupil, one.pupil.full_name.split()
    facts = {
        "school": school.code,
        "year": year,
        "class_code": one.class_year.code,
        "class_name": one.class_year.name,
        "number": one.number,
        "family": words[0] if len(words) > 1 else "",
        "middle": " ".join(words[1:-1]),
        "given": words[-1] if words else "",
        "born_on": f"{pupil.born_on:%d/%m/%Y}" if pupil.born_on else "",
        "gender": GENDERS.get(pupil.gender, ""),
        "arrived_on": f"{one.arrived_on:%d/%m/%Y}",
    }
    return [facts[name] if name in facts else getattr(pupil, name) for _heading, name in OUT]
