"""The world before the first blow: schools, classes, certificates, and a receiver that does not know all of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psycopg
from django.conf import settings

from exports.models import Destination
from hocba.chaos import plan
from hocba.chaos.ground import MARK, RECEIVER_SUPERUSER
from hocba.demo import signers, tree, world
from hocba.demo.keys import KeyRing
from hocba.demo.signers import Wanted
from hocba.demo.world import World
from hocba.kernel import clock
from schools import actors
from signing.actions import trust_lists
from signing.seal.trust import SignerRole


def prepare(transcripts: int) -> None:
    """Make everything that must be there, with filled gradebooks; nothing is confirmed yet."""
    at = clock.now()
    plans = plan.classes(transcripts)
    loaded = world.load(at, plans=plans)
    everybody = [one for each in plans for one in signers.of_class(loaded.class_of(each), at)]
    late = [one for one in everybody if _is_stale(one, loaded)]
    ring = KeyRing.ensure(Path(os.environ[MARK]) / "keys")
    signers.ensure([one for one in everybody if one not in late], ring, at)
    trust_lists.write_out(settings.TRUST_DIR, by=actors.system(at))
    shutil.copytree(settings.TRUST_DIR, os.environ["TRUST_DIR"])
    signers.ensure(late, ring, at)
    trust_lists.write_out(settings.TRUST_DIR, by=actors.system(clock.now()))
    Destination.objects.create(
        code="ministry",
        name="Kho học bạ số (bản mẫu)",
        base_url=settings.RECEIVER_URL,
        unit_path=loaded.units[tree.MINISTRY].path,
        is_open=True,
    )
    with psycopg.connect(os.environ[RECEIVER_SUPERUSER], autocommit=True) as receiver:
        receiver.execute("DELETE FROM receiver_unit WHERE code = %s", [plan.UNKNOWN_SCHOOL])


def _is_stale(wanted: Wanted, loaded: World) -> bool:
    return wanted.role is SignerRole.HOMEROOM and wanted.person == loaded.staff[plan.STALE_TEACHER]
