"""End an approved certificate: from a moment on it signs no more, and everything that hangs on it follows.

A stop is always to the side of safety: school and holder may stop at once, and nobody takes a stop back; who is
to sign again asks anew. Only who approves may say that it was lost before now, because that strikes at what is issued.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from hocba.kernel.clock import VIETNAM
from hocba.kernel.errors import Conflict, Invalid
from schools import audit, scopes
from schools.actors import Actor
from schools.later import later
from schools.permissions import Permission, require
from signing.actions import instruments, ledger, struck
from signing.log import leaf
from signing.models import Authority, Ending, Signature, SigningBatch
from signing.queries import certificates
from signing.seal.keys import KeyUnavailable

ENDED_BATCH = "certificate-ended"
"""Why a batch stands still whose certificate was ended."""
SECOND = timedelta(seconds=1)


@transaction.atomic
def end(
    authority: Authority,
    *,
    reason: str,
    by: Actor,
    words: str = "",
    since: datetime | None = None,
    told: int = 0,
) -> Authority:
    """End an entry of the register, now or (only who approves it) from an earlier moment `since` on.

    `told`: how many transcripts signed from `since` on the person was shown; another number than there are is
    refused, so that nobody strikes at more than they saw. An entry that has ended may only be moved further back.
    Raises: NotPermitted; Invalid with a sentence a field; Conflict with the code "ended-before", "not-approved", or
    "signed-after" (then `count` says how many there are).
    """
    require(by, Permission.CERTIFICATE_END, authority)
    if since is not None:
        require(by, Permission.CERTIFICATE_APPROVE, authority)
    words = _checked(reason, words, since, by)
    authority = _locked(authority)
    moment = _moment(authority, since, by)
    _refuse_unless_it_stands(authority, moment)
    if since is not None and (count := certificates.signed_from(authority, moment).total) != told:
        sentence = _(
            "Có %(count)s học bạ được ký bằng chứng thư này kể từ thời điểm đó. Hãy xem rồi xác nhận."
        )
        raise Conflict(sentence % {"count": count}, code="signed-after", count=count)
    authority.state, authority.to_at = Authority.State.ENDED, moment
    authority.save(update_fields=["state", "to_at"])
    Ending.objects.create(
        authority=authority, to_at=moment, reason=reason, words=words, ended_at=by.at, ended_by=by.person
    )
    if since is not None:
        struck.say_again(authority)
    _follow(authority, reason, moment, by)
    return authority


def _follow(authority: Authority, reason: str, moment: datetime, by: Actor) -> None:
    """Write the trail, stop what runs, log and publish; the log's head is the last lock that anybody takes."""
    open_batches = SigningBatch.objects.filter(authority=authority).exclude(state=SigningBatch.State.DONE)
    stopped = open_batches.update(
        state=SigningBatch.State.PAUSED, paused_reason=ENDED_BATCH, touched_at=by.at
    )
    audit.record(
        by,
        "authority.end",
        unit_path=authority.school.path,
        subject=("authority", authority.pk),
        reason=reason,
        ended_from=moment.isoformat(),
        batches=stopped,
    )
    entry = leaf.certificate(
        at=by.at,
        school=authority.school.code,
        role=authority.role,
        certificate_sha256=authority.certificate.sha256,
        valid_from=authority.from_at,
        valid_to=moment,
    )
    ledger.append(entry, school_path=authority.school.path)
    later("signing.tasks.publish_log")
    later("signing.tasks.sweep_batches")


def _checked(reason: str, words: str, since: datetime | None, by: Actor) -> str:
    """Return the words, tidy. Raises: Invalid."""
    wrong: dict[str, object] = {}
    if reason not in Ending.Why.values:
        wrong["reason"] = _("Hãy chọn một lý do.")
    if reason == Ending.Why.OTHER and not words.strip():
        wrong["words"] = _("Hãy ghi rõ lý do.")
    if since is not None and since > by.at:
        wrong["since"] = _("Thời điểm này chưa đến. Chỉ ngừng được từ bây giờ hoặc từ trước.")
    if wrong:
        raise Invalid(_("Chưa ngừng được. Xin xem lại những chỗ sau."), fields=wrong)
    return words.strip()


def _locked(authority: Authority) -> Authority:
    rows = Authority.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("school", "certificate").get(pk=authority.pk)


def _moment(authority: Authority, since: datetime | None, by: Actor) -> datetime:
    """Return from when on it signs no more, in whole seconds, as lists, leaves and timestamps count.

    A stop at once comes after all that was recorded before this lock was had: nothing lawful falls with it. A
    moment before the approval means that it never stood.
    """
    if since is not None:
        return max(since.replace(microsecond=0), authority.from_at)
    with scopes.system(authority.school.path):
        made = Signature.objects.filter(
            certificate=authority.certificate_id, role=authority.role, school_path=authority.school.path
        )
        newest: datetime | None = made.aggregate(newest=Max("signed_at"))["newest"]
    return max(by.at, newest or by.at, authority.from_at).replace(microsecond=0) + SECOND


def _refuse_unless_it_stands(authority: Authority, moment: datetime) -> None:
    """Raises: Conflict, when it was never approved, or has ended no later than `moment`."""
    if authority.state not in (Authority.State.APPROVED, Authority.State.ENDED):
        raise Conflict(_("Chứng thư này chưa được phê duyệt nên không có gì để ngừng."), code="not-approved")
    if authority.to_at is None or moment < authority.to_at:
        return
    last = authority.endings.select_related("ended_by").order_by("-pk").first()
    told = {
        "moment": authority.to_at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S"),
        "who": last.ended_by.full_name if last else "",
    }
    raise Conflict(
        _("Chứng thư này đã được ngừng từ %(moment)s (người báo: %(who)s). Không cần làm gì thêm.") % told,
        code="ended-before",
    )


def close_sessions(at: datetime) -> int:
    """Close, at the key agent, what is still open of certificates that have ended; return how many.

    For the sweeper: an agent that is away is asked again, and what stays open meanwhile signs nothing that
    would be recorded.
    """
    rows = SigningBatch.objects.filter(authority__state=Authority.State.ENDED, key_session_ends_at__gt=at)
    closed = 0
    for batch_id, session in rows.exclude(key_session="").values_list("pk", "key_session"):
        try:
            instruments.keys().close(session)
        except KeyUnavailable:
            break
        closed += SigningBatch.objects.filter(pk=batch_id, key_session=session).update(key_session_ends_at=at)
    return closed
