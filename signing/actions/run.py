"""Work through a batch: what the worker does, item by item, and how it goes on after trouble."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hocba.kernel.errors import DomainError, Unavailable
from schools import actors, scopes
from schools.models import ClassYear
from signing.actions import instruments, items, sealing
from signing.actions.items import Clock
from signing.actions.standing import AuthorityEnded
from signing.models import Authority, SigningBatch, SigningItem
from signing.seal.evidence import CLOCK_WRONG, RevocationUnavailable, TimestampUnavailable
from signing.seal.keys import KeyUnavailable, SessionExhausted, SessionExpired
from signing.seal.pdf.cms import KeyNotSupported
from signing.seal.pdf.images import BadImage
from signing.seal.pdf.seal import NotSealable
from signing.seal.trust import SignerRole

State = SigningItem.State
SESSION_OVER = (SessionExpired, SessionExhausted, AuthorityEnded)
FORGOTTEN_AFTER = timedelta(seconds=20)
"""Longer than an item takes while a timestamp authority keeps it waiting."""
TRY_LATER = (Unavailable, TimestampUnavailable, RevocationUnavailable)
NOT_SEALED = (NotSealable, KeyNotSupported)


_BAD_IMAGE = items.ItemFailed(code="bad-image")


def open_items(batch_id: int) -> list[int]:
    """Return the numbers of the items of a running batch that are not finished, in class order."""
    batch = SigningBatch.objects.select_related("class_year__school").get(pk=batch_id)
    if batch.state != SigningBatch.State.RUNNING:
        return []
    with scopes.system(batch.class_year.school.path):
        rows = batch.items.exclude(state__in=[State.DONE, State.FAILED])
        return list(rows.values_list("pk", flat=True))


def forgotten(now: datetime) -> list[int]:
    """Return running batches that no worker touched for a while: the broker or a worker was lost.

    They count as touched from now on, so that a batch which only waits its turn is not sent again and again.
    """
    stale = now - FORGOTTEN_AFTER
    running = SigningBatch.objects.filter(state=SigningBatch.State.RUNNING)
    found = list(running.filter(touched_at__lt=stale).order_by("touched_at").values_list("pk", flat=True))
    running.filter(pk__in=found).update(touched_at=now)
    return found


@dataclass
class Desk:
    """What stays as it is while a worker has some items of a class before it; each task begins with none."""

    classes: dict[int, ClassYear] = field(default_factory=dict)
    authorities: dict[int, Authority] = field(default_factory=dict)

    def lay_out(self, batch: SigningBatch) -> None:
        """Give the batch its school, and the certificate, person and picture it signs with."""
        if batch.class_year_id not in self.classes:
            rows = ClassYear.objects.select_related("school")
            self.classes[batch.class_year_id] = rows.get(pk=batch.class_year_id)
        if batch.authority_id not in self.authorities:
            held = Authority.objects.select_related("certificate", "person")
            self.authorities[batch.authority_id] = held.get(pk=batch.authority_id)
        batch.class_year = self.classes[batch.class_year_id]
        batch.authority = self.authorities[batch.authority_id]


def run_item(batch_id: int, item_id: int, *, clock: Clock, desk: Desk | None = None) -> bool:
    """Bring one item as far as it goes; return False when the batch stands still.

    What another worker holds is left to it. A session, or a certificate, that ended pauses the batch. `desk`
    remembers what the next item of the same task asks again.
    Raises: what TRY_LATER names, for the task to come back to.
    """
    with items.held(item_id, batch_id) as (free, batch):
        if batch.state != SigningBatch.State.RUNNING:
            return False
        if not free:
            return True
        (desk or Desk()).lay_out(batch)
        try:
            ended = _advance(batch, item_id, clock)
        except SESSION_OVER as over:
            items.pause(batch, over.code, by=actors.system(clock()))
            return False
        except TRY_LATER as away:
            return _come_back(batch, item_id, away, clock)
        except BadImage:
            ended = items.fail(_item(batch, item_id), batch, _BAD_IMAGE, by=actors.system(clock()))
        except (DomainError, *NOT_SEALED) as failed:
            reason = failed if isinstance(failed, DomainError) else items.ItemFailed(code="not-sealable")
            ended = items.fail(_item(batch, item_id), batch, reason, by=actors.system(clock()))
    if ended and batch.role != SignerRole.SEAL:  # the seal's stays open for the packages of the class
        _close_session(ended)
    return True


def _come_back(batch: SigningBatch, item_id: int, away: DomainError, clock: Clock) -> bool:
    """Say what the batch waits for and raise again; a key that is away is not awaited beyond its session."""
    now = clock()
    ends = batch.key_session_ends_at
    if isinstance(away, KeyUnavailable) and (ends is None or ends <= now):
        items.pause(batch, away.code, by=actors.system(now))
        return False
    if away.case == CLOCK_WRONG:
        items.take_back(item_id, batch)
    items.wait(batch, away.case, by=actors.system(now))
    raise away


def _close_session(session: str) -> None:
    """End a person's key session with the last item of the batch."""
    try:
        instruments.keys().close(session)
    except KeyUnavailable:
        return  # a session that cannot be closed ends by itself


def _advance(batch: SigningBatch, item_id: int, clock: Clock) -> str:
    """Take every step that is left, each with its own time and its own commit.

    Return the key session of a person's batch that ended with this item, else "".
    """
    role = SignerRole(batch.role)
    item = _begun(batch, item_id, clock)
    if item.state == State.INTENDED:
        document = items.sign(item, batch, clock=clock)
        report = items.checked(item, batch, document, clock=clock)
        if role is not SignerRole.SEAL:
            return items.finish_person(item, batch, document, report, by=actors.system(clock()))
        sealing.keep_sealed_xml(item, document)
    if item.state == State.SIGNED:
        sealing.issue(item, batch, clock=clock)
    return ""


def _begun(batch: SigningBatch, item_id: int, clock: Clock) -> SigningItem:
    """Return the item as it stands; where nothing was done yet, its intent is stored in the same commit."""
    with scopes.system(batch.class_year.school.path):
        item, before = items.read(item_id, batch)
        if item.state == State.WAITING:
            items.intend(item, batch, before, by=actors.system(clock()))
    return item


def _item(batch: SigningBatch, item_id: int) -> SigningItem:
    with scopes.system(batch.class_year.school.path):
        return items.read(item_id, batch)[0]
