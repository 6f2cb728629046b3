"""What `manage.py chaos` runs beside its servers, with their addresses in the environment.

python -m hocba.chaos world N             schools, classes, certificates
python -m hocba.chaos drive N MINUTES URL the people
python -m hocba.chaos read URL FILE       a reader
python -m hocba.chaos stock N KILLS DONE  facts.json, of what the run left (DONE: 1 when the people were done)
python -m hocba.chaos judge FACTS         the findings of a facts file; exit code 1 when a promise is broken
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run one of the stages and return its exit code."""
    if arguments[:1] == ["judge"]:
        return _judge(Path(arguments[1]))
    os.environ["DJANGO_SETTINGS_MODULE"] = "hocba.settings"
    import django

    django.setup()
    from hocba.chaos import drive, gather, reader, world

    match arguments:
        case ["world", count]:
            world.prepare(int(count))
            return 0
        case ["drive", count, minutes, url]:
            return drive.main(int(count), float(minutes), url)
        case ["read", url, file]:
            return reader.main(url, Path(file))
        case ["stock", count, kills, done]:
            return gather.main(int(count), int(kills), finished=done == "1")
    sys.stderr.write(__doc__ or "")
    return 64


def _judge(file: Path) -> int:
    from hocba.chaos import judge, report

    findings = judge.judge(json.loads(file.read_text("utf-8")))
    sys.stdout.write(report.table(findings) + "\n")
    return 0 if all(one.holds for one in findings) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
