"""A browser's own words for itself, made short: which program, on what. Enough to know one's own devices."""

from __future__ import annotations

from collections.abc import Sequence

BROWSERS: Sequence[tuple[str, str]] = (
    ("Zalo", "Zalo"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""The first word that is found wins: most of them call themselves Chrome or Safari as well."""
SYSTEMS: Sequence[tuple[str, str]] = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def read(agent: str) -> tuple[str, str]:
    """Return names of the program and of the system; "" for what is not known. Nothing of the text itself is kept."""
    return _first(BROWSERS, agent), _first(SYSTEMS, agent)


def _first(known: Sequence[tuple[str, str]], agent: str) -> str:
    return next((name for mark, name in known if mark in agent), "")
