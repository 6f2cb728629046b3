"""What a person may read, as the code and the templates say it, and the `.po` files that translate it.

Extraction is Babel's, templates are first turned into Python by Django's own `templatize`; no xgettext needed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("hocba", "schools", "records", "signing", "exports")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
TEMPLATES = (ROOT / "templates", *(ROOT / name for name in PACKAGES))
WIDTH = 110


@dataclass(frozen=True, slots=True)
class Change:
    """What an update did to a catalogue, and which messages still have no translation."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    untranslated: tuple[str, ...]


def sources() -> Iterator[Path]:
    """Yield every Python file and template that may speak to a person; migrations keep what they said."""
    for name in PACKAGES:
        yield from (path for path in (ROOT / name).rglob("*.py") if "migrations" not in path.parts)
    for folder in TEMPLATES:
        yield from folder.rglob("*.html")


def wanted() -> Catalog:
    """Return the messages of the code and the templates, each with the files that say it."""
    catalogue = Catalog(charset="utf-8")
    for path in sorted(set(sources())):
        place = str(path.relative_to(ROOT))
        for _line, found, _comments, context in extract("python", _as_python(path), keywords=KEYWORDS):
            words = found if isinstance(found, tuple) else (found,)
            message = words if len(words) > 1 else words[0]
            if words[0]:
                catalogue.add(message, locations=[(place, 0)], context=context)
    return catalogue


def _as_python(path: Path) -> io.BytesIO:
    text = path.read_text("utf-8")
    if path.suffix == ".html":  # every call stands in one line; the page's own indentation means nothing
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    return io.BytesIO(text.encode("utf-8"))


def read(path: Path) -> Catalog:
    """Return the catalogue of a `.po` file; an empty one when there is none yet."""
    if not path.exists():
        return _empty(path)
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], abort_invalid=True)


def _empty(path: Path) -> Catalog:
    """Return a catalogue for the language that the path names, with a header that says nothing of anybody."""
    return Catalog(
        locale=path.parts[-3],
        header_comment="# What a person reads, in English. `manage.py messages` keeps the list.",
        project="hocba",
        version="0.1.0",
        copyright_holder="hocba",
        msgid_bugs_address="see SECURITY.md",
        last_translator="the maintainers of hocba",
        language_team="en",
        charset="utf-8",
        fuzzy=False,
    )


def update(path: Path, *, write: bool) -> Change:
    """Bring a catalogue to what is said now: new messages empty, those that nobody says gone.

    Without `write` nothing is changed; the answer is what would be.
    """
    now, before = wanted(), read(path)
    known = {_key(message): message for message in before if message.id}
    fresh = _empty(path)
    for message in now:
        if not message.id:
            continue
        old = known.get(_key(message))
        fresh.add(
            message.id,
            old.string if old else None,
            locations=sorted(set(message.locations)),
            flags=message.flags - {"fuzzy"},
            context=message.context,
        )
    wanted_keys = {_key(message) for message in now if message.id}
    if write:
        _write(path, fresh)
    return Change(
        added=tuple(sorted(_text(message) for message in now if message.id and _key(message) not in known)),
        removed=tuple(sorted(_text(known[key]) for key in known if key not in wanted_keys)),
        untranslated=tuple(sorted(_text(message) for message in fresh if message.id and not _said(message))),
    )


def _write(path: Path, catalogue: Catalog) -> None:
    catalogue.revision_date = catalogue.creation_date = datetime(2026, 1, 1, tzinfo=UTC)  # no noise in diffs
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=WIDTH, include_lineno=False, sort_by_file=True)


def _key(message: Message) -> tuple[str, str]:
    return (message.context or "", message.id if isinstance(message.id, str) else message.id[0])


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _said(message: Message) -> bool:
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return bool(strings) and all(strings)
