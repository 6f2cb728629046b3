"""What `manage.py` does before Django: prepare the machine for the command, then hand over."""

import os
import sys


def enter(argv: list[str]) -> None:
    """Run one command of the project; on a bare machine first make what that command needs."""
    command = argv[1] if len(argv) > 1 else "help"
    if command == "clean":
        from . import clean

        sys.exit(clean.main(argv[2:]))

    from . import environment, native

    environment.ensure(command, argv[1:])
    native.ensure(command)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocba.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)
