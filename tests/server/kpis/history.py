"""Machines and what happened to them, written as it is kept."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2

from server.core.database import Session
from server.equipment.models import Equipment
from server.interventions.models import Intervention, InterventionAction
from server.meters.models import Meter, MeterReset, Reading
from server.plans.models import Plan, PlanOccurrence
from server.sites.models import Site
from shared_models.ids import uuid7
from shared_models.plans.rows import OccurrenceState
from tests.server.support import make_person

DASHBOARD = "/api/v1/dashboard"
KPIS = f"{DASHBOARD}/kpis"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def machine(session: Session, site_id: UUID, **fields: Any) -> Equipment:
    row = Equipment(
        code=f"K-{uuid7().hex[-8:]}", name="Presse", site_id=site_id, status_since=LONG_AGO, **{"created_at": LONG_AGO} | fields
    )
    session.add(row)
    await session.commit()
    return row


async def job(session: Session, of: Equipment, **fields: Any) -> Intervention:
    kind = "corrective" if fields.get("stop_kind", "failure") == "failure" else "preventive"
    plain = {"intervention_type": kind, "title": "Dépannage", "status": "completed"}
    row = Intervention(number=f"INT-{uuid7().hex[-10:]}", site_id=of.site_id, equipment_id=of.id, **plain | fields)
    session.add(row)
    await session.commit()
    return row


async def stop(
    session: Session, of: Equipment, began: datetime, ended: datetime | None, kind: str = "failure", **fields: Any
) -> Intervention:
    is_over = {"actual_end": ended} if ended else {"status": "in_progress"}
    return await job(session, of, stop_kind=kind, stopped_at=began, restarted_at=ended, **is_over | fields)


async def worked(session: Session, on: Intervention, user_id: UUID, began: datetime, hours: float) -> None:
    session.add(InterventionAction(intervention_id=on.id, user_id=user_id, started_at=began, ended_at=began + timedelta(hours=hours)))
    await session.commit()


async def plan(session: Session, of: Equipment, **fields: Any) -> Plan:
    plain = {"frequency_type": "monthly", "frequency_value": 1, "starts_at": datetime(2020, 1, 1), "basis": "fixed", "title": "Graissage"}  # noqa: DTZ001
    row = Plan(site_id=of.site_id, equipment_id=of.id, **plain | fields)
    session.add(row)
    await session.commit()
    return row


async def date(session: Session, of: Plan, due: datetime, state: str, outcome: str | None = None, **fields: Any) -> PlanOccurrence:
    local = due.replace(tzinfo=None)
    row = PlanOccurrence(
        plan_id=of.id, original_due=local, due=local, due_at=due.replace(tzinfo=UTC), state=OccurrenceState(state), outcome=outcome,
        done_at=due.replace(tzinfo=UTC) if state == "done" else None, **fields,
    )  # fmt: skip
    session.add(row)
    await session.commit()
    return row


async def hours_meter(session: Session, of: Equipment, *readings: tuple[datetime, float], reset: datetime | None = None) -> None:
    """A counter of running hours by its virtual totals; at `reset` another one took its place, and began at nought."""
    meter = Meter(site_id=of.site_id, equipment_id=of.id, name="Heures", unit="h")
    session.add(meter)
    await session.flush()
    base = next((total for at, total in readings if reset and at == reset), 0.0)
    if reset:
        session.add(MeterReset(id=uuid7(), meter_id=meter.id, kind="replacement", occurred_at=reset, final_value=base, start_value=0))
    for at, total in readings:
        value = total - base if reset and at >= reset else total
        session.add(Reading(meter_id=meter.id, read_at=at, value=value, total=total))
    await session.commit()


async def mates(session: Session, site: Site) -> list[UUID]:
    """Somebody else who works there."""
    person = await make_person(session, sites=[site.id])
    return [person.id]


async def rows(client: httpx2.AsyncClient, path: str, **query: Any) -> list[dict[str, str]]:
    """A file of the dashboard."""
    answer = await client.get(f"{DASHBOARD}/{path}/export.csv", params=query, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
