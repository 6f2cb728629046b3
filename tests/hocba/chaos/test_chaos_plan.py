"""The plan of a run: as many pupils as asked, every kind of blow, the same for the same seed."""

from __future__ import annotations

from itertools import islice

import pytest

from hocba.chaos import plan, reading
from hocba.chaos.plan import Kind


@pytest.mark.parametrize("transcripts", [8, 12, 40, 500, 2000])
def test_classes_have_as_many_pupils_as_asked(transcripts: int) -> None:
    classes = plan.classes(transcripts)

    assert sum(one.pupils for one in classes) == transcripts
    assert len({(one.school, one.name) for one in classes}) == len(classes)
    assert all(1 <= one.pupils <= plan.LARGEST_CLASS for one in classes)
    assert [one.homeroom == plan.STALE_TEACHER for one in classes].count(True) == 1
    assert classes[1].school == plan.UNKNOWN_SCHOOL


def test_the_same_seed_strikes_the_same() -> None:
    assert list(islice(plan.blows(7), 300)) == list(islice(plan.blows(7), 300))
    assert list(islice(plan.blows(7), 300)) != list(islice(plan.blows(8), 300))


def test_every_kind_comes_before_any_comes_twice() -> None:
    first = [one.kind for one in islice(plan.blows(1), len(Kind))]

    assert sorted(first) == sorted(Kind)


def test_a_failed_page_is_excused_by_the_web_and_its_database_only() -> None:
    reads = [{"at": at, "page": "/", "seconds": 0.1, "status": 0} for at in (10.0, 20.0, 30.0, 40.0)]
    blows = {
        "away": {"web": [[9.0, 11.0]], "valkey": [[19.0, 21.0]], "tsa+ocsp": [[29.0, 31.0]]},
        "blows": [{"kind": "database-connection", "at": 40.05}],
    }

    judged = [reading.of(one, blows) for one in reads]

    assert [one["excused"] for one in judged] == [True, False, False, True]
    assert [one["stuck"] for one in judged] == [False, False, True, False]
