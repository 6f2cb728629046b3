"""`assess [FILE|-]`: lines of results in, what the law says of each out; no database."""

from __future__ import annotations

import io
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from records.rules import lines
from records.rules.values import Unfit

LINE_LIMIT_BYTES = 1_000_000
"""A pupil's year is some 2 kB; a longer line than this is no such line."""

SENTENCES = {
    "not-utf-8": gettext_noop("Dòng này không phải UTF-8."),
    "line-too-long": gettext_noop("Dòng này dài quá 1 MB."),
    "not-json": gettext_noop("Dòng này không phải JSON hợp lệ."),
    "duplicate-key": gettext_noop("Khoá “{key}” có hai lần."),
    "not-an-object": gettext_noop("Mỗi dòng phải là một đối tượng JSON."),
    "no-case-id": gettext_noop("Thiếu “case_id” (chuỗi hoặc số nguyên)."),
    "no-inputs": gettext_noop("Thiếu “inputs”, hoặc “inputs” không phải một đối tượng."),
    "unknown-kind": gettext_noop("Không biết loại “{kind}”; dùng primary_year hoặc secondary_year."),
    "level-not-yet": gettext_noop("Chưa có quy định đánh giá của cấp học này; sẽ bổ sung sau cấp tiểu học."),
    "unknown-grade": gettext_noop("Không có lớp “{grade}” ở cấp tiểu học (lớp 1 đến lớp 5)."),
    "not-a-table": gettext_noop("“{key}” phải là một đối tượng JSON."),
    "unknown-subject": gettext_noop("Không biết môn học “{subject}”."),
    "subject-twice": gettext_noop("Môn “{subject}” có hai lần."),
    "subject-not-of-grade": gettext_noop("Lớp {grade} không có môn {subject}."),
    "subject-has-no-test": gettext_noop("Môn {subject} ở lớp {grade} không có bài kiểm tra định kỳ."),
    "mark-type": gettext_noop("Điểm môn {subject} phải là số nguyên từ 0 đến 10, không phải “{value}”."),
    "mark-not-whole": gettext_noop("Điểm môn {subject} phải là số nguyên, không phải “{value}”."),
    "mark-out-of-range": gettext_noop("Điểm môn {subject} phải từ 0 đến 10, không phải “{value}”."),
    "unknown-subject-level": gettext_noop("Mức của môn {subject} phải là T, H hoặc C, không phải “{value}”."),
    "unknown-trait": gettext_noop("Không biết phẩm chất, năng lực “{trait}”."),
    "unknown-quality": gettext_noop("Không biết phẩm chất “{trait}”."),
    "unknown-competence": gettext_noop("Không biết năng lực “{trait}”."),
    "trait-twice": gettext_noop("“{trait}” có hai lần."),
    "unknown-trait-level": gettext_noop("Mức của “{trait}” phải là T, Đ hoặc C, không phải “{value}”."),
    "not-true-or-false": gettext_noop("“{key}” phải là true hoặc false, không phải “{value}”."),
    "unknown-decision": gettext_noop("Quyết định của hiệu trưởng là len hoặc o_lai, không phải “{value}”."),
}


class Command(BaseCommand):
    """Judges each line, never stops at a bad one, and ends with exit code 0."""

    help = gettext_noop("Tính kết quả năm học theo quy định: mỗi dòng JSON vào, một dòng JSON ra.")
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one file, or standard input."""
        parser.add_argument("file", nargs="?", default="-", metavar="FILE")

    def handle(self, *args: object, file: str, **options: object) -> None:
        """Answer every line of the file as it is read.

        Raises: CommandError, when the file cannot be read.
        """
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # answers are UTF-8 whatever the terminal's locale says
        try:
            if file == "-":
                self._answer_all(sys.stdin.buffer)
            else:
                with open(file, "rb") as source:
                    self._answer_all(source)
        except BrokenPipeError:
            # Whoever read us has stopped; the interpreter must not try to flush what is left.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            raise CommandError(_("Không đọc được tệp: {reason}").format(reason=error.strerror)) from error

    def _answer_all(self, source: BinaryIO) -> None:
        for line in _lines(source):
            self.stdout.write(answer_line(line))
            self.stdout.flush()


def answer_line(line: bytes | None) -> str:
    """Return the answer to one line, itself one line of JSON; None stands for a line beyond the limit."""
    case: object = None
    try:
        case = lines.read(_text(line))
        reply: dict[str, Any] = {"case_id": lines.case_id(case), "result": lines.answer(case)}
    except Unfit as error:
        reply = {"case_id": lines.case_id(case), "error": sentence(error)}
    text = json.dumps(reply, ensure_ascii=False)
    return text if _is_writable(text) else json.dumps(reply)


def sentence(error: Unfit) -> str:
    """Return in words what is wrong with a line."""
    return _(SENTENCES[error.code]).format(**error.facts)


def _text(line: bytes | None) -> str:
    if line is None:
        raise Unfit("line-too-long")
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unfit("not-utf-8") from error


def _is_writable(text: str) -> bool:
    """Say whether the text has bytes at all: JSON may spell half a surrogate pair, UTF-8 may not."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _lines(source: BinaryIO) -> Iterator[bytes | None]:
    """Walk the lines that are not blank without ever holding more than the limit."""
    while line := source.readline(LINE_LIMIT_BYTES + 1):
        if len(line) > LINE_LIMIT_BYTES and not line.endswith(b"\n"):
            while (rest := source.readline(LINE_LIMIT_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield None
        elif line.strip():
            yield line
