"""Phrases that a person may write comments from: the school's, one's own, and those that come with the system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from records.models import Phrase
from records.rules import phrasebook
from schools.actors import Actor
from schools.models import Unit
from schools.permissions import Permission, holds, one, visible

P = Permission


@dataclass(frozen=True, slots=True)
class Offer:
    """One phrase as a page offers it. `row` is None for one that comes with the system."""

    about: str
    level: str
    text: str
    row: Phrase | None = None
    may_change: bool = False

    @property
    def is_shared(self) -> bool:
        """Return whether it is of the school's bank."""
        return self.row is not None and self.row.owner_id is None


def for_subject(by: Actor, subject_code: str) -> tuple[Offer, ...]:
    """Return the phrases for one subject: of this subject before those of any, one's own first. One query, or none."""
    return offers(by, (subject_code, phrasebook.ANY_SUBJECT))


def for_homeroom(by: Actor) -> tuple[Offer, ...]:
    """Return the phrases for the homeroom teacher's comments. One query, or none."""
    return offers(by, tuple(phrasebook.COMMENT_KINDS))


def offers(by: Actor, abouts: Iterable[str]) -> tuple[Offer, ...]:
    """Return what there is about `abouts`, by these, then by level; one's own, the school's, the system's."""
    order = list(abouts)
    found: list[Offer] = []
    if holds(by.here, P.PHRASE_VIEW):
        keeps = holds(by.here, P.PHRASE_KEEP)
        rows = _rows(by).filter(about__in=order, is_retired=False)
        found = [
            Offer(row.about, row.level, row.text, row, keeps or row.owner_id == by.person_id) for row in rows
        ]
    found += [Offer(one.about, one.level, one.text) for one in phrasebook.starters() if one.about in order]
    return tuple(sorted(found, key=lambda offer: _place(offer, order)))


def find(by: Actor, number: int) -> Phrase:
    """Return one phrase that this person may see and that is still offered. Raises: NotFound."""
    rows = _rows(by).filter(is_retired=False).select_related("school")
    return one(by.here, P.PHRASE_VIEW, rows, pk=number)


def school_of(by: Actor) -> Unit | None:
    """Return the school whose bank this person works with: the working unit, when it is a school."""
    if not by.grants:
        return None
    rows = Unit.objects.filter(pk=by.grants[0].unit_id, level__is_school=True)
    return visible(by.here, P.PHRASE_VIEW, rows).first()


def _rows(by: Actor) -> QuerySet[Phrase]:
    mine = Q(owner__isnull=True) | Q(owner=by.person_id)
    return visible(by.here, P.PHRASE_VIEW, Phrase.objects.filter(mine)).order_by("pk")


def _place(offer: Offer, order: list[str]) -> tuple[int, int, int]:
    source = 2 if offer.row is None else 1 if offer.is_shared else 0
    return order.index(offer.about), phrasebook.levels(offer.about).index(offer.level), source
