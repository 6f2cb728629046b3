"""The clock, read only at the doors; everything below takes the time as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "+07:00")
"""Viet Nam's civil time; no summer time since 1975."""

SCHOOL_YEAR_STARTS = (8, 1)
"""Month and day from which a date belongs to the new school year."""


def now() -> datetime:
    """Return this instant, aware, UTC, to the second's fraction the machine gives."""
    return datetime.now(UTC)


def school_year_of(day: date) -> str:
    """Return the school year a date belongs to, as "2025-2026"."""
    first = day.year if (day.month, day.day) >= SCHOOL_YEAR_STARTS else day.year - 1
    return f"{first}-{first + 1}"


def iso_vietnam(instant: datetime) -> str:
    """Return an instant as the national format writes it: 2026-05-28T09:30:00+07:00."""
    return instant.astimezone(VIETNAM).replace(microsecond=0).isoformat()
