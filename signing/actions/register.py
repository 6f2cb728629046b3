"""The authority register: a school asks, the level above approves; each approval is a leaf of the log."""

from __future__ import annotations

import base64
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.canonical import sha256_hex
from hocba.kernel.errors import Conflict, Invalid
from schools import audit
from schools.actors import Actor
from schools.later import later
from schools.models import Person, Unit
from schools.permissions import Permission, require
from signing.actions import instruments, ledger, struck
from signing.log import leaf
from signing.models import Authority, Certificate
from signing.seal.pdf.images import BadImage, media_type
from signing.seal.pdf.slots import name_of
from signing.seal.trust import SignerRole


def remember(chain: list[bytes]) -> Certificate:
    """Return the row of a certificate (DER, the signer's own first), made when it is new."""
    own = x509.load_der_x509_certificate(chain[0])
    row, _made = Certificate.objects.get_or_create(
        sha256=sha256_hex(chain[0]),
        defaults={
            "der": own.public_bytes(Encoding.DER),
            "chain_der": [base64.b64encode(one).decode("ascii") for one in chain[1:]],
            "subject_name": name_of(own.subject),
            "issuer_name": name_of(own.issuer),
            "serial": f"{own.serial_number:x}",
            "not_before": own.not_valid_before_utc,
            "not_after": own.not_valid_after_utc,
        },
    )
    return row


@transaction.atomic
def request(
    school: Unit,
    *,
    role: SignerRole,
    credential: str,
    person: Person | None,
    by: Actor,
    image: bytes | None = None,
) -> Authority:
    """Ask the level above to approve a credential's certificate for a signing role of this school.

    Raises: NotPermitted; Invalid, when a person is owed or the credential is unknown; Conflict, when it waits
    or stands already; Unavailable, when the key provider does not answer.
    """
    require(by, Permission.CERTIFICATE_REQUEST, school)
    if (person is None) is not (role is SignerRole.SEAL):
        raise Invalid(_("Chữ ký cá nhân cần người ký; con dấu của trường thì không."), code="person-owed")
    if image is not None:
        _check_image(image)
    certificate = remember(instruments.keys().certificates(credential))
    if Authority.objects.filter(
        school=school, role=role, certificate=certificate, state__in=["WAITING", "APPROVED"]
    ).exists():
        raise Conflict(
            _("Chứng thư này đã được đề nghị hoặc đã được duyệt cho vai trò đó."), code="asked-before"
        )
    audit.record(by, "authority.request", unit_path=school.path, subject=("certificate", certificate.serial))
    return Authority.objects.create(
        school=school,
        role=role.value,
        person=person,
        certificate=certificate,
        credential=credential,
        signature_image=image,
        from_at=by.at,
        requested_at=by.at,
        requested_by=by.person,
    )


@transaction.atomic
def approve(authority: Authority, *, by: Actor, since: datetime | None = None) -> Authority:
    """Approve an entry, from now (or from `since`, never before the certificate begins), and log it.

    Raises: NotPermitted; Conflict, when it was decided before.
    """
    authority = _waiting(authority, by)
    authority.state, authority.decided_at, authority.decided_by = Authority.State.APPROVED, by.at, by.person
    begins = max(since or by.at, authority.certificate.not_before)
    authority.from_at = begins.replace(microsecond=0)  # as the signed list and the timestamps count
    authority.save(update_fields=["state", "decided_at", "decided_by", "from_at"])
    audit.record(
        by, "authority.approve", unit_path=authority.school.path, subject=("authority", authority.pk)
    )
    if since is not None:
        struck.say_again(authority)
    ledger.append(_leaf(authority, None, by.at), school_path=authority.school.path)
    later("signing.tasks.publish_log")
    return authority


@transaction.atomic
def refuse(authority: Authority, *, reason: str, by: Actor) -> Authority:
    """Refuse an entry with a reason the school reads. Raises: NotPermitted, Conflict, Invalid."""
    if not reason.strip():
        sentence = _("Hãy ghi lý do từ chối để nhà trường biết phải sửa gì.")
        raise Invalid(sentence, fields={"reason": sentence}, code="reason-owed")
    authority = _waiting(authority, by)
    authority.state, authority.refused_reason = Authority.State.REFUSED, reason.strip()
    authority.decided_at, authority.decided_by = by.at, by.person
    authority.save(update_fields=["state", "refused_reason", "decided_at", "decided_by"])
    audit.record(by, "authority.refuse", unit_path=authority.school.path, subject=("authority", authority.pk))
    return authority


def _check_image(image: bytes) -> None:
    try:
        media_type(image)
    except BadImage as bad:
        sentence = _("Hình không dùng được: hãy chọn tệp PNG (hoặc SVG chỉ gồm nét vẽ), tối đa 512 KB.")
        raise Invalid(sentence, fields={"image": sentence}, code="bad-image") from bad


def _waiting(authority: Authority, by: Actor) -> Authority:
    require(by, Permission.CERTIFICATE_APPROVE, authority)
    rows = Authority.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "school", "certificate"
    )
    authority = rows.get(pk=authority.pk)
    if authority.state != Authority.State.WAITING:
        raise Conflict(_("Đề nghị này đã được quyết định trước đó."), code="decided-before")
    return authority


def _leaf(authority: Authority, valid_to: datetime | None, at: datetime) -> leaf.Leaf:
    return leaf.certificate(
        at=at,
        school=authority.school.code,
        role=authority.role,
        certificate_sha256=authority.certificate.sha256,
        valid_from=authority.from_at,
        valid_to=valid_to,
    )
