"""`manage.py messages`: bring the English catalogue to what the code says, and compile it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hocba import catalogue
from hocba.messages import compile_catalogues

LANGUAGES = ("en",)


class Command(BaseCommand):
    """Adds new messages without a translation, drops stale ones, names what has to be translated."""

    help = "Updates locale/*/LC_MESSAGES/django.po from code and templates, then compiles."
    requires_system_checks: list[str] = []  # Django's own name and type

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail when anything is missing"
        )
        parser.add_argument("--compile", action="store_true", help="only compile what is there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Update, report, compile. Raises: CommandError, with `--check` when the files are behind."""
        behind = False
        for language in () if options["compile"] else LANGUAGES:
            path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
            change = catalogue.update(path, write=not options["check"])
            self.stdout.write(f"{language}: {len(change.added)} new, {len(change.removed)} stale")
            for text in change.untranslated:
                self.stdout.write(f"  not translated: {text}")
            behind = behind or bool(change.added or change.removed or change.untranslated)
        if options["check"] and behind:
            raise CommandError("Run `manage.py messages` and translate what it names.")
        if not options["check"]:
            compile_catalogues()
