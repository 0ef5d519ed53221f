"""Every status with every command, through the service."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.core.clock import now
from server.core.errors import NotFound
from server.interventions.errors import CompletedByYou, NotAllowedNow
from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.interventions import commands as iv
from shared_models.interventions.lifecycle import OPEN, TRANSITIONS, InterventionStatus, State, Verb
from tests.server.interventions.workshop import VERBS, Workshop, open_workshop

HOUR = timedelta(hours=1)

STATES = [*(State(status) for status in InterventionStatus), State(InterventionStatus.completed, is_validated=True)]
_MOVES: dict[type[Command], Verb] = {
    iv.StartIntervention: Verb.start, iv.HoldIntervention: Verb.hold, iv.CompleteIntervention: Verb.complete,
    iv.CancelIntervention: Verb.cancel, iv.ValidateIntervention: Verb.validate, iv.ReturnIntervention: Verb.send_back,
}  # fmt: skip
_WHILE_OPEN = {iv.AssignIntervention, iv.UpdateIntervention}


@pytest.fixture
async def shop(session) -> Workshop:
    return await open_workshop(session)


async def command(shop: Workshop, kind: type[Command], job: UUID) -> Command:
    """A valid command of that kind on the job."""
    sheet = await shop.sheet(job)
    at = now()
    more: dict[type[Command], dict[str, Any]] = {
        iv.StartIntervention: {"action_id": uuid7()},
        iv.HoldIntervention: {"reason": "No part"},
        iv.CancelIntervention: {"reason": "Mistake"},
        iv.ReturnIntervention: {"reason": "Not tight"},
        iv.EndAction: {"action_id": sheet.actions[0].id if sheet.actions else uuid7()},
        iv.AddAction: {
            "action_id": uuid7(), "user_id": shop.technician.user_id, "started_at": at - 30 * HOUR, "ended_at": at - 29 * HOUR,
        },
        iv.AssignIntervention: {"technician_id": shop.technician.user_id},
        iv.UpdateIntervention: {"title": "Another title"},
        iv.ReviseIntervention: {"reason": "Wrong text", "version": sheet.version, "work_performed": "Seal changed"},
        iv.AddNote: {"note_id": uuid7(), "text": "Noise again"},
    }  # fmt: skip
    if kind is iv.AddPhoto:
        more[kind] = {"photo_id": await shop.picture()}
    return kind(intervention_id=job, occurred_at=at, **more.get(kind, {}))


def is_allowed(kind: type[Command], state: State) -> bool:
    if verb := _MOVES.get(kind):
        return (state, verb) in TRANSITIONS
    if kind in _WHILE_OPEN:
        return state.status in OPEN
    if kind is iv.ReviseIntervention:
        return state.status is InterventionStatus.completed
    if kind is iv.EndAction and state.status is InterventionStatus.pending:
        return False  # nobody has worked
    return not state.is_validated


@pytest.mark.parametrize("state", STATES, ids=lambda state: f"{state.status}{'-validated' * state.is_validated}")
@pytest.mark.parametrize("kind", [k for k in VERBS if k not in {iv.CreateIntervention, iv.RemovePhoto}], ids=lambda kind: kind.__name__)
async def test_each_command_in_each_state(shop: Workshop, state: State, kind: type[Command]) -> None:
    job = await shop.job_in(state)
    cmd = await command(shop, kind, job)
    before = await shop.sheet(job)
    if is_allowed(kind, state):
        await shop.do(shop.supervisor, cmd)
        after = await shop.sheet(job)
        expected = TRANSITIONS[state, _MOVES[kind]] if kind in _MOVES else state
        assert after.state == expected
        assert after.version == before.version + 1
    elif kind is iv.EndAction and not before.actions:
        with pytest.raises(NotFound):
            await shop.do(shop.supervisor, cmd)
    else:
        with pytest.raises(NotAllowedNow) as refused:
            await shop.do(shop.supervisor, cmd)
        assert refused.value.params["status"] == state.status
        assert refused.value.params["is_validated"] == state.is_validated
        assert await shop.sheet(job) == before


@pytest.mark.parametrize("kind", [k for k in VERBS if k is not iv.CreateIntervention], ids=lambda kind: kind.__name__)
async def test_a_sheet_of_another_site_does_not_exist(shop: Workshop, kind: type[Command]) -> None:
    job = await shop.job_in(State(InterventionStatus.in_progress))
    cmd = (
        iv.RemovePhoto(intervention_id=job, photo_id=uuid7(), occurred_at=now())
        if kind is iv.RemovePhoto else await command(shop, kind, job)
    )  # fmt: skip
    with pytest.raises(NotFound):
        await shop.do(shop.stranger, cmd)


class TestSecondOfTwoDevices:
    async def test_learns_who_was_first_and_when(self, shop: Workshop) -> None:
        job = await shop.job_in(State(InterventionStatus.in_progress))
        closed_at = now() - timedelta(minutes=3)
        await shop.complete(job, shop.colleague, occurred_at=max(closed_at, (await shop.sheet(job)).actual_start))
        with pytest.raises(NotAllowedNow) as refused:
            await shop.complete(job)
        assert refused.value.params["by"] == shop.colleague.label
        assert refused.value.params["status"] == "completed"
        assert refused.value.params["at"] == (await shop.sheet(job)).actual_end.isoformat()


class TestFourEyes:
    async def test_nobody_validates_what_he_has_completed(self, shop: Workshop) -> None:
        job = await shop.create()
        await shop.start(job)
        await shop.complete(job, shop.supervisor)
        with pytest.raises(CompletedByYou):
            await shop.do(shop.supervisor, iv.ValidateIntervention(intervention_id=job, occurred_at=now()))
        await shop.do(shop.chief, iv.ValidateIntervention(intervention_id=job, occurred_at=now()))
        assert (await shop.sheet(job)).validated_by == shop.chief.user_id

    async def test_what_changed_since_it_was_read_is_read_again(self, shop: Workshop) -> None:
        from server.core.errors import StaleVersion

        job = await shop.job_in(State(InterventionStatus.completed))
        seen = (await shop.sheet(job)).version
        await shop.do(shop.technician, await command(shop, iv.AddNote, job))
        with pytest.raises(StaleVersion):
            await shop.do(shop.supervisor, iv.ValidateIntervention(intervention_id=job, version=seen, occurred_at=now()))

    async def test_a_returned_job_is_closed_again_and_by_another(self, shop: Workshop) -> None:
        job = await shop.job_in(State(InterventionStatus.completed))
        await shop.do(shop.supervisor, iv.ReturnIntervention(intervention_id=job, reason="Guard missing", occurred_at=now()))
        back = await shop.sheet(job)
        assert (back.completed_by, back.actual_end, back.return_reason) == (None, None, "Guard missing")
        await shop.complete(job, shop.supervisor)
        with pytest.raises(CompletedByYou):
            await shop.do(shop.supervisor, iv.ValidateIntervention(intervention_id=job, occurred_at=now()))
