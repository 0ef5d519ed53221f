"""What passes while a device is away is foretold too; all else of plans is in tests/parity."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from server.core import clock
from server.sites.models import Site
from shared_models.ids import uuid7
from shared_models.interventions.commands import CompleteIntervention, StartIntervention
from shared_models.plans.commands import CreatePlan, GeneratePlan
from shared_models.plans.rows import OccurrenceState, PlanRow
from tests.sync.conftest import Device, Factory

EVERY_THREE_DAYS = {"frequency_type": "daily", "frequency_value": 3, "basis": "fixed"}


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


def row(device: Device, plan: UUID) -> PlanRow:
    found = device.client.tables.plans.get(plan)
    assert found
    return found


def told(plan: PlanRow) -> dict[str, Any]:
    """All but the ids of its dates."""
    plain = plan.model_dump()
    return plain | {"occurrences": [{name: value for name, value in each.items() if name != "id"} for each in plain["occurrences"]]}


async def test_what_passed_while_the_job_was_open_is_missed(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    device, plan, job = await planner(factory), uuid7(), uuid7()
    tomorrow = device.client.now().astimezone().date() + timedelta(days=1)
    await device.do(CreatePlan, plan_id=plan, equipment_id=factory.press, title="Graissage", starts_on=tomorrow, **EVERY_THREE_DAYS)
    await device.do(GeneratePlan, plan_id=plan, intervention_id=job)
    await device.do(StartIntervention, intervention_id=job, action_id=uuid7())
    await device.round()

    class Later:
        @staticmethod
        def now(tz: Any) -> datetime:
            return datetime.now(tz) + timedelta(days=5)

    monkeypatch.setattr(clock, "datetime", Later)
    await device.round()
    device.transport.online = False
    assert row(device, plan).occurrences[0].missed == 0
    a_moment_ago = device.client.now() - timedelta(minutes=1)  # also by the server's clock
    await device.do(CompleteIntervention, intervention_id=job, occurred_at=a_moment_ago)
    foretold = row(device, plan)
    missed = [each.original_due for each in foretold.occurrences if each.state is OccurrenceState.missed]
    assert (len(missed), foretold.occurrences[0].missed) == (1, 1)
    device.transport.online = True
    await device.round()
    assert device.client.outbox.entries == []
    assert told(row(device, plan)) == told(foretold)
