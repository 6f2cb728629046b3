"""`manage.py issue_class CODE`: one class through the whole pipeline, with the keys of the demo that runs."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocba.demo import processes


class Command(BaseCommand):
    """Hands over to a process that knows the running demo's servers."""

    help = "Phát hành một lớp của bản chạy thử đang mở: ký, đóng dấu, ghi nhật ký, gửi."
    requires_system_checks: list[str] = []  # Django's own name and type

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the class's code."""
        parser.add_argument("code", help="mã lớp, ví dụ 99001401-2026-5A")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replace this process by the one that issues."""
        environment = processes.environment_of_running(processes.default_places())
        if environment is None:
            raise CommandError("Chưa có bản chạy thử nào đang mở. Hãy chạy trước: python3 manage.py demo")
        sys.stdout.flush()
        line = [sys.executable, "-m", "hocba.demo", "issue", options["code"]]
        os.execve(sys.executable, line, {**os.environ, **environment})
