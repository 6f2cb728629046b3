"""`manage.py test`: every test with pytest; further arguments go to pytest.

`tests/conftest.py` starts the servers, so plain `pytest` in the environment does the same.
"""

import os
import sys

from django.core.management.base import BaseCommand

MOST_WORKERS = 4
IN_ORDER = ("--dist=loadfile", "--no-loadscope-reorder")
"""The long files are those of few tests: put last, as xdist would, they leave all cores but one idle at the end."""
OWN_CHOICE = ("-n", "--numprocesses", "--pdb", "--collect-only", "--co", "--help", "-h", "--version", "-V")


class Command(BaseCommand):
    """Hands over to pytest, whose closing line and exit code end the command."""

    help = "Runs every test with pytest; further arguments go to pytest."
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Replace this process by pytest, with a worker per core unless the arguments choose otherwise."""
        arguments = argv[2:]
        if not any(word.startswith(choice) for word in arguments for choice in OWN_CHOICE):
            workers = min(os.cpu_count() or 1, MOST_WORKERS)
            arguments = [f"--numprocesses={workers}", *IN_ORDER, *arguments]
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])
