"""Trying a connection against the real receiver: the right secret, a wrong one, the door shut."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from exports.actions import destinations
from schools.permissions import Role
from tests import factories
from tests.exports.actions.partner import Partner

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_real_receiver_says_whether_it_knows_us(
    partner: Partner, settings: Settings, tmp_path: Path
) -> None:
    department = partner.world.school.parent
    assert department is not None
    row = partner.destination
    row.unit = department
    row.save()
    by = factories.actor_of(factories.a_member(department, Role.DEPARTMENT))

    right = destinations.try_connection(row, by=by)
    partner.door.shut = True
    shut = destinations.try_connection(row, by=by)
    partner.door.shut = False
    settings.DESTINATION_SECRETS = tmp_path
    (tmp_path / f"{row.code}.secret").write_text("một mật khẩu khác", "utf-8")
    wrong = destinations.try_connection(row, by=by)

    assert (right.code, right.refused) == ("ok", False)
    assert (shut.code, shut.refused) == ("ConnectionError", False)
    assert (wrong.code, wrong.refused) == ("LOGIN_WRONG", True)
