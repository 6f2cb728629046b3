"""Progress at the terminal: one line a step, with a bar that moves where there is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

WIDTH = 24
LABEL = 44


class Move(Protocol):
    """Tells how far a step is."""

    def __call__(self, done: int, total: int) -> None:
        """Show `done` of `total`."""


class Steps:
    """Writes steps to a stream; `is_live` redraws the line, otherwise only its end is written."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self.is_live = stream.isatty()

    @contextmanager
    def step(self, label: str) -> Iterator[Move]:
        """Show one step while the block runs, with its seconds at the end."""
        begun, last = time.monotonic(), (0, 0)

        def move(done: int, total: int) -> None:
            nonlocal last
            if (done, total) != last:
                last = done, total
                if self.is_live:
                    self._write("\r" + line(label, done, total))

        if self.is_live:
            self._write(line(label, 0, 0))
        try:
            yield move
        except BaseException:  # the line is ended whatever happens; raised again
            self._write(("\r" if self.is_live else "") + line(label, *last) + "  —\n")
            raise
        seconds = time.monotonic() - begun
        self._write(("\r" if self.is_live else "") + f"{line(label, *last)}  {seconds:5.1f} s\n")

    def say(self, text: str = "") -> None:
        """Write a line."""
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def line(label: str, done: int, total: int) -> str:
    """Return "label  ████░░░░  5/12"; without a total the bar is left out."""
    if not total:
        return f"  {label:<{LABEL}}"
    filled = WIDTH * done // total
    return f"  {label:<{LABEL}} {'█' * filled}{'░' * (WIDTH - filled)} {done}/{total}"
