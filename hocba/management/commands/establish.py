"""`manage.py establish FILE.toml`: the first units, people, school years and destinations of a registry."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from hocba.establish.reading import LONGEST_FILE_BYTES, Faulty, read
from hocba.establish.writing import Login, establish
from hocba.kernel import clock


class Command(BaseCommand):
    """Reads, judges, writes in one transaction, and tells each new password once."""

    help = "Thành lập hệ thống từ một tệp TOML: Bộ, Sở, người phụ trách đầu tiên, năm học, nơi nhận."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, and the way to try it."""
        parser.add_argument(
            "file", type=Path, help="tệp TOML; mẫu có chú giải: deploy/establish.example.toml"
        )
        parser.add_argument(
            "--check", action="store_true", help="chỉ kiểm tra và cho biết sẽ làm gì, không ghi"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Establish, or say what is wrong and write nothing."""
        try:
            with options["file"].open("rb") as stream:
                data = stream.read(LONGEST_FILE_BYTES + 1)
        except OSError as missing:
            raise CommandError(f"Không đọc được tệp {options['file']}: {missing.strerror}.") from missing
        try:
            with transaction.atomic():
                report = establish(read(data), at=clock.now())
                if options["check"]:
                    transaction.set_rollback(True)
        except Faulty as faulty:
            raise CommandError(
                "Chưa ghi gì. Hãy sửa tệp rồi chạy lại:\n  " + "\n  ".join(faulty.sentences)
            ) from faulty
        for line in report.lines:
            self.stdout.write(line)
        if options["check"]:
            self.stdout.write("\nMới kiểm tra, chưa ghi gì.")
        elif report.logins:
            self._tell(report.logins)

    def _tell(self, logins: list[Login]) -> None:
        self.stdout.write(
            "\nMật khẩu tạm, chỉ hiện một lần này; lần đăng nhập đầu hệ thống yêu cầu đổi ngay:"
        )
        for one in logins:
            self.stdout.write(f"  {one.full_name} – {one.unit}\n    {one.username}    {one.password}")
