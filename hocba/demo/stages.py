"""The stages of the demo as a person sees them at the terminal: load, issue, verify, tell."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from exports.models import Destination
from hocba import messages
from hocba.demo import country, earlier, papers, signers, tree, ways_in, world
from hocba.demo.country import Stage
from hocba.demo.keys import KeyRing
from hocba.demo.progress import Steps
from hocba.demo.road import Road, RoadBlocked
from hocba.demo.world import World
from hocba.kernel import clock
from hocba.kernel.errors import DomainError
from schools import actors
from schools.models import ClassYear
from signing.actions import trust_lists
from signing.seal.trust import SignerRole

REFUSED = 1


def road() -> int:
    """Load the world, bring the class of twelve the whole way, leave its files; return an exit code."""
    steps = Steps()
    return _told(lambda: _road(steps))


def _road(steps: Steps) -> None:
    messages.compile_catalogues()
    loaded = _load(steps)
    class_year = loaded.class_of(country.MAIN_CLASS)
    steps.say()
    steps.say(f"  Lớp {class_year.name}, {class_year.school.name}, năm học {class_year.school_year.label}")
    Road(class_year, steps).go()
    _leave_papers(class_year, steps)
    papers.write_logins(loaded, _papers())
    ways_in.write(loaded, _papers(), clock.now())


def later() -> int:
    """Bring the other classes as far as the demo means to; return an exit code."""
    return _told(_later)


def _later() -> None:
    """Touch only classes that nobody has touched: what a person did by hand in an earlier run stays.

    Then the issued class's earlier years, whole: an interrupted one goes on, an issued one is left as it is.
    """
    loaded = world.load(clock.now())
    for plan in country.CLASSES:
        way = Road(loaded.class_of(plan), Steps(io.StringIO()))
        if not way.is_untouched():
            continue
        if plan.stage is Stage.CONFIRMED:
            way.confirm()
        elif plan.stage in (Stage.FROZEN, Stage.HOMEROOM_SIGNED):
            way.freeze()
        if plan.stage is Stage.HOMEROOM_SIGNED:
            way.sign(SignerRole.HOMEROOM)
    for class_year in earlier.load(loaded, clock.now()):
        Road(class_year, Steps(io.StringIO())).go()


def issue(code: str) -> int:
    """Issue one class through the whole pipeline; return an exit code."""
    steps = Steps()
    return _told(lambda: _issue(code, steps))


def _issue(code: str, steps: Steps) -> None:
    rows = ClassYear.objects.select_related("school", "school_year", "homeroom_teacher")
    class_year = rows.filter(code=code).first()
    if class_year is None:
        raise RoadBlocked(_("Không có lớp nào mang mã %s.") % code)
    at = clock.now()
    signers.ensure(signers.of_class(class_year, at), _ring(), at)
    Road(class_year, steps).go()
    _leave_papers(class_year, steps)


def _load(steps: Steps) -> World:
    at = clock.now()
    with steps.step("Tỉnh Bản Mẫu: đơn vị, nhân sự, lớp, học sinh") as move:
        loaded = world.load(at, tell=move)
        earlier.load(loaded, at)
    with steps.step("Chứng thư số của người ký và con dấu") as move:
        wanted = signers.of_world(loaded)
        waiting = frozenset({loaded.staff[signers.LEFT_WAITING].pk})
        for number, one in enumerate(wanted, start=1):
            signers.ensure([one], _ring(), at, waiting=waiting)
            move(number, len(wanted))
        trust_lists.write_out(settings.TRUST_DIR, by=actors.system(clock.now()))
    _name_destination(loaded)
    return loaded


def _name_destination(loaded: World) -> None:
    """Tell the registry where the receiver answers this time; the cursor over the log stays."""
    found = {
        "name": "Kho học bạ số (bản mẫu)",
        "base_url": settings.RECEIVER_URL,
        "unit": loaded.units[tree.DEPARTMENT],
        "unit_path": loaded.units[tree.DEPARTMENT].path,
        "is_open": True,
        "pause_until": None,
        "failures": 0,
    }
    Destination.objects.update_or_create(code="ministry", defaults=found)


def _leave_papers(class_year: ClassYear, steps: Steps) -> None:
    issued = papers.of_class(class_year)
    files = papers.write_files(issued, _papers(), steps)
    papers.write_keys(issued, _ring(), _papers())
    papers.verify(files, Path(settings.TRUST_DIR), steps, clock.now())
    steps.say()
    steps.say(f"  Gói đầy đủ: {next(path for path in files if path.suffix == '.zip')}")


def _told(work: Callable[[], None]) -> int:
    try:
        work()
    except (RoadBlocked, papers.NotGenuine, DomainError) as refused:
        sys.stderr.write(f"\n  {refused}\n")
        return REFUSED
    return 0


def _ring() -> KeyRing:
    return KeyRing.ensure(Path(os.environ["HOCBA_DEMO_HOME"]) / "keys")


def _papers() -> Path:
    return Path(os.environ["HOCBA_DEMO_PAPERS"])
