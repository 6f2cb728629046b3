"""One cell: what it says in the one way in which it is kept, or a code for why it cannot be taken as it stands.

Nothing is guessed: a number that a spreadsheet has shortened is said to be shortened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from hocba.kernel.names import fold
from hocba.kernel.text import fault, tidy

from .columns import Column, Shape
from .reading import Value

EXCEL_BEGINS: Final = date(1899, 12, 30)
"""Day 0 of the serial numbers in which spreadsheets count days."""
SERIALS: Final = range(10_000, 80_000)
"""Of 1927 to 2119."""
EARLIEST: Final = date(1900, 1, 1)
_NOTHING = {"", "-", "--", "x", "khong", "khong co", "null", "n/a", "na"}
_EMAIL = re.compile(r"[^@\s,;]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z0-9-]{2,}")


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: `value` (ISO for days), "" for nothing; `error` or `warning` is a code."""

    value: str = ""
    error: str = ""
    warning: str = ""


def read(value: Value, column: Column) -> Read:
    """Return what a cell of a column says."""
    if value is None:
        return Read()
    if column.shape is Shape.DAY:
        return day(value)
    if column.shape is Shape.NUMBER:
        return personal_number(value)
    if column.shape is Shape.PHONE:
        return phone(value)
    text = words(value)
    if fault(text) is not None:
        return Read(text, error="unfit-text")
    if len(text) > column.longest:
        return Read(text, error="too-long")
    if column.shape is Shape.NAME:
        return name(text)
    if column.shape is Shape.GENDER:
        return gender(text)
    if column.shape is Shape.GRADE:
        return grade(text)
    if column.shape is Shape.EMAIL:
        return Read(text) if not text or _EMAIL.fullmatch(text) else Read(text, warning="email")
    if column.shape is Shape.CODE:
        return Read(text, error="exponent") if _is_exponent(text) else Read("".join(text.split()))
    return Read(text)


def words(value: Value) -> str:
    """Return a cell as text: a whole number without ".0", NFC, single spaces."""
    if value is None or isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return tidy(str(value), lines=False)


def name(text: str) -> Read:
    """Return a name; one written in capitals alone, or with none, gets them at each word's beginning."""
    if any(one.isdigit() for one in text):
        return Read(text, error="digits-in-name")
    if text and (text == text.upper() or text == text.lower()):
        text = " ".join(one[:1].upper() + one[1:].lower() for one in text.split())
    return Read(text)


def day(value: Value) -> Read:
    """Return a day: a date, a serial number of a spreadsheet, or text as dd/mm/yyyy. Month first is an error."""
    if isinstance(value, datetime):
        return _plausible(value.date())
    if isinstance(value, date):
        return _plausible(value)
    text = words(value)
    if text.isdigit() and len(text) == 5 and int(text) in SERIALS:
        return _plausible(EXCEL_BEGINS + timedelta(days=int(text)))
    parts = re.fullmatch(r"(\d{1,4})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,4})(?: 0?0:00(?::00)?)?", text)
    if parts is None:
        return Read(text, error="day")
    first, month, last = (int(one) for one in parts.groups())
    stated_first = len(parts[1]) == 4
    if not stated_first and len(parts[3]) != 4:
        return Read(text, error="short-year")
    if not stated_first and month > 12 >= first:
        return Read(text, error="month-first")
    return _day_of(*((first, month, last) if stated_first else (last, month, first)), text)


def day_of_parts(stated: tuple[Value, Value, Value]) -> Read:
    """Return a day whose day, month and year stand in three columns."""
    texts = [words(one) for one in stated]
    if not any(texts):
        return Read()
    if not all(re.fullmatch(r"\d{1,4}", one) for one in texts) or len(texts[2]) != 4:
        return Read("/".join(texts), error="day")
    return _day_of(int(texts[2]), int(texts[1]), int(texts[0]), "/".join(texts))


def _day_of(year: int, month: int, in_month: int, text: str) -> Read:
    try:
        return _plausible(date(year, month, in_month))
    except ValueError:
        return Read(text, error="day")


def _plausible(found: date) -> Read:
    if not EARLIEST <= found <= date(2199, 12, 31):
        return Read(found.isoformat(), error="day")
    return Read(found.isoformat())


def personal_number(value: Value) -> Read:
    """Return twelve digits; fewer, or a power of ten, is what a spreadsheet made of them, and cannot be mended."""
    text = words(value)
    if fold(text) in _NOTHING:
        return Read()
    if _is_exponent(text):
        return Read(text, error="exponent")
    digits = re.sub(r"[\s.'’-]", "", text)
    if re.fullmatch(r"[0-9]{12}", digits):
        return Read(digits)
    if re.fullmatch(r"[0-9]{7,11}", digits):
        return Read(text, error="lost-zeros")
    return Read(text, error="personal-number")


def phone(value: Value) -> Read:
    """Return a telephone number; one that does not begin with 0 or + is left out with a warning."""
    text = re.sub(r"[\s.()-]", "", words(value)).lstrip("'")
    if fold(text) in _NOTHING:
        return Read()
    if _is_exponent(text) or re.fullmatch(r"[1-9][0-9]{7,9}", text):
        return Read(words(value), warning="phone-lost-zero")
    if not re.fullmatch(r"\+?[0-9]{8,15}", text):
        return Read(words(value), warning="phone")
    return Read(text)


def gender(text: str) -> Read:
    """Return NAM or NU."""
    said = fold(text)
    if said in ("nam", "m", "male", "trai"):
        return Read("NAM")
    if said in ("nu", "f", "female", "gai", "x"):
        return Read("NU") if said != "x" else Read(text, error="gender")
    return Read(text, error="gender") if said else Read()


def gender_of_ticks(female: Value, male: Value) -> Read:
    """Return what ticks in a column "Nữ" (and "Nam", if there is one) say; an empty one in "Nữ" alone is Nam."""
    is_female, is_male = bool(words(female)), bool(words(male))
    if is_female and is_male:
        return Read("x", error="gender")
    said = fold(words(female))
    if is_female and said not in ("x", "nu", "1", "true", "v", "✓", "✔"):
        return gender(words(female))
    return Read("NU" if is_female else "NAM")


def grade(text: str) -> Read:
    """Return a grade as a number."""
    found = re.fullmatch(r"(?:khoi|lop)?\s*(\d{1,2})", fold(text))
    return Read(found[1]) if found else Read(text, error="grade") if text else Read()


def _is_exponent(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+", text))
