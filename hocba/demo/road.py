"""The main job: one class from entered results to sealed, logged, delivered; each step by the right person.

Every step is the app's own action, called as a door would call it; signing and sending are done by the real
workers, this module waits for the rows to say so. A second run finds what is done and does nothing again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from celery import current_app
from django.utils.translation import gettext as _

from exports.models import Delivery
from hocba.demo import people, signers
from hocba.demo.progress import Move, Steps
from hocba.kernel import clock
from hocba.kernel.errors import Conflict
from records.actions import completion, freezing, sheets
from records.models import SubjectResult, Transcript
from records.rules.lifecycle import State
from schools import actors, scopes
from schools.actors import Actor
from schools.models import ClassYear, Person
from schools.permissions import Role
from signing.actions import batches
from signing.models import PinnedProof, SealedDocument, SigningBatch
from signing.seal.trust import SignerRole

POLL_SECONDS = 0.1
NUDGE_SECONDS = 2.0
LONGEST_SIGNING_SECONDS = 300
LONGEST_DELIVERY_SECONDS = 120
REACHED = {
    SignerRole.HOMEROOM: (State.HOMEROOM_SIGNED, State.PRINCIPAL_SIGNED, State.SEALING, State.ISSUED),
    SignerRole.LEADER: (State.PRINCIPAL_SIGNED, State.SEALING, State.ISSUED),
    SignerRole.SEAL: (State.ISSUED,),
}
LABELS = {
    SignerRole.HOMEROOM: "Giáo viên chủ nhiệm ký số",
    SignerRole.LEADER: "Hiệu trưởng ký số",
    SignerRole.SEAL: "Văn thư ký số phát hành (XML + PDF)",
}


class RoadBlocked(RuntimeError):
    """The class cannot go on; the message says why, in words for the terminal."""


class Patience:
    """How long to wait for workers who do nothing: it begins anew whenever one more is done."""

    def __init__(self, longest_seconds: float) -> None:
        self._longest = longest_seconds
        self._seen, self._since = -1, time.monotonic()

    def is_over(self, done: int) -> bool:
        """Say whether nothing has moved for too long; `done` is how many are done now."""
        if done != self._seen:
            self._seen, self._since = done, time.monotonic()
        return time.monotonic() - self._since > self._longest


class Road:
    """One class on its way."""

    def __init__(self, class_year: ClassYear, steps: Steps) -> None:
        self.class_year = class_year
        self.path = class_year.school.path
        self._steps = steps

    def go(self) -> None:
        """Bring the class from where it stands to its receipt. Raises: RoadBlocked.

        A class that was issued as a whole stays as people have left it since: only what it is, is shown.
        """
        if self.was_issued():
            with self._steps.step("Đã phát hành từ trước") as move:
                move(len(self._sealed()), self._pupils())
        else:
            self.freeze()
            for role in SignerRole:
                self.sign(role)
        self.publish()
        if not self._delivered():
            self.deliver()

    def was_issued(self) -> bool:
        """Say whether every pupil's transcript has been issued once, withdrawn since or not."""
        with scopes.system(self.path):
            return SealedDocument.objects.filter(class_year=self.class_year).count() >= self._pupils()

    def is_untouched(self) -> bool:
        """Say whether nothing has been confirmed yet."""
        with scopes.system(self.path):
            return not Transcript.objects.filter(class_year=self.class_year).exists()

    def confirm(self) -> None:
        """Have the homeroom teacher confirm the results. Raises: RoadBlocked, when some are missing."""
        with self._steps.step("Kết quả học tập và rèn luyện") as move:
            entered, pupils = self._entered()
            move(entered, pupils)
        with self._steps.step("Xác nhận hoàn thành") as move:
            teacher = self._as(self._homeroom())
            with scopes.of(teacher):
                report = completion.confirm(self.class_year, by=teacher)
            move(report.confirmed + report.already, self._pupils())
        if report.held:
            raise RoadBlocked(_("Lớp %s còn học sinh thiếu dữ liệu.") % self.class_year.code)

    def freeze(self) -> None:
        """Confirm, make the issue sheet and freeze, unless the class is past it. Raises: RoadBlocked."""
        if self._under_way():
            return
        self.confirm()
        at = clock.now()
        clerk = signers.holder(self.class_year.school, Role.CLERK, at)
        leader = signers.holder(self.class_year.school, Role.PRINCIPAL, at).person
        with self._steps.step("Lập tờ phát hành, chốt dữ liệu để ký") as move, scopes.of(clerk):
            sheet = sheets.make(
                self.class_year,
                issue_on=clerk.today,
                place=self.class_year.school.commune_name,
                leader=leader,
                by=clerk,
            )
            report = freezing.freeze(self.class_year, sheet=sheet, by=clerk)
            move(report.frozen + report.unchanged, self._pupils())
        if report.held:
            raise RoadBlocked(_("Lớp %s còn học sinh chưa chốt được.") % self.class_year.code)

    def sign(self, role: SignerRole) -> None:
        """Authorise with the signer's PIN and wait for the workers. Raises: RoadBlocked."""
        with self._steps.step(LABELS[role]) as move:
            self._authorise_and_wait(role, move)

    def publish(self) -> None:
        """Wait until each issued transcript has its pinned proof in the log. Raises: RoadBlocked."""
        with self._steps.step("Ghi nhật ký minh bạch") as move:
            self._until(
                self._proven, move, "signing.tasks.publish_log", LONGEST_SIGNING_SECONDS, "nhật ký minh bạch"
            )

    def deliver(self) -> None:
        """Wait until the receiver has accepted each of them. Raises: RoadBlocked."""
        with self._steps.step("Gửi và nhận biên nhận") as move:
            self._until(
                self._delivered, move, "exports.tasks.deliver", LONGEST_DELIVERY_SECONDS, "cổng tiếp nhận"
            )

    # ---- Waiting for the workers -----------------------------------------------------------------

    def _authorise_and_wait(self, role: SignerRole, move: Move) -> None:
        patience, nudged = Patience(LONGEST_SIGNING_SECONDS), 0.0
        while (done := self._count(*REACHED[role])) < self._pupils():
            move(done, self._pupils())
            batch = self._batch(role)
            if batch is None or batch.state != SigningBatch.State.RUNNING:
                self._refuse_failures(batch)
                self._authorise(role)
                nudged = time.monotonic()
            elif time.monotonic() - nudged > 20 * NUDGE_SECONDS:  # left behind by an earlier run
                current_app.send_task("signing.tasks.run_batch", kwargs={"batch_id": batch.pk})
                nudged = time.monotonic()
            if patience.is_over(done):
                raise RoadBlocked(_("Các tiến trình ký không trả lời; xem nhật ký trong thư mục logs."))
            time.sleep(POLL_SECONDS)
        move(done, self._pupils())

    def _batch(self, role: SignerRole) -> SigningBatch | None:
        return SigningBatch.objects.filter(class_year=self.class_year, role=role).order_by("-pk").first()

    def _refuse_failures(self, batch: SigningBatch | None) -> None:
        if batch is None or not batch.failed:
            return
        with scopes.system(self.path):
            rows = batch.items.filter(state="FAILED").values_list("failure_code", "failure_facts")[:3]
            reasons = "; ".join(f"{code} {facts or ''}" for code, facts in rows)
        raise RoadBlocked(_("Có học bạ không ký được: %s") % reasons)

    def _authorise(self, role: SignerRole) -> None:
        signer = self._signer(role)
        try:
            with scopes.of(signer):
                batches.authorise(self.class_year, role=role, pin=people.PIN, by=signer)
        except Conflict as conflict:
            if conflict.case not in ("already-running", "nothing-ready"):
                raise
            # The last item was done between two looks: the loop sees it.

    def _until(
        self, count: Callable[[], int], move: Move, task: str, longest_seconds: float, who: str
    ) -> None:
        patience, nudged = Patience(longest_seconds), 0.0
        total = len(self._sealed())
        while (done := count()) < total:
            move(done, total)
            if time.monotonic() - nudged > NUDGE_SECONDS:
                current_app.send_task(task)
                nudged = time.monotonic()
            if patience.is_over(done):
                raise RoadBlocked(_("Chưa có trả lời của %s.") % who)
            time.sleep(POLL_SECONDS)
        move(done, total)

    # ---- Who, and how many -----------------------------------------------------------------------

    def _signer(self, role: SignerRole) -> Actor:
        if role is SignerRole.HOMEROOM:
            return self._as(self._homeroom())
        holds = Role.PRINCIPAL if role is SignerRole.LEADER else Role.CLERK
        return signers.holder(self.class_year.school, holds, clock.now())

    def _homeroom(self) -> Person:
        if self.class_year.homeroom_teacher is None:
            raise RoadBlocked(_("Lớp %s chưa có giáo viên chủ nhiệm.") % self.class_year.code)
        return self.class_year.homeroom_teacher

    def _as(self, person: Person) -> Actor:
        return actors.of(person, clock.now())

    def _pupils(self) -> int:
        return self.class_year.enrolments.filter(left_on__isnull=True).count()

    def _entered(self) -> tuple[int, int]:
        """Return how many pupils have a result in every subject, and how many pupils there are."""
        with scopes.system(self.path):
            rows = SubjectResult.objects.filter(class_year=self.class_year, point="CN").exclude(level="")
            results = rows.count()
        subjects = max(self.class_year.subjects.count(), 1)
        return results // subjects, self._pupils()

    def _under_way(self) -> bool:
        """Say whether every pupil is frozen or further, so that nothing is confirmed or frozen again."""
        past = (State.FROZEN, State.HOMEROOM_SIGNED, State.PRINCIPAL_SIGNED, State.SEALING, State.ISSUED)
        return self._count(*past) == self._pupils()

    def _count(self, *states: State) -> int:
        with scopes.system(self.path):
            return Transcript.objects.filter(class_year=self.class_year, state__in=states).count()

    def _sealed(self) -> list[int]:
        with scopes.system(self.path):
            rows = SealedDocument.objects.filter(class_year=self.class_year, withdrawal__isnull=True)
            return list(rows.values_list("leaf_id", flat=True))

    def _proven(self) -> int:
        return PinnedProof.objects.filter(leaf__in=self._sealed()).count()

    def _delivered(self) -> int:
        rows = Delivery.objects.filter(leaf__in=self._sealed())
        refused = rows.filter(state=Delivery.State.REFUSED).first()
        if refused is not None:
            raise RoadBlocked(
                _("Nơi nhận từ chối: %s")
                % f"{refused.answer_code} {refused.answer_field} {refused.answer_text}"
            )
        return rows.filter(state=Delivery.State.ACCEPTED).count()
