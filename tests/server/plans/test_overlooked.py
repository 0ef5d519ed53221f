"""What is easily overlooked: dates left out beforehand, forecasts that come nearer, people who have left."""

from datetime import date, datetime, time

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from server.core.errors import Invalid
from server.meters.models import MeterReset
from server.plans import service
from shared_models.ids import uuid7
from shared_models.plans import CreatePlan


async def test_a_changed_rule_keeps_the_dates_before_one_that_was_left_out_beforehand(planner) -> None:
    plan_id = await planner.plan("weekly", basis="fixed")
    await planner.generate()
    await planner.complete(plan_id)
    await planner.skip(plan_id, "2026-08-03 08:00")

    await planner.change(plan_id, due_time=time(9))

    assert await planner.due(plan_id) == "2026-03-09 09:00"


async def test_a_changed_rule_counts_from_the_last_completion_whatever_was_foretold(planner) -> None:
    """The first date was foretold for May and done in March; the second one was done later, and foretold for an earlier day."""
    meter_id = await planner.meter([("2026-02-20 08:00", 0)], per_day=1)
    plan_id = await planner.plan("hours", 100, meter_id=meter_id, last_done_on=date(2026, 2, 20), last_done_total=0)
    for day, total in (("2026-03-12", 130), ("2026-03-26", 250)):
        planner.now_is(f"{day} 10:00")
        await planner.read(meter_id, f"{day} 09:00", total, per_day=10)
        await planner.generate()
        await planner.complete(plan_id)

    await planner.change(plan_id, frequency_value=200)

    reference = (await planner.row(plan_id)).reference
    assert reference.at.date() == date(2026, 3, 26)


async def test_a_date_by_meter_is_judged_by_when_the_meter_came_to_it(planner) -> None:
    """Not by the day that was foretold before the machine was run more."""
    meter_id = await planner.meter([("2026-02-20 08:00", 0)], per_day=1)
    plan_id = await planner.plan("hours", 100, meter_id=meter_id, last_done_on=date(2026, 2, 20), last_done_total=0, tolerance_days=1)
    assert await planner.due(plan_id) == "2026-05-31 08:00"
    planner.now_is("2026-03-12 11:00")
    await planner.read(meter_id, "2026-03-12 10:00", 100, per_day=10)
    await planner.generate()
    await planner.complete(plan_id)

    assert "2026-05-31 done on_time" in await planner.states(plan_id)


async def test_what_a_replaced_meter_showed_last_counts(planner) -> None:
    meter_id = await planner.meter([("2026-03-01 08:00", 100)], per_day=1)
    plan_id = await planner.plan("hours", 50, meter_id=meter_id, last_done_on=date(2026, 3, 1), last_done_total=100)
    planner.session.add(MeterReset(
        id=uuid7(), meter_id=meter_id, occurred_at=planner.at("2026-03-02 09:00"), final_value=160, start_value=0, kind="replacement"
    ))  # fmt: skip
    await service.meter_changed(planner.session, meter_id)
    await planner.session.flush()

    assert await planner.due(plan_id) == "2026-03-02 08:00"


@pytest.mark.parametrize("leaves", ["update users set is_active = false where id = :id", "delete from user_site where user_id = :id"])
async def test_a_job_is_not_given_to_somebody_who_has_left(planner, leaves) -> None:
    plan_id = await planner.plan("daily", basis="fixed", assigned_technician_id=planner.technician.user_id)
    await planner.session.execute(sa.text(leaves), {"id": planner.technician.user_id})
    await planner.generate()

    assert (await planner.open_job(plan_id)).assigned_technician_id is None


async def test_a_job_that_is_put_off_is_not_ignored(planner) -> None:
    plan_id = await planner.plan("weekly")
    await planner.generate()
    planner.now_is("2026-03-20 10:00")
    await planner.generate()
    assert (await planner.row(plan_id)).ignored_since is not None

    await planner.move(plan_id, "2026-03-02 08:00", "2026-04-02 08:00")

    assert (await planner.row(plan_id)).ignored_since is None


async def test_days_that_cannot_be_meant_are_refused(planner) -> None:
    with pytest.raises(Invalid):
        await planner.plan("daily", last_done_on=date(2026, 3, 12))
    for field in ("starts_on", "last_done_on"):
        with pytest.raises(ValidationError):
            await planner.plan("daily", **{field: date(1, 1, 1)})


async def test_a_clock_of_another_age_does_not_keep_a_plan_from_being_written(planner) -> None:
    plan_id = uuid7()
    fields = planner.fields("weekly", basis="fixed")
    await planner.do(CreatePlan(plan_id=plan_id, occurred_at=datetime.fromisoformat("9999-12-31T23:59:59-14:00"), **fields))

    assert await planner.due(plan_id) == "2026-03-02 08:00"
