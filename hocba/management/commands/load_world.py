"""`manage.py load_world --pupils N [--seed S]`: a large fictional province, to measure with."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocba.bootstrap import places
from hocba.bootstrap.homes import AlreadyRunning
from hocba.bootstrap.supervise import ChildFailed
from hocba.demo import processes

SEED = 27


class Command(BaseCommand):
    """Loads into the named database, else into the demo's, which is started for it when it does not run."""

    help = "Nạp một tỉnh hư cấu với N học sinh, sổ điểm đầy đủ; chạy lại thì nạp tiếp."
    requires_system_checks: list[str] = []  # Django's own name and type

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options of the contract."""
        parser.add_argument("--pupils", type=int, required=True, metavar="N", help="số học sinh")
        parser.add_argument("--seed", type=int, default=SEED, metavar="S", help="cùng số thì cùng dữ liệu")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load where the environment says, or into the demo's database."""
        if options["pupils"] < 1:
            raise CommandError("Số học sinh phải từ 1 trở lên.")
        stage = ["world", str(options["pupils"]), str(options["seed"])]
        where = processes.default_places()
        try:
            if "DATABASE_URL" in os.environ:
                self._run(stage, dict(os.environ))
            elif environment := processes.environment_of_running(where):
                self._run(stage, {**os.environ, **environment})
            else:
                with processes.databases(where) as environment:
                    self._run(stage, {**os.environ, **environment})
        except (ChildFailed, AlreadyRunning) as failed:
            raise CommandError(str(failed)) from failed

    def _run(self, stage: list[str], environment: dict[str, str]) -> None:
        self.stdout.flush()
        for line in (["manage.py", "migrate", "--verbosity", "0"], ["-m", "hocba.demo", *stage]):
            done = subprocess.run([sys.executable, *line], env=environment, cwd=places.ROOT, check=False)
            if done.returncode != 0:
                raise CommandError("Chưa nạp xong; chạy lại lệnh này để nạp tiếp.")
