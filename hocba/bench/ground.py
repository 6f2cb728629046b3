"""The classes that are measured: the demo's own school and signers, transcripts frozen or issued."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from django.db import connection

from hocba.bench.stopwatch import wall_of
from hocba.demo import country, people, signers, world
from hocba.demo.country import ClassPlan, Stage
from hocba.demo.keys import KeyRing
from hocba.demo.progress import Steps
from hocba.demo.pupils import PUPILS_A_CLASS
from hocba.demo.road import Road
from hocba.kernel import clock
from schools import actors, scopes
from schools.models import ClassYear
from schools.permissions import Role
from signing.actions import batches, ledger, run, trust_lists
from signing.models import SealedDocument, SigningBatch
from signing.queries import documents
from signing.seal.trust import SignerRole

FEW = 3
"""Pupils of a class that is issued only to have documents."""

_plans: list[ClassPlan] = []
"""Of the classes so far; a class of more than a hundred pupils stands in several places."""


class NotMeasurable(RuntimeError):
    """What should be measured does not hold; the message says what."""


def new_classes(
    sizes: Sequence[int],
    *,
    school: str = country.MAIN_CLASS.school,
    homeroom: str = country.MAIN_CLASS.homeroom,
) -> list[ClassYear]:
    """Return new classes of grade 4 with so many pupils each, every result entered, their signers approved."""
    made = []
    for size in sizes:
        name = f"4-{len(_plans)}"
        plan = replace(
            country.MAIN_CLASS, school=school, homeroom=homeroom, name=name, pupils=size, stage=Stage.COMPLETE
        )
        made.append(plan)
        _plans.extend([plan] * math.ceil(size / PUPILS_A_CLASS))
    at = clock.now()
    loaded = world.load(at, plans=tuple(_plans))
    classes = [loaded.class_of(plan) for plan in made]
    signers.ensure(signers.of_class(classes[0], at), ring(), at)
    trust_lists.write_out(settings.TRUST_DIR, by=actors.system(at))
    return classes


def ring() -> KeyRing:
    """Return the specimen keys of this run."""
    return KeyRing.ensure(Path(os.environ["HOCBA_DEMO_HOME"]) / "keys")


def road(class_year: ClassYear) -> Road:
    """Return the way of a class, walked without a word."""
    return Road(class_year, Steps(io.StringIO()))


def frozen_class(pupils: int) -> ClassYear:
    """Return a new class of grade 4 with `pupils` frozen transcripts."""
    (class_year,) = new_classes([pupils])
    road(class_year).freeze()
    return class_year


def issued_class(pupils: int) -> ClassYear:
    """Return a new class of grade 4 with `pupils` issued transcripts in the log."""
    class_year = frozen_class(pupils)
    issue(class_year)
    return class_year


def issue(class_year: ClassYear) -> None:
    """Sign, seal and publish a frozen class in this process. Raises: NotMeasurable."""
    for role in SignerRole:
        batch = authorised(class_year, role)
        for item in run.open_items(batch.pk):
            run.run_item(batch.pk, item, clock=clock.now)
        refuse_failures(batch)
    publish()


def refuse_failures(batch: SigningBatch) -> None:
    """Raise NotMeasurable when an item of a batch failed: what was not sealed has no cost to speak of."""
    with scopes.system(batch.class_year.school.path):
        failed = list(batch.items.filter(state="FAILED").values_list("failure_code", "failure_facts")[:3])
    if failed:
        raise NotMeasurable(f"not sealed: {failed}")


def publish() -> None:
    """Sign the log's head and pin the proofs of what was issued, as the task does."""
    by = actors.system(clock.now())
    trust_lists.write_out(settings.TRUST_DIR, by=by)
    for code in ledger.schools_waiting():
        trust_lists.refresh(code, by=by)
    ledger.checkpoint(by=by)


def authorised(class_year: ClassYear, role: SignerRole) -> SigningBatch:
    """Return the batch of `role`, authorised by the person who signs this class in it."""
    at = clock.now()
    if role is SignerRole.HOMEROOM:
        assert class_year.homeroom_teacher is not None
        actor = actors.of(class_year.homeroom_teacher, at)
    else:
        holds = Role.PRINCIPAL if role is SignerRole.LEADER else Role.CLERK
        actor = signers.holder(class_year.school, holds, at)
    with scopes.of(actor):
        return batches.authorise(class_year, role=role, pin=people.PIN, by=actor)


@dataclass(frozen=True, slots=True)
class Issued:
    """The files of one issued transcript, and its row."""

    sealed: SealedDocument
    xml: bytes
    pdf: bytes
    bundle: bytes


def an_issued_document() -> Issued:
    """Return an issued transcript with its files."""
    return issued_documents()[0]


@cache
def issued_documents() -> tuple[Issued, ...]:
    """Return the issued transcripts of one small class with their files; it is issued for them, once a run."""
    class_year = issued_class(FEW)
    with scopes.system(class_year.school.path):
        rows = SealedDocument.objects.select_related("leaf", "version", "pupil", "class_year__school")
        return tuple(
            Issued(one, documents.xml_of(one), documents.pdf_of(one), documents.bundle_of(one))
            for one in rows.filter(class_year=class_year).order_by("pk")
        )


def versions(batch: SigningBatch) -> dict[int, int]:
    """Return which frozen version each item of a batch signs."""
    with scopes.system(batch.class_year.school.path):
        return dict(batch.items.values_list("pk", "version_id"))


def one_query() -> None:
    """Ask the database for nothing: the least that one round trip costs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def bare_exchanges(count: int) -> tuple[float, ...]:
    """Return the seconds of `count` HTTP exchanges with the specimen PKI's server that ask for nothing."""
    address = settings.TSA_URLS[0]
    for begins, instead in settings.PKI_ROUTES.items():
        address = address.replace(begins, instead)
    place = urlsplit(address)
    pool = urllib3.PoolManager(retries=False)

    def exchange() -> None:
        pool.request("GET", f"{place.scheme}://{place.netloc}/healthz")

    exchange()
    return tuple(wall_of(exchange) for _ in range(count))
