"""A page that is open, looked at as everybody must be able to use it: axe-core and the width, by day and by night.

One visit serves four looks: the window is made smaller and the light goes out while the page stays. Every rule is
asked by day on both screens; by night only the rules that look at colours, for nothing else depends on them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

DESK: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = {"desk": DESK, "phone": PHONE}

BY_DAY: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
BY_NIGHT: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}


def faults(page: Page, name: str) -> Iterator[tuple[str, str, Any]]:
    """Yield what is wrong with the open page: its name, the size and the light, what and where."""
    page.evaluate(AXE_SCRIPT)
    for size, window in SIZES.items():
        page.set_viewport_size(window)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        yield from _violations(page, name, f"{size} by day", BY_DAY)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            yield name, size, "wider than the window"
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        yield from _violations(page, name, f"{size} by night", BY_NIGHT)
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def _violations(page: Page, name: str, where: str, options: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    told = page.evaluate(
        f"axe.run({json.dumps(options)}).then(found => found.violations"
        ".map(one => [one.id, one.nodes.map(node => node.target)]))"
    )
    yield from ((name, where, one) for one in told)
