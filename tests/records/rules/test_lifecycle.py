"""The one table of moves: what the road allows, and nothing else."""

from __future__ import annotations

import pytest

from records.rules.lifecycle import EDITABLE, MOVES, Event, IllegalMove, State, after

ROAD = [
    Event.CONFIRMED,
    Event.FROZEN,
    Event.HOMEROOM_SIGNED,
    Event.PRINCIPAL_SIGNED,
    Event.SEAL_INTENDED,
    Event.ISSUED,
    Event.WITHDRAWN,
]


def test_the_road_from_draft_to_withdrawn_and_back_to_a_new_draft() -> None:
    state = State.DRAFT
    seen = [state]
    for event in ROAD:
        state = after(state, event)
        seen.append(state)
    assert seen == [
        State.DRAFT,
        State.CONFIRMED,
        State.FROZEN,
        State.HOMEROOM_SIGNED,
        State.PRINCIPAL_SIGNED,
        State.SEALING,
        State.ISSUED,
        State.WITHDRAWN,
    ]
    assert after(state, Event.REOPENED) is State.DRAFT


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_what_is_not_in_the_table_is_illegal(state: State, event: Event) -> None:
    if (state, event) in MOVES:
        assert after(state.value, event.value) is MOVES[state, event]
        return
    with pytest.raises(IllegalMove) as caught:
        after(state, event)
    assert (caught.value.state, caught.value.event) == (state, event)


def test_return_for_fix_ends_with_the_seal() -> None:
    may_return = {state for state, event in MOVES if event is Event.RETURNED}
    assert may_return == {State.FROZEN, State.HOMEROOM_SIGNED, State.PRINCIPAL_SIGNED}
    assert all(after(state, Event.RETURNED) is State.DRAFT for state in may_return)


def test_no_signature_survives_a_new_freeze() -> None:
    assert {after(state, event) for state, event in MOVES if event is Event.FROZEN} == {State.FROZEN}


def test_a_public_transcript_is_left_only_through_withdrawal() -> None:
    public = {State.ISSUED, State.WITHDRAWN}
    assert [event for state, event in MOVES if state is State.ISSUED] == [Event.WITHDRAWN]
    for (state, event), next_state in MOVES.items():
        if state in public and next_state not in public:
            assert (state, event, next_state) == (State.WITHDRAWN, Event.REOPENED, State.DRAFT)
    assert {State.DRAFT} == EDITABLE


def test_nobody_skips_a_signature() -> None:
    into = {
        State.HOMEROOM_SIGNED: {State.FROZEN},
        State.PRINCIPAL_SIGNED: {State.HOMEROOM_SIGNED, State.SEALING},
        State.SEALING: {State.PRINCIPAL_SIGNED},
        State.ISSUED: {State.SEALING},
    }
    for target, sources in into.items():
        assert {state for (state, _), next_state in MOVES.items() if next_state is target} == sources


def test_an_unknown_word_is_no_event() -> None:
    with pytest.raises(ValueError, match="PARTY"):
        after(State.DRAFT, "PARTY")
