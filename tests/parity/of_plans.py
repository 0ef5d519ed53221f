"""Plans and their dates."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from mobile_app.domain.agenda import Entry, entries
from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.rows import StepKind, StepState
from shared_models.ids import uuid7
from shared_models.interventions.commands import CancelIntervention, CompleteIntervention, ReturnIntervention, StartIntervention
from shared_models.meters.commands import RecordReading
from shared_models.plans.commands import (
    AssignOccurrence,
    CreatePlan,
    GeneratePlan,
    MoveOccurrence,
    SetPlanActive,
    SkipOccurrence,
    UpdatePlan,
)
from tests.parity.cases import case
from tests.parity.shop import Shop, step

SERIES: dict[str, Any] = {"basis": "fixed"}
FLOATING: dict[str, Any] = {"basis": "floating"}
DAYS: dict[str, Any] = {"frequency_type": "daily", "frequency_value": 3}
HOURS: dict[str, Any] = {"frequency_type": "hours", "frequency_value": 250}
RUN = {100: 1_000, 60: 1_400, 25: 1_750, 2: 1_960}
"""Ten hours a day for a hundred days, and then nine."""


async def edited(shop: Shop, plan: UUID, **fields: Any) -> None:
    """What the form saves: every field, as it was read but for `fields`."""
    row = shop.plan(plan)
    told = {name: getattr(row, name) for name in UpdatePlan.model_fields.keys() & type(row).model_fields.keys()}
    when = {"starts_on": row.starts_at.date(), "due_time": row.starts_at.time()}
    await shop.do(UpdatePlan, plan_id=plan, **told | when | fields)


# --- the plan


@case(CreatePlan)
async def of_a_series(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await shop.add_plan(machine, **SERIES, description="Partout", needs_photo=True, assigned_technician_id=shop.me)


@case(CreatePlan)
async def that_floats_since_it_was_last_done(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await shop.add_plan(machine, **DAYS | FLOATING, last_done_on=shop.today - timedelta(days=15))


@case(CreatePlan)
async def by_a_meter(shop: Shop) -> None:
    machine = await shop.add_machine()
    meter = await shop.add_meter(machine, readings=RUN)
    await shop.offline()
    await shop.add_plan(machine, **HOURS | FLOATING, meter_id=meter, limit_type="monthly", limit_value=2)


@case(UpdatePlan)
async def of_its_words(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    await shop.offline()
    await edited(shop, plan, title="Graisser et contrôler", priority="high")


@case(UpdatePlan)
async def of_its_rule(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    await shop.offline()
    await edited(shop, plan, frequency_type="monthly", frequency_value=2)


@case(UpdatePlan)
async def twice(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    await shop.offline()
    await edited(shop, plan, title="Graisser")
    await edited(shop, plan, description="Sans oublier le palier")


@case(UpdatePlan)
async def of_one_that_was_paused(shop: Shop) -> None:
    plan = await shop.add_plan(**FLOATING)
    await shop.offline()
    await shop.do(SetPlanActive, plan_id=plan, is_active=False, reason="Arrêt")
    await edited(shop, plan, title="Graisser")


@case(UpdatePlan, refused="stale_version")
async def of_another_version(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    await shop.online()
    version = shop.plan(plan).version
    await edited(shop, plan, title="Graisser")
    await shop.offline()
    await edited(shop, plan, title="Huiler", version=version)


@case(SetPlanActive)
async def of_one_in_use(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    await shop.offline()
    await shop.do(SetPlanActive, plan_id=plan, is_active=False, reason="Machine à l'arrêt")


@case(SetPlanActive)
async def of_a_paused_one(shop: Shop) -> None:
    plan = await shop.add_plan(**FLOATING)
    await shop.do(SetPlanActive, plan_id=plan, is_active=False, reason="Machine à l'arrêt")
    await shop.offline()
    await shop.do(SetPlanActive, plan_id=plan, is_active=True)


# --- its dates


@case(MoveOccurrence)
async def of_the_next_date(shop: Shop) -> None:
    plan = await shop.add_plan(**FLOATING)
    await shop.offline()
    due = shop.next_of(plan)
    await shop.do(MoveOccurrence, plan_id=plan, original_due=due, to=due + timedelta(days=2, hours=3))


@case(MoveOccurrence)
async def of_a_later_date(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    await shop.offline()
    due = shop.plan(plan).upcoming[2]
    await shop.do(MoveOccurrence, plan_id=plan, original_due=due, to=due + timedelta(days=1))


@case(MoveOccurrence)
async def of_an_open_job(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    await shop.add_planned_job(plan)
    await shop.offline()
    due = shop.plan(plan).occurrences[0].original_due
    await shop.do(MoveOccurrence, plan_id=plan, original_due=due, to=due + timedelta(days=1))


@case(AssignOccurrence)
async def of_a_date_of_a_series(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    await shop.offline()
    await shop.do(AssignOccurrence, plan_id=plan, original_due=shop.plan(plan).upcoming[1], technician_id=shop.me)


@case(SkipOccurrence)
async def of_a_date_to_come(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    await shop.offline()
    await shop.do(SkipOccurrence, plan_id=plan, original_due=shop.next_of(plan), reason="Congés")


@case(SkipOccurrence)
async def of_an_overdue_date_of_a_floating_plan(shop: Shop) -> None:
    plan = await shop.add_plan(**DAYS | FLOATING, last_done_on=shop.today - timedelta(days=15))
    await shop.offline()
    await shop.do(SkipOccurrence, plan_id=plan, original_due=shop.next_of(plan), reason="Congés")


@case(GeneratePlan)
async def of_a_series_with_a_checklist(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES, checklist_id=await shop.add_checklist(), estimated_duration=20, priority="high")
    await shop.offline()
    await shop.add_planned_job(plan)


@case(GeneratePlan)
async def of_a_floating_one(shop: Shop) -> None:
    plan = await shop.add_plan(**DAYS | FLOATING)
    await shop.offline()
    await shop.add_planned_job(plan)


# --- what becomes of the date with its job

BOTH: dict[str, Any] = {**HOURS, "limit_type": "monthly", "limit_value": 2}
RULES: dict[str, dict[str, Any]] = {
    "series": SERIES,
    "late series": SERIES | {"last_done": 20},
    "last day of the month": {"frequency_type": "monthly", "frequency_value": 1, **SERIES, "last_done": 40},
    "floating": DAYS | FLOATING,
    "late floating": DAYS | FLOATING | {"last_done": 15},
    "hours": HOURS | FLOATING | {"last_done": 30},
    "fixed hours": HOURS | SERIES | {"last_done": 60},
    "both": BOTH | FLOATING | {"last_done": 20},
    "both fixed": BOTH | SERIES | {"last_done": 90},
    "by date before hours": {**BOTH, "frequency_value": 5_000, "limit_value": 1, **SERIES, "last_done": 45},
}
"""Every way in which plans come to their dates; `last_done` how many days ago."""


async def add_plan_by(shop: Shop, rule: dict[str, Any], **fields: Any) -> UUID:
    rule, machine = dict(rule), await shop.add_machine()
    if (days := rule.pop("last_done", None)) is not None:
        rule |= {"last_done_on": shop.today - timedelta(days=days), "starts_in": -days}
    if rule.get("frequency_type") == "hours":
        rule["meter_id"] = await shop.add_meter(machine, readings=RUN)
    return await shop.add_plan(machine, **rule, **fields)


async def done(shop: Shop, plan: UUID) -> UUID:
    job = await shop.add_planned_job(plan)
    await shop.offline()
    await shop.do(StartIntervention, intervention_id=job, action_id=uuid7())
    await shop.do(CompleteIntervention, intervention_id=job)
    return job


FEW = {name: RULES[name] for name in ("series", "floating", "hours")}


@case(CompleteIntervention, each=FEW)
async def of_a_planned_job(shop: Shop, given: dict[str, Any]) -> None:
    await done(shop, await add_plan_by(shop, given))


@case(CancelIntervention, each=FEW)
async def of_a_planned_job_left_out(shop: Shop, given: dict[str, Any]) -> None:
    job = await shop.add_planned_job(await add_plan_by(shop, given))
    await shop.offline()
    await shop.do(CancelIntervention, intervention_id=job, reason="Arrêt de la ligne")


@case(ReturnIntervention, each=FEW)
async def of_a_planned_job_sent_back(shop: Shop, given: dict[str, Any]) -> None:
    job = await done(shop, await add_plan_by(shop, given))
    await shop.do(ReturnIntervention, intervention_id=job, reason="Graisseur oublié")


@case(CompleteIntervention, each=RULES)
async def of_a_planned_job_sent_back_and_done_again(shop: Shop, given: dict[str, Any]) -> None:
    job = await done(shop, await add_plan_by(shop, given))
    await shop.do(ReturnIntervention, intervention_id=job, reason="Graisseur oublié")
    await shop.offline()
    await shop.do(CompleteIntervention, intervention_id=job)


@case(CompleteIntervention, each=FEW)
async def of_a_date_moved_by_hand(shop: Shop, given: dict[str, Any]) -> None:
    plan = await add_plan_by(shop, given)
    to = shop.plan(plan).next_due + timedelta(days=2, hours=3)
    await shop.do(MoveOccurrence, plan_id=plan, original_due=shop.next_of(plan), to=to)
    await done(shop, plan)


@case(CompleteIntervention)
async def before_dates_that_were_moved_given_and_left_out(shop: Shop) -> None:
    plan = await shop.add_plan(**SERIES)
    second, third = shop.plan(plan).upcoming[1:3]
    await shop.do(MoveOccurrence, plan_id=plan, original_due=second, to=second + timedelta(days=1))
    await shop.do(AssignOccurrence, plan_id=plan, original_due=second, technician_id=shop.me)
    await shop.do(SkipOccurrence, plan_id=plan, original_due=third, reason="Congés")
    await done(shop, plan)
    assert (shop.plan(plan).next_due, shop.plan(plan).upcoming[0]) == (second + timedelta(days=1), second)
    assert third not in shop.plan(plan).upcoming


@case(AssignOccurrence)
async def of_the_same_day_again_after_work_done_a_period_early(shop: Shop) -> None:
    plan = await shop.add_plan(**FLOATING, starts_in=7)
    due, job = shop.plan(plan).next_due, await done(shop, plan)

    def on_that_day() -> list[Entry]:
        return sorted(entries([shop.plan(plan)], [shop.job(job)], due.date(), due.date()), key=lambda each: each.state)

    early, planned = on_that_day()
    assert [(each.state, each.due) for each in (early, planned)] == [("done", due), ("planned", due)]
    await shop.do(AssignOccurrence, plan_id=plan, original_due=planned.original_due, technician_id=shop.me)
    assert [(each.due, each.technician_id) for each in on_that_day()[1:]] == [(due, shop.me)]


@case(AnswerStep)
async def that_reads_the_meter_of_a_plan(shop: Shop) -> None:
    """What it says counts for the date that comes next."""
    asked = step(StepKind.meter, "Heures", unit="h")
    plan = await add_plan_by(shop, RULES["hours"], checklist_id=await shop.add_checklist(asked))
    job = await shop.add_planned_job(plan)
    await shop.offline()
    await shop.do(StartIntervention, intervention_id=job, action_id=uuid7())
    await shop.do(
        AnswerStep, intervention_id=job, step_id=asked.id, answer_id=uuid7(), reading_id=uuid7(), state=StepState.done, value=1_975
    )
    await shop.do(CompleteIntervention, intervention_id=job)
    assert shop.plan(plan).reason.threshold == pytest.approx(1_975 + 250, abs=0.1)


@case(RecordReading)
async def that_moves_the_date_it_leads_to(shop: Shop) -> None:
    plan = await add_plan_by(shop, RULES["hours"] | {"last_done": 10})
    await shop.offline()
    before = shop.plan(plan)
    await shop.read(before.meter_id, 2_060, is_confirmed=True)
    assert shop.plan(plan).next_due != before.next_due


@case(CompleteIntervention)
async def of_a_missed_date_that_earlier_work_revives(shop: Shop) -> None:
    """Closed late, two dates were missed; sent back and said to have been done in time, the first of them is due again."""
    plan = await shop.add_plan(**DAYS | SERIES, starts_in=-7, last_done_on=shop.today - timedelta(days=8))
    job = await shop.add_planned_job(plan)
    await shop.do(StartIntervention, intervention_id=job, action_id=uuid7(), occurred_at=shop.ago(days=6))
    await shop.do(CompleteIntervention, intervention_id=job)
    await shop.do(ReturnIntervention, intervention_id=job, reason="Graisseur oublié")
    await shop.offline()
    await shop.do(CompleteIntervention, intervention_id=job, occurred_at=shop.ago(days=6))
