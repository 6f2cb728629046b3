"""Memory: how much a Celery process holds while it seals one class after the other."""

from __future__ import annotations

import os
from pathlib import Path

from hocba.bench import alongside, ground, scaling
from hocba.bench.figures import Figure
from signing.seal.trust import SignerRole

CLASS = 20
"""Transcripts of each class; memory is read after each of them."""

WARM_UP = 2
"""Classes before the line is drawn: caches of outlines, styles, paths and statements fill with these."""

MEGABYTE = 1e6
PAGE = os.sysconf("SC_PAGE_SIZE")


def measure(n: int) -> list[Figure]:
    """Return the resident megabytes of one worker process over `n` sealings after the warm-up.

    Its facts: megabytes per 1,000 sealings by least squares, of all and of the second half, when whatever is
    kept has come to its bound; the last reading less the first; eleven readings at even distances.
    """
    size = min(CLASS, n)
    classes = ground.new_classes([size] * (WARM_UP + -(-n // size)))
    for class_year in classes:
        ground.road(class_year).freeze()
    held: list[tuple[int, float]] = []
    with alongside.workers(1) as workers:
        for number, class_year in enumerate(classes, start=1):
            for role in SignerRole:
                scaling.done(ground.authorised(class_year, role))
            held.append((number * size, _resident(workers.process.pid)))
    counted = held[WARM_UP - 1 :]
    samples = tuple(megabytes for _, megabytes in counted)
    points = [(count / 1000, megabytes) for count, megabytes in counted]
    facts = {
        "sealings": counted[-1][0] - counted[0][0],
        "slope_per_1000": round(slope(points), 3),
        "second_half_slope_per_1000": round(slope(points[len(points) // 2 :]), 3),
        "last_minus_first": round(samples[-1] - samples[0], 3),
        "readings": [round(samples[tenth * (len(samples) - 1) // 10], 1) for tenth in range(11)],
    }
    return [Figure("memory.worker", "MB", samples, "after warm-up", (samples[0],), facts)]


def slope(points: list[tuple[float, float]]) -> float:
    """Return the slope of the line of least squares; 0 for a single point."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0


def _resident(pid: int) -> float:
    """Return the resident megabytes of the process for tasks: the child of `pid` that holds most, not beat."""
    pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in alongside.children(pid)]
    return max(pages) * PAGE / MEGABYTE
