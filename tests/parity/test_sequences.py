"""Whatever is done without a network, one thing after another: what the device then shows is what the server makes of it.

What cannot be is refused on both sides: the device foretells nothing of it, and what comes after it is foretold all the same.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.rows import Step, StepKind, StepState
from shared_models.equipment.commands import ChangeEquipmentStatus
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions.commands import (
    AddNote,
    CancelIntervention,
    CompleteIntervention,
    HoldIntervention,
    ReturnIntervention,
    ReviseIntervention,
    StartIntervention,
    UpdateIntervention,
)
from shared_models.meters.commands import ResetMeter, VoidReading
from shared_models.plans.commands import AssignOccurrence, MoveOccurrence, SetPlanActive, SkipOccurrence
from tests.parity.of_plans import BOTH, DAYS, FLOATING, HOURS, RUN, SERIES, edited
from tests.parity.server_only import is_the_servers
from tests.parity.shop import Shop, differences, step


@dataclass
class Bench:
    """A machine with a meter, a plan, and a job of the plan's or one that was asked for."""

    shop: Shop
    machine: UUID
    meter: UUID
    plan: UUID
    job: UUID
    steps: list[Step]

    async def on_job(self, kind: type, **fields: object) -> None:
        await self.shop.do(kind, intervention_id=self.job, **fields)

    async def answer(self, asked: Step, value: object = None) -> None:
        told = {"answer_id": uuid7(), "reading_id": uuid7(), "state": StepState.done, "value": value}
        await self.on_job(AnswerStep, step_id=asked.id, **told)


Act = Callable[[Bench], Awaitable[object]]
ACTS: dict[str, Act] = {
    "start": lambda b: b.on_job(StartIntervention, action_id=uuid7()),
    "hold": lambda b: b.on_job(HoldIntervention, reason="Pièce"),
    "complete": lambda b: b.on_job(CompleteIntervention, work_performed="Fait", equipment_status=EquipmentStatus.active),
    "complete for now": lambda b: b.on_job(
        CompleteIntervention, worked_minutes=20, temporary_until=b.shop.today + timedelta(days=7), permanent_id=uuid7()
    ),
    "return": lambda b: b.on_job(ReturnIntervention, reason="Photo ?"),
    "cancel": lambda b: b.on_job(CancelIntervention, reason="Doublon"),
    "update": lambda b: b.on_job(UpdateIntervention, title="Autre", priority="high"),
    "note": lambda b: b.on_job(AddNote, note_id=uuid7(), text="Vu"),
    "revise": lambda b: b.on_job(
        ReviseIntervention, version=b.shop.job(b.job).version, reason="Oubli", stopped_at=b.shop.ago(hours=2), observations="Bruit"
    ),
    "check": lambda b: b.answer(b.steps[0]),
    "read at a step": lambda b: b.answer(b.steps[1], (b.shop.meter(b.meter).last_value or 0) + 1),
    "read": lambda b: b.shop.read(b.meter, (b.shop.meter(b.meter).last_value or 0) + 2),
    "read earlier": lambda b: b.shop.read(b.meter, 1_900, b.shop.ago(days=10)),
    "void": lambda b: b.shop.do(VoidReading, meter_id=b.meter, reading_id=b.shop.meter(b.meter).readings[0].id),
    "reset": lambda b: b.shop.do(ResetMeter, meter_id=b.meter, reset_id=uuid7(), final_value=b.shop.meter(b.meter).last_value),
    "breakdown": lambda b: b.shop.do(ChangeEquipmentStatus, equipment_id=b.machine, status=EquipmentStatus.broken, reason="Fuite"),
    "generate": lambda b: b.shop.add_planned_job(b.plan),
    "move": lambda b: b.shop.do(MoveOccurrence, **_next(b), to=b.shop.plan(b.plan).next_due + timedelta(days=1)),
    "assign": lambda b: b.shop.do(AssignOccurrence, **_next(b), technician_id=b.shop.me),
    "skip": lambda b: b.shop.do(SkipOccurrence, **_next(b), reason="Congés"),
    "pause": lambda b: b.shop.do(SetPlanActive, plan_id=b.plan, is_active=False, reason="Arrêt"),
    "resume": lambda b: b.shop.do(SetPlanActive, plan_id=b.plan, is_active=True),
    "edit the plan": lambda b: edited(b.shop, b.plan, title="Graisser"),
    "edit its rule": lambda b: edited(b.shop, b.plan, frequency_value=b.shop.plan(b.plan).frequency_value + 1),
}
RULES = {
    "series": SERIES, "late series": SERIES | {"starts_in": -20}, "floating": DAYS | FLOATING, "hours": HOURS | FLOATING,
    "late floating": DAYS | FLOATING | {"late": 15}, "fixed hours": HOURS | SERIES, "both": BOTH | FLOATING | {"late": 20},
    "both fixed": BOTH | SERIES | {"late": 90}, "last day of the month": {"frequency_type": "monthly", **SERIES, "late": 40},
}  # fmt: skip


def _next(bench: Bench) -> dict[str, object]:
    return {"plan_id": bench.plan, "original_due": bench.shop.next_of(bench.plan)}


async def bench(shop: Shop, rule: dict[str, object], *, planned: bool) -> Bench:
    steps = [step(StepKind.check, is_required=False), step(StepKind.meter, "Heures", unit="h", is_required=False)]
    machine, checklist = await shop.add_machine(), await shop.add_checklist(*steps)
    meter = await shop.add_meter(machine, readings=RUN)
    late = {"last_done_on": shop.today - timedelta(days=rule["late"])} if "late" in rule else {}
    by_hours = {"meter_id": meter} if rule.get("frequency_type") == "hours" else {}
    fields = {name: value for name, value in rule.items() if name != "late"} | late | by_hours
    plan = await shop.add_plan(machine, checklist_id=checklist, **fields)
    job = await shop.add_planned_job(plan) if planned else await shop.add_job(machine, checklist_id=checklist)
    await shop.offline()
    return Bench(shop, machine, meter, plan, job, steps)


ACT = st.sampled_from(sorted(ACTS))
BEGINNINGS = ([], ["start"], ["start", "complete"], ["start", "complete for now", "return"])


@settings(max_examples=15, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])  # a shrink takes minutes
@given(
    rule=st.sampled_from(sorted(RULES)), planned=st.booleans(), first=st.sampled_from(BEGINNINGS),
    more=st.lists(ACT, min_size=2, max_size=8),
)  # fmt: skip
async def test_any_sequence_comes_back_as_it_was_foretold(open_shop: Shop, rule: str, planned: bool, first: list[str], more: list[str]):
    shop = open_shop
    await shop.afresh()
    at = await bench(shop, RULES[rule], planned=planned)
    for act in [*first, *more]:
        with suppress(IndexError, TypeError):  # no reading to take back, no date to move
            await ACTS[act](at)
    assert shop.device.errors == []
    foretold = await shop.held()
    shop.device.transport.online = True
    await shop.device.round()
    note(str([(each.command, each.problem.code) for each in shop.device.client.outbox.needs_you]))
    found = [each for each in differences(foretold, await shop.held()) if not is_the_servers(each)]
    assert found == [], "\n" + "\n".join(map(str, found))
