"""Contrast of the tokens, light and dark: WCAG 2.2 criteria 1.4.3 (4.5:1) and 1.4.11 (3:1)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"

GROUNDS = ("ground", "surface", "surface-sunk")
TEXT = [
    *(
        (ink, ground)
        for ground in GROUNDS
        for ink in ("ink", "ink-soft", "action", "action-strong", "danger")
    ),
    *((f"{tone}", f"{tone}-ground") for tone in ("action", "danger", "done", "care")),
    *(
        (ink, f"{tone}-ground")
        for tone in ("action", "danger", "done", "care")
        for ink in ("ink", "ink-soft")
    ),
    *(("ink-on-fill", f"{tone}-fill") for tone in ("action", "danger", "done")),
    ("ink-on-fill", "action-fill-strong"),
    ("ink-on-fill", "danger-fill-strong"),
    ("seal", "surface"),
    ("done", "ground"),
]
SHAPES = [(edge, ground) for ground in GROUNDS for edge in ("line-strong", "focus")]


def tokens(mode: str) -> dict[str, str]:
    """Return the colours of a mode; dark ones lie over the light ones."""
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    light, rest = text.split("@media (prefers-color-scheme: dark)")
    dark = rest.split("@media print")[0]

    def read(part: str) -> dict[str, str]:
        return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part))

    return read(light) if mode == "light" else read(light) | read(dark)


def luminance(colour: str) -> float:
    """Return the relative luminance of "#rrggbb", as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 6) == 21


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(mode: str, ink: str, ground: str) -> None:
    colours = tokens(mode)

    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), SHAPES)
def test_edges_and_focus_can_be_seen(mode: str, edge: str, ground: str) -> None:
    colours = tokens(mode)

    assert contrast(colours[edge], colours[ground]) >= 3


@pytest.mark.parametrize("sheet", ["base", "components", "layout"])
def test_sheets_use_only_tokens_that_exist(sheet: str) -> None:
    known = set(re.findall(r"--([a-z0-9-]+):", (CSS / "tokens.css").read_text(encoding="utf-8")))

    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", (CSS / f"{sheet}.css").read_text(encoding="utf-8")))

    assert used - known == set()
