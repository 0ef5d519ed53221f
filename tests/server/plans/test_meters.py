"""Plans by meter: thresholds, readings that come late, whichever comes first, and where the count goes on."""

from datetime import datetime

from server.plans import service
from shared_models.plans.fields import PlanFields
from shared_models.plans.planning import ReferenceKind, Trigger
from tests.server.plans.planner import Planner, day


class TestForecast:
    async def test_by_the_use_per_day(self, planner: Planner) -> None:
        meter = await planner.meter([("2026-03-01 10:00", 100.0)], per_day=10)
        plan = await planner.plan("hours", 500, meter_id=meter, last_done_total=50.0, last_done_on=day("2026-02-20"))
        row = await planner.row(plan)
        assert await planner.due(plan) == "2026-04-15 08:00"  # 450 h at 10 h a day
        assert row.reason is not None
        assert (row.reason.threshold, row.reason.wins, row.reference.total) == (550.0, Trigger.meter, 50.0)
        assert row.meter is not None
        assert (row.meter.total, row.meter.at) == (100.0, datetime(2026, 3, 1, 10))

    async def test_a_date_follows_the_readings_and_keeps_its_identity(self, planner: Planner) -> None:
        meter = await planner.meter([("2026-03-01 10:00", 100.0)], per_day=10)
        plan = await planner.plan("hours", 500, meter_id=meter, last_done_total=50.0)
        planner.now_is("2026-03-11 12:00")
        await planner.read(meter, "2026-03-11 10:00", 300.0, per_day=20)
        occurrence = (await planner.row(plan)).occurrences[0]
        assert (occurrence.original_due, occurrence.due) == (datetime(2026, 4, 15, 8), datetime(2026, 3, 23, 8))
        again = await planner.row(plan)
        await planner.read(meter, "2026-03-11 10:00", 300.0, per_day=20)
        assert await planner.row(plan) == again

    async def test_a_date_set_by_hand_stays_whatever_the_meter_says(self, planner: Planner) -> None:
        meter = await planner.meter([("2026-03-01 10:00", 100.0)], per_day=10)
        plan = await planner.plan("hours", 500, meter_id=meter, last_done_total=50.0)
        await planner.move(plan, "2026-04-15T08:00", "2026-04-01T06:00")
        await planner.read(meter, "2026-03-02 09:00", 300.0, per_day=20)
        await planner.read(meter, "2026-03-02 09:30", 301.0, per_day=8)
        assert await planner.due(plan) == "2026-04-01 06:00"
        await planner.move(plan, "2026-04-15T08:00", "2026-04-15T08:00")
        assert await planner.due(plan) == "2026-04-02 08:00"

    async def test_without_a_reading_there_is_no_date_and_with_one_there_is(self, planner: Planner) -> None:
        meter = await planner.meter()
        plan = await planner.plan("hours", 500, meter_id=meter)
        row = await planner.row(plan)
        assert (row.next_due, row.reason, row.occurrences) == (None, None, [])
        assert (await planner.generate()).jobs == 0
        await planner.read(meter, "2026-03-02 09:00", 10.0, per_day=50)
        assert await planner.due(plan) == "2026-03-12 08:00"

    async def test_an_open_job_is_not_touched(self, planner: Planner) -> None:
        meter = await planner.meter([("2026-02-01 10:00", 0.0), ("2026-03-01 10:00", 600.0)], per_day=20)
        plan = await planner.plan("hours", 500, meter_id=meter, last_done_total=0.0)
        await planner.generate()
        before = await planner.open_job(plan)
        await planner.read(meter, "2026-03-02 09:00", 700.0, per_day=30)
        after = await planner.open_job(plan)
        assert (after.due_local, after.due_reason, after.version) == (before.due_local, before.due_reason, before.version)


class TestCounting:
    async def test_goes_on_from_the_total_at_the_completion(self, planner: Planner) -> None:
        meter = await planner.meter([("2026-02-01 10:00", 0.0), ("2026-03-01 10:00", 500.0)], per_day=10)
        plan = await planner.plan("hours", 500, meter_id=meter, last_done_total=0.0)
        assert await planner.due(plan) == "2026-03-01 08:00"
        await planner.generate()
        planner.now_is("2026-03-11 10:00")
        await planner.complete(plan)
        row = await planner.row(plan)
        assert (row.reference.kind, row.reference.total) == (ReferenceKind.done, 600.0)  # by the use per day
        assert row.reason is not None
        assert row.reason.threshold == 1100.0

    async def test_a_reading_that_comes_late_tells_the_total_then(self, planner: Planner) -> None:
        meter = await planner.meter([("2026-02-01 10:00", 0.0), ("2026-03-01 10:00", 500.0)], per_day=10)
        plan = await planner.plan("hours", 500, meter_id=meter, last_done_total=0.0)
        await planner.generate()
        planner.now_is("2026-03-11 10:00")
        await planner.complete(plan)
        planner.now_is("2026-03-12 10:00")
        await planner.read(meter, "2026-03-11 10:00", 540.0, per_day=4)
        row = await planner.row(plan)
        assert row.reference.total == 540.0
        assert row.reason is not None
        assert row.reason.threshold == 1040.0
        assert (await planner.states(plan))[0] == "2026-03-01 done late"

    async def test_what_a_planner_told_of_is_not_reckoned_anew(self, planner: Planner) -> None:
        meter = await planner.meter([("2026-02-01 10:00", 0.0), ("2026-03-01 10:00", 280.0)], per_day=10)
        plan = await planner.plan("hours", 500, meter_id=meter, last_done_on=day("2026-02-15"), last_done_total=111.0)
        await planner.read(meter, "2026-02-20 10:00", 200.0, per_day=10)
        assert (await planner.row(plan)).reference.total == 111.0

    async def test_a_fixed_plan_goes_on_from_its_threshold_and_misses_what_was_passed(self, planner: Planner) -> None:
        meter = await planner.meter([("2026-02-01 10:00", 0.0), ("2026-03-01 10:00", 520.0)], per_day=20)
        plan = await planner.plan("hours", 500, meter_id=meter, basis="fixed", last_done_total=0.0)
        await planner.generate()
        planner.now_is("2026-03-03 10:00")
        await planner.complete(plan)
        row = await planner.row(plan)
        assert (row.reference.total, row.reason and row.reason.threshold) == (500.0, 1000.0)
        await planner.read(meter, "2026-03-02 10:00", 1040.0, per_day=40)
        assert await planner.due(plan) == "2026-03-02 08:00"
        await planner.generate()
        planner.now_is("2026-03-20 10:00")
        await planner.read(meter, "2026-03-20 09:00", 2600.0, per_day=80)
        await planner.complete(plan)
        row = await planner.row(plan)
        assert (row.reference.total, row.occurrences[1].missed) == (2500.0, 3)
        assert row.next_due is not None
        assert row.next_due > datetime(2026, 3, 20, 10)


class TestWhicheverComesFirst:
    async def test_the_calendar_or_the_meter(self, planner: Planner) -> None:
        meter = await planner.meter([("2026-03-01 10:00", 100.0)], per_day=1)
        fields = {"meter_id": meter, "limit_type": "monthly", "limit_value": 6, "last_done_on": day("2026-03-01"), "last_done_total": 100.0}
        plan = await planner.plan("hours", 500, **fields)
        row = await planner.row(plan)
        assert row.reason is not None
        assert (await planner.due(plan), row.reason.wins) == ("2026-09-01 08:00", Trigger.calendar)
        await planner.read(meter, "2026-03-02 09:00", 140.0, per_day=20)
        row = await planner.row(plan)
        assert row.reason is not None
        assert (await planner.due(plan), row.reason.wins, row.reason.calendar_due) == (
            "2026-03-25 08:00",
            Trigger.meter,
            datetime(2026, 9, 1, 8),
        )


async def test_what_falls_due_several_times_a_day_is_previewed_day_by_day(planner: Planner) -> None:
    meter_id = await planner.meter([("2026-03-01 08:00", 0)], per_day=24)
    fields = PlanFields(**planner.fields("hours", 10, meter_id=meter_id, last_done_on=day("2026-03-01"), last_done_total=0))
    found = await service.preview(planner.session, planner.boss, fields)

    assert [f"{item.due:%m-%d}" for item in found] == [f"03-{number:02}" for number in range(1, 13)]
    assert [item.reason.threshold for item in found[:4]] == [10, 20, 40, 70]


async def test_readings_that_pass_what_was_skipped_ahead_tell_the_day(planner: Planner) -> None:
    """Twice skipped, the plan counts from a day to come; the machine ran more than anybody thought."""
    meter_id = await planner.meter([("2026-03-01 10:00", 0)], per_day=24)
    plan = await planner.plan("hours", 24, meter_id=meter_id, last_done_on=day("2026-03-01"), last_done_total=0)
    planner.now_is("2026-03-05 10:00")
    for _ in range(2):
        await planner.skip(plan, f"{(await planner.row(plan)).occurrences[-1].original_due:%Y-%m-%dT%H:%M}")
    await planner.read(meter_id, "2026-03-05 10:00", 164, per_day=24)
    assert await planner.due(plan) == "2026-03-04 08:00"
    await planner.read(meter_id, "2026-03-05 10:00", 164, per_day=24)
    assert await planner.due(plan) == "2026-03-04 08:00"


async def test_a_total_told_below_what_was_read_before_has_one_day_however_often_it_is_looked_at(planner: Planner) -> None:
    meter_id = await planner.meter([("2026-01-10 10:00", 100), ("2026-02-01 10:00", 180), ("2026-02-20 10:00", 240)])
    planner.now_is("2026-03-01 10:00")
    plan = await planner.plan("hours", 50, meter_id=meter_id, last_done_on=day("2026-02-25"), last_done_total=33)
    dues = [await planner.due(plan)]
    for hour in (11, 12, 13):
        planner.now_is(f"2026-03-01 {hour}:00")
        await planner.read(meter_id, f"2026-03-01 {hour}:00", 260)
        dues.append(await planner.due(plan))
    assert dues == ["2026-02-20 08:00"] * 4
