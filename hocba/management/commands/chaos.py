"""`manage.py chaos [--kills N] [--transcripts N] [--seed N]`: kill everything at random, judge what is left."""

import os
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocba.bootstrap import places
from hocba.bootstrap.supervise import ChildFailed
from hocba.chaos import run
from hocba.chaos.run import Wish

KILLS, TRANSCRIPTS, MINUTES = 200, 500, 60.0
FEWEST_TRANSCRIPTS = 8
BROKEN = 1


class Command(BaseCommand):
    """Starts servers of its own, lets people issue transcripts, strikes, judges from outside, removes all."""

    help = "Phát hành trong lúc mọi tiến trình bị giết ngẫu nhiên, rồi kiểm tra từ bên ngoài (docs/benchmarks.md)."
    requires_system_checks: list[str] = []  # Django's own name and type

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how much, how hard, how long."""
        parser.add_argument("--kills", type=int, default=KILLS, help=f"số lần giết (mặc định {KILLS})")
        parser.add_argument(
            "--transcripts", type=int, default=TRANSCRIPTS, help=f"số học bạ (mặc định {TRANSCRIPTS})"
        )
        parser.add_argument("--seed", type=int, help="hạt giống; cùng hạt giống, cùng chuỗi đánh")
        parser.add_argument(
            "--minutes", type=float, default=MINUTES, help=f"dừng sau (mặc định {MINUTES:g} phút)"
        )
        parser.add_argument("--keep", action="store_true", help="giữ lại thư mục dữ liệu và nhật ký")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run; leave with 1 when a promise was broken."""
        if options["transcripts"] < FEWEST_TRANSCRIPTS or options["kills"] < 0 or options["minutes"] <= 0:
            raise CommandError(f"Cần ít nhất {FEWEST_TRANSCRIPTS} học bạ, số lần giết và số phút không âm.")
        seed = secrets.randbelow(10**6) if options["seed"] is None else options["seed"]
        wish = Wish(options["kills"], options["transcripts"], seed, options["minutes"])
        home = places.server_home(f"chaos-{os.getpid()}")
        file = places.var() / "chaos.json"
        try:
            kept = run.run(home, wish, file, keep=options["keep"], tell=self._tell)
        except ChildFailed as failed:
            raise CommandError(str(failed)) from failed
        self._tell(f"  {file}")
        if not kept:
            raise SystemExit(BROKEN)

    def _tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
