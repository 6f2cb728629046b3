"""What `manage.py bench` runs beside its servers: python -m hocba.bench FILE NAME=N…"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Measure each named thing `N` times, write FILE, print the table; return an exit code."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "hocba.settings"
    import django

    django.setup()
    from hocba.bench import figures, suite
    from hocba.kernel import clock

    file, *wanted = arguments
    machine, date = figures.machine(), clock.now()
    found, took = [], {}
    for name, _, n in (one.partition("=") for one in wanted):
        begun = time.perf_counter()
        found += suite.MEASUREMENTS[name](int(n))
        took[name] = round(time.perf_counter() - begun, 1)
    machine["seconds"] = took
    machine["load_after"] = figures.machine()["load"]
    figures.write(Path(file), found, date, machine)
    sys.stdout.write(figures.table(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
