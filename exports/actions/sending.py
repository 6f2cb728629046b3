"""Send packages, and ask what became of their rows: transactions 1 and 2, 5 and 6. One refused row blocks no other.

What a partner answers is kept; what a partner does not answer is asked again with the same messageid. Only
`partners.Away` leaves this module: nobody is there, and the round is over.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import F, Min, QuerySet

from exports.actions import partners, settling
from exports.ministry.client import MinistryClient, Refused, Retryable, Sender
from exports.ministry.messages import Answer, Response
from exports.ministry.packages import RequestTooLarge
from exports.models import CertificateDelivery, Delivery, Destination, Kind, Package
from hocba.kernel.blobs import BlobMissing
from schools import scopes
from schools.actors import Actor
from signing.actions import instruments
from signing.models import SealedDocument, Withdrawal

OPEN = (Delivery.State.WAITING, Delivery.State.SENT)


def due(destination: Destination, *, by: Actor) -> list[int]:
    """Return packages with a delivery whose turn it is, of certificates that are approved there.

    Who waited longest comes first, so that a package that always fails never stands in front of the others.
    """
    approved = CertificateDelivery.objects.filter(
        destination=destination, state=CertificateDelivery.State.APPROVED
    ).values("authority_id")
    rows = Delivery.objects.filter(
        destination=destination, state__in=OPEN, package__authority__in=approved, next_attempt_at__lte=by.at
    )
    turns = rows.values("package_id").annotate(turn=Min("next_attempt_at")).order_by("turn", "package_id")
    return [one["package_id"] for one in turns]


def send(package_id: int, destination: Destination, *, by: Actor) -> None:
    """Send a package's bytes, or ask what became of its rows. Raises: Away, after the pause is kept."""
    package = Package.objects.select_related("school").get(pk=package_id)
    rows = Delivery.objects.filter(package=package, destination=destination, state__in=OPEN)
    sender = Sender(package.school.code, int(package.school_year_id[:4]))
    try:
        there = partners.client(destination)
        if rows.filter(state=Delivery.State.WAITING).exists():
            _submit(there, package, rows, sender, by)
        else:
            ask = there.check_withdrawal if package.kind == Kind.WITHDRAWAL else there.check_submission
            _answered(package, rows, ask(sender, str(package.message_id)), by)
    except (Retryable, partners.Away) as away:
        _postpone(rows, away.reason, by)
        raise partners.Away(away.reason) from away
    except BlobMissing as gone:
        _postpone(rows, "blob-missing", by)
        raise partners.Away("blob-missing", alone=True) from gone
    except RequestTooLarge:
        _refuse(rows, "REQUEST_TOO_LARGE", "", by)
    except Refused as refused:
        _refused(rows, refused.answer, by)


def _submit(
    there: MinistryClient, package: Package, rows: QuerySet[Delivery], sender: Sender, by: Actor
) -> None:
    submit: Callable[[Sender, bytes, str], Answer]
    submit = there.withdraw if package.kind == Kind.WITHDRAWAL else there.submit
    submit(sender, instruments.blobs().get(package.content_sha256), str(package.message_id))
    rows.update(
        state=Delivery.State.SENT,
        attempts=F("attempts") + 1,
        sent_at=by.at,
        answer_code="",
        next_attempt_at=by.at + partners.ASK_AGAIN,
    )


def _refused(rows: QuerySet[Delivery], answer: Answer, by: Actor) -> None:
    if answer.error in partners.OUR_TROUBLE:
        _postpone(rows, answer.error, by)
        raise partners.Away(answer.error, alone=answer.error in partners.ONE_UNIT)
    if answer.error == partners.NEVER_CAME:
        rows.update(state=Delivery.State.WAITING, next_attempt_at=by.at)
        return
    _refuse(rows, answer.error, answer.error_description, by)


def _refuse(rows: QuerySet[Delivery], code: str, text: str, by: Actor) -> None:
    rows.update(
        state=Delivery.State.REFUSED,
        answered_at=by.at,
        answer_code=code[:40],
        answer_field="",
        answer_text=text,
    )


def _postpone(rows: QuerySet[Delivery], reason: str, by: Actor) -> None:
    attempts = rows.order_by("-attempts").values_list("attempts", flat=True).first() or 0
    rows.update(
        attempts=F("attempts") + 1,
        next_attempt_at=by.at + partners.pause_after(attempts + 1),
        answer_code=reason[:40],
    )


def _answered(package: Package, rows: QuerySet[Delivery], answer: Answer, by: Actor) -> None:
    """Keep the answer of each row that has one; the others are asked about again."""
    with scopes.system(package.school.path):
        by_code = _codes(package, rows)
    if answer.response is not Response.WORKING:
        open_rows = dict(rows.values_list("leaf_id", "pk"))
        for result in answer.rows():
            delivery = open_rows.get(by_code.get(result.look_up_code.lower(), -1))
            if delivery is not None:
                settling.settle(delivery, result, by=by)
    sent_at = rows.values_list("sent_at", flat=True).first()
    rows.update(next_attempt_at=by.at + partners.ask_after(sent_at, by.at), answer_code="")


def _codes(package: Package, rows: QuerySet[Delivery]) -> dict[str, int]:
    leaves = list(rows.values_list("leaf_id", flat=True))
    if package.kind == Kind.WITHDRAWAL:
        gone = Withdrawal.objects.filter(leaf__in=leaves).values_list("sealed__look_up_code", "leaf_id")
        return {str(code): leaf for code, leaf in gone}
    sealed = SealedDocument.objects.filter(leaf__in=leaves).values_list("look_up_code", "leaf_id")
    return {str(code): leaf for code, leaf in sealed}
