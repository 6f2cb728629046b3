"""`python -m exports.receiver migrate | serve --port N | work | add-unit CODE NAME SECRET [--parent …]`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

import django

THREADS = 8


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exports.receiver.settings")
    chosen = _parser().parse_args(arguments)
    django.setup()
    if chosen.command == "migrate":
        _migrate()
    elif chosen.command == "serve":
        _serve(chosen.host, chosen.port, chosen.processes)
    elif chosen.command == "work":
        _work()
    else:
        return _add_unit(chosen.code, chosen.name, chosen.secret, chosen.parent)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exports.receiver", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="create or update the tables")
    serve = commands.add_parser("serve", help="answer requests until stopped")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8090)
    serve.add_argument("--processes", type=int, default=1)
    commands.add_parser("work", help="judge waiting rows until stopped, beside web processes that do not")
    add = commands.add_parser("add-unit", help="create or change a unit and its account")
    add.add_argument("code")
    add.add_argument("name")
    add.add_argument("secret", help="'-' reads it from standard input; '' makes a unit without an account")
    add.add_argument("--parent", default="", help="code of the unit above, which may then send for this one")
    return parser


def _migrate() -> None:
    from django.core.management import call_command  # Django is set up by now

    call_command("migrate", interactive=False, verbosity=0)


def _serve(host: str, port: int, processes: int) -> None:
    """Become gunicorn, with the registry's limits: a slow sender holds up nobody else."""
    line = [sys.executable, "-m", "gunicorn", "--config", "python:hocba.serving.config"]
    line += ["--bind", f"{host}:{port}", "--workers", str(processes), "--threads", str(THREADS)]
    line += ["--worker-class", "exports.receiver.serving.ReceiverWorker"]
    line += ["--log-level", "warning", "exports.receiver.wsgi:application"]
    os.execv(sys.executable, line)  # our own interpreter, our own arguments


def _work() -> None:
    from exports.receiver import worker

    stop, nudged = threading.Event(), threading.Event()

    def end(*_: object) -> None:
        stop.set()
        nudged.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    worker.run(stop, nudged)


def _add_unit(code: str, name: str, secret: str, parent: str) -> int:
    from exports.receiver import accounts
    from exports.receiver.models import Unit
    from hocba.kernel import clock

    if secret == "-":  # noqa: S105 - the sign for "read it", not a secret
        secret = sys.stdin.readline().rstrip("\n")
    try:
        accounts.add_unit(code, name, secret, parent=parent, at=clock.now())
    except Unit.DoesNotExist:
        sys.stderr.write(f"Chưa có đơn vị cấp trên có mã {parent}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
