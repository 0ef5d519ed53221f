"""A planner at work: a site with its own clock, machines, meters, people, and a clock of the server that tests set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from server.core import clock
from server.core.access import Actor
from server.core.commands import run
from server.core.database import Session
from server.equipment.models import Equipment
from server.generator import service as generator
from server.generator.service import Report
from server.interventions.models import Intervention
from server.meters.models import Meter, Reading
from server.plans import service
from server.plans.models import Plan, PlanOccurrence
from server.plans.rows import PLAN
from server.plans.wall import instant_of, local_of
from server.sites.models import Site
from server.users.models import UserSite
from shared_models.base import Command
from shared_models.equipment.commands import ChangeEquipmentStatus
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions import commands as iv
from shared_models.permissions import Role
from shared_models.plans.commands import (
    CreatePlan,
    MoveOccurrence,
    SetPlanActive,
    SkipOccurrence,
    UpdatePlan,
)
from shared_models.plans.fields import PlanFields
from shared_models.plans.rows import PlanRow
from tests.conftest import make_user
from tests.server.interventions.workshop import actor_of


class SetClock:
    """Stands in for `datetime` in `server.core.clock`, the one place that reads the time."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self, tz: Any = None) -> datetime:
        return self.at.astimezone(tz)


@dataclass
class Planner:
    session: Session
    time: SetClock
    site: Site
    machine: Equipment
    boss: Actor
    technician: Actor
    stranger: Actor
    dates: dict[UUID, CreatePlan] = field(default_factory=dict)

    # --- time

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.site.time_zone)

    def at(self, text: str) -> datetime:
        """An instant from the site's wall clock."""
        return instant_of(datetime.fromisoformat(text), self.zone)

    def now_is(self, text: str) -> None:
        self.time.at = self.at(text)

    # --- plans

    async def do(self, cmd: Command, actor: Actor | None = None) -> Any:
        """As a push does it: in a savepoint, with nothing remembered by the session."""
        try:
            async with self.session.begin_nested():
                found = await run(self.session, actor or self.boss, cmd)
                await self.session.flush()
                return found
        finally:
            self.session.expunge_all()

    def fields(self, frequency: str, every: int = 1, **more: Any) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "equipment_id": self.machine.id, "title": "Graisser", "frequency_type": frequency, "frequency_value": every,
            "starts_on": local_of(clock.now(), self.zone).date(), "horizon_days": 0,
        }  # fmt: skip
        return plain | more

    async def plan(self, frequency: str, every: int = 1, **more: Any) -> UUID:
        plan_id = uuid7()
        await self.do(CreatePlan(plan_id=plan_id, occurred_at=clock.now(), **self.fields(frequency, every, **more)))
        return plan_id

    async def row(self, plan_id: UUID) -> PlanRow:
        return PlanRow.model_validate_json(await PLAN.written(self.session, plan_id))

    async def due(self, plan_id: UUID) -> str | None:
        """The next date on the site's wall clock, to the minute."""
        found = (await self.row(plan_id)).next_due
        return f"{found:%Y-%m-%d %H:%M}" if found else None

    async def kept(self, plan_id: UUID) -> Plan:
        """The plan with what devices do not get."""
        found = await self.session.scalar(sa.select(Plan).where(col(Plan.id) == plan_id).execution_options(populate_existing=True))
        assert found
        return found

    async def occurrences(self, plan_id: UUID) -> list[PlanOccurrence]:
        statement = sa.select(PlanOccurrence).where(col(PlanOccurrence.plan_id) == plan_id).order_by(col(PlanOccurrence.original_due))
        return list(await self.session.scalars(statement.execution_options(populate_existing=True)))

    async def states(self, plan_id: UUID) -> list[str]:
        """`2026-03-02 done on_time`, in the order of the dates."""
        rows = await self.occurrences(plan_id)
        return [
            " ".join(filter(None, [f"{row.original_due:%Y-%m-%d}", row.state.value, row.outcome and row.outcome.value])) for row in rows
        ]

    async def move(self, plan_id: UUID, original_due: str, to: str) -> None:
        await self.do(MoveOccurrence(
            plan_id=plan_id, original_due=datetime.fromisoformat(original_due), to=datetime.fromisoformat(to), occurred_at=clock.now()
        ))  # fmt: skip

    async def skip(self, plan_id: UUID, original_due: str) -> None:
        await self.do(SkipOccurrence(
            plan_id=plan_id, original_due=datetime.fromisoformat(original_due), reason="Arrêt d'été", occurred_at=clock.now()
        ))  # fmt: skip

    async def set_active(self, plan_id: UUID, is_active: bool) -> None:
        await self.do(SetPlanActive(plan_id=plan_id, is_active=is_active, reason="Travaux", occurred_at=clock.now()))

    async def change(self, plan_id: UUID, **fields: Any) -> None:
        row = await self.row(plan_id)
        kept = {name: getattr(row, name) for name in PlanFields.model_fields if hasattr(row, name)}
        kept |= {"starts_on": row.starts_at.date(), "due_time": row.starts_at.time(), "version": row.version}
        await self.do(UpdatePlan(plan_id=plan_id, occurred_at=clock.now(), **(kept | fields)))

    # --- jobs

    async def generate(self) -> Report:
        """Everything that is due, as the generator's tick does it."""
        total = Report()
        for step in (generator.refresh_due, generator.generate_due):
            async with self.session.begin_nested():
                total += await step(self.session, limit=1000)
            self.session.expunge_all()
        return total

    async def jobs(self, plan_id: UUID) -> list[Intervention]:
        statement = sa.select(Intervention).where(col(Intervention.scheduled_maintenance_id) == plan_id).order_by(col(Intervention.number))
        return list(await self.session.scalars(statement.execution_options(populate_existing=True)))

    async def open_job(self, plan_id: UUID) -> Intervention:
        found = [job for job in await self.jobs(plan_id) if job.status in {"pending", "in_progress", "on_hold"}]
        assert len(found) == 1, found
        return found[0]

    async def complete(self, plan_id: UUID, at: datetime | None = None) -> UUID:
        """Its open job is begun and done, at `at` by the phone's clock."""
        job_id = (await self.open_job(plan_id)).id
        await self.finish(job_id, at)
        return job_id

    async def finish(self, job_id: UUID, at: datetime | None = None) -> None:
        at = at or clock.now()
        job = await self.session.get(Intervention, job_id, populate_existing=True)
        if job is not None and job.status == "pending":
            await self.do(iv.StartIntervention(intervention_id=job_id, action_id=uuid7(), occurred_at=at), self.technician)
        await self.do(iv.CompleteIntervention(intervention_id=job_id, occurred_at=at), self.technician)

    async def cancel(self, plan_id: UUID) -> UUID:
        job_id = (await self.open_job(plan_id)).id
        await self.do(iv.CancelIntervention(intervention_id=job_id, reason="Plus utile", occurred_at=clock.now()))
        return job_id

    async def return_(self, job_id: UUID) -> None:
        await self.do(iv.ReturnIntervention(intervention_id=job_id, reason="Mal serré", occurred_at=clock.now()))

    # --- the machine and its meters

    async def machine_is(self, status: EquipmentStatus) -> None:
        await self.session.execute(
            sa.text("update equipment set status = :status where id = :id"), {"status": status.value, "id": self.machine.id}
        )

    async def machine_status(self, status: EquipmentStatus) -> None:
        """Told by somebody, and kept with its time."""
        cmd = ChangeEquipmentStatus(equipment_id=self.machine.id, status=status, reason="", occurred_at=clock.now())
        await self.do(cmd)

    async def meter(self, readings: Sequence[tuple[str, float]] = (), *, per_day: float | None = None) -> UUID:
        meter = Meter(
            id=uuid7(), site_id=self.site.id, equipment_id=self.machine.id, name=f"Heures {uuid7().hex[-6:]}", unit="h", per_day=per_day
        )
        self.session.add(meter)
        await self.session.flush()
        for when, total in readings:
            await self.read(meter.id, when, total, per_day=per_day)
        return meter.id

    async def read(self, meter_id: UUID, when: str, total: float, *, per_day: float | None = None) -> None:
        """A reading, and what it makes of the use per day."""
        self.session.add(Reading(meter_id=meter_id, read_at=self.at(when), value=total, total=total))
        await self.session.flush()
        if per_day is not None:
            await self.session.execute(sa.text("update meter set per_day = :use where id = :id"), {"use": per_day, "id": meter_id})
        await service.meter_changed(self.session, meter_id)
        await self.session.flush()
        self.session.expunge_all()


async def open_planner(session: Session, monkeypatch: Any, *, now: str = "2026-03-02 10:00", zone: str = "Europe/Paris") -> Planner:
    """Monday, the second of March, unless told otherwise."""
    site = Site(name=f"Site {uuid7().hex[-8:]}", time_zone=zone)
    elsewhere = Site(name=f"Site {uuid7().hex[-8:]}", time_zone=zone)
    people = [make_user(role, all_sites=False) for role in (Role.admin, Role.technician, Role.admin)]
    session.add_all([site, elsewhere, *people])
    await session.flush()
    session.add_all([UserSite(user_id=person.id, site_id=(elsewhere if rank == 2 else site).id) for rank, person in enumerate(people)])
    at = datetime(2026, 1, 1, tzinfo=UTC)
    machine = Equipment(id=uuid7(), site_id=site.id, name="Presse 4", code=f"PR-{uuid7().hex[-8:]}", status_since=at)
    session.add(machine)
    await session.flush()
    boss, technician = (actor_of(person, {site.id}) for person in people[:2])
    planner = Planner(session, SetClock(at), site, machine, boss, technician, actor_of(people[2], {elsewhere.id}))
    planner.now_is(now)
    monkeypatch.setattr(clock, "datetime", planner.time)
    session.expunge_all()
    return planner


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def o_clock(hour: int, minute: int = 0) -> time:
    return time(hour, minute)
