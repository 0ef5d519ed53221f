"""A planned job closed without a network: the plan's next date is there at once, and it is the one that the server then says."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from mobile_app.domain.agenda import entries
from mobile_app.domain.due import local_day
from server.core import clock
from server.sites.models import Site
from shared_models.checklists.commands import AnswerStep, WriteChecklist
from shared_models.checklists.rows import Step, StepKind, StepState
from shared_models.ids import uuid7
from shared_models.interventions.commands import CancelIntervention, CompleteIntervention, ReturnIntervention, StartIntervention
from shared_models.meters.commands import CreateMeter, RecordReading
from shared_models.plans.commands import AssignOccurrence, CreatePlan, GeneratePlan, MoveOccurrence, SkipOccurrence
from shared_models.plans.rows import OccurrenceState, PlanRow
from tests.sync.conftest import Device, Factory

WEEKLY = {"frequency_type": "weekly", "frequency_value": 1}
DAILY = {"frequency_type": "daily", "frequency_value": 3}
HOURS = {"frequency_type": "hours", "frequency_value": 250}
BOTH = {**HOURS, "limit_type": "monthly", "limit_value": 2}
FIXED, FLOATING = {"basis": "fixed"}, {"basis": "floating"}
RULES: dict[str, dict[str, Any]] = {
    "series": WEEKLY | FIXED,
    "late series": WEEKLY | FIXED | {"last_done": 20},
    "last day of the month": {"frequency_type": "monthly", "frequency_value": 1, **FIXED, "last_done": 40},
    "floating": DAILY | FLOATING,
    "late floating": DAILY | FLOATING | {"last_done": 15},
    "hours": HOURS | FLOATING | {"last_done": 30},
    "fixed hours": HOURS | FIXED | {"last_done": 60},
    "both": BOTH | FLOATING | {"last_done": 20},
    "both fixed": BOTH | FIXED | {"last_done": 90},
    "by date before hours": {**BOTH, "frequency_value": 5_000, "limit_value": 1, **FIXED, "last_done": 45},
}


@pytest.fixture(autouse=True)
def _one_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The device stands where the site is."""
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def planner(factory: Factory) -> Device:
    await factory.session.execute(sa.update(Site).where(col(Site.id) == factory.site).values(time_zone="Europe/Paris"))
    await factory.session.commit()
    return await factory.signed_in(await factory.person("admin"))


async def make_plan(device: Device, factory: Factory, last_done: int | None = None, **fields: Any) -> UUID:
    today, plan, meter = local_day(device.client.now()), uuid7(), None
    if fields["frequency_type"] == "hours":
        meter = await read_meter(device, factory)
    told = {} if last_done is None else {"last_done_on": today - timedelta(days=last_done)}
    start = today - timedelta(days=last_done) if last_done else today + timedelta(days=1)
    await device.do(
        CreatePlan, plan_id=plan, equipment_id=factory.press, title="Graissage", meter_id=meter, starts_on=start, **told, **fields
    )
    await device.round()
    assert not device.client.outbox.entries
    return plan


async def read_meter(device: Device, factory: Factory) -> UUID:
    """Ten hours a day for a hundred days, and then nine."""
    meter, now = uuid7(), device.client.now()
    await device.do(CreateMeter, meter_id=meter, equipment_id=factory.press, name="Heures", unit="h", most_per_day=24)
    for days, value in ((100, 1_000), (60, 1_400), (25, 1_750), (2, 1_960)):
        at = now - timedelta(days=days)
        await device.do(RecordReading, meter_id=meter, reading_id=uuid7(), value=value, read_at=at, is_confirmed=True)
    await device.round()
    return meter


def row(device: Device, plan: UUID) -> PlanRow:
    found = device.client.tables.plans.get(plan)
    assert found
    return found


async def open_job(device: Device, plan: UUID, *, start: bool = True) -> UUID:
    job = uuid7()
    await device.do(GeneratePlan, plan_id=plan, intervention_id=job)
    await device.round()
    device.transport.online = False
    if start:
        await device.do(StartIntervention, intervention_id=job, action_id=uuid7())
    return job


def told(plan: PlanRow) -> dict[str, Any]:
    """All but the ids of its dates."""
    plain = plan.model_dump()
    return plain | {"occurrences": [{name: value for name, value in each.items() if name != "id"} for each in plain["occurrences"]]}


async def agrees(device: Device, plan: UUID) -> PlanRow:
    """What the device foretold is what comes back."""
    foretold = row(device, plan)
    assert not [error for _, error in device.errors]
    device.transport.online = True
    await device.round()
    assert device.client.outbox.entries == []
    assert told(row(device, plan)) == told(foretold)
    return foretold


@pytest.mark.parametrize("rule", RULES)
class TestForetold:
    async def test_done(self, factory, rule):
        device = await planner(factory)
        plan = await make_plan(device, factory, **RULES[rule])
        due = row(device, plan).next_due
        job = await open_job(device, plan)
        await device.do(CompleteIntervention, intervention_id=job)
        assert row(device, plan).next_due > due
        assert (await agrees(device, plan)).next_due is not None

    async def test_cancelled(self, factory, rule):
        device = await planner(factory)
        plan = await make_plan(device, factory, **RULES[rule])
        job = await open_job(device, plan, start=False)
        await device.do(CancelIntervention, intervention_id=job, reason="Arrêt de la ligne")
        foretold = await agrees(device, plan)
        assert [each.state for each in foretold.occurrences] == [OccurrenceState.skipped, OccurrenceState.planned]

    async def test_sent_back_and_done_again(self, factory, rule):
        device = await planner(factory)
        plan = await make_plan(device, factory, **RULES[rule])
        job = await open_job(device, plan)
        await device.do(CompleteIntervention, intervention_id=job)
        await device.do(ReturnIntervention, intervention_id=job, reason="Graisseur oublié")
        foretold = await agrees(device, plan)
        assert [each.state for each in foretold.occurrences] == [OccurrenceState.open]
        device.transport.online = False
        await device.do(CompleteIntervention, intervention_id=job)
        await agrees(device, plan)


class TestDates:
    @pytest.mark.parametrize("rule", ["series", "floating", "hours", "both"])
    async def test_moved_by_hand_and_then_done(self, factory, rule):
        device = await planner(factory)
        plan = await make_plan(device, factory, **RULES[rule])
        first = row(device, plan)
        original = next((each.original_due for each in first.occurrences), first.upcoming[0])
        await device.do(MoveOccurrence, plan_id=plan, original_due=original, to=first.next_due + timedelta(days=2, hours=3))
        await device.round()
        job = await open_job(device, plan)
        await device.do(CompleteIntervention, intervention_id=job)
        await agrees(device, plan)

    async def test_the_next_one_keeps_the_day_and_the_person_it_was_given(self, factory):
        device = await planner(factory)
        plan = await make_plan(device, factory, **RULES["series"])
        second, third = row(device, plan).upcoming[1:3]
        await device.do(MoveOccurrence, plan_id=plan, original_due=second, to=second + timedelta(days=1))
        await device.do(AssignOccurrence, plan_id=plan, original_due=second, technician_id=device.client.user.id)
        await device.do(SkipOccurrence, plan_id=plan, original_due=third, reason="Congés")
        await device.round()
        job = await open_job(device, plan)
        await device.do(CompleteIntervention, intervention_id=job)
        foretold = await agrees(device, plan)
        assert (foretold.next_due, foretold.upcoming[0]) == (second + timedelta(days=1), second)
        assert third not in foretold.upcoming

    async def test_done_a_period_early_it_comes_to_the_same_day_again(self, factory):
        device = await planner(factory)
        plan, next_week = uuid7(), device.client.now().astimezone().date() + timedelta(weeks=1)
        await device.do(CreatePlan, plan_id=plan, equipment_id=factory.press, title="Graissage", starts_on=next_week, **WEEKLY | FLOATING)
        await device.round()
        due = row(device, plan).next_due
        job = await open_job(device, plan)
        await device.do(CompleteIntervention, intervention_id=job)
        day = (due.date(), due.date())
        done, planned = sorted(entries([row(device, plan)], [device.job(job)], *day), key=lambda each: each.state)
        assert [(each.state, each.due) for each in (done, planned)] == [("done", due), ("planned", due)]
        await device.do(AssignOccurrence, plan_id=plan, original_due=planned.original_due, technician_id=device.client.user.id)
        assert (await agrees(device, plan)).next_due == due
        done, planned = sorted(entries([row(device, plan)], [device.job(job)], *day), key=lambda each: each.state)
        assert (planned.due, planned.technician_id) == (due, device.client.user.id)

    async def test_what_passed_while_the_job_was_open_is_missed(self, factory, monkeypatch):
        device = await planner(factory)
        plan = await make_plan(device, factory, **DAILY, **FIXED)
        job = await open_job(device, plan)

        class Later:
            @staticmethod
            def now(tz: Any) -> datetime:
                return datetime.now(tz) + timedelta(days=5)

        monkeypatch.setattr(clock, "datetime", Later)
        device.transport.online = True
        await device.round()
        device.transport.online = False
        assert row(device, plan).occurrences[0].missed == 0
        await device.do(CompleteIntervention, intervention_id=job)
        foretold = row(device, plan)
        missed = [each.original_due for each in foretold.occurrences if each.state is OccurrenceState.missed]
        assert (len(missed), foretold.occurrences[0].missed) == (1, 1)
        await agrees(device, plan)

    async def test_a_meter_read_at_a_step_counts_for_what_comes_next(self, factory):
        device = await planner(factory)
        step, checklist = Step(id=uuid7(), kind=StepKind.meter, title="Heures", unit="h"), uuid7()
        await device.do(WriteChecklist, checklist_id=checklist, name="Vidange", steps=[step])
        plan = await make_plan(device, factory, checklist_id=checklist, **RULES["hours"])
        job = await open_job(device, plan)
        await device.do(
            AnswerStep, intervention_id=job, step_id=step.id, answer_id=uuid7(), reading_id=uuid7(), state=StepState.done, value=1_975.0
        )
        await device.do(CompleteIntervention, intervention_id=job)
        assert row(device, plan).reason.threshold == pytest.approx(1_975 + 250, abs=0.1)
        await agrees(device, plan)

    async def test_a_reading_moves_the_date_that_it_leads_to(self, factory):
        device = await planner(factory)
        plan = await make_plan(device, factory, **RULES["hours"] | {"last_done": 10})
        before = row(device, plan)
        device.transport.online = False
        meter = before.meter_id
        await device.do(RecordReading, meter_id=meter, reading_id=uuid7(), value=2_060, read_at=device.client.now(), is_confirmed=True)
        assert row(device, plan).next_due != before.next_due
        await agrees(device, plan)
