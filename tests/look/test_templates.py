"""What every template keeps: no inline style or script, documented components, closed components."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))


def name(path: Path) -> str:
    """Return how a template is included."""
    return path.relative_to(TEMPLATES).as_posix()


@pytest.mark.parametrize("path", ALL, ids=name)
def test_template_has_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    found = re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text)

    # The Ministry's display becomes a PDF outside of any browser: its own rules hold there.
    assert found == [] or "pdf" in name(path)


@pytest.mark.parametrize("path", ALL, ids=name)
def test_component_is_included_closed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    open_ones = [
        tag for tag in re.findall(r'{% include "components/[^%]*%}', text) if not tag.endswith(" only %}")
    ]

    assert open_ones == []


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_component_says_its_inputs_first(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{% comment %}\n")


def test_shapes_asked_for_exist() -> None:
    drawn = set(
        re.findall(r'<symbol id="([a-z-]+)"', (TEMPLATES.parent / "static/img/shapes.svg").read_text("utf-8"))
    )
    asked = set()
    for path in ALL:
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'shape="([a-z-]+)"', text))
        asked |= set(re.findall(r'shape\.html" with name="([a-z-]+)"', text))

    assert asked - drawn == set()
