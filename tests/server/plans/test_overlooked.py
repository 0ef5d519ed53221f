"""What is easily overlooked: dates left out beforehand, forecasts that come nearer, people who have left."""

from datetime import date, datetime, time

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from server.core import clock
from server.core.errors import Invalid
from server.equipment import service as equipment
from server.meters.models import MeterReset
from server.plans import service
from server.sites import service as sites
from shared_models.equipment.commands import ArchiveEquipment
from shared_models.ids import uuid7
from shared_models.plans.commands import AssignOccurrence
from shared_models.sites import SiteUpdate


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


@pytest.mark.parametrize("basis", ["fixed", "floating"])
async def test_the_total_at_a_date_by_the_calendar_follows_the_readings(planner, basis) -> None:
    """What was reckoned by the use per day is no total to count from once readings tell another."""
    meter_id = await planner.meter([("2026-03-01 08:00", 1000)], per_day=20)
    fields = {"meter_id": meter_id, "limit_type": "weekly", "limit_value": 1, "basis": basis}
    plan_id = await planner.plan("hours", 500, last_done_on=date(2026, 3, 1), last_done_total=1000, **fields)
    planner.now_is("2026-03-08 10:00")
    await planner.generate()
    await (planner.complete if basis == "fixed" else planner.cancel)(plan_id)
    reckoned = (await planner.row(plan_id)).reference
    assert reckoned.total > 1100
    planner.now_is("2026-03-10 10:00")
    await planner.read(meter_id, "2026-03-10 09:00", 1009, per_day=1)

    found = await planner.row(plan_id)
    assert found.reference.at == reckoned.at
    assert found.reference.total == pytest.approx(1007, abs=0.2)
    assert found.reason.threshold == found.reference.total + 500


async def test_a_day_told_without_its_total_follows_the_readings(planner) -> None:
    meter_id = await planner.meter([("2026-02-01 08:00", 0), ("2026-03-01 08:00", 280)], per_day=10)
    plan_id = await planner.plan("hours", 500, meter_id=meter_id, last_done_on=date(2026, 2, 15))
    assert (await planner.row(plan_id)).reference.total == 140
    await planner.read(meter_id, "2026-02-15 08:00", 30)

    assert (await planner.row(plan_id)).reference.total == 30


async def test_another_clock_does_not_part_a_completion_from_its_readings(planner) -> None:
    meter_id = await planner.meter([("2026-02-01 08:00", 0), ("2026-03-01 08:00", 280)], per_day=10)
    plan_id = await planner.plan("hours", 500, meter_id=meter_id, last_done_on=date(2025, 12, 1), last_done_total=0)
    planner.now_is("2026-03-30 10:00")
    await planner.generate()
    await planner.complete(plan_id)
    await sites.update_site(planner.session, planner.boss, planner.site.id, SiteUpdate(version=1, time_zone="Indian/Reunion"))
    planner.site.time_zone = "Indian/Reunion"
    await planner.generate()
    await planner.read(meter_id, "2026-03-30 12:00", 300)  # the moment of the completion, by the new clock

    assert (await planner.row(plan_id)).reference.total == 300


async def test_dates_that_pass_in_a_pause_are_not_missed_by_the_open_job(planner) -> None:
    """Whether it is done in the pause or after it."""
    done_within, done_after = [await planner.plan("weekly", basis="fixed") for _ in range(2)]
    await planner.generate()
    planner.now_is("2026-03-05 10:00")
    for plan_id in (done_within, done_after):
        await planner.set_active(plan_id, False)
    planner.now_is("2026-03-20 10:00")
    await planner.complete(done_within)
    await planner.generate()
    for plan_id in (done_within, done_after):
        await planner.set_active(plan_id, True)
    assert (await planner.row(done_after)).ignored_since is None
    planner.now_is("2026-03-24 10:00")
    await planner.generate()
    await planner.complete(done_after)

    passed = ["2026-03-09 skipped skipped", "2026-03-16 skipped skipped"]
    assert await planner.states(done_within) == ["2026-03-02 done late", *passed, "2026-03-23 open"]
    assert await planner.states(done_after) == ["2026-03-02 done late", *passed, "2026-03-23 missed missed", "2026-03-30 planned"]


async def test_a_job_returned_after_a_new_rule_misses_none_of_the_dates_before_the_rule(planner) -> None:
    plan_id = await planner.plan("monthly", basis="fixed")
    await planner.generate()
    job = await planner.complete(plan_id)
    planner.now_is("2026-03-20 10:00")
    await planner.change(plan_id, frequency_type="daily", starts_on=date(2026, 3, 21))
    await planner.return_(job)

    assert await planner.states(plan_id) == ["2026-03-02 open"]
    assert (await planner.row(plan_id)).upcoming[1] == datetime(2026, 3, 21, 8)


async def test_a_job_returned_after_the_archive_misses_nothing_of_it(planner) -> None:
    plan_id = await planner.plan("weekly", basis="fixed")
    await planner.generate()
    job = await planner.complete(plan_id)
    await equipment.archive(planner.session, planner.boss, ArchiveEquipment(equipment_id=planner.machine.id, occurred_at=clock.now()))
    planner.now_is("2026-06-03 10:00")
    await equipment.restore(planner.session, planner.boss, planner.machine.id)
    planner.session.expunge_all()
    await planner.generate()
    await planner.return_(job)
    await planner.generate()

    assert await planner.states(plan_id) == ["2026-03-02 open", "2026-03-09 skipped skipped"]
    await planner.finish(job)
    assert await planner.due(plan_id) == "2026-06-08 08:00"


async def test_a_date_moved_in_a_pause_is_still_there_after_it(planner) -> None:
    plan_id = await planner.plan("weekly", starts_on=date(2026, 3, 9))
    somebody = AssignOccurrence(
        plan_id=plan_id, original_due=datetime(2026, 3, 9, 8), technician_id=planner.technician.user_id, occurred_at=clock.now()
    )
    await planner.do(somebody)
    await planner.set_active(plan_id, False)
    await planner.move(plan_id, "2026-03-09 08:00", "2026-03-11 08:00")
    await planner.set_active(plan_id, True)

    assert await planner.due(plan_id) == "2026-03-11 08:00"
    assert (await planner.row(plan_id)).reason.moved_from == datetime(2026, 3, 9, 8)


async def test_nothing_is_forecast_before_a_date_that_was_put_off(planner) -> None:
    plan_id = await planner.plan("weekly", starts_on=date(2026, 3, 9))
    await planner.move(plan_id, "2026-03-09 08:00", "2026-03-17 08:00")

    assert (await planner.row(plan_id)).upcoming[:2] == [datetime(2026, 3, 9, 8), datetime(2026, 3, 23, 8)]


async def test_a_job_returned_after_the_archive_follows_another_clock(planner) -> None:
    plan_id = await planner.plan("weekly", basis="fixed")
    await planner.generate()
    job = await planner.complete(plan_id)
    await equipment.archive(planner.session, planner.boss, ArchiveEquipment(equipment_id=planner.machine.id, occurred_at=clock.now()))
    await planner.return_(job)
    await sites.update_site(planner.session, planner.boss, planner.site.id, SiteUpdate(version=1, time_zone="Indian/Reunion"))
    planner.site.time_zone = "Indian/Reunion"
    await planner.generate()

    row, told = await planner.row(plan_id), await planner.open_job(plan_id)
    assert row.next_due_date == told.due_at == planner.at("2026-03-02 08:00")
