"""CPU seconds of the other processes of a run: database, PKI, key agent (Linux; read from /proc)."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM = 1, 11, 12, 13, 14
"""Places in /proc/<pid>/stat after the name in brackets (proc(5), counted from the state)."""


def seconds() -> float:
    """Return the CPU seconds so far of every process under our parent but this one, and of those they ended."""
    table = _table()
    below: dict[int, list[int]] = {}
    for pid, fields in table.items():
        below.setdefault(int(fields[PARENT]), []).append(pid)
    total, waiting = 0, [pid for pid in below.get(os.getppid(), []) if pid != os.getpid()]
    while waiting:
        pid = waiting.pop()
        waiting += below.get(pid, [])
        total += sum(int(table[pid][place]) for place in (USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM))
    return total / TICKS


def _table() -> dict[int, list[str]]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text("utf-8", errors="replace")
            except OSError:
                continue  # it ended while we looked
            found[int(entry.name)] = text.rpartition(")")[2].split()
    return found
