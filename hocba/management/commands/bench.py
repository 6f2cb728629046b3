"""`manage.py bench [NAME…] [--n N]`: measure beside baselines of the same run, write `var/bench.json`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocba.bench import processes
from hocba.bench.names import NAMES, SAMPLES
from hocba.bootstrap import places
from hocba.bootstrap.supervise import ChildFailed


class Command(BaseCommand):
    """Starts servers of its own, measures in one process, removes what it started."""

    help = "Đo chi phí, mỗi con số kèm một mốc so sánh đo trong cùng lần chạy (docs/benchmarks.md)."
    requires_system_checks: list[str] = []  # Django's own name and type

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what to measure and how often."""
        parser.add_argument("names", nargs="*", metavar="TÊN", help=f"{', '.join(NAMES)}; mặc định: tất cả")
        parser.add_argument("--n", type=int, help="số mẫu (mặc định: mỗi phép đo có số riêng)")
        parser.add_argument("--file", type=Path, help="nơi ghi kết quả (mặc định var/bench.json)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, write the file, print the table."""
        n = options["n"]
        wanted = {name: n if n is not None else SAMPLES.get(name, 1) for name in options["names"] or NAMES}
        if not wanted.keys() <= SAMPLES.keys() or min(wanted.values()) < 1:
            raise CommandError(f"Chỉ đo được: {', '.join(NAMES)}; số mẫu ít nhất là 1.")
        file = (options["file"] or places.var() / "bench.json").absolute()
        try:
            with processes.running() as demo:
                processes.measure(demo, file, wanted)
        except ChildFailed as failed:
            raise CommandError(str(failed)) from failed
        self.stdout.write(f"  {file}")
