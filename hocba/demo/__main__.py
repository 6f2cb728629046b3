"""What runs beside the demo's servers, with their addresses in the environment.

python -m hocba.demo receiver            tables and accounts of the receiver
python -m hocba.demo road                the world, the main job, the files in var/demo
python -m hocba.demo later               the other classes, each as far as the demo means to bring it
python -m hocba.demo issue CODE          one class through the whole pipeline
python -m hocba.demo world N SEED        N more pupils, in bulk
"""

from __future__ import annotations

import os
import sys


def main(arguments: list[str]) -> int:
    """Run one of the stages and return its exit code."""
    if arguments == ["receiver"]:
        from hocba.demo import receiving

        return receiving.prepare()
    os.environ["DJANGO_SETTINGS_MODULE"] = "hocba.settings"
    import django

    django.setup()
    if arguments[0] == "world":
        from hocba.demo import bulk

        return bulk.load(int(arguments[1]), int(arguments[2]))
    from hocba.demo import stages

    match arguments:
        case ["road"]:
            return stages.road()
        case ["later"]:
            return stages.later()
        case ["issue", code]:
            return stages.issue(code)
    sys.stderr.write(__doc__ or "")
    return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
