"""Waiting for workers: patience begins anew with everything that gets done."""

from hocba.demo.road import Patience


def test_movement_begins_the_wait_anew() -> None:
    patience = Patience(3600)
    patience.is_over(0)
    patience._since -= 7200

    assert not patience.is_over(1)
    patience._since -= 7200
    assert patience.is_over(1)
