"""A person authorises: sign, or seal, these transcripts of a class. The PIN goes to the key provider only."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, RuleBroken
from records.models import IssueSheet, Transcript
from records.rules.lifecycle import State
from schools import audit
from schools.actors import Actor
from schools.models import ClassYear
from schools.permissions import Permission, require
from schools.later import later
from signing.actions import instruments
from signing.models import Authority, SigningBatch, SigningItem
from signing.seal import keys
from signing.seal.trust import SignerRole

PERMISSION = {
    SignerRole.HOMEROOM: Permission.SIGN_HOMEROOM,
    SignerRole.LEADER: Permission.SIGN_LEADER,
    SignerRole.SEAL: Permission.SEAL,
}
READY = {
    SignerRole.HOMEROOM: (State.FROZEN,),
    SignerRole.LEADER: (State.HOMEROOM_SIGNED,),
    SignerRole.SEAL: (State.PRINCIPAL_SIGNED, State.SEALING),
}
"""States from which each signer takes over; SEALING is a seal that a crash or an ended session left behind."""

SESSION_MINUTES = 30
SEAL_WINDOW_DAYS = 15
"""Days around the issue date within which the seal may fall, unless the school's unit settings say otherwise."""
SPARE_SIGNATURES = 10
"""For the packages cut from a sealed class, and for items that are begun twice."""


@transaction.atomic
def authorise(class_year: ClassYear, *, role: SignerRole, pin: str, by: Actor) -> SigningBatch:
    """Open a key session with `pin` and start (or resume) the batch of everything of the class that is ready.

    Raises: NotPermitted; Conflict, when nothing is ready or the batch already runs; RuleBroken, outside the
    seal's window; Invalid with the field `pin`, when the PIN is wrong; Unavailable, when the key is.
    """
    require(by, PERMISSION[role], class_year)
    class_year = ClassYear.objects.select_for_update(no_key=True, of=("self",)).get(pk=class_year.pk)
    batch = SigningBatch.objects.filter(
        class_year=class_year, role=role, state__in=["RUNNING", "PAUSED"]
    ).first()
    if batch is not None and batch.state == SigningBatch.State.RUNNING:
        raise Conflict(
            _("Lớp này đang được ký. Xin xem tiến độ của đợt ký đang chạy."), code="already-running"
        )
    authority = authority_of(class_year, role, by)
    ready = _ready(class_year, role)
    waiting = batch.items.exclude(state__in=["DONE", "FAILED"]).count() if batch else 0
    if not ready and not waiting:
        raise Conflict(_("Chưa có học bạ nào của lớp này chờ ký ở bước này."), code="nothing-ready")
    _check_sheet(ready, role, by)
    session = _open_session(authority, role, len(ready) + waiting, pin)
    if batch is None:
        batch = SigningBatch(class_year=class_year, role=role, total=0, authorised_at=by.at, touched_at=by.at)
    batch.authority, batch.authorised_by, batch.touched_at = authority, by.person, by.at
    batch.state, batch.paused_reason = SigningBatch.State.RUNNING, ""
    batch.key_session, batch.key_session_ends_at = session.id, session.expires_at
    batch.save()
    _add_items(batch, ready)
    audit.record(
        by,
        f"batch.authorise-{role.value.lower()}",
        unit_path=class_year.school.path,
        subject=("class", class_year.code),
        count=len(ready),
    )
    later("signing.tasks.run_batch", batch_id=batch.pk)
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


def _ready(class_year: ClassYear, role: SignerRole) -> list[Transcript]:
    busy = SigningItem.objects.filter(
        batch__role=role, batch__state__in=["RUNNING", "PAUSED"], state__in=["WAITING", "INTENDED", "SIGNED"]
    ).values("version_id")
    rows = Transcript.objects.filter(class_year=class_year, state__in=READY[role]).exclude(current__in=busy)
    return list(rows.select_related("current__issue_sheet").order_by("enrolment__number"))


def _check_sheet(ready: list[Transcript], role: SignerRole, by: Actor) -> None:
    sheets: dict[int, IssueSheet] = {
        one.current.issue_sheet_id: one.current.issue_sheet for one in ready if one.current
    }
    for sheet in sheets.values():
        if role is SignerRole.LEADER and sheet.leader_id != by.person_id:
            raise Conflict(
                _("Tờ phát hành của lớp ghi người kí khác. Muốn đổi người kí phải chốt lại dữ liệu."),
                code="other-leader",
            )
        if role is SignerRole.HOMEROOM and sheet.homeroom_teacher_id != by.person_id:
            raise Conflict(
                _("Tờ phát hành của lớp ghi giáo viên chủ nhiệm khác. Muốn đổi phải chốt lại dữ liệu."),
                code="other-homeroom",
            )
        if role is SignerRole.SEAL and abs(by.today - sheet.issue_on) > _window(sheet):
            raise RuleBroken(
                _(
                    "Ngày phát hành ghi trong học bạ cách hôm nay quá xa. Hãy lập tờ phát hành mới và chốt lại."
                ),
                law="HCMC QĐ 1789/QĐ-SGDĐT, Điều 21",
                code="outside-window",
                issue_on=sheet.issue_on.isoformat(),
            )


def _window(sheet: IssueSheet) -> timedelta:
    days = sheet.class_year.school.settings.get("seal_window_days", SEAL_WINDOW_DAYS)
    return timedelta(days=int(days))


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
        sentence = _(
            "Khóa kí đã bị khóa vì nhập sai mã PIN nhiều lần. Hãy liên hệ nơi cấp chứng thư để mở lại."
        )
        raise Invalid(sentence, fields={"pin": sentence}, code="pin-locked") from locked
    except keys.KeyUnavailable as away:
        away.sentence = _("Thiết bị giữ khóa kí chưa trả lời. Chưa có gì được kí; hãy kiểm tra rồi thử lại.")
        raise


def _add_items(batch: SigningBatch, ready: list[Transcript]) -> None:
    known = set(batch.items.values_list("version_id", flat=True))
    new = [one for one in ready if one.current_id not in known]
    SigningItem.objects.bulk_create(
        SigningItem(
            batch=batch, version_id=one.current_id, school_path=one.school_path, pupil_id=one.pupil_id
        )
        for one in new
        if one.current_id is not None
    )
    batch.total += len(new)
    batch.save(update_fields=["total"])
