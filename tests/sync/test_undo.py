"""An approval can be taken back for a moment, and nothing is lost whatever happens meanwhile."""

import asyncio
from typing import NamedTuple
from uuid import UUID

import pytest

from mobile_app.core.sync import SyncState
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote, CompleteIntervention, ValidateIntervention
from shared_models.interventions.rows import FailureCoding
from tests.sync.conftest import Device, Factory, until

LONG = 20.0


class Approval(NamedTuple):
    chief: Device
    job_id: UUID
    command: ValidateIntervention

    def is_shown(self) -> bool:
        return self.chief.job(self.job_id).is_validated


@pytest.fixture
async def approval(factory: Factory) -> Approval:
    anne = await factory.signed_in(await factory.person("technician", sites=[factory.site]))
    job_id = await anne.open_job(factory.press, start=True)
    await anne.do(CompleteIntervention, intervention_id=job_id, worked_minutes=25, failure=FailureCoding(mode_unknown=True))
    await anne.round()
    chief = await factory.signed_in(await factory.person("supervisor"))
    command = ValidateIntervention(intervention_id=job_id, version=chief.job(job_id).version, occurred_at=chief.client.now())
    await chief.client.execute_held(command, LONG)
    return Approval(chief, job_id, command)


async def is_known(factory: Factory, job_id: UUID) -> bool:
    """Whether another supervisor sees it validated."""
    other = await factory.signed_in(await factory.person("supervisor"))
    return other.job(job_id).is_validated


async def test_taken_back_it_has_never_been_asked(factory: Factory, approval: Approval):
    chief = approval.chief
    await chief.round()
    assert approval.is_shown()
    assert chief.client.sync.status.state == SyncState.waiting
    assert not await is_known(factory, approval.job_id)
    assert await chief.client.take_back(approval.command)
    await chief.round()
    assert not approval.is_shown()
    assert chief.client.outbox.entries == []
    assert not await is_known(factory, approval.job_id)


@pytest.mark.parametrize("how", ["goes on", "leaves", "closes", "waits"])
async def test_not_taken_back_it_is_sent(factory: Factory, approval: Approval, monkeypatch: pytest.MonkeyPatch, how: str):
    chief = approval.chief
    if how == "goes on":
        await chief.do(AddNote, intervention_id=approval.job_id, note_id=uuid7(), text="Bien")
    elif how == "leaves":
        await chief.client.release()
    else:
        monkeypatch.setattr("mobile_app.core.outbox.LONGEST_HOLD", 0.0)  # the time is over
        chief = await factory.restarted(chief) if how == "closes" else chief
    await chief.round()
    assert not await chief.client.take_back(approval.command)
    assert chief.job(approval.job_id).is_validated
    assert await is_known(factory, approval.job_id)


async def test_it_goes_by_itself_when_its_time_is_over(factory: Factory):
    """From whichever tab leads, and though nobody touches anything."""
    anne = await factory.signed_in(await factory.person("technician", sites=[factory.site]), background=True)
    job_id = await anne.open_job(factory.press)
    await until(lambda: not anne.client.outbox.entries)

    def note(text: str) -> AddNote:
        return AddNote(intervention_id=job_id, note_id=uuid7(), text=text, occurred_at=anne.client.now())

    taken_back = note("Bien")
    await anne.client.execute_held(taken_back, 0.2)
    await asyncio.sleep(0.01)  # its time runs
    assert await anne.client.take_back(taken_back)
    await anne.client.execute_held(note("Très bien"), 0.5)
    assert len(anne.client.outbox.held) == 1
    await until(lambda: not anne.client.outbox.entries)
