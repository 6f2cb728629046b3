"""`manage.py demo`: one class from results to sealed, verified, delivered; then a demo to walk by hand."""

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocba.bootstrap.homes import AlreadyRunning
from hocba.bootstrap.roles import MayNotMakeRoles
from hocba.bootstrap.supervise import ChildFailed, listens
from hocba.demo import processes
from hocba.demo.people import PIN

PORT = 8000


class Command(BaseCommand):
    """Starts everything, runs the main job once, prints where things are, serves until stopped."""

    help = "Chạy thử toàn bộ: một lớp đi từ kết quả đến học bạ đã ký, đã kiểm tra, đã gửi."
    requires_system_checks: list[str] = []  # Django's own name and type

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options of the contract."""
        parser.add_argument("--once", action="store_true", help="dừng sau việc chính")
        parser.add_argument("--port", type=int, default=PORT, help=f"cổng của trang web (mặc định {PORT})")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the demo; ctrl-C and SIGTERM stop everything that it started."""
        once, port = options["once"], options["port"]
        if not once and listens(port):
            raise CommandError(f"Cổng {port} đang bận. Hãy chọn cổng khác: --port N")
        begun = time.monotonic()
        try:
            self._run(once=once, port=port, begun=begun)
        except (ChildFailed, AlreadyRunning, MayNotMakeRoles) as failed:
            raise CommandError(str(failed)) from failed
        except KeyboardInterrupt:
            self.stdout.write("\n  Đã dừng.")

    def _run(self, *, once: bool, port: int, begun: float) -> None:
        where = processes.default_places()
        with processes.running(where, port=port) as demo:
            demo.prepare()
            demo.start_workers()
            demo.start_receiver()
            demo.run("road")
            if not once:
                demo.start_web(port)
            self._tell(where, demo, port=port, once=once)
            self.stdout.write(f"  Xong sau {time.monotonic() - begun:.0f} giây.")
            self.stdout.flush()
            if once:
                return
            self._later(demo)
            while True:
                demo.check()
                time.sleep(processes.WATCH_SECONDS)

    def _later(self, demo: processes.Demo) -> None:
        """Bring the other classes on; what cannot be done now waits for the next start, the pages stay."""
        try:
            demo.run("later")
        except ChildFailed as failed:
            demo.check()  # a server that died is another matter: it ends the demo
            self.stdout.write(f"  Các lớp khác chưa xong, lần chạy sau sẽ làm tiếp: {failed}")

    def _tell(self, where: processes.Places, demo: processes.Demo, *, port: int, once: bool) -> None:
        logins = json.loads((where.papers / "logins.json").read_text("utf-8"))
        self.stdout.write(f"  Thư mục:    {where.papers}")
        if once:
            self.stdout.write(f"  Trang web:  {sys.argv[0]} demo --port {port}  →  http://localhost:{port}")
        else:
            self.stdout.write(f"  Trang web:  http://localhost:{port}")
            self.stdout.write(
                f"  Nơi nhận:   {demo.environment['RECEIVER_URL']}  (mật khẩu {processes.DESK_SECRET})"
            )
        self.stdout.write("")
        for row in one_of_each(logins):
            self.stdout.write(f"  {row['role']:<17} {row['username']:<14} {row['name']:<22} {row['unit']}")
        self.stdout.write(f"  Mật khẩu chung: {logins[0]['password']}    Mã PIN khóa ký: {PIN}")


def one_of_each(logins: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the first login of each role, in the order of the file."""
    found: dict[str, dict[str, str]] = {}
    for row in logins:
        found.setdefault(row["role"], row)
    return list(found.values())
