"""The clerk authorises packages: when the session of the seal ended before they were signed, or rows go again."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from exports.models import Delivery, PackagingSession
from exports.queries import waiting
from hocba.kernel.errors import Conflict, Invalid
from schools import audit
from schools.actors import Actor
from schools.later import later
from schools.models import ClassYear, Unit
from schools.permissions import Permission, require
from signing.actions import key_sessions
from signing.seal.trust import SignerRole

SPARE_SIGNATURES = 4
"""For a list that is cut in two because it is too heavy."""


@sensitive_variables("pin")
def authorise(school: Unit, *, pin: str, by: Actor) -> PackagingSession:
    """Open a key session with `pin` for every package of the school that waits for a signature.

    Raises: NotPermitted; Conflict, when nothing waits; RuleBroken, without an approved seal certificate;
    Invalid with the field `pin`, when the PIN is wrong; Unavailable, when the key does not answer.
    """
    try:
        return _authorise(school, pin, by)
    except Invalid as refused:
        audit.record(by, f"pin.{refused.case}", unit_path=school.path, subject=("school", school.code))
        raise


@transaction.atomic
@sensitive_variables("pin")
def _authorise(school: Unit, pin: str, by: Actor) -> PackagingSession:
    require(by, Permission.SEAL, school)
    groups = waiting.groups(by.at, school=school)
    if not groups:
        raise Conflict(_("Không còn gói nào chờ ký."), code="nothing-waits")
    authority = key_sessions.certificate_for(by, school, SignerRole.SEAL)
    wanted = waiting.signatures(groups) + SPARE_SIGNATURES
    session = key_sessions.open_session(authority, signatures=wanted, purpose="DANH_SACH", pin=pin)
    row = PackagingSession.objects.create(
        school=school,
        authority=authority,
        key_session=session.id,
        ends_at=session.expires_at,
        authorised_at=by.at,
        authorised_by=by.person,
    )
    count = sum(group.documents for group in groups)
    audit.record(
        by, "packages.authorise", unit_path=school.path, subject=("school", school.code), count=count
    )
    later("exports.tasks.deliver")
    return row


@transaction.atomic
def send_again(class_year: ClassYear, *, by: Actor) -> int:
    """Put the refused transcripts of a class back into the queue; return how many.

    They go in a new package under a new messageid, which the clerk signs. Raises: NotPermitted; Conflict,
    when none was refused.
    """
    require(by, Permission.SEAL, class_year)
    rows = Delivery.objects.filter(
        class_year=class_year, state=Delivery.State.REFUSED, withdrawals__isnull=True
    )
    count = rows.update(
        state=Delivery.State.WAITING, package=None, attempts=0, next_attempt_at=by.at, sent_at=None
    )
    if not count:
        raise Conflict(_("Lớp này không có học bạ nào bị trả lại."), code="none-refused")
    audit.record(
        by,
        "delivery.send-again",
        unit_path=class_year.school.path,
        subject=("class", class_year.code),
        count=count,
    )
    later("exports.tasks.deliver")
    return count
