"""Background doors of signing: ids only, idempotent, one call each."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from hocba.kernel import clock
from schools import actors
from signing.actions import audit_roots, endings, ledger, leftovers, run, trust_lists
from signing.actions.run import TRY_LATER

CHUNK = 4
LONGEST_PAUSE_SECONDS = 15
EXPIRES_SECONDS = 120
"""What has waited longer in the broker is dropped: the sweeper has sent it anew, or will."""


@shared_task
def run_batch(*, batch_id: int, **_: object) -> None:
    """Share the open items of a batch among the workers."""
    waiting = run.open_items(batch_id)
    for start in range(0, len(waiting), CHUNK):
        ids = {"batch_id": batch_id, "item_ids": waiting[start : start + CHUNK]}
        run_items.apply_async(kwargs=ids, expires=EXPIRES_SECONDS)


@shared_task(bind=True, max_retries=None)
def run_items(self, *, batch_id: int, item_ids: list[int], **_: object) -> None:
    """Work through some items; what does not answer is asked again after a growing pause."""
    desk = run.Desk()
    try:
        for item_id in item_ids:
            if not run.run_item(batch_id, item_id, clock=clock.now, desk=desk):
                return
    except TRY_LATER as away:
        pause = min(2**self.request.retries, LONGEST_PAUSE_SECONDS)
        raise self.retry(countdown=pause, exc=away) from away


@shared_task
def sweep_batches(**_: object) -> None:
    """Find batches that run and that nobody touched for a while: a worker or the broker was lost.

    And close what is open of certificates that have ended.
    """
    endings.close_sessions(clock.now())
    for batch_id in run.forgotten(clock.now()):
        run_batch.apply_async(kwargs={"batch_id": batch_id}, expires=EXPIRES_SECONDS)


@shared_task
def publish_log(**_: object) -> None:
    """Publish lists that changed, sign the log's head and pin the proofs it newly covers."""
    by = actors.system(clock.now())
    trust_lists.write_out(settings.TRUST_DIR, by=by)
    for code in ledger.schools_waiting():
        trust_lists.refresh(code, by=by)
    ledger.checkpoint(by=by)


@shared_task
def settle_audit(**_: object) -> None:
    """Bind the audit trail's latest rows to the log."""
    audit_roots.settle(by=actors.system(clock.now()))


@shared_task
def open_audit_months(**_: object) -> None:
    """Open the audit trail's partitions ahead of time."""
    audit_roots.open_months(by=actors.system(clock.now()))


@shared_task
def clear_leftovers(**_: object) -> None:
    """Delete counts of failed openings and drafts of files that no longer matter."""
    leftovers.clear(clock.now())
