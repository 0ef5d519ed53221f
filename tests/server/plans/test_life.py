"""Plans and their jobs: settled, cancelled, returned, ignored, paused, moved, changed."""

from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlmodel import col

from server.audit.models import AuditLog
from server.core import clock
from server.core.access import SYSTEM
from server.core.commands import run
from server.core.errors import AlreadyExists, NotFound, StaleVersion
from server.equipment import service as equipment
from server.equipment.errors import EquipmentArchived
from server.plans import errors
from server.sites.models import Site
from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import Step, StepKind
from shared_models.equipment.commands import ArchiveEquipment, UpdateEquipment
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions import commands as iv
from shared_models.interventions.refusals import SkipsDueDate
from shared_models.interventions.rows import RequiredPart
from shared_models.plans import commands as pl
from shared_models.plans import refusals
from shared_models.plans.planning import Outcome, ReferenceKind
from shared_models.plans.rows import OccurrenceState
from shared_models.plans.scheduling import OUT_OF_SERVICE
from tests.server.plans.planner import Planner, day, days


class TestJob:
    async def test_carries_what_the_plan_says(self, planner: Planner) -> None:
        checklist, team, kind = uuid7(), uuid7(), uuid7()
        steps = f'[{{"id": "{uuid7()}", "kind": "check", "title": "Graisseur A"}}]'
        insert = "insert into checklist (id, name, steps) values (:id, 'Graissage', cast(:steps as jsonb))"
        await planner.session.execute(sa.text(insert), {"id": checklist, "steps": steps})
        await planner.do(
            pl.WriteTeam(
                team_id=team, site_id=planner.site.id, name="Équipe A", member_ids=[planner.technician.user_id], occurred_at=clock.now()
            )
        )
        await planner.do(pl.WriteMaintenanceType(maintenance_type_id=kind, name=f"Graissage {kind.hex[-6:]}", occurred_at=clock.now()))
        plan = await planner.plan(
            "weekly", basis="fixed", estimated_duration=45, checklist_id=checklist, team_id=team, maintenance_type_id=kind, priority="high",
            parts=[{"name": "Cartouche", "quantity": 2}], needs_photo=True, needs_validation=False, description="Côté opérateur",
        )  # fmt: skip
        assert (await planner.generate()).jobs == 1
        job, row = await planner.open_job(plan), await planner.row(plan)
        assert (job.title, job.description, job.priority.value, job.assigned_team_id) == ("Graisser", "Côté opérateur", "high", team)
        assert (job.maintenance_type_id, job.needs_photo, job.needs_validation, job.created_by) == (kind, True, False, None)
        assert job.required_parts == [{"name": "Cartouche", "quantity": "2"}]
        assert job.checklist is not None
        assert (job.checklist["checklist_id"], job.checklist["name"], job.checklist["version"]) == (str(checklist), "Graissage", 1)
        assert (job.due_local, job.due_at, job.scheduled_start) == (datetime(2026, 3, 2, 8), planner.at("2026-03-02 08:00"), job.due_at)
        assert job.scheduled_end == planner.at("2026-03-02 08:45")
        assert job.due_reason == row.reason.model_dump(mode="json", exclude_defaults=True)
        assert row.occurrences[0].intervention_id == job.id
        assert (await planner.kept(plan)).generate_at is None

    async def test_is_made_as_early_as_the_horizon_says(self, planner: Planner) -> None:
        plan = await planner.plan("monthly", basis="fixed", starts_on=day("2026-03-20"), horizon_days=10)
        planner.now_is("2026-03-10 07:59")
        assert (await planner.generate()).jobs == 0
        planner.now_is("2026-03-10 08:00")
        assert (await planner.generate()).jobs == 1
        assert (await planner.generate()).jobs == 0
        assert (await planner.open_job(plan)).due_local == datetime(2026, 3, 20, 8)

    async def test_made_at_once_and_only_once(self, planner: Planner) -> None:
        plan, job = await planner.plan("monthly", basis="fixed", starts_on=day("2026-06-20")), uuid7()
        await planner.do(pl.GeneratePlan(plan_id=plan, intervention_id=job, occurred_at=clock.now()))
        assert (await planner.open_job(plan)).id == job
        with pytest.raises(refusals.PlanHasOpenJob):
            await planner.do(pl.GeneratePlan(plan_id=plan, intervention_id=uuid7(), occurred_at=clock.now()))
        await planner.complete(plan)
        assert await planner.states(plan) == ["2026-06-20 done early", "2026-07-20 planned"]
        await planner.set_active(plan, False)
        with pytest.raises(refusals.PlanInactive):
            await planner.do(pl.GeneratePlan(plan_id=plan, intervention_id=uuid7(), occurred_at=clock.now()))
        await planner.set_active(plan, True)
        await planner.machine_is(EquipmentStatus.inactive)
        with pytest.raises(refusals.MachineOutOfService):
            await planner.do(pl.GeneratePlan(plan_id=plan, intervention_id=uuid7(), occurred_at=clock.now()))


class TestSettling:
    @pytest.mark.parametrize(
        ("done", "outcome"), [("2026-03-02 23:00", "on_time"), ("2026-03-03 09:00", "on_time"), ("2026-03-04 09:00", "late")]
    )
    async def test_judges_by_whole_days_and_a_tenth_of_the_interval(self, planner: Planner, done: str, outcome: str) -> None:
        plan = await planner.plan("weekly", 2, basis="fixed")
        await planner.generate()
        planner.now_is(done)
        await planner.complete(plan)
        assert await planner.states(plan) == [f"2026-03-02 done {outcome}", "2026-03-16 planned"]

    async def test_next_is_planned_with_the_completion_or_not_at_all(self, planner: Planner) -> None:
        plan = await planner.plan("weekly")
        await planner.generate()
        job = (await planner.open_job(plan)).id
        undone = await planner.session.begin_nested()
        await planner.finish(job)
        assert len(await planner.occurrences(plan)) == 2
        await undone.rollback()
        planner.session.expunge_all()
        assert await planner.states(plan) == ["2026-03-02 open"]
        assert (await planner.open_job(plan)).status.value == "pending"

    async def test_a_cancelled_job_skips_its_date(self, planner: Planner) -> None:
        series, floating = await planner.plan("weekly", basis="fixed"), await planner.plan("weekly")
        await planner.generate()
        planner.now_is("2026-03-04 10:00")
        await planner.cancel(series)
        await planner.cancel(floating)
        assert await planner.due(series) == "2026-03-09 08:00"
        assert await planner.due(floating) == "2026-03-11 08:00"
        row = (await planner.occurrences(floating))[0]
        assert (row.state, row.outcome, row.reason) == (OccurrenceState.skipped, Outcome.skipped, "Plus utile")
        assert (await planner.row(floating)).reference.kind is ReferenceKind.skipped

    async def test_who_does_not_plan_skips_no_date(self, planner: Planner) -> None:
        """Though the job is nobody's, their own, or one that they have begun."""
        plan = await planner.plan("weekly", basis="fixed")
        own = await planner.plan("weekly", basis="fixed", assigned_technician_id=planner.technician.user_id)
        await planner.generate()
        for plan_id in (plan, own):
            job_id = (await planner.open_job(plan_id)).id
            cancel = iv.CancelIntervention(intervention_id=job_id, reason="Plus utile", occurred_at=clock.now())
            for begun in (False, True):
                if begun:
                    start = iv.StartIntervention(intervention_id=job_id, action_id=uuid7(), occurred_at=clock.now())
                    await planner.do(start, planner.technician)
                with pytest.raises(SkipsDueDate):
                    await planner.do(cancel, planner.technician)
            assert await planner.states(plan_id) == ["2026-03-02 open"]
            await planner.do(cancel)
            assert await planner.states(plan_id) == ["2026-03-02 skipped skipped", "2026-03-09 planned"]

    async def test_a_returned_job_takes_its_date_back(self, planner: Planner) -> None:
        for basis in ("fixed", "floating"):
            planner.now_is("2026-03-02 10:00")
            plan = await planner.plan("weekly", basis=basis)
            await planner.generate()
            before = await planner.row(plan)
            job = await planner.complete(plan)
            await planner.return_(job)
            assert await planner.states(plan) == ["2026-03-02 open"]
            after = await planner.row(plan)
            assert (after.next_due, after.reference, after.reason) == (before.next_due, before.reference, before.reason)
            planner.now_is("2026-03-05 10:00")
            await planner.finish(job)
            assert await planner.due(plan) == ("2026-03-09 08:00" if basis == "fixed" else "2026-03-12 08:00")

    async def test_a_job_returned_when_the_next_one_exists_keeps_its_place(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed", horizon_days=7)
        await planner.generate()
        job = await planner.complete(plan)
        await planner.generate()
        await planner.return_(job)
        assert await planner.states(plan) == ["2026-03-02 done on_time", "2026-03-09 open"]
        planner.now_is("2026-03-05 10:00")
        await planner.finish(job)
        assert await planner.states(plan) == ["2026-03-02 done late", "2026-03-09 open"]
        assert len([row for row in await planner.occurrences(plan) if row.state is OccurrenceState.open]) == 1

    async def test_a_phone_that_tells_late_undoes_what_counted_as_missed(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed")
        await planner.generate()
        planner.now_is("2026-03-17 09:00")
        await planner.generate()
        assert [state.partition(" ")[2] for state in await planner.states(plan)] == ["open", "missed missed", "missed missed"]
        assert (await planner.row(plan)).ignored_since == planner.at("2026-03-09 08:00")
        await planner.complete(plan, planner.at("2026-03-10 12:00"))
        assert await planner.states(plan) == ["2026-03-02 done late", "2026-03-09 missed missed", "2026-03-16 planned"]
        row = await planner.row(plan)
        assert (row.ignored_since, row.occurrences[0].missed, await planner.due(plan)) == (None, 1, "2026-03-16 08:00")


class TestNotAnswered:
    async def test_dates_that_pass_while_a_job_is_open_are_missed_and_the_plan_is_reported(self, planner: Planner) -> None:
        plan = await planner.plan("daily", basis="fixed")
        for date in range(2, 7):
            planner.now_is(f"2026-03-0{date} 09:00")
            await planner.generate()
        row = await planner.row(plan)
        assert len(await planner.jobs(plan)) == 1
        assert (row.is_active, row.ignored_since, row.occurrences[0].missed) == (True, planner.at("2026-03-03 08:00"), 4)
        await planner.complete(plan)
        assert await planner.due(plan) == "2026-03-07 08:00"

    async def test_an_interval_after_its_date_a_floating_plan_is_ignored(self, planner: Planner) -> None:
        plan = await planner.plan("weekly")
        await planner.generate()
        for now, ignored in (("2026-03-09 07:59", False), ("2026-03-09 08:00", True)):
            planner.now_is(now)
            await planner.generate()
            assert ((await planner.row(plan)).ignored_since is not None) is ignored
        await planner.complete(plan)
        assert (await planner.row(plan)).ignored_since is None

    async def test_after_an_outage_of_forty_periods_one_job(self, planner: Planner) -> None:
        plan = await planner.plan("daily", basis="fixed")
        planner.now_is("2026-04-11 08:00")  # clocks have changed meanwhile
        report = await planner.generate()
        assert (report.jobs, report.missed) == (1, 40)
        job = await planner.open_job(plan)
        assert job.due_local == datetime(2026, 4, 11, 8)
        assert job.due_reason is not None
        assert job.due_reason["missed"] == 40
        assert job.due_reason["reference"]["at"] == "2026-04-10T08:00:00"
        states = await planner.states(plan)
        assert len(states) == 41
        assert {state.partition(" ")[2] for state in states[:-1]} == {"missed missed"}
        assert (await planner.occurrences(plan))[-1].missed == 40
        await planner.complete(plan)
        assert await planner.due(plan) == "2026-04-12 08:00"


class TestMachineOutOfService:
    async def test_a_series_goes_by_and_an_interval_waits(self, planner: Planner) -> None:
        series, floating = await planner.plan("weekly", basis="fixed"), await planner.plan("weekly")
        await planner.machine_is(EquipmentStatus.inactive)
        for date in (2, 3, 10, 11):
            planner.now_is(f"2026-03-{date:02} 09:00")
            assert (await planner.generate()).jobs == 0
        assert await planner.states(series) == ["2026-03-02 skipped skipped", "2026-03-09 skipped skipped", "2026-03-16 planned"]
        assert (await planner.occurrences(series))[0].reason == "plan.reason.out_of_service"
        assert await planner.states(floating) == ["2026-03-02 planned"]
        await planner.machine_is(EquipmentStatus.active)
        planner.now_is("2026-03-16 09:00")
        assert (await planner.generate()).jobs == 2
        assert (await planner.open_job(floating)).due_local == datetime(2026, 3, 2, 8)
        assert (await planner.open_job(series)).due_local == datetime(2026, 3, 16, 8)


class TestArchivedMachine:
    async def archive(self, planner: Planner) -> None:
        await equipment.archive(planner.session, planner.boss, ArchiveEquipment(equipment_id=planner.machine.id, occurred_at=clock.now()))
        planner.session.expunge_all()

    async def restore(self, planner: Planner) -> None:
        await equipment.restore(planner.session, planner.boss, planner.machine.id)
        planner.session.expunge_all()

    async def test_its_plans_stand_still_and_go_on_when_it_is_back(self, planner: Planner) -> None:
        series, floating = await planner.plan("weekly", basis="fixed"), await planner.plan("weekly")
        for plan in (series, floating):
            await planner.generate()
            await planner.complete(plan)
        await planner.move(series, "2026-03-16 08:00", "2026-03-17 08:00")
        await self.archive(planner)
        for date in ("2026-03-02 10:01", "2026-03-09 09:00", "2026-03-17 09:00", "2026-05-13 09:00", "2027-03-01 09:00"):
            planner.now_is(date)
            assert (await planner.generate()).jobs == 0
            for plan in (series, floating):
                kept = await planner.kept(plan)
                assert (kept.generate_at, kept.next_due, kept.upcoming, kept.is_active) == (None, None, [], True)
        assert await planner.states(series) == ["2026-03-02 done on_time", "2026-03-16 planned"]
        assert await planner.states(floating) == ["2026-03-02 done on_time"]

        planner.now_is("2027-03-03 09:00")
        await self.restore(planner)
        assert (await planner.generate()).jobs == 0
        assert [await planner.due(plan) for plan in (series, floating)] == ["2027-03-08 08:00", "2027-03-08 08:00"]
        assert await planner.states(series) == ["2026-03-02 done on_time", "2026-03-16 skipped skipped", "2027-03-08 planned"]
        assert await planner.states(floating) == ["2026-03-02 done on_time", "2027-03-08 planned"]
        assert (await planner.row(series)).inactive_reason == ""
        planner.now_is("2027-03-08 08:00")
        assert (await planner.generate()).jobs == 2

    async def test_back_before_anybody_has_looked(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed", starts_on=day("2026-03-09"))
        await self.archive(planner)
        planner.now_is("2026-03-25 10:00")
        await self.restore(planner)
        assert (await planner.generate()).jobs == 0
        assert await planner.states(plan) == ["2026-03-09 skipped skipped", "2026-03-30 planned"]

    @pytest.mark.parametrize("is_confirmed_active", [False, True])
    async def test_a_job_asked_for_before_anybody_has_looked_has_missed_nothing(self, planner: Planner, is_confirmed_active: bool) -> None:
        plan = await planner.plan("weekly", basis="fixed", starts_on=day("2026-03-09"))
        await self.archive(planner)
        await planner.generate()
        planner.now_is("2026-03-25 10:00")
        await self.restore(planner)
        if is_confirmed_active:
            await planner.set_active(plan, True)
        await planner.do(pl.GeneratePlan(plan_id=plan, intervention_id=uuid7(), occurred_at=clock.now()))
        assert await planner.states(plan) == ["2026-03-30 open"]
        assert (await planner.row(plan)).occurrences[0].missed == 0

    async def test_a_threshold_that_no_reading_shows_is_not_passed_over(self, planner: Planner) -> None:
        """Neither while the machine is archived nor in a pause."""
        meter_id = await planner.meter([("2026-03-01 08:00", 950)], per_day=10)
        plan = await planner.plan("hours", 1000, meter_id=meter_id, last_done_on=day("2026-01-01"), last_done_total=0)
        for leave, come_back in (
            (partial(self.archive, planner), partial(self.restore, planner)),
            (partial(planner.set_active, plan, False), partial(planner.set_active, plan, True)),
        ):
            await leave()
            planner.now_is("2026-11-02 10:00")
            assert (await planner.generate()).jobs == 0
            await come_back()
            await planner.generate()
            assert (await planner.row(plan)).reason.threshold == 1000
            await planner.session.execute(sa.text("update plan_occurrence set state = 'planned', intervention_id = null"))

    async def test_a_job_that_is_returned_misses_nothing(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed")
        await planner.generate()
        await planner.move(plan, "2026-03-02 08:00", "2026-03-03 08:00")
        job = await planner.complete(plan)
        await self.archive(planner)
        await planner.generate()
        await planner.return_(job)
        planner.now_is("2026-04-01 10:00")
        await planner.generate()
        assert await planner.states(plan) == ["2026-03-02 open"]
        row = await planner.row(plan)
        assert (row.next_due, row.upcoming) == (datetime(2026, 3, 3, 8), [datetime(2026, 3, 2, 8)])
        await planner.finish(job)
        await planner.generate()
        assert await planner.states(plan) == ["2026-03-02 done late"]
        assert await planner.due(plan) is None

    async def test_its_dates_are_nobodys_to_change(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed")
        await self.archive(planner)
        await planner.generate()
        with pytest.raises(EquipmentArchived):
            await planner.move(plan, "2026-03-09 08:00", "2026-03-10 08:00")
        await planner.set_active(plan, False)
        planner.now_is("2026-03-25 10:00")
        await planner.set_active(plan, True)
        assert await planner.states(plan) == []
        assert await planner.due(plan) is None
        await self.restore(planner)
        await planner.generate()
        assert await planner.states(plan) == ["2026-03-30 planned"]


class TestPause:
    async def test_what_was_due_meanwhile_is_not_made_up_for(self, planner: Planner) -> None:
        series, floating = await planner.plan("weekly", basis="fixed"), await planner.plan("weekly")
        for plan in (series, floating):
            await planner.set_active(plan, False)
            row = await planner.row(plan)
            assert (row.next_due, row.upcoming, row.occurrences, row.inactive_reason) == (None, [], [], "Travaux")
        planner.now_is("2026-03-25 10:00")
        assert (await planner.generate()).jobs == 0
        for plan in (series, floating):
            await planner.set_active(plan, True)
            assert await planner.due(plan) == "2026-03-30 08:00"
        assert (await planner.generate()).jobs == 0

    async def test_a_short_pause_changes_nothing(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed", starts_on=day("2026-03-09"))
        await planner.move(plan, "2026-03-16T08:00", "2026-03-18T14:00")
        before = await planner.row(plan)
        await planner.set_active(plan, False)
        await planner.set_active(plan, True)
        after = await planner.row(plan)
        assert (after.upcoming, [row.due for row in after.occurrences]) == (before.upcoming, [row.due for row in before.occurrences])

    async def test_an_open_job_goes_on_without_a_next_one(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed")
        await planner.generate()
        await planner.set_active(plan, False)
        await planner.complete(plan)
        assert await planner.states(plan) == ["2026-03-02 done on_time"]
        await planner.set_active(plan, True)
        assert await planner.due(plan) == "2026-03-09 08:00"


class TestOneDate:
    async def test_moves_alone(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed", starts_on=day("2026-03-09"))
        await planner.move(plan, "2026-03-16T08:00", "2026-03-18T14:00")
        await planner.move(plan, "2026-03-09T08:00", "2026-03-10T06:00")
        row = await planner.row(plan)
        assert row.next_due == datetime(2026, 3, 10, 6)
        assert row.reason is not None
        assert row.reason.moved_from == datetime(2026, 3, 9, 8)
        assert row.upcoming[:3] == [datetime(2026, 3, 9, 8), datetime(2026, 3, 16, 8), datetime(2026, 3, 23, 8)]
        for when, due in (("2026-03-10 06:00", "2026-03-09"), ("2026-03-18 14:00", "2026-03-16"), ("2026-03-23 08:00", "2026-03-23")):
            planner.time.at = planner.at(when) - days(1 / 1440)
            assert (await planner.generate()).jobs == 0
            planner.now_is(when)
            assert (await planner.generate()).jobs == 1
            assert f"{(await planner.open_job(plan)).original_due:%Y-%m-%d}" == due
            await planner.complete(plan)

    async def test_takes_its_open_job_along(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed", estimated_duration=30)
        await planner.generate()
        await planner.move(plan, "2026-03-02T08:00", "2026-03-05T13:30")
        job, row = await planner.open_job(plan), await planner.row(plan)
        assert (job.due_local, job.original_due) == (datetime(2026, 3, 5, 13, 30), datetime(2026, 3, 2, 8))
        assert (job.scheduled_start, job.scheduled_end) == (planner.at("2026-03-05 13:30"), planner.at("2026-03-05 14:00"))
        assert job.due_reason is not None
        assert job.due_reason["moved_from"] == "2026-03-02T08:00:00"
        assert (row.next_due, job.version) == (datetime(2026, 3, 5, 13, 30), 2)
        await planner.complete(plan)
        assert await planner.due(plan) == "2026-03-09 08:00"

    async def test_moves_back(self, planner: Planner) -> None:
        for basis in ("fixed", "floating"):
            plan = await planner.plan("weekly", basis=basis)
            before = await planner.row(plan)
            await planner.move(plan, "2026-03-02T08:00", "2026-03-04T08:00")
            assert await planner.due(plan) == "2026-03-04 08:00"
            await planner.move(plan, "2026-03-02T08:00", "2026-03-02T08:00")
            assert await planner.row(plan) == before

    async def test_never_overtakes_its_neighbours(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed")
        for to in ("2026-03-16T08:00", "2026-03-02T08:00"):
            with pytest.raises(refusals.MovePastNeighbour):
                await planner.move(plan, "2026-03-09T08:00", to)
        await planner.generate()
        with pytest.raises(refusals.MovePastNeighbour):
            await planner.move(plan, "2026-03-02T08:00", "2026-03-09T08:00")

    async def test_is_left_out(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed")
        await planner.skip(plan, "2026-03-09T08:00")
        await planner.skip(plan, "2026-03-02T08:00")
        row = await planner.row(plan)
        assert await planner.due(plan) == "2026-03-16 08:00"
        assert row.upcoming[0] == datetime(2026, 3, 16, 8)
        with pytest.raises(refusals.OccurrenceSettled):
            await planner.skip(plan, "2026-03-02T08:00")
        floating = await planner.plan("weekly")
        await planner.skip(floating, "2026-03-02T08:00")
        assert await planner.due(floating) == "2026-03-09 08:00"

    async def test_a_date_with_its_job_is_left_out_by_cancelling_that(self, planner: Planner) -> None:
        plan = await planner.plan("weekly")
        await planner.generate()
        with pytest.raises(refusals.OccurrenceHasJob):
            await planner.skip(plan, "2026-03-02T08:00")

    async def test_a_forecast_is_not_to_be_moved(self, planner: Planner) -> None:
        plan = await planner.plan("weekly")
        with pytest.raises(refusals.OccurrenceIsForecast):
            await planner.move(plan, "2026-03-09T08:00", "2026-03-10T08:00")
        for unknown in ("2026-03-10T08:00", "2026-03-09T09:00"):
            with pytest.raises(refusals.OccurrenceUnknown):
                await planner.move(plan, unknown, "2026-03-10T08:00")

    async def test_is_somebodys(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed")
        for date in ("2026-03-02", "2026-03-09"):
            await planner.do(pl.AssignOccurrence(
                plan_id=plan, original_due=datetime.fromisoformat(f"{date}T08:00"), technician_id=planner.technician.user_id,
                occurred_at=clock.now(),
            ))  # fmt: skip
        await planner.generate()
        assert (await planner.open_job(plan)).assigned_technician_id == planner.technician.user_id
        await planner.do(
            pl.AssignOccurrence(plan_id=plan, original_due=datetime(2026, 3, 2, 8), technician_id=None, occurred_at=clock.now())
        )
        assert (await planner.open_job(plan)).assigned_technician_id is None
        with pytest.raises(errors.PlanTechnicianUnfit):
            await planner.do(pl.AssignOccurrence(
                plan_id=plan, original_due=datetime(2026, 3, 2, 8), technician_id=planner.stranger.user_id, occurred_at=clock.now()
            ))  # fmt: skip


class TestUpdate:
    async def test_a_new_rule_counts_from_the_last_completion(self, planner: Planner) -> None:
        plan = await planner.plan("weekly")
        await planner.generate()
        await planner.complete(plan)
        await planner.change(plan, frequency_type="monthly")
        assert await planner.due(plan) == "2026-04-02 08:00"
        assert await planner.states(plan) == ["2026-03-02 done on_time", "2026-04-02 planned"]
        await planner.change(plan, basis="fixed", starts_on=day("2026-03-06"))
        assert await planner.due(plan) == "2026-03-06 08:00"

    async def test_what_is_no_date_leaves_the_dates(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed", starts_on=day("2026-03-20"))
        await planner.move(plan, "2026-03-27T08:00", "2026-03-28T08:00")
        before = await planner.row(plan)
        await planner.change(plan, title="Vidanger", horizon_days=30)
        after = await planner.row(plan)
        assert (after.upcoming, after.occurrences, after.title, after.version) == (before.upcoming, before.occurrences, "Vidanger", 2)
        assert (await planner.generate()).jobs == 1

    async def test_an_open_job_stays_and_a_new_series_owes_nothing(self, planner: Planner) -> None:
        plan = await planner.plan("weekly", basis="fixed")
        await planner.generate()
        planner.now_is("2026-03-06 10:00")
        await planner.change(plan, frequency_type="daily")
        assert (await planner.open_job(plan)).due_local == datetime(2026, 3, 2, 8)
        await planner.complete(plan)
        assert await planner.states(plan) == ["2026-03-02 done late", "2026-03-07 planned"]

    async def test_parts_that_were_kept_whole_are_not_told_as_changed(self, planner: Planner) -> None:
        """As a version before kept them: with what is their default."""
        part, step, checklist = RequiredPart(name="Cartouche"), Step(id=uuid7(), kind=StepKind.check, title="Graisseur"), uuid7()
        plan = await planner.plan("weekly", parts=[part])
        write = partial(WriteChecklist, checklist_id=checklist, steps=[step], occurred_at=clock.now())
        await planner.do(write(name="Graissage"))
        for row_id, column, kept in ((plan, "scheduled_maintenances.parts", part), (checklist, "checklist.steps", step)):
            table, name = column.split(".")
            statement = sa.text(f"update {table} set {name} = jsonb_build_array(cast(:kept as jsonb)) where id = :id")
            await planner.session.execute(statement, {"id": row_id, "kept": kept.model_dump_json()})
        await planner.change(plan, title="Vidanger")
        await planner.do(write(name="Graissage A", version=1))
        told = await planner.session.scalars(sa.select(AuditLog.changes).where(
            col(AuditLog.action).in_(["plan.updated", "checklist.written"]), col(AuditLog.entity_id).in_([plan, checklist])
        ).order_by(AuditLog.id))  # fmt: skip
        assert [{*changes} - {"device_time"} for changes in told][1:] == [{"title"}, {"name"}]
        await planner.change(plan, parts=[RequiredPart(name="Joint")])
        assert (await planner.kept(plan)).parts == [{"name": "Joint"}]

    async def test_who_read_an_older_plan_reads_again(self, planner: Planner) -> None:
        plan = await planner.plan("weekly")
        with pytest.raises(StaleVersion):
            await planner.do(pl.UpdatePlan(plan_id=plan, version=3, occurred_at=clock.now(), **planner.fields("weekly")))


class TestRefusals:
    async def test_what_does_not_fit_the_machine(self, planner: Planner) -> None:
        stranger = planner.stranger.user_id
        for fields, refusal in (
            ({"team_id": uuid7()}, errors.PlanTeamUnfit), ({"maintenance_type_id": uuid7()}, errors.PlanTypeUnfit),
            ({"checklist_id": uuid7()}, errors.ChecklistUnfit), ({"assigned_technician_id": stranger}, errors.PlanTechnicianUnfit),
        ):  # fmt: skip
            with pytest.raises(refusal):
                await planner.plan("weekly", **fields)
        with pytest.raises(errors.MeterUnfit):
            await planner.plan("hours", 500, meter_id=uuid7())

    async def test_another_sites_plan_does_not_exist(self, planner: Planner) -> None:
        plan = await planner.plan("weekly")
        for cmd in (
            pl.SetPlanActive(plan_id=plan, is_active=False, occurred_at=clock.now()),
            pl.GeneratePlan(plan_id=plan, intervention_id=uuid7(), occurred_at=clock.now()),
            pl.SkipOccurrence(plan_id=plan, original_due=datetime(2026, 3, 2, 8), reason="x", occurred_at=clock.now()),
            pl.CreatePlan(plan_id=uuid7(), occurred_at=clock.now(), **planner.fields("weekly")),
        ):  # fmt: skip
            with pytest.raises(NotFound):
                await planner.do(cmd, planner.stranger)

    async def test_an_id_is_used_once(self, planner: Planner) -> None:
        plan = await planner.plan("weekly")
        with pytest.raises(AlreadyExists):
            await planner.do(pl.CreatePlan(plan_id=plan, occurred_at=clock.now(), **planner.fields("weekly")))

    async def test_a_job_of_no_plan_is_closed_as_before(self, planner: Planner) -> None:
        job = uuid7()
        cmd = iv.CreateIntervention(intervention_id=job, equipment_id=planner.machine.id, title="Fuite", occurred_at=clock.now())
        await run(planner.session, planner.technician, cmd)
        await planner.finish(job)


async def test_dates_that_pass_while_the_machine_of_an_open_job_is_out_of_service_are_left_out(planner: Planner) -> None:
    series, floating = await planner.plan("weekly", basis="fixed"), await planner.plan("weekly")
    await planner.generate()
    planner.now_is("2026-03-05 10:00")
    await planner.machine_status(EquipmentStatus.inactive)
    planner.now_is("2026-03-20 10:00")
    await planner.generate()
    assert [(await planner.row(plan)).ignored_since for plan in (series, floating)] == [None, None]
    assert await planner.states(series) == ["2026-03-02 open", "2026-03-09 skipped skipped", "2026-03-16 skipped skipped"]
    planner.now_is("2026-03-21 10:00")
    await planner.machine_status(EquipmentStatus.active)
    planner.now_is("2026-03-23 10:00")
    await planner.generate()
    passed = (await planner.occurrences(series))[1:]
    assert [(row.state, row.reason) for row in passed] == [
        ("skipped", OUT_OF_SERVICE), ("skipped", OUT_OF_SERVICE), ("missed", "")
    ]  # fmt: skip
    assert (await planner.open_job(series), (await planner.occurrences(series))[0].missed)[1] == 1
    assert (await planner.row(series)).ignored_since == planner.at("2026-03-23 08:00")


async def test_a_machine_back_in_service_has_its_job_at_the_next_round(planner: Planner) -> None:
    await planner.machine_status(EquipmentStatus.inactive)
    plan_id = await planner.plan("weekly")
    await planner.generate()
    assert await planner.jobs(plan_id) == []
    planner.now_is("2026-03-02 11:00")
    await planner.machine_status(EquipmentStatus.active)
    await planner.generate()

    await planner.open_job(plan_id)


async def test_a_machine_that_moves_takes_its_open_jobs_to_the_new_sites_clock_and_teams(planner: Planner) -> None:
    team = uuid7()
    await planner.do(pl.WriteTeam(team_id=team, site_id=planner.site.id, name="Maintenance", occurred_at=clock.now()))
    paused, active = [await planner.plan("weekly", basis="fixed", team_id=team, estimated_duration=60) for _ in range(2)]
    await planner.generate()
    await planner.set_active(paused, is_active=False)
    before = (await planner.open_job(paused)).due_at
    there = Site(name="Saint-Denis", time_zone="Indian/Reunion")
    planner.session.add(there)
    await planner.session.flush()
    machine = await equipment.get_visible(planner.session, SYSTEM, planner.machine.id)
    fields = {name: getattr(machine, name) for name in UpdateEquipment.model_fields if hasattr(machine, name)}
    fields |= {"equipment_id": machine.id, "site_id": there.id, "occurred_at": clock.now(), "serial_number": ""}
    await equipment.update(planner.session, SYSTEM, UpdateEquipment(**fields))
    await planner.generate()

    for plan_id in (paused, active):
        job = await planner.open_job(plan_id)
        assert (job.site_id, job.assigned_team_id) == (there.id, None)
        assert job.due_at == job.scheduled_start == before - timedelta(hours=3)
        assert job.scheduled_end == before - timedelta(hours=2)
        assert ((await planner.kept(plan_id)).next_due_date, (await planner.occurrences(plan_id))[0].due_at) == (job.due_at, job.due_at)
