"""From the sealed XML to an issued transcript: PDF drawn, compared, sealed, all verified, stored and logged."""

from __future__ import annotations

from cryptography.x509 import Certificate
from django.conf import settings
from django.db import transaction

from hocba.kernel.canonical import code_hash, code_salt, sha256_hex
from records.actions import life
from records.models import LookUpEntry
from records.rules.lifecycle import Event
from schools import scopes
from schools.actors import Actor
from signing.actions import instruments, items, ledger
from signing.log import leaf
from signing.models import Authority, SealedDocument, SigningBatch, SigningItem
from signing.seal.evidence import Evidence
from signing.seal.keys import ECDSA_P256_SHA256, RSA_SHA256
from signing.seal.pdf.compare import differences
from signing.seal.pdf.draw import Images, draw
from signing.seal.pdf.seal import seal_pdf
from signing.seal.pdf.template_version import template_version
from signing.seal.pdf.verify import verify_pdf
from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication


class _Proofs:
    """Evidence collected when it is embedded, for exactly the authorities that stamped."""

    def __init__(self, chain: list[Certificate], by: Actor) -> None:
        self._chain, self._by = chain, by
        self.tokens: list[bytes] = []
        self._collected: Evidence | None = None

    def stamp(self, digest: bytes) -> bytes:
        """Return a token over `digest`, and remember who gave it."""
        token = instruments.timestamps().stamp(digest)
        self.tokens.append(token)
        return token

    def _evidence(self) -> Evidence:
        if self._collected is None:
            self._collected = instruments.collector().collect(self._chain, self._by.at, tokens=self.tokens)
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
    with scopes.system(item.school_path):
        item.signed_xml, item.prepared_xml, item.state = document, None, SigningItem.State.SIGNED
        item.save(update_fields=["signed_xml", "prepared_xml", "state"])


def issue(item: SigningItem, batch: SigningBatch, *, by: Actor) -> None:
    """Draw, compare, seal and verify the PDF, store both files, and in one transaction log and issue.

    Raises: ItemFailed, when text and data differ or our own verifier does not pass the result.
    """
    sealed_xml = bytes(item.signed_xml or b"")
    pdf = _sealed_pdf(sealed_xml, batch, item, by)
    verdict = verify_pdf(pdf, instruments.trust_for(_register(item), by.at), by.at)
    if verdict.indication is not Indication.PASSED or verdict.xml != sealed_xml:
        codes = ",".join(reason.code for reason in verdict.reasons)
        raise items.ItemFailed(code="not-verified", reasons=codes)
    blobs = instruments.blobs()
    blobs.put(sealed_xml)
    blobs.put(pdf)
    with scopes.system(item.school_path):
        _record(item, batch, sealed_xml, pdf, by=by)


def _sealed_pdf(sealed_xml: bytes, batch: SigningBatch, item: SigningItem, by: Actor) -> bytes:
    drawn = draw(
        sealed_xml,
        _images(item, batch.authority),
        verify_url=f"{settings.PUBLIC_ADDRESS}/xac-thuc/",
        specimen=settings.SPECIMEN,
    )
    found = differences(drawn, sealed_xml)
    if found:
        raise items.ItemFailed(code="text-differs", place=found[0].place)
    chain = instruments.chain_of(batch.authority)
    proofs = _Proofs(chain, by)
    algorithm = ECDSA_P256_SHA256 if items.algorithm_is_ec(batch) else RSA_SHA256

    def use_key(digest: bytes) -> bytes:
        return instruments.keys().sign(batch.key_session, [digest], algorithm)[0]

    return seal_pdf(drawn, sign=use_key, chain=chain, stamp=proofs.stamp, evidence=proofs, signing_time=by.at)


def _images(item: SigningItem, seal: Authority) -> Images:
    """Return the hand-signature images and the seal's, as the register keeps them."""
    sheet = item.version.issue_sheet
    rows = Authority.objects.filter(
        school=seal.school_id,
        person__in=[sheet.leader_id, sheet.homeroom_teacher_id],
        state=Authority.State.APPROVED,
    ).order_by("from_at")
    found = {(row.role, row.person_id): bytes(row.signature_image) for row in rows if row.signature_image}
    return Images(
        leader_signature=found.get((SignerRole.LEADER.value, sheet.leader_id)),
        homeroom_signature=found.get((SignerRole.HOMEROOM.value, sheet.homeroom_teacher_id)),
        seal=bytes(seal.signature_image) if seal.signature_image else None,
    )


def _register(item: SigningItem) -> list[Authority]:
    rows = Authority.objects.filter(school__path=item.school_path, state__in=["APPROVED", "ENDED"])
    return list(rows.select_related("school", "certificate"))


@transaction.atomic
def _record(item: SigningItem, batch: SigningBatch, sealed_xml: bytes, pdf: bytes, *, by: Actor) -> None:
    version = item.version
    transcript = life.lock(version.transcript_id)
    items.store_signature(item, batch, sealed_xml, by=by)
    code = str(version.look_up_code)
    hidden = code_hash(code, code_salt(sealed_xml))
    xml_hash, pdf_hash = sha256_hex(sealed_xml), sha256_hex(pdf)
    entry = leaf.issue(
        at=by.at,
        school=transcript.class_year.school.code,
        code_hash=hidden,
        xml_sha256=xml_hash,
        pdf_sha256=pdf_hash,
        template=template_version(),
    )
    life.advance(transcript, Event.ISSUED, by=by)
    _replace_earlier(item, by)
    LookUpEntry.objects.create(
        look_up_code=version.look_up_code,
        school=transcript.class_year.school,
        school_year_id=transcript.school_year_id,
        version_id=version.pk,
        standing="VALID",
        issued_at=by.at,
    )
    items.count(batch, done=1, by=by)
    row = ledger.append(entry, school_path=item.school_path)  # last: its lock is everybody's
    SealedDocument.objects.create(
        version=version,
        school_path=item.school_path,
        pupil_id=item.pupil_id,
        class_year_id=batch.class_year_id,
        batch=batch,
        look_up_code=version.look_up_code,
        code_hash=hidden,
        xml_sha256=xml_hash,
        pdf_sha256=pdf_hash,
        xml_bytes=len(sealed_xml),
        pdf_bytes=len(pdf),
        template_version=template_version(),
        leaf=row,
        sealed_at=by.at,
        sealed_by_id=batch.authorised_by_id,
    )
    done = SigningItem.objects.filter(version=version)
    done.update(prepared_xml=None, signed_xml=None)
    done.filter(pk=item.pk).update(state=SigningItem.State.DONE)


def _replace_earlier(item: SigningItem, by: Actor) -> None:
    """A version that this one replaces was withdrawn before; it says from now on that it is replaced."""
    if item.version.replaces_id is not None:
        LookUpEntry.objects.filter(version_id=item.version.replaces_id, standing="WITHDRAWN").update(
            standing="REPLACED"
        )
