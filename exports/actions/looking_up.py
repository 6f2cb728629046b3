"""The family look-up: the five fields open one issued transcript, and a ticket its files for a short while.

Tries and guesses are counted where all doors meet: `signing.actions.checks`, `docs/adr/0014-family-look-up.md`.
"""

from __future__ import annotations

import secrets

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import NotFound
from schools import scopes
from signing.actions import checks, openings
from signing.actions.checks import Asker, FiveFields
from signing.models import SealedDocument

TICKET_SECONDS = 15 * 60
_SALT = "exports.look-up"


def open_by_family(given: FiveFields, *, asker: Asker) -> SealedDocument:
    """Return the issued transcript that all fields name; the trail is written.

    Raises: as `checks.open_with_particulars`, with one sentence for every mistake in the particulars. The
    row-level scope of the running transaction is the transcript's school afterwards.
    """
    found = checks.open_with_particulars(given, asker=asker)
    return _whole(found.sealed.pk, found.sealed.school_path)


def ticket(sealed: SealedDocument) -> str:
    """Return what opens the files of this transcript for a quarter of an hour; it holds no code and no name."""
    return signing.dumps([sealed.pk, sealed.school_path, secrets.token_urlsafe(6)], salt=_SALT)


def file_of_ticket(given: str, kind: str, *, asker: Asker) -> tuple[bytes, str]:
    """Return a file ("xml", "pdf", "zip") that a ticket opens, with its name; the trail is written.

    Raises: NotFound, when the ticket is over; Unavailable.
    """
    try:
        key, path, opening = signing.loads(given, salt=_SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature as bad:
        raise NotFound(
            _("Liên kết tải tệp chỉ dùng được trong 15 phút. Xin tra cứu lại."), code="ticket-over"
        ) from bad
    if kind in openings.STORED:
        return openings.file_again(key, kind, school_path=path, opening=opening, by=asker.actor())
    with transaction.atomic():  # a bundle is made of many questions
        _open(path)
        return openings.file_of(SealedDocument.objects.get(pk=key), kind, by=asker.actor())


def _open(path: str) -> None:
    """A stranger's request has no other scope, and this one ends with its transaction."""
    scopes.apply(path)


def _whole(key: int, path: str) -> SealedDocument:
    _open(path)
    return SealedDocument.objects.select_related(
        "version", "leaf", "pupil", "class_year__school", "class_year__school_year", "withdrawal"
    ).get(pk=key)
