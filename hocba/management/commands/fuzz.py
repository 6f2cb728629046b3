"""`manage.py fuzz [--minutes N] [--seed N] [--keep DIR]`: change genuine files and see whether a reader is fooled."""

import json
import random
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocba.bootstrap import places
from hocba.fuzz import hunt
from hocba.fuzz.hunt import Plan, Tally
from hocba.kernel import clock

MOST_WORKERS = 2


class Command(BaseCommand):
    """Needs the files of a demo, no database and no network; exit code 1 when anything was found."""

    help = "Sửa ngẫu nhiên các tệp thật rồi xem chương trình đọc có bị lừa hay hỏng không (docs/verification.md)."
    requires_system_checks: list[str] = []  # Django's own name and type

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what to change, for how long, from which number on."""
        demo = places.var() / "demo"
        parser.add_argument("--minutes", type=float, default=10.0, help="bao nhiêu phút (mặc định 10)")
        parser.add_argument("--executions", type=int, default=0, help="hoặc bao nhiêu lần cho mỗi loại")
        parser.add_argument("--seed", type=int, help="hạt giống; cùng hạt giống thì cùng các tệp")
        parser.add_argument("--first", type=int, default=0, help="số thứ tự đầu tiên, để chạy tiếp")
        parser.add_argument("--keep", type=Path, default=places.var() / "fuzz", help="nơi giữ tệp tìm được")
        parser.add_argument("--files", type=Path, default=demo, help="thư mục tệp thật (*.xml, *.pdf, *.zip)")
        parser.add_argument("--trust", type=Path, default=demo / "trust", help="thư mục tin cậy")
        parser.add_argument("--at", type=datetime.fromisoformat, help="xem như đang ở thời điểm ISO này")
        parser.add_argument("--workers", type=int, default=1, choices=range(1, MOST_WORKERS + 1))

    def handle(self, *args: Any, **options: Any) -> None:
        """Fuzz, write var/fuzz.json, print the table."""
        seed = options["seed"] if options["seed"] is not None else random.SystemRandom().randrange(1 << 32)
        names = ("files", "trust", "keep", "minutes", "executions", "workers", "first")
        plan = Plan(at=options["at"] or clock.now(), seed=seed, **{name: options[name] for name in names})
        self.stdout.write(f"seed {seed}, first {plan.first}")
        try:
            tally = hunt.run(plan, self._tell)
        except FileNotFoundError as error:
            raise CommandError(
                f"Chưa có tệp thật ({error}); hãy chạy `manage.py demo --once` trước."
            ) from error
        except EOFError as error:
            raise CommandError("Tiến trình con không đọc được cả tệp thật.") from error
        file = places.var() / "fuzz.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(hunt.report(plan, tally), indent=2) + "\n", "utf-8")
        self.stdout.write(f"{hunt.table(tally)}\nnext --seed {seed} --first {tally.next_number}; {file}")
        for path in tally.files[:20]:
            self.stdout.write(f"  {path}")
        sys.exit(1 if tally.findings else 0)

    def _tell(self, tally: Tally) -> None:
        self.stdout.write(f"  {sum(tally.executions.values())}", ending="\r")
        self.stdout.flush()
