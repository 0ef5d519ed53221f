"""Next dates, through the service: series and intervals, months that end early, clocks that change, whole lives of plans."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlmodel import col

from server.audit.models import AuditLog
from server.core import clock
from server.plans.models import PlanOccurrence
from server.plans.wall import instant_of, local_of
from server.sites import service as sites
from shared_models.plans.commands import AssignOccurrence
from shared_models.plans.planning import ReferenceKind
from shared_models.sites import SiteUpdate
from tests.server.plans.planner import Planner, day, o_clock, open_planner

CHANGES = [datetime.fromisoformat(day) for day in ("2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04")]
"""Nights on which clocks change: in Paris, in New York, on Lord Howe Island by half an hour."""


class TestSeries:
    async def test_the_first_date_is_there_with_the_plan(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed", weekdays=[2])
        row = await planner.row(plan)
        assert await planner.due(plan) == "2026-03-04 08:00"
        assert row.next_due_date == datetime(2026, 3, 4, 7, tzinfo=UTC)
        assert row.reason is not None
        assert row.reason.due == row.next_due == row.upcoming[0] == row.occurrences[0].original_due
        assert len(row.upcoming) == 58  # 400 days ahead
        assert (row.rrule, row.reference.kind) == ("FREQ=WEEKLY;INTERVAL=1;WKST=MO;BYDAY=WE", ReferenceKind.start)

    async def test_today_is_due_however_late_it_is(self, planner: Planner) -> None:
        plan = await planner.plan("daily", basis="fixed", due_time=o_clock(6))
        assert await planner.due(plan) == "2026-03-02 06:00"

    async def test_a_start_long_ago_is_an_anchor_and_no_debt(self, planner: Planner) -> None:
        plan = await planner.plan("monthly", basis="fixed", starts_on=day("2024-01-31"))
        assert await planner.due(plan) == "2026-03-31 08:00"

    async def test_what_was_last_done_leaves_one_date_behind_at_most(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed", starts_on=day("2025-01-06"), last_done_on=day("2026-02-03"))
        assert await planner.due(plan) == "2026-03-02 08:00"
        assert (await planner.generate()).missed == 0
        done = await planner.plan("weekly", basis="fixed", starts_on=day("2025-01-06"), last_done_on=day("2026-03-02"))
        assert await planner.due(done) == "2026-03-09 08:00"

    async def test_the_31st_comes_back_after_february(self, planner: Planner) -> None:
        planner.now_is("2026-01-15 10:00")
        plan = await planner.plan("monthly", basis="fixed", starts_on=day("2026-01-31"))
        due = []
        for _ in range(4):
            due.append(await planner.due(plan))
            planner.now_is(f"{due[-1][:10]} 12:00")
            await planner.generate()
            await planner.complete(plan)
        assert due == ["2026-01-31 08:00", "2026-02-28 08:00", "2026-03-31 08:00", "2026-04-30 08:00"]

    async def test_months_without_the_day_may_be_left_out(self, planner: Planner) -> None:
        planner.now_is("2026-01-15 10:00")
        plan = await planner.plan("monthly", basis="fixed", starts_on=day("2026-01-31"), month_end="skip")
        assert [f"{date:%m-%d}" for date in (await planner.row(plan)).upcoming[:4]] == ["01-31", "03-31", "05-31", "07-31"]

    async def test_the_29th_of_february_and_the_turn_of_the_year(self, planner: Planner) -> None:
        planner.now_is("2027-12-30 10:00")
        leap = await planner.plan("yearly", basis="fixed", starts_on=day("2024-02-29"))
        assert [f"{date:%Y-%m-%d}" for date in (await planner.row(leap)).upcoming] == ["2028-02-29", "2029-02-28"][
            : len((await planner.row(leap)).upcoming)
        ]
        daily = await planner.plan("daily", basis="fixed", starts_on=day("2027-12-31"))
        assert [f"{date:%Y-%m-%d}" for date in (await planner.row(daily)).upcoming[:3]] == ["2027-12-31", "2028-01-01", "2028-01-02"]
        planner.now_is("2027-12-31 09:00")
        await planner.generate()
        assert (await planner.open_job(daily)).number.startswith("INT-2027-")
        planner.now_is("2028-01-01 09:00")
        await planner.complete(daily)
        assert await planner.due(daily) == "2028-01-02 08:00"


class TestIntervals:
    async def test_count_from_the_completion(self, planner: Planner) -> None:
        plan = await planner.plan("monthly", basis="floating", starts_on=day("2026-03-31"))
        planner.now_is("2026-03-31 09:00")
        await planner.generate()
        planner.now_is("2026-04-03 17:45")
        await planner.complete(plan)
        assert await planner.due(plan) == "2026-05-03 08:00"
        reference = (await planner.row(plan)).reference
        assert (reference.kind, reference.at) == (ReferenceKind.done, datetime(2026, 4, 3, 17, 45))

    async def test_count_from_what_was_done_before_the_plan(self, planner: Planner) -> None:
        plan = await planner.plan("quarterly", last_done_on=day("2026-01-10"))
        assert await planner.due(plan) == "2026-04-10 08:00"

    async def test_a_day_done_twice_is_due_twice(self, planner: Planner) -> None:
        """Done a day early, twice on one day: the same date comes again, as another occurrence."""
        plan = await planner.plan("daily", starts_on=day("2026-03-02"), horizon_days=3)
        for _ in range(3):
            await planner.generate()
            await planner.complete(plan)
            assert await planner.due(plan) == "2026-03-03 08:00"
        assert len(await planner.occurrences(plan)) == 4


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Paris", "2026-03-29 02:30", "2026-03-29 01:30"),  # left out in spring: by the offset before
        ("Europe/Paris", "2026-10-25 02:30", "2026-10-25 00:30"),  # twice in autumn: the first
        ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:30"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),
        ("Indian/Reunion", "2026-03-29 02:30", "2026-03-28 22:30"),
    ],
)
def test_wall_times_at_the_changes_of_the_clocks(zone: str, local: str, utc: str) -> None:
    assert instant_of(datetime.fromisoformat(local), ZoneInfo(zone)) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


class TestClocks:
    async def test_eight_o_clock_stays_eight_o_clock_on_both_sides_of_a_change(self, session, monkeypatch) -> None:
        """A whole year of it, in several zones: tests/shared_models/test_plan_stories.py."""
        planner = await open_planner(session, monkeypatch, now="2026-03-05 07:00", zone="America/New_York")
        plan = await planner.plan("weekly", basis="fixed", starts_on=day("2026-03-05"))
        offsets = set()
        for week in range(3):
            row = await planner.row(plan)
            assert row.next_due is not None
            assert row.next_due_date is not None
            assert (row.next_due - datetime(2026, 3, 5, 8)).days == 7 * week
            assert local_of(row.next_due_date, planner.zone) == row.next_due
            offsets.add(row.next_due - row.next_due_date.replace(tzinfo=None))
            planner.time.at = row.next_due_date
            assert (await planner.generate()).jobs == 1
            await planner.complete(plan)
        assert len(offsets) == 2
        assert {state.partition(" ")[2] for state in (await planner.states(plan))[:-1]} == {"done on_time"}

    async def test_another_zone_of_the_site_moves_the_instants_and_no_date(self, planner: Planner) -> None:
        """Of what waits, what is open, what is paused, and of dates set by hand."""
        waiting = await planner.plan("weekly", basis="fixed", starts_on=day("2026-03-09"))
        open_, paused = [await planner.plan("weekly", basis="fixed", estimated_duration=60) for _ in range(2)]
        await planner.generate()
        for plan in (waiting, paused):
            await planner.move(plan, "2026-03-23 08:00", "2026-03-24 09:00")
        by_hand = await planner.plan("weekly", basis="fixed", starts_on=day("2026-03-09"))
        await planner.move(by_hand, "2026-03-09 08:00", "2026-03-10 09:00")
        for plan in (paused, by_hand):
            await planner.set_active(plan, False)
        plans = (waiting, open_, paused, by_hand)
        before = [(await planner.row(plan), await planner.occurrences(plan)) for plan in plans]
        planner.session.expunge_all()
        await sites.update_site(planner.session, planner.boss, planner.site.id, SiteUpdate(version=1, time_zone="Indian/Reunion"))
        await planner.session.flush()
        await planner.generate()
        for plan, (was, rows) in zip(plans, before, strict=True):
            now = await planner.row(plan)
            assert (now.next_due, now.upcoming[:50]) == (was.next_due, was.upcoming[:50])
            if was.next_due_date is not None and now.next_due_date is not None:
                assert was.next_due_date - now.next_due_date == timedelta(hours=3)
            after = await planner.occurrences(plan)
            assert [row.due for row in after] == [row.due for row in rows]
            assert {old.due_at - new.due_at for old, new in zip(rows, after, strict=True)} == {timedelta(hours=3)}
        for plan in (open_, paused):
            job, row = await planner.open_job(plan), await planner.row(plan)
            assert job.due_at == job.scheduled_start == row.next_due_date
            assert job.scheduled_end == job.due_at + timedelta(hours=1)

    @pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
    async def test_a_paused_plans_dates_are_where_the_site_has_them(self, planner: Planner, zone: str) -> None:
        """At the changes of the clocks too, where the database does the reckoning."""
        plan = await planner.plan("yearly", basis="fixed", starts_on=day("2026-03-03"))
        await planner.set_active(plan, False)
        found = [begin + timedelta(minutes=15 * rank) for begin in CHANGES for rank in range(5 * 4)]
        planner.session.add_all([
            PlanOccurrence(plan_id=plan, original_due=due, due=due, due_at=clock.now()) for due in found
        ])  # fmt: skip
        await planner.session.flush()
        await sites.update_site(planner.session, planner.boss, planner.site.id, SiteUpdate(version=1, time_zone="Pacific/Niue"))
        await sites.update_site(planner.session, planner.boss, planner.site.id, SiteUpdate(version=2, time_zone=zone))
        rows = await planner.occurrences(plan)
        assert {row.due: row.due_at for row in rows} == {due: instant_of(due, ZoneInfo(zone)) for due in found}


async def test_the_history_tells_of_a_date_what_the_planner_changed_and_not_what_time_did(planner: Planner) -> None:
    """A date that passed beside an open job is given to somebody, and missed as soon as the plan is looked at."""
    plan = await planner.plan("weekly", basis="fixed", starts_on=day("2026-03-03"))
    planner.now_is("2026-03-03 09:00")
    await planner.generate()
    planner.now_is("2026-03-11 10:00")
    passed = {"plan_id": plan, "original_due": datetime(2026, 3, 10, 8), "occurred_at": clock.now()}
    await planner.do(AssignOccurrence(**passed, technician_id=planner.technician.user_id))
    assert (await planner.states(plan))[1] == "2026-03-10 missed missed"
    assigned = select(AuditLog.changes).where(col(AuditLog.action) == "plan.occurrence_assigned", col(AuditLog.entity_id) == plan)
    assert [set(changes) for changes in await planner.session.scalars(assigned)] == [{"date", "assigned_technician_id"}]
