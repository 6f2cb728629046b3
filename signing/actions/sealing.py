"""From the sealed XML to an issued transcript: PDF drawn, compared, sealed, verified, stored and logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.x509 import Certificate
from django.conf import settings
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from hocba.kernel.blobs import BlobMissing
from hocba.kernel.canonical import code_hash, code_salt, sha256_hex
from hocba.kernel.errors import Unavailable
from records.actions import life
from records.models import LookUpEntry, TranscriptVersion
from records.rules.lifecycle import Event
from schools import actors, scopes
from schools.actors import Actor
from schools.writes import Writes
from signing.actions import instruments, items, ledger, standing
from signing.actions.items import Clock
from signing.log import leaf
from signing.models import Authority, LogLeaf, SealedDocument, SigningBatch, SigningItem
from signing.seal import xml
from signing.seal.evidence import CertificateNotValid, CertificateRevoked, Evidence
from signing.seal.pdf.compare import differences
from signing.seal.pdf.draw import Images, draw
from signing.seal.pdf.seal import seal_pdf
from signing.seal.pdf.template_version import template_version
from signing.seal.pdf.verify import verify_pdf
from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication, SignatureReport

logger = logging.getLogger(__name__)


class _Proofs:
    """Evidence collected when it is embedded, for exactly the authorities that stamped."""

    def __init__(self, chain: list[Certificate], clock: Clock) -> None:
        self._chain, self._clock = chain, clock
        self.tokens: list[bytes] = []
        self._collected: Evidence | None = None

    def stamp(self, digest: bytes) -> bytes:
        """Return a token over `digest`, and remember who gave it."""
        token = instruments.timestamps().stamp(digest)
        self.tokens.append(token)
        return token

    def _evidence(self) -> Evidence:
        if self._collected is None:
            try:
                self._collected = instruments.collector().collect(
                    self._chain, self._clock(), tokens=self.tokens
                )
            except (CertificateRevoked, CertificateNotValid) as refused:
                raise items.ItemFailed(code=refused.code) from refused
        return self._collected

    @property
    def certificates(self) -> tuple[bytes, ...]:
        return self._evidence().certificates

    @property
    def ocsps(self) -> tuple[bytes, ...]:
        return self._evidence().ocsps

    @property
    def crls(self) -> tuple[bytes, ...]:
        return self._evidence().crls


def keep_sealed_xml(item: SigningItem, document: bytes) -> None:
    """Store the sealed XML before the PDF is drawn from it: it is sealed once."""
    item.signed_xml, item.prepared_xml, item.state = document, None, SigningItem.State.SIGNED
    with scopes.system(item.school_path):
        SigningItem.objects.filter(pk=item.pk).update(
            signed_xml=document, prepared_xml=None, state=SigningItem.State.SIGNED
        )


def issue(item: SigningItem, batch: SigningBatch, *, clock: Clock) -> None:
    """Draw, compare, seal and verify the PDF, store both files, and in one transaction log and issue.

    Raises: ItemFailed, when text and data differ or our own verifier does not pass the result; AuthorityEnded.
    """
    sealed_xml = bytes(item.signed_xml or b"")
    pdf = _sealed_pdf(sealed_xml, batch, item, clock)
    report = _verified(item, sealed_xml, pdf, clock)
    blobs = instruments.blobs()
    with _disk():  # nothing is issued unless both were read back
        blobs.put(sealed_xml)
        blobs.put(pdf)
    with scopes.system(item.school_path):
        _record(item, batch, sealed_xml, pdf, report, by=actors.system(clock()))


@contextmanager
def _disk() -> Iterator[None]:
    """Translate what a full or broken disk does. Raises: Unavailable, for the task to come back to."""
    try:
        yield
    except (OSError, BlobMissing) as trouble:
        logger.error("The file store refuses: %s", type(trouble).__name__, exc_info=trouble)
        raise Unavailable(
            _("Kho lưu tệp đã đầy hoặc hỏng nên chưa phát hành được; hệ thống tự thử lại."),
            code="storage-full",
        ) from trouble


def _verified(item: SigningItem, sealed_xml: bytes, pdf: bytes, clock: Clock) -> SignatureReport:
    """Return our verifier's report on the seal in the XML, when it passes the PDF and the XML within."""
    now = clock()
    verdict = verify_pdf(pdf, instruments.trust_for(items.register(item.school_path), now), now)
    if verdict.indication is not Indication.PASSED or verdict.xml != sealed_xml:
        raise items.refusal(verdict.reasons, SignerRole.SEAL)
    return next(one for one in verdict.signatures if one.role == SignerRole.SEAL.value)


def _sealed_pdf(sealed_xml: bytes, batch: SigningBatch, item: SigningItem, clock: Clock) -> bytes:
    images = _images(item, batch.authority)
    with _disk():  # drawing writes fonts into the temporary directory
        drawn = draw(
            sealed_xml,
            images,
            verify_url=f"{settings.PUBLIC_ADDRESS}/xac-thuc/",
            specimen=settings.SPECIMEN,
        )
    found = differences(drawn, sealed_xml)
    if found:
        raise items.ItemFailed(code="text-differs", place=found[0].place)
    chain = instruments.chain_of(batch.authority)
    proofs = _Proofs(chain, clock)
    return seal_pdf(
        drawn,
        sign=lambda digest: items.use_key(batch, digest),
        chain=chain,
        stamp=proofs.stamp,
        evidence=proofs,
        signing_time=clock(),
    )


def _images(item: SigningItem, seal: Authority) -> Images:
    """Return the hand-signature images and the seal's, as the register keeps them."""
    sheet = item.version.issue_sheet
    rows = Authority.objects.filter(
        school=seal.school_id,
        person__in=[sheet.leader_id, sheet.homeroom_teacher_id],
        state__in=standing.EVER_APPROVED,  # who signed and left keeps the picture beside the signature
    ).order_by("from_at")
    asked = rows.values_list("role", "person_id", "signature_image")
    found = {(role, person): bytes(image) for role, person, image in asked if image}
    return Images(
        leader_signature=found.get((SignerRole.LEADER.value, sheet.leader_id)),
        homeroom_signature=found.get((SignerRole.HOMEROOM.value, sheet.homeroom_teacher_id)),
        seal=bytes(seal.signature_image) if seal.signature_image else None,
    )


def hidden_code(look_up_code: object, sealed_xml: bytes) -> str:
    """Return what stands for a look-up code in public lists.

    The salt is made of the signed data, which cannot be written in another way without breaking the seal.
    """
    return code_hash(str(look_up_code), code_salt(xml.data_region(sealed_xml)))


def _leaf(item: SigningItem, school: str, sealed_xml: bytes, pdf: bytes, by: Actor) -> leaf.Leaf:
    return leaf.issue(
        at=by.at,
        school=school,
        code_hash=hidden_code(item.version.look_up_code, sealed_xml),
        xml_sha256=sha256_hex(sealed_xml),
        pdf_sha256=sha256_hex(pdf),
        template=f"sha256:{sha256_hex(template_version().encode())}",
    )


def _record(
    item: SigningItem,
    batch: SigningBatch,
    sealed_xml: bytes,
    pdf: bytes,
    report: SignatureReport,
    *,
    by: Actor,
) -> None:
    version = item.version
    transcript = life.lock(version.transcript_id)
    school = batch.class_year.school
    entry = _leaf(item, school.code, sealed_xml, pdf, by)
    together = Writes()
    standing.require_stood(batch.authority_id, by.at, within=together)  # after both seals, in XML and PDF
    items.add_signature(item, batch, sealed_xml, report, by=by, within=together)
    life.advance(transcript, Event.ISSUED, by=by, within=together)
    together.insert(_open_code(version, school.pk, transcript.school_year_id, by))
    items.count(batch, done=1, by=by, within=together)
    together.update(
        SigningItem.objects.filter(version=version),  # the documents on their way are let go, of each signer
        prepared_xml=None,
        signed_xml=None,
        state=Case(When(pk=item.pk, then=Value(SigningItem.State.DONE)), default=F("state")),
    )
    row = ledger.append(entry, school_path=item.school_path, within=together)  # last: its lock is everybody's
    together.insert(_document(item, batch, entry, row, (len(sealed_xml), len(pdf)), by))
    _replace_earlier(item, entry, by, together)
    together.send()


def _document(
    item: SigningItem, batch: SigningBatch, entry: leaf.Leaf, row: LogLeaf, sizes: tuple[int, int], by: Actor
) -> SealedDocument:
    return SealedDocument(
        version_id=item.version_id,
        school_path=item.school_path,
        pupil_id=item.pupil_id,
        class_year_id=batch.class_year_id,
        batch_id=batch.pk,
        look_up_code=item.version.look_up_code,
        code_hash=entry.fields["code_hash"],
        xml_sha256=entry.fields["xml_sha256"],
        pdf_sha256=entry.fields["pdf_sha256"],
        xml_bytes=sizes[0],
        pdf_bytes=sizes[1],
        template_version=template_version(),
        leaf=row,
        sealed_at=by.at,
        sealed_by_id=batch.authorised_by_id,
    )


def _open_code(version: TranscriptVersion, school_id: int, school_year: str, by: Actor) -> LookUpEntry:
    return LookUpEntry(
        look_up_code=version.look_up_code,
        school_id=school_id,
        school_year_id=school_year,
        version_id=version.pk,
        standing="VALID",
        issued_at=by.at,
    )


def _replace_earlier(item: SigningItem, entry: leaf.Leaf, by: Actor, together: Writes) -> None:
    """A version that this one replaces was withdrawn before; it says from now on that it is replaced."""
    if item.version.replaces_id is None:
        return
    earlier = SealedDocument.objects.filter(version_id=item.version.replaces_id).first()
    if earlier is None:
        return
    LookUpEntry.objects.filter(version_id=earlier.version_id, standing="WITHDRAWN").update(
        standing="REPLACED"
    )
    fields = entry.fields
    ledger.append(
        leaf.replace(
            at=by.at,
            school=fields["school"],
            code_hash=earlier.code_hash,
            replaced_by=fields["code_hash"],
        ),
        school_path=item.school_path,
        within=together,
    )
