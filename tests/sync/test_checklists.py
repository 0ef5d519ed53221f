"""Checklists on devices: what is foretold is what the server makes of it, on the screen too."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import flet as ft
import pytest

from mobile_app.domain.context import ClientContext, use_tables
from mobile_app.features.jobs.checklist import Walk
from mobile_app.features.jobs.close import lacks
from mobile_app.ui.component import component
from mobile_app.ui.hooks import DraftContext, MemoryDrafts
from shared_models.checklists.commands import AnswerStep, WriteChecklist
from shared_models.checklists.rows import Step, StepKind, StepState
from shared_models.ids import uuid7
from shared_models.interventions.commands import CompleteIntervention, CreateIntervention, StartIntervention
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.meters.commands import CreateMeter
from tests.mobile_app.ui.conftest import screen  # noqa: F401 - a fixture
from tests.sync.conftest import Device, Factory


def step(kind: StepKind, title: str, **fields: Any) -> Step:
    return Step(id=uuid7(), kind=kind, title=title, **fields)


GUARD = step(StepKind.check, "Consigner")
STOP = step(StepKind.pass_fail, "Arrêt d’urgence")
PRESSURE = step(StepKind.number, "Pression", unit="bar", low=5, high=7)
BELT = step(StepKind.choice, "Courroie", options=["Bon", "Rompu"], bad_options=["Rompu"])
HOURS = step(StepKind.meter, "Heures", unit="h")
NOTES = step(StepKind.text, "Remarques", is_required=False)
STEPS = [GUARD, STOP, PRESSURE, BELT, HOURS, NOTES]
HIDDEN = {"number", "version", "created_at"}


async def job_with_checklist(factory: Factory, chief: Device) -> UUID:
    checklist, job = uuid7(), uuid7()
    await chief.do(WriteChecklist, checklist_id=checklist, name="Contrôle", steps=STEPS)
    await chief.do(CreateIntervention, intervention_id=job, equipment_id=factory.press, title="Mensuel", checklist_id=checklist)
    await chief.round()
    return job


async def answer(device: Device, job: UUID, of: Step, state: StepState | None = StepState.done, **fields: Any) -> None:
    await device.do(AnswerStep, intervention_id=job, step_id=of.id, answer_id=uuid7(), state=state, **fields)


class TestForetold:
    async def test_answers_given_offline_come_to_what_was_foretold(self, factory):
        chief = await factory.signed_in(await factory.person("admin"))
        meter = uuid7()
        await chief.do(CreateMeter, meter_id=meter, equipment_id=factory.press, name="Heures", unit="h", most_per_day=24)
        job = await job_with_checklist(factory, chief)
        anne = await factory.signed_in(await factory.person("technician", sites=[factory.site]))
        anne.transport.online = False
        await anne.do(StartIntervention, intervention_id=job, action_id=uuid7())
        await answer(anne, job, GUARD)
        await answer(anne, job, STOP, StepState.na)
        await answer(anne, job, PRESSURE, value=6.0)
        await answer(anne, job, PRESSURE, value=8.2)
        await answer(anne, job, BELT, value="Rompu")
        await answer(anne, job, HOURS, value=1200.0, reading_id=uuid7())
        await answer(anne, job, HOURS, value=120.0, reading_id=uuid7())
        await answer(anne, job, NOTES, value="Bruit")
        await answer(anne, job, NOTES, None)
        found = uuid7()
        await anne.do(
            CreateIntervention, intervention_id=found, equipment_id=factory.press, title="Pression", found_in=job, found_at_step=PRESSURE.id
        )
        await anne.do(CompleteIntervention, intervention_id=job)
        foretold = {row_id: anne.job(row_id) for row_id in (job, found)}
        states = {a.step_id: a.state for a in foretold[job].answers}
        assert states == {
            GUARD.id: StepState.done, STOP.id: StepState.na, PRESSURE.id: StepState.failed, BELT.id: StepState.failed,
            HOURS.id: StepState.done,
        }  # fmt: skip
        assert [reading.value for reading in anne.client.tables.meters.get(meter).readings] == [120]

        anne.transport.online = True
        await anne.round()
        assert anne.client.outbox.entries == []
        for row_id, before in foretold.items():
            assert told(anne.job(row_id)) == told(before)
        row = anne.client.tables.meters.get(meter)
        assert ([reading.value for reading in row.readings], row.last_value) == ([120], 120)

    async def test_a_template_written_twice_offline_has_two_versions(self, factory):
        chief = await factory.signed_in(await factory.person("supervisor"))
        chief.transport.online = False
        checklist = uuid7()
        await chief.do(WriteChecklist, checklist_id=checklist, name="Un", steps=STEPS[:1])
        version = chief.client.tables.checklists.get(checklist).version
        await chief.do(WriteChecklist, checklist_id=checklist, version=version, name="Deux", steps=STEPS)
        foretold = chief.client.tables.checklists.get(checklist)
        chief.transport.online = True
        await chief.round()
        assert chief.client.outbox.needs_you == []
        assert chief.client.tables.checklists.get(checklist) == foretold
        assert (foretold.version, foretold.name) == (2, "Deux")

    async def test_an_answer_to_a_job_that_others_have_closed_waits_for_a_person(self, factory):
        chief = await factory.signed_in(await factory.person("supervisor"))
        job = await job_with_checklist(factory, chief)
        anne = await factory.signed_in(await factory.person("technician"))
        await anne.do(StartIntervention, intervention_id=job, action_id=uuid7())
        await anne.round()
        await chief.round()
        for of in STEPS[:5]:
            await answer(chief, job, of, StepState.na)
        await chief.do(CompleteIntervention, intervention_id=job)
        await chief.round()
        await answer(anne, job, GUARD)
        await anne.round()
        [refused] = anne.client.outbox.needs_you
        assert refused.problem.code == "not_allowed_now"


def told(job: InterventionRow) -> dict[str, Any]:
    """Without what only the server knows, and without the order of answers of one instant."""
    plain = job.model_dump(exclude=HIDDEN)
    return plain | {"answers": sorted(plain["answers"], key=lambda given: str(given["step_id"]))}


@pytest.fixture
def shown(screen: Any) -> Iterator[Any]:  # noqa: F811 - the fixture imported above
    return screen


class TestOnScreen:
    async def test_step_by_step_to_the_end(self, factory, shown):
        chief = await factory.signed_in(await factory.person("supervisor"))
        job = await job_with_checklist(factory, chief)
        await chief.do(StartIntervention, intervention_id=job, action_id=uuid7())

        @component
        def Seen() -> ft.Control:
            return DraftContext(MemoryDrafts(), lambda: ClientContext(chief.client, lambda: Live(chief, job)))

        await shown.show(Seen)
        await shown.settle(40)
        assert "Consigner" in shown.texts
        await shown.click("C’est fait")
        await shown.settle(40)
        assert "Arrêt d’urgence" in shown.texts
        await shown.click("Non conforme")
        await shown.settle(40)
        assert "Créer une corrective" in shown.texts
        assert [a.state for a in chief.job(job).answers] == [StepState.done, StepState.failed]
        await shown.click("Suivant")
        await shown.settle(40)
        for key in "82":
            await shown.click(key)
        assert "Hors limites" in shown.texts
        await shown.click("Enregistrer")
        await shown.settle(40)
        assert {a.step_id: a.value for a in chief.job(job).answers}[PRESSURE.id] == 82


@component
def Live(device: Device, job: UUID) -> ft.Control:
    use_tables("interventions")
    return Walk(device.client, device.job(job))


def test_what_a_job_lacks_to_be_closed():
    blank = InterventionRow.model_construct(
        needs_photo=True, needs_signature=True, photos=[], answers=[], checklist=None, status=InterventionStatus.in_progress
    )
    assert lacks(blank, {}) == ["photo", "signature"]
    assert lacks(blank, {"signature": "M1 1L2 2"}) == ["photo"]
