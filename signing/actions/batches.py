"""A person authorises: sign, or seal, these transcripts of a class. The PIN goes to the key provider only."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from hocba.kernel.errors import Conflict, Invalid, RuleBroken
from records.models import IssueSheet, Transcript
from schools import audit
from schools.actors import Actor
from schools.later import later
from schools.models import ClassYear
from schools.permissions import require
from signing.actions import key_sessions
from signing.models import SigningBatch, SigningItem
from signing.seal.trust import SignerRole
from signing.turns import PERMISSION, READY

SEAL_WINDOW_DAYS = 15
"""Days around the issue date within which the seal may fall, unless the school's settings say otherwise."""
SPARE_SIGNATURES = 10
"""For the packages cut from a sealed class, and for items that are begun twice."""


@sensitive_variables()
def authorise(class_year: ClassYear, *, role: SignerRole, pin: str, by: Actor) -> SigningBatch:
    """Open a key session with `pin` and start (or resume) the batch of everything of the class that is ready.

    Raises: NotPermitted; Conflict, when nothing is ready or the batch already runs; RuleBroken, outside the
    seal's window; Invalid with the field `pin`, when the PIN is wrong; Unavailable, when the key is.
    """
    try:
        return _authorise(class_year, role, pin, by)
    except Invalid as refused:
        audit.record(
            by, f"pin.{refused.case}", unit_path=class_year.school.path, subject=("class", class_year.code)
        )
        raise


@transaction.atomic
@sensitive_variables()
def _authorise(class_year: ClassYear, role: SignerRole, pin: str, by: Actor) -> SigningBatch:
    require(by, PERMISSION[role], class_year)
    rows = ClassYear.objects.select_related("school").select_for_update(no_key=True, of=("self",))
    class_year = rows.get(pk=class_year.pk)
    authority = key_sessions.certificate_for(by, class_year.school, role)  # before the batch, as who ends it
    batch = _open_batch(class_year, role)
    ready = ready_transcripts(class_year, role)
    if not ready:
        raise Conflict(_("Chưa có học bạ nào của lớp này chờ ký ở bước này."), code="nothing-ready")
    check_sheets(ready, role, by)
    wanted = (2 * len(ready) if role is SignerRole.SEAL else len(ready)) + SPARE_SIGNATURES
    session = key_sessions.open_session(authority, signatures=wanted, purpose=role.value, pin=pin)
    if batch is None:
        batch = SigningBatch(class_year=class_year, role=role, total=0, authorised_at=by.at, touched_at=by.at)
    another = batch.authority_id not in (None, authority.pk)
    batch.authority, batch.authorised_by, batch.touched_at = authority, by.person, by.at
    batch.state, batch.paused_reason = SigningBatch.State.RUNNING, ""
    batch.key_session, batch.key_session_ends_at = session.id, session.expires_at
    _fill(batch, ready, another=another)
    audit.record(
        by,
        f"batch.authorise-{role.value.lower()}",
        unit_path=class_year.school.path,
        subject=("class", class_year.code),
        count=len(ready),
    )
    later("signing.tasks.run_batch", batch_id=batch.pk)
    return batch


def _open_batch(class_year: ClassYear, role: SignerRole) -> SigningBatch | None:
    """Return the batch that stands still and waits for its signer. Raises: Conflict, while one runs."""
    batches = SigningBatch.objects.select_for_update(no_key=True, of=("self",))
    batch = batches.filter(class_year=class_year, role=role, state__in=["RUNNING", "PAUSED"]).first()
    if batch is not None and batch.state == SigningBatch.State.RUNNING:
        raise Conflict(
            _("Lớp này đang được ký. Xin xem tiến độ của đợt ký đang chạy."),
            code="already-running",
            batch=batch.pk,
        )
    return batch


def ready_transcripts(class_year: ClassYear, role: SignerRole) -> list[Transcript]:
    """Return the transcripts of a class that wait for this signer, in class order."""
    rows = Transcript.objects.filter(class_year=class_year, state__in=READY[role])
    rows = rows.select_related("current__issue_sheet__class_year__school").defer("current__frozen_xml")
    return list(rows.order_by("enrolment__number"))


def check_sheets(ready: list[Transcript], role: SignerRole, by: Actor) -> None:
    """Refuse a signer, or a day, that the frozen data does not name. Raises: Conflict, RuleBroken."""
    sheets: dict[int, IssueSheet] = {
        one.current.issue_sheet_id: one.current.issue_sheet for one in ready if one.current
    }
    for sheet in sheets.values():
        if role is SignerRole.LEADER and sheet.leader_id != by.person_id:
            raise Conflict(
                _("Tờ phát hành của lớp ghi người ký khác. Muốn đổi người ký phải chốt lại dữ liệu."),
                code="other-leader",
            )
        if role is SignerRole.HOMEROOM and sheet.homeroom_teacher_id != by.person_id:
            raise Conflict(
                _("Tờ phát hành của lớp ghi giáo viên chủ nhiệm khác. Muốn đổi phải chốt lại dữ liệu."),
                code="other-homeroom",
            )
        if role is SignerRole.SEAL and abs(by.today - sheet.issue_on) > _window(sheet):
            raise RuleBroken(
                _("Ngày phát hành ghi trong học bạ cách hôm nay quá xa. Hãy lập tờ mới và chốt lại dữ liệu."),
                law="HCMC QĐ 1789/QĐ-SGDĐT, Điều 21",
                code="outside-window",
                issue_on=sheet.issue_on.isoformat(),
            )


def _window(sheet: IssueSheet) -> timedelta:
    days = sheet.class_year.school.settings.get("seal_window_days", SEAL_WINDOW_DAYS)
    return timedelta(days=int(days))


def _fill(batch: SigningBatch, ready: list[Transcript], *, another: bool) -> None:
    """Give the batch one open item for each of `ready`, and count again.

    What waited, was only intended, or had failed begins anew: another day, another certificate. A seal that
    was made and stored (SIGNED) is kept and goes on from there, unless `another` certificate takes the batch up: the
    earlier one may have ended before that seal. What a worker still holds ends by its lock.
    """
    versions = {one.current_id: one for one in ready if one.current_id is not None}
    batch.save()
    known = dict(batch.items.values_list("version_id", "pk"))
    begun = ["INTENDED", "FAILED", *(["SIGNED"] if another else [])]
    again = batch.items.filter(version__in=versions, state__in=begun)
    again.update(
        state="WAITING", prepared_xml=None, signed_xml=None, digest="", failure_code="", failure_facts={}
    )
    left = batch.items.exclude(version__in=versions).filter(state__in=["WAITING", "INTENDED"])
    left.update(state="FAILED", failure_code="frozen-anew", prepared_xml=None)
    SigningItem.objects.bulk_create(
        SigningItem(batch=batch, version_id=key, school_path=one.school_path, pupil_id=one.pupil_id)
        for key, one in versions.items()
        if key not in known
    )
    states = list(batch.items.values_list("state", flat=True))
    batch.total, batch.done, batch.failed = len(states), states.count("DONE"), states.count("FAILED")
    batch.save()
