"""What `manage.py bench` runs beside its servers: python -m hocba.bench FILE N NAME…"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Measure the named things `N` times each, write FILE, print the table; return an exit code."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "hocba.settings"
    import django

    django.setup()
    from hocba.bench import figures, suite
    from hocba.kernel import clock

    file, n, *names = arguments
    machine, date = figures.machine(), clock.now()
    found = [one for name in names for one in suite.MEASUREMENTS[name](int(n))]
    machine["load_after"] = figures.machine()["load"]
    figures.write(Path(file), found, date, machine)
    sys.stdout.write(figures.table(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
