"""One of each command on meters, types, teams and plans, with what it is about already there."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from server.core.clock import now
from server.core.commands import run
from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.meters import commands as mt
from shared_models.plans import commands as pl
from tests.server.interventions.workshop import Workshop


async def fields_of(shop: Workshop, kind: type[Command]) -> dict[str, Any]:
    """The fields of a command of that kind which the supervisor may give now; none for other kinds of work."""
    if issubclass(kind, mt.CreateMeter | mt.UpdateMeter | mt.OnMeter):
        return await _of_meter(shop, kind)
    if kind is pl.WriteMaintenanceType:
        return {"maintenance_type_id": uuid7(), "name": f"Greasing {uuid7().hex[-12:]}"}
    if kind is pl.WriteTeam:
        return {"team_id": uuid7(), "site_id": shop.site.id, "name": "Night", "member_ids": [shop.technician.user_id]}
    return await _of_plan(shop, kind) if issubclass(kind, pl.OnPlan) else {}


async def _done(shop: Workshop, cmd: Command) -> None:
    await run(shop.session, shop.supervisor, cmd)
    await shop.session.commit()
    shop.session.expunge_all()


async def _of_meter(shop: Workshop, kind: type[Command]) -> dict[str, Any]:
    meter, reading, at = uuid7(), uuid7(), now()
    new = {"meter_id": meter, "equipment_id": shop.machine.id, "name": "Hours", "unit": "h"}
    if kind is mt.CreateMeter:
        return new
    await _done(shop, mt.CreateMeter(occurred_at=at, **new))
    read = {"meter_id": meter, "reading_id": reading, "value": 100.0, "read_at": at - timedelta(hours=2)}
    if kind is not mt.RecordReading:
        await _done(shop, mt.RecordReading(occurred_at=at, **read))
    found: dict[type[Command], dict[str, Any]] = {
        mt.UpdateMeter: {"meter_id": meter, "name": "Running hours", "unit": "h", "version": 1},
        mt.RecordReading: read,
        mt.VoidReading: {"meter_id": meter, "reading_id": reading},
        mt.ResetMeter: {"meter_id": meter, "reset_id": uuid7(), "final_value": 100.5},
    }
    return found[kind]


async def _of_plan(shop: Workshop, kind: type[Command]) -> dict[str, Any]:
    plan, at = uuid7(), now()
    first = at.date() + timedelta(days=30)
    new = {
        "plan_id": plan, "equipment_id": shop.machine.id, "title": "Grease", "frequency_type": "monthly", "frequency_value": 1,
        "basis": "fixed", "starts_on": first,
    }  # fmt: skip
    if kind is pl.CreatePlan:
        return new
    await _done(shop, pl.CreatePlan(occurred_at=at, **new))
    date = datetime.combine(first, time(8))
    return _on_plan(shop, kind, plan, date) | ({**new, "title": "Grease well", "version": 1} if kind is pl.UpdatePlan else {})


def _on_plan(shop: Workshop, kind: type[Command], plan: UUID, date: datetime) -> dict[str, Any]:
    named = {"plan_id": plan} | ({"original_due": date} if issubclass(kind, pl.OnOccurrence) else {})
    more: dict[type[Command], dict[str, Any]] = {
        pl.SetPlanActive: {"is_active": False, "reason": "Works"},
        pl.MoveOccurrence: {"to": date + timedelta(days=2)},
        pl.AssignOccurrence: {"technician_id": shop.technician.user_id},
        pl.SkipOccurrence: {"reason": "Holidays"},
        pl.GeneratePlan: {"intervention_id": uuid7()},
    }
    return named | more.get(kind, {})
