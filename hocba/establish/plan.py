"""What the operator's file says, as plain values. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """The first administrator of an office."""

    full_name: str
    personal_number: str
    username: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class OfficePlan:
    """A Bộ or a Sở; `where` is the name of its table in the file."""

    where: str
    code: str
    name: str
    level: str
    province_name: str = ""
    administrator: PersonPlan | None = None


@dataclass(frozen=True, slots=True)
class YearPlan:
    """A school year with its days."""

    where: str
    code: str
    days: dict[str, date]


@dataclass(frozen=True, slots=True)
class DestinationPlan:
    """A gate; `secret_source` is "file:…", "env:…" or empty for the directory of secrets.

    `is_open` is None where the file leaves it to whoever keeps the destination.
    """

    where: str
    code: str
    name: str
    base_url: str
    user_name: str
    unit: str
    is_open: bool | None = None
    secret_source: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole file."""

    ministry: OfficePlan
    departments: tuple[OfficePlan, ...]
    years: tuple[YearPlan, ...]
    destinations: tuple[DestinationPlan, ...] = field(default=())
