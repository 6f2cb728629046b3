"""Read the operator's file and judge it at the door: every fault at once, with its line, in a sentence.

What needs the database (a code that is taken, a name that belongs to another number) is judged when it is written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from hocba.establish.plan import DestinationPlan, OfficePlan, PersonPlan, Plan, YearPlan

SECRET_KEYS: Final = frozenset({"secret", "password", "mat_khau", "pin"})
DAYS: Final = ("starts_on", "ends_on", "closes_on", "supplementary_closes_on")
LONGEST_FILE_BYTES: Final = 100_000


class Faulty(Exception):
    """The file cannot be used; `sentences` say where and why."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def read(data: bytes) -> Plan:
    """Return the plan of a file's bytes. Raises: Faulty, with every fault that the file alone shows."""
    if len(data) > LONGEST_FILE_BYTES:
        raise Faulty([_("Tệp quá lớn; tệp thành lập chỉ dài vài trang.")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        raise Faulty([_("Dòng %(line)s: tệp phải là UTF-8.") % {"line": line}]) from None
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise Faulty([_("Tệp chưa đúng dạng TOML: %(why)s.") % {"why": wrong}]) from None
    reader = Reader(text)
    plan = reader.plan(found)
    if reader.faults or plan is None:
        raise Faulty([sentence for _line, sentence in sorted(reader.faults)])
    return plan


class Lines:
    """Where in the text a key or a table stands: for people, so near enough is enough."""

    def __init__(self, text: str) -> None:
        self._found: dict[tuple[str, str], int] = {}
        table, seen = "", dict[str, int]()
        for number, line in enumerate(text.splitlines(), start=1):
            if header := re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?", line):
                table = header[1]
                if line.lstrip().startswith("[["):
                    seen[table] = seen.get(table, 0) + 1
                parts = table.split(".")
                table = ".".join([_counted(parts[0], seen), *parts[1:]])
                self._found.setdefault((table, ""), number)
            elif key := re.match(r"""\s*["']?([\w-]+)["']?\s*=""", line):
                self._found.setdefault((table, key[1]), number)

    def of(self, table: str, key: str) -> int:
        """Return the line of a key, else that of its table, else 1."""
        return self._found.get((table, key)) or self._found.get((table, "")) or 1


def _counted(table: str, seen: dict[str, int]) -> str:
    return f"{table}[{seen[table]}]" if table in seen else table


class Reader:
    """Takes the values out of the tables and keeps what is wrong with them."""

    def __init__(self, text: str) -> None:
        self.faults: list[tuple[int, str]] = []
        self._lines = Lines(text)

    def plan(self, found: dict[str, Any]) -> Plan | None:
        """Return the plan, or None where something required is missing."""
        self._known(found, "", {"ministry", "department", "school_year", "destination"})
        ministry = self._office(self._table(found, "", "ministry"), "ministry", "ministry")
        departments = tuple(
            self._office(one, where, "department") for where, one in self._tables(found, "department")
        )
        years = tuple(self._year(one, where) for where, one in self._tables(found, "school_year"))
        only = departments[0].code if len(departments) == 1 else ""
        destinations = tuple(
            self._destination(one, where, only) for where, one in self._tables(found, "destination", 0)
        )
        offices = [ministry, *departments]
        self._once([(one.where, "code", one.code) for one in offices])
        people = [(one.where, one.administrator) for one in offices if one.administrator]
        for key in ("personal_number", "username"):
            self._once([(f"{where}.administrator", key, getattr(one, key)) for where, one in people])
        self._once([(one.where, "code", one.code) for one in years])
        self._once([(one.where, "code", one.code) for one in destinations])
        for one in destinations:
            if one.unit not in {office.code for office in offices}:
                self._fault(one.where, "unit", _("phải là mã của Bộ hoặc một Sở trong tệp này"))
        return None if self.faults else Plan(ministry, departments, years, destinations)

    def _office(self, table: dict[str, Any], where: str, level: str) -> OfficePlan:
        allowed = {"code", "name", "administrator"} | ({"province"} if level == "department" else set())
        self._known(table, where, allowed)
        person = None
        if "administrator" in table or level == "department":
            person = self._person(self._table(table, where, "administrator"), f"{where}.administrator")
        return OfficePlan(
            where=where,
            code=self._text(
                table,
                where,
                "code",
                r"[A-Za-z0-9]{1,20}",
                _("chỉ gồm chữ cái không dấu và chữ số, nhiều nhất 20"),
            ),
            name=self._text(table, where, "name"),
            level=level,
            province_name=self._text(table, where, "province") if level == "department" else "",
            administrator=person,
        )

    def _person(self, table: dict[str, Any], where: str) -> PersonPlan:
        self._known(table, where, {"full_name", "personal_number", "username", "title"})
        shape = _("gồm chữ thường không dấu, số, dấu chấm hoặc gạch nối, ít nhất 4 ký tự")
        return PersonPlan(
            full_name=self._text(table, where, "full_name"),
            personal_number=self._text(
                table, where, "personal_number", r"[0-9]{12}", _("gồm đúng 12 chữ số, đặt trong dấu nháy")
            ),
            username=self._text(table, where, "username", r"[a-z0-9][a-z0-9.-]{3,79}", shape),
            title=self._text(table, where, "title", required=False),
        )

    def _year(self, table: dict[str, Any], where: str) -> YearPlan:
        self._known(table, where, {"code", *DAYS})
        code = self._text(
            table,
            where,
            "code",
            r"20[0-9]{2}-20[0-9]{2}",
            _('viết bằng hai năm liền nhau, ví dụ "2026-2027"'),
        )
        return YearPlan(where, code, {name: self._day(table, where, name) for name in DAYS})

    def _destination(self, table: dict[str, Any], where: str, only: str) -> DestinationPlan:
        self._known(
            table, where, {"code", "name", "address", "user", "unit", "open", "secret_file", "secret_env"}
        )
        if "open" in table and not isinstance(table["open"], bool):
            self._fault(where, "open", _("là true hoặc false"))
        return DestinationPlan(
            where=where,
            code=self._text(
                table,
                where,
                "code",
                r"[a-z0-9][a-z0-9-]{1,31}",
                _("gồm chữ thường không dấu, chữ số và gạch nối, từ 2 đến 32"),
            ),
            name=self._text(table, where, "name"),
            base_url=self._text(table, where, "address"),
            user_name=self._text(table, where, "user"),
            unit=self._text(table, where, "unit", required=not only) or only,
            is_open=table.get("open"),
            secret_source=self._secret(table, where),
        )

    def _secret(self, table: dict[str, Any], where: str) -> str:
        if "secret_file" in table and "secret_env" in table:
            self._fault(where, "secret_env", _("chỉ ghi một trong hai: secret_file hoặc secret_env"))
        if "secret_file" in table:
            return "file:" + self._text(
                table, where, "secret_file", r"/.{1,250}", _("là đường dẫn đầy đủ, bắt đầu bằng /")
            )
        if "secret_env" in table:
            return "env:" + self._text(
                table, where, "secret_env", r"[A-Z][A-Z0-9_]{2,80}", _("là tên một biến môi trường, viết hoa")
            )
        return ""

    # ---- Single values -------------------------------------------------------------------------

    def _text(
        self,
        table: dict[str, Any],
        where: str,
        key: str,
        shape: str = "",
        told: str = "",
        *,
        required: bool = True,
    ) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self._fault(where, key, told or _("phải là chữ, đặt trong dấu nháy"))
            return ""
        if not value.strip():
            if required:
                self._fault(where, key, _("còn thiếu"))
            return ""
        if shape and not re.fullmatch(shape, value, re.ASCII):
            self._fault(where, key, told)
        return value

    def _day(self, table: dict[str, Any], where: str, key: str) -> date:
        value = table.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self._fault(
            where,
            key,
            _("còn thiếu") if value is None else _("là một ngày, ví dụ 2026-09-05, không có dấu nháy"),
        )
        return date.min

    def _table(self, found: dict[str, Any], where: str, key: str) -> dict[str, Any]:
        value = found.get(key)
        if isinstance(value, dict):
            return value
        place = f"{where}.{key}" if where else key
        self._fault(
            where or place,
            key if where else "",
            _("còn thiếu bảng [%(table)s]") % {"table": bare(place)},
        )
        return {}

    def _tables(
        self, found: dict[str, Any], key: str, least: int = 1
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        value = found.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self._fault(key, "", _("viết thành bảng [[%(table)s]], hai dấu ngoặc") % {"table": key})
            return
        if len(value) < least:
            self._fault(key, "", _("còn thiếu bảng [[%(table)s]]") % {"table": key})
        for number, one in enumerate(value, start=1):
            yield f"{key}[{number}]", one

    def _known(self, table: dict[str, Any], where: str, allowed: set[str]) -> None:
        for key in sorted(set(table) - allowed):
            if key in SECRET_KEYS:
                self._fault(where, key, _("không ghi mật khẩu vào tệp này; ghi secret_file hoặc secret_env"))
            else:
                names = ", ".join(sorted(allowed))
                self._fault(
                    where or key,
                    key if where else "",
                    _("không có mục này; các mục dùng được: %(names)s") % {"names": names},
                )

    def _once(self, found: list[tuple[str, str, str]]) -> None:
        seen: set[str] = set()
        for where, key, value in found:
            if value and value in seen:
                self._fault(where, key, _("trùng với một mục ở trên"))
            seen.add(value)

    def _fault(self, where: str, key: str, told: str) -> None:
        line = self._lines.of(where, key)
        place = f"[{bare(where)}]" + (f" {key}" if key else "")
        self.faults.append(
            (line, _("Dòng %(line)s, %(place)s: %(told)s.") % {"line": line, "place": place, "told": told})
        )


def bare(where: str) -> str:
    """Return the name of a table without its number, as it stands in the file."""
    return re.sub(r"\[[0-9]+\]", "", where)
