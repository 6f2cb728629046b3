"""Issued transcripts as people and programs may read them: rows, files, bundles, what a code says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from hocba.kernel.blobs import BlobMissing, BlobStore, FileBlobs
from hocba.kernel.errors import Unavailable
from records.models import LookUpEntry
from schools import audit, one_message
from schools.actors import Actor
from schools.models import ClassYear, SchoolYear
from schools.permissions import Permission, one, visible
from schools.writes import Writes
from signing.log.leaf import Leaf
from signing.models import PinnedProof, SealedDocument, Withdrawal
from signing.seal import bundle

logger = logging.getLogger(__name__)


@cache
def _store(root: str) -> BlobStore:
    return FileBlobs(Path(root))


def blobs() -> BlobStore:
    """Return the write-once store of documents, where the settings say it is."""
    return _store(str(settings.BLOB_ROOT))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a stranger with a code may learn: that it exists, of which school and year, whether it counts.

    `standing`: VALID, WITHDRAWN, REPLACED, or SIGNER_ENDED, when the files fail since a signer's certificate was
    ended from a moment before it signed; `ended_at` is then that moment.
    """

    look_up_code: UUID
    school_name: str
    school_year: str
    standing: str
    issued_at: datetime
    ended_at: datetime | None


def issued(by: Actor, permission: Permission = Permission.TRANSCRIPT_VIEW) -> QuerySet[SealedDocument]:
    """Return the issued transcripts that `by` may read, withdrawn ones too; the newest first."""
    rows = visible(by, permission, SealedDocument.objects.all())
    return rows.select_related("pupil", "class_year__school", "leaf", "withdrawal").order_by("-pk")


def document(by: Actor, code: UUID, permission: Permission = Permission.TRANSCRIPT_VIEW) -> SealedDocument:
    """Return one issued transcript by its look-up code. Raises: NotFound, absent or hidden alike."""
    rows = SealedDocument.objects.select_related(
        "pupil", "class_year__school", "class_year__school_year", "leaf", "version"
    ).defer("version__frozen_xml")
    return one(by, permission, rows, look_up_code=code)


def withdrawal_of(sealed: SealedDocument) -> Withdrawal | None:
    """Return the withdrawal, asked anew at each reading: the file itself never says it."""
    return Withdrawal.objects.filter(sealed=sealed).select_related("withdrawn_by").first()


_STANDING = """
    SELECT entry.look_up_code, school.name, entry.school_year_id,
        CASE WHEN entry.standing = 'VALID' AND entry.signer_ended_at IS NOT NULL THEN 'SIGNER_ENDED'
            ELSE entry.standing END,
        entry.issued_at, COALESCE(entry.ended_at, entry.signer_ended_at)
    FROM records_lookupentry entry JOIN schools_unit school ON school.id = entry.school_id
    WHERE entry.look_up_code = %s
"""


def standing_of(code: UUID) -> Standing | None:
    """Return what the registry says of a code to anybody, asked anew each time; None when there is no such code.

    In plain SQL: it is what strangers ask most.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [code])
        return _standing(cursor.fetchone())


def standing_with(code: UUID, writes: Writes) -> Standing | None:
    """Send `writes` and ask the same, in one message."""
    writes.run(_STANDING, [code])
    (rows,) = writes.send()
    return _standing(next(iter(rows), None))


def standing_noted(code: UUID, note: LiteralString, values: Sequence[object]) -> Standing | None:
    """Ask the same and add a row to the trail, in one message; `note` and `values` are `audit.row`'s."""
    rows = one_message.ask("WITH noted AS (" + note + ")" + _STANDING, [*values, code])
    return _standing(next(iter(rows), None))


IS_KNOWN: Final = """
    SELECT CASE WHEN EXISTS (SELECT FROM records_lookupentry WHERE look_up_code = %s) THEN 'True' ELSE 'False' END
    FROM (SELECT set_config('synchronous_commit', 'off', true)) AS not_waiting_for_the_disk
"""
"""For a row of the trail that needs not wait: whether there is such a code."""


def _standing(row: tuple[Any, ...] | None) -> Standing | None:
    if row is None:
        return None
    found, school, year, *standing = row
    return Standing(found, school, SchoolYear(code=year).label, *standing)


def xml_of(sealed: SealedDocument) -> bytes:
    """Return the sealed XML. Raises: Unavailable, when the store does not have it as it was."""
    return _read(sealed.xml_sha256)


def pdf_of(sealed: SealedDocument) -> bytes:
    """Return the sealed PDF. Raises: Unavailable."""
    return _read(sealed.pdf_sha256)


def stored(digest: str) -> bytes:
    """Return a file of the store by its hash. Raises: Unavailable, when the store does not have it as it was."""
    return _sound(digest, blobs().get_again)


def bundle_of(sealed: SealedDocument) -> bytes:
    """Return the bundle, made of the files, the pinned proof and that day's lists: always the same bytes.

    Raises: Unavailable, while no checkpoint covers the leaf yet (some seconds after issuing).
    """
    pinned = PinnedProof.objects.select_related("trust_list").filter(leaf_id=sealed.leaf_id).first()
    if pinned is None:
        raise Unavailable(
            _("Học bạ vừa phát hành, sổ công khai đang được ký. Xin tải lại sau ít giây."), code="not-pinned"
        )
    return bundle.build(
        xml=xml_of(sealed),
        pdf=pdf_of(sealed),
        proof=pinned.proof.encode(),
        authority=pinned.trust_list.authority.encode(),
        status=pinned.trust_list.status.encode(),
        leaf=Leaf.parse(bytes(sealed.leaf.entry)),
        look_up_code=str(sealed.look_up_code),
        number=sealed.version.number,
    )


def is_pinned(sealed: SealedDocument) -> bool:
    """Return whether the bundle can be made already."""
    return PinnedProof.objects.filter(leaf_id=sealed.leaf_id).exists()


def _read(digest: str) -> bytes:
    return _sound(digest, blobs().get)


def _sound(digest: str, read: Callable[[str], bytes]) -> bytes:
    try:
        return read(digest)
    except (BlobMissing, OSError) as missing:
        # An alarm: something of legal value is gone, damaged or out of reach. The hash says nothing of anybody.
        logger.error("No sound file %s in the store: %s", digest, type(missing).__name__)
        raise Unavailable(
            _(
                "Kho lưu tệp chưa trả lại được tệp này nguyên vẹn nên hệ thống không đưa ra. Hãy báo người vận hành."
            ),
            code="blob-missing",
        ) from missing


def issued_in_class(by: Actor, code: str) -> tuple[ClassYear, list[tuple[SealedDocument, str]]]:
    """Return a class and its issued transcripts in name order, each with its standing ("valid" …).

    Raises: NotFound. Three queries, whatever the size.
    """
    classes = ClassYear.objects.select_related("school", "school_year")
    class_year = one(by, Permission.TRANSCRIPT_VIEW, classes, code=code)
    rows = visible(by, Permission.TRANSCRIPT_VIEW, SealedDocument.objects.filter(class_year=class_year))
    found = list(rows.select_related("pupil").order_by("pupil__sort_name", "-pk"))
    codes = [row.look_up_code for row in found]
    standings = dict(
        LookUpEntry.objects.filter(look_up_code__in=codes).values_list("look_up_code", "standing")
    )
    audit.record(
        by,
        "class.issued-view",
        unit_path=class_year.school.path,
        subject=("class", class_year.code),
        count=len(found),
    )
    return class_year, [(row, standings[row.look_up_code].lower()) for row in found]
