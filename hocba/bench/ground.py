"""The class that is measured: the demo's own school and signers, its transcripts frozen."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from django.db import connection

from hocba.bench.stopwatch import wall_of
from hocba.demo import country, people, signers, world
from hocba.demo.country import Stage
from hocba.demo.keys import KeyRing
from hocba.demo.progress import Steps
from hocba.demo.road import Road
from hocba.kernel import clock
from schools import actors, scopes
from schools.models import ClassYear
from schools.permissions import Role
from signing.actions import batches, instruments, run, trust_lists
from signing.log.leaf import Leaf
from signing.models import LogLeaf, SigningBatch
from signing.seal.trust import SignerRole

FEW = 2
"""Pupils of a class that is issued only to have a document."""


def frozen_class(pupils: int) -> ClassYear:
    """Return a class of grade 4 with `pupils` frozen transcripts, its signers approved."""
    plan = replace(country.MAIN_CLASS, pupils=pupils, stage=Stage.COMPLETE)
    at = clock.now()
    class_year = world.load(at, plans=(plan,)).class_of(plan)
    ring = KeyRing.ensure(Path(os.environ["HOCBA_DEMO_HOME"]) / "keys")
    signers.ensure(signers.of_class(class_year, at), ring, at)
    trust_lists.write_out(settings.TRUST_DIR, by=actors.system(at))
    Road(class_year, Steps(io.StringIO())).freeze()
    return class_year


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


def an_issued_document() -> tuple[bytes, bytes]:
    """Return a sealed XML and its PDF from the log; a small class is issued when there is none yet."""
    by = actors.system(clock.now())
    if not LogLeaf.objects.exists():
        class_year = frozen_class(FEW)
        for role in SignerRole:
            batch = authorised(class_year, role)
            for item in run.open_items(batch.pk):
                run.run_item(batch.pk, item, clock=clock.now)
    trust_lists.write_out(settings.TRUST_DIR, by=by)
    leaf = Leaf.parse(bytes(LogLeaf.objects.order_by("-index")[0].entry))
    blobs = instruments.blobs()
    return blobs.get(leaf.fields["xml_sha256"]), blobs.get(leaf.fields["pdf_sha256"])


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
