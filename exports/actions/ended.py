"""What delivery does about seal certificates that have ended (`signing.actions.endings`): each round, idempotent.

The national format has no transaction that takes a registration back, so nothing is sent about it.
"""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from exports.models import CertificateDelivery, Delivery, PackagingSession
from schools.actors import Actor
from signing.actions import instruments
from signing.models import Authority
from signing.seal.keys import KeyUnavailable

ENDED = Authority.State.ENDED
CODE = "authority-ended"


def follow(*, by: Actor) -> None:
    """Close the sessions of ended certificates, register none of them, and let go of packages nobody will take."""
    _close_sessions(by)
    CertificateDelivery.objects.filter(
        authority__state=ENDED, state=CertificateDelivery.State.WAITING
    ).update(
        state=CertificateDelivery.State.REFUSED,
        answer_code=CODE,
        answer_text=_("Chứng thư đã được báo ngừng nên không đăng ký nữa."),
    )
    known_there = CertificateDelivery.objects.filter(
        destination=OuterRef("destination"),
        authority=OuterRef("package__authority"),
        state=CertificateDelivery.State.APPROVED,
    )
    unsent = Delivery.objects.filter(
        state=Delivery.State.WAITING, package__isnull=False, package__authority__state=ENDED
    )
    never_taken = ~Exists(known_there) | Q(package__signed_at__gte=F("package__authority__to_at"))
    unsent.filter(never_taken).update(package=None, attempts=0, next_attempt_at=by.at, answer_code="")


def _close_sessions(by: Actor) -> None:
    rows = PackagingSession.objects.filter(authority__state=ENDED, ends_at__gt=by.at)
    for session in rows:
        try:
            instruments.keys().close(session.key_session)
        except KeyUnavailable:
            return  # asked again in the next round; meanwhile it signs no package
        PackagingSession.objects.filter(pk=session.pk).update(ends_at=by.at)
