"""The state machine, exhaustively."""

import itertools

import pytest

from shared_models.interventions.lifecycle import OPEN, TRANSITIONS, InterventionStatus, State, Verb, after, allowed

S = InterventionStatus
STATES = [*(State(status) for status in S), State(S.completed, is_validated=True)]
EXPECTED = {
    (S.pending, Verb.start): S.in_progress,
    (S.pending, Verb.cancel): S.cancelled,
    (S.in_progress, Verb.start): S.in_progress,
    (S.in_progress, Verb.hold): S.on_hold,
    (S.in_progress, Verb.complete): S.completed,
    (S.in_progress, Verb.cancel): S.cancelled,
    (S.on_hold, Verb.start): S.in_progress,
    (S.on_hold, Verb.cancel): S.cancelled,
    (S.completed, Verb.send_back): S.in_progress,
}


@pytest.mark.parametrize(("state", "verb"), [*itertools.product(STATES, Verb)])
def test_every_state_with_every_verb(state: State, verb: Verb) -> None:
    target = after(state, verb)
    if state == State(S.completed) and verb is Verb.validate:
        assert target == State(S.completed, is_validated=True)
    elif state.is_validated:
        assert target is None
    else:
        expected = EXPECTED.get((state.status, verb))
        assert target == (State(expected) if expected else None)
    assert (verb in allowed(state)) is (target is not None)


def test_only_completed_sheets_are_validated() -> None:
    reached = {*TRANSITIONS.values(), *(state for state, _ in TRANSITIONS)}
    assert {state.status for state in reached if state.is_validated} == {S.completed}


def test_nothing_leads_out_of_the_ends() -> None:
    ends = {state for state in STATES if not allowed(state)}
    assert ends == {State(S.cancelled), State(S.completed, is_validated=True)}


def test_an_open_job_can_be_brought_to_an_end() -> None:
    for start in (State(status) for status in OPEN):
        seen, queue = {start}, [start]
        while queue:
            state = queue.pop()
            for verb in allowed(state):
                if (target := after(state, verb)) and target not in seen:
                    seen.add(target)
                    queue.append(target)
        assert {State(S.cancelled), State(S.completed, is_validated=True)} <= seen
