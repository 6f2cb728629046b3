"""All forms of the URL map, found by opening every door as everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import resolve

from tests.doors.found import Form, forms, parsed, path_of
from tests.doors.ground import Ground

OUTSIDE = (
    "lop/<str:code>/ky",
    "dot-ky",
    "hoc-ba",
    "chung-thu",
    "xac-thuc",
    "gui-so",
    "con-em",
    "tra-cuu",
    "tien-do",
)
WITHOUT_FORMS = ("api/", "healthz", "readyz", "metrics", "tin-cay", "nhat-ky-minh-bach", "nhat-ky/tep")


def is_outside(pattern: str) -> bool:
    """Say whether a door belongs to what leaves the school."""
    return pattern.startswith(OUTSIDE)


def doors(ground: Ground, of: Callable[[str], bool] = bool) -> Iterator[tuple[str, Form]]:
    """Yield each form once, with somebody who may fill it in; the forms of every page with the front page."""
    seen: set[Any] = set()
    for pattern, addresses in ground.addresses().items():
        if (
            pattern.startswith(WITHOUT_FORMS)
            or "kind>" in pattern
            or ".css" in pattern
            or not (of(pattern) or not pattern)
        ):
            continue
        for address in addresses:
            for who in ground.everybody:
                answer = ground.client(who).get(address)
                assert answer.status_code < 500, (who, address)
                if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
                    continue
                for form in forms(parsed(answer.content), address):
                    key = (resolve(path_of(form.action)).view_name, form.key)
                    if key not in seen:
                        seen.add(key)
                        yield who, form
