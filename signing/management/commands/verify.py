"""`manage.py verify FILE…`: the verdict on sealed files, without database, Redis or network."""

from __future__ import annotations

import io
import json
import os
import select
import stat
import sys
import time
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from hocba.kernel import clock
from signing import alarms, reports
from signing.sandbox import Sandbox
from signing.seal.verdict import Indication, Verdict
from signing.seal.verify import MAX_BYTES

PIPE_SECONDS = 4.0
"""Longest time in which a pipe has to give its file."""

PASSED, FAILED, OPEN, UNREADABLE, MISUSED = 0, 1, 2, 3, 64
"""Exit codes; the first four are the contract's, the last is the usual one for a wrong call."""


class Command(BaseCommand):
    """Verify sealed XML, PDF or bundles offline."""

    help = "Kiểm tra học bạ số (XML, PDF, gói ZIP) ngoại tuyến."
    requires_system_checks: list[str] = []  # Django's own name and type

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options of the contract."""
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help=_("mỗi tệp một dòng JSON"))
        parser.add_argument("--trust", type=Path, metavar="DIR", help=_("thư mục tin cậy"))
        parser.add_argument("--at", metavar="ISO-TIME", help=_("kiểm tra như vào thời điểm này"))
        parser.add_argument(
            "--offline", action="store_true", help=_("không dùng mạng (lệnh này không bao giờ dùng mạng)")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify each file and leave with the contract's exit code."""
        at = _moment(options["at"])
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        worst = PASSED
        try:
            with Sandbox(_trust_directory(options["trust"])) as sandbox:
                for file in options["files"]:
                    verdict = _verify(sandbox, file, at)
                    self._say(file, verdict, as_json=options["json"])
                    worst = _worse(worst, verdict)
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:  # the reader of our output has seen enough; Python would complain once more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(worst)

    def _say(self, file: str, verdict: Verdict | None, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(reports.as_json(file, verdict), ensure_ascii=False))
        else:
            self.stdout.write(reports.as_text(file, verdict))
        self.stdout.flush()


def _moment(text: str | None) -> datetime:
    """Return the moment asked for, taken as Viet Nam's time when it names no zone."""
    if text is None:
        return clock.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        sentence = _("--at phải là thời điểm dạng ISO, ví dụ 2026-05-28T09:30:00+07:00.")
        raise CommandError(sentence, returncode=MISUSED) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.VIETNAM)


def _trust_directory(asked: Path | None) -> Path | None:
    """Return the directory asked for, else the demo's when it is there, else the configured one."""
    if asked is not None:
        return asked
    demo = Path(settings.VAR_DIR) / "demo" / "trust"
    return demo if demo.is_dir() else Path(settings.TRUST_DIR)


def _verify(sandbox: Sandbox, file: str, at: datetime) -> Verdict | None:
    """Return the verdict, None when the file cannot be read."""
    try:
        path = Path(file)
        mode = path.stat().st_mode
        if stat.S_ISFIFO(mode):
            data = _from_pipe(path)
        elif stat.S_ISREG(mode):
            with path.open("rb") as source:
                data = source.read(MAX_BYTES + 1)
        else:
            return None
    except (OSError, ValueError):
        return None
    return alarms.listen(sandbox.verify(data, at), data)


def _from_pipe(path: Path) -> bytes:
    """Return what comes through a pipe. Raises: TimeoutError, when its writer is silent for too long."""
    deadline = time.monotonic() + PIPE_SECONDS
    data = bytearray()
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        while len(data) <= MAX_BYTES:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(pipe, 1 << 20)
            if not piece:
                break
            data += piece
    finally:
        os.close(pipe)
    return bytes(data)


def _worse(worst: int, verdict: Verdict | None) -> int:
    """Return the graver exit code: unreadable, then failed, then open."""
    if verdict is None:
        return UNREADABLE
    code = {Indication.PASSED: PASSED, Indication.FAILED: FAILED, Indication.INDETERMINATE: OPEN}[
        verdict.indication
    ]
    order = (PASSED, OPEN, FAILED, UNREADABLE)
    return max(worst, code, key=order.index)
