"""Translations: `.po` files are compiled by Babel, so that no msgfmt is needed."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings


def compile_catalogues() -> list[Path]:
    """Compile each `.po` file that is newer than its `.mo` and return what was written."""
    written = []
    for folder in settings.LOCALE_PATHS:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                _compile(source, target)
                written.append(target)
    return written


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as readable:
        catalogue = read_po(readable, locale=source.parts[-3])
    fresh = target.with_suffix(f".{os.getpid()}")
    with fresh.open("wb") as writable:
        write_mo(writable, catalogue)
    fresh.replace(target)  # two processes may compile at once
