"""What guards the five fields below the doors: counts that hold when many try at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from hocba.kernel import clock
from hocba.kernel.errors import Conflict, DomainError, Invalid, NotFound
from schools.actions import confirmation
from signing.actions import checks, guesses
from signing.actions.checks import Asker, FiveFields
from signing.models import LookUpAttempt

NOW = clock.now()


def guess(code: UUID, address: str, *, confirms: bool = True) -> type[DomainError] | None:
    """Try to open an unknown code and return how it was refused; the counts stay, as at the doors."""
    question = confirmation.ask(NOW)
    digits = question.digits if confirms else "none"
    given = FiveFields(code, "Người Mẫu", date(2016, 5, 15), "099999999999", digits, question.token)
    with transaction.atomic():
        try:
            checks.open_with_particulars(given, asker=Asker(address, NOW))
        except DomainError as refused:
            return type(refused)
    return None


@pytest.mark.django_db(transaction=True)
def test_guesses_that_come_at_once_are_counted_one_by_one() -> None:
    code = uuid4()

    def one(number: int) -> type[DomainError] | None:
        try:
            return guess(code, f"{code}-{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as strangers:
        answers = list(strangers.map(one, range(10)))

    assert answers.count(NotFound) == guesses.FAILURES_A_CODE
    assert answers.count(Conflict) == 10 - guesses.FAILURES_A_CODE
    assert LookUpAttempt.objects.get().count == guesses.FAILURES_A_CODE


@pytest.mark.django_db
def test_an_address_is_counted_for_wrong_codes_too() -> None:
    address = str(uuid4())
    answers = [guess(uuid4(), address, confirms=False) for _try in range(checks.OPENINGS_A_MINUTE + 1)]

    assert answers == [Invalid] * checks.OPENINGS_A_MINUTE + [Conflict]
    assert LookUpAttempt.objects.count() == 0


def test_a_question_has_four_digits_of_its_own_and_the_token_does_not_tell_them() -> None:
    questions = [confirmation.ask(NOW) for _one in range(300)]

    assert all(re.fullmatch("[0-9]{4}", one.digits) for one in questions)
    assert any(one.digits.startswith("0") for one in questions)
    assert len({one.token for one in questions}) == 300
    assert len({one.digits for one in questions}) > 250
