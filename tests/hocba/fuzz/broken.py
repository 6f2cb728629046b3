"""Readers that do what a fuzzer must find: one raises, one believes, one hangs, one eats memory, one dies."""

from __future__ import annotations

import os
import time

from hocba.fuzz.targets import TARGETS as REAL
from hocba.fuzz.targets import Believed, Ground


def raises(data: bytes, on: Ground) -> str:
    if data in on.genuine["xml"]:
        return "TOTAL-PASSED"
    raise ZeroDivisionError("a verifier that breaks")


def believes(data: bytes, on: Ground) -> str:
    if data in on.genuine["pdf"]:
        return "TOTAL-PASSED"
    raise Believed("a verifier that lets pass")


def hangs(data: bytes, on: Ground) -> str:
    time.sleep(0 if data in on.genuine["note"] else 60)
    return "late"


def eats(data: bytes, on: Ground) -> str:
    return str(len(bytes(0 if data in on.genuine["proof"] else 1 << 30)))


def dies(data: bytes, on: Ground) -> str:
    if data not in on.genuine["content"]:
        os._exit(3)
    return "read"


TARGETS = {**REAL, "xml": raises, "pdf": believes, "note": hangs, "proof": eats, "content": dies}
