"""Outlines of pictures, read once: WeasyPrint reads the same long paths of a seal anew for each document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

KEPT = 512
_known: dict[str, list[bytes]] = {}
Draw = Callable[[Any, Any, float], None]


@contextmanager
def remembered() -> Iterator[None]:
    """Let WeasyPrint draw a path that it has read before from what it wrote then, while the block runs.

    What a path writes depends on its numbers alone: no unit, no colour, no resource of the page. Markers,
    which look at a path's corners, are not drawn here (`images`). Threads may enter together: with either
    function the same bytes are written.
    """
    from weasyprint.svg import TAGS, path

    TAGS["path"] = _remembering(path)
    try:
        yield
    finally:
        TAGS["path"] = path


def _remembering(read: Draw) -> Draw:
    def draw(picture: Any, node: Any, font_size: float) -> None:
        outline = node.get("d", "")
        written = picture.stream.stream
        known = _known.get(outline)
        if known is not None:
            written.extend(known)
            return
        begun = len(written)
        read(picture, node, font_size)
        if len(_known) >= KEPT:
            _known.clear()
        _known[outline] = written[begun:]

    return draw
