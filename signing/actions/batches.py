"""A person authorises: sign, or seal, these transcripts of a class. The PIN goes to the key provider only."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from hocba.kernel.errors import Conflict, Invalid, RuleBroken
from records.models import IssueSheet, Transcript
from schools import audit
from schools.actors import Actor
from schools.later import later
from schools.models import ClassYear
from schools.permissions import Permission, require
from signing.actions import instruments
from signing.actions.items import READY
from signing.models import Authority, SigningBatch, SigningItem
from signing.seal import keys
from signing.seal.trust import SignerRole

PERMISSION = {
    SignerRole.HOMEROOM: Permission.SIGN_HOMEROOM,
    SignerRole.LEADER: Permission.SIGN_LEADER,
    SignerRole.SEAL: Permission.SEAL,
}
SESSION_MINUTES = 30
SEAL_WINDOW_DAYS = 15
"""Days around the issue date within which the seal may fall, unless the school's settings say otherwise."""
SPARE_SIGNATURES = 10
"""For the packages cut from a sealed class, and for items that are begun twice."""


@sensitive_variables("pin")
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
@sensitive_variables("pin")
def _authorise(class_year: ClassYear, role: SignerRole, pin: str, by: Actor) -> SigningBatch:
    require(by, PERMISSION[role], class_year)
    class_year = ClassYear.objects.select_for_update(no_key=True, of=("self",)).get(pk=class_year.pk)
    batch = _open_batch(class_year, role)
    authority = authority_of(class_year, role, by)
    ready = ready_transcripts(class_year, role)
    if not ready:
        raise Conflict(_("Chưa có học bạ nào của lớp này chờ ký ở bước này."), code="nothing-ready")
    check_sheets(ready, role, by)
    session = _open_session(authority, role, len(ready), pin)
    if batch is None:
        batch = SigningBatch(class_year=class_year, role=role, total=0, authorised_at=by.at, touched_at=by.at)
    batch.authority, batch.authorised_by, batch.touched_at = authority, by.person, by.at
    batch.state, batch.paused_reason = SigningBatch.State.RUNNING, ""
    batch.key_session, batch.key_session_ends_at = session.id, session.expires_at
    _fill(batch, ready)
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


def authority_of(class_year: ClassYear, role: SignerRole, by: Actor) -> Authority:
    """Return the approved entry of the register with which this actor signs in `role` for this school.

    Raises: RuleBroken, when there is none in force or its certificate is outside its dates.
    """
    in_force = Q(from_at__lte=by.at) & (Q(to_at__isnull=True) | Q(to_at__gt=by.at))
    rows = Authority.objects.filter(
        in_force,
        school=class_year.school_id,
        role=role,
        state=Authority.State.APPROVED,
        certificate__not_before__lte=by.at,
        certificate__not_after__gt=by.at,
    )
    if role is not SignerRole.SEAL:
        rows = rows.filter(person=by.person_id)
    found = rows.select_related("certificate", "school", "person").order_by("-from_at").first()
    if found is None:
        raise RuleBroken(
            _("Chưa có chứng thư số còn hạn được cấp trên phê duyệt cho việc ký này. Xem mục Chứng thư số."),
            law="CV 2088/BGDĐT-GDTH, Phụ lục 1, III.1",
            code="no-authority",
        )
    return found


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


@sensitive_variables("pin")
def _open_session(authority: Authority, role: SignerRole, count: int, pin: str) -> keys.Session:
    wanted = (2 * count if role is SignerRole.SEAL else count) + SPARE_SIGNATURES
    try:
        return instruments.keys().authorise(
            authority.credential, pin, wanted, SESSION_MINUTES, f"{role.value}:{authority.school.code}"
        )
    except keys.WrongPin as wrong:
        sentence = _("Mã PIN không đúng. Còn %(left)s lần thử trước khi khóa bị khóa lại.") % {
            "left": wrong.remaining
        }
        raise Invalid(
            sentence, fields={"pin": sentence}, code="wrong-pin", remaining=wrong.remaining
        ) from wrong
    except keys.PinLocked as locked:
        sentence = gettext(
            "Khóa ký đã bị khóa vì nhập sai mã PIN nhiều lần. Hãy liên hệ nơi cấp chứng thư để mở lại."
        )
        raise Invalid(sentence, fields={"pin": sentence}, code="pin-locked") from locked
    except keys.KeyUnavailable as away:
        away.sentence = gettext(
            "Thiết bị giữ khóa ký chưa trả lời. Chưa có gì được ký; hãy kiểm tra rồi thử lại."
        )
        raise


def _fill(batch: SigningBatch, ready: list[Transcript]) -> None:
    """Give the batch one open item for each of `ready`, and count again.

    What waited, was only intended, or had failed begins anew: another day, another certificate. A seal that
    was made and stored (SIGNED) is kept and goes on from there. What a worker still holds ends by its lock.
    """
    versions = {one.current_id: one for one in ready if one.current_id is not None}
    batch.save()
    known = dict(batch.items.values_list("version_id", "pk"))
    again = batch.items.filter(version__in=versions, state__in=["INTENDED", "FAILED"])
    again.update(state="WAITING", prepared_xml=None, digest="", failure_code="", failure_facts={})
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
