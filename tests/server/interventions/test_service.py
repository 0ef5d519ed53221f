"""Times, timers, failure coding, the machine, rights and traces."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from server.core.access import Actor
from server.core.clock import now
from server.core.errors import AlreadyExists, Forbidden, NotFound, StaleVersion
from server.core.sql import labour_minutes
from server.core.times import ImplausibleTime
from server.interventions.errors import (
    AssignedToAnother,
    EndsBeforeStart,
    FailureItemUnfit,
    NotAllowedNow,
    PhotoMissing,
    RestartsBeforeStop,
    RestartWithoutStop,
    TechnicianUnknown,
    TemporaryUntilPast,
    WorkOverlaps,
)
from server.interventions.rules import intervention_number
from shared_models.equipment.rows import EquipmentStatus, FailureItemKind
from shared_models.ids import uuid7
from shared_models.interventions.commands import (
    AddAction,
    AddNote,
    AddPhoto,
    AssignIntervention,
    CancelIntervention,
    CreateIntervention,
    EndAction,
    HoldIntervention,
    RemovePhoto,
    ReturnIntervention,
    ReviseIntervention,
    UpdateIntervention,
)
from shared_models.interventions.lifecycle import InterventionStatus, State
from shared_models.interventions.rows import FailureCoding, InterventionRow, InterventionType, Priority, StopKind
from shared_models.interventions.rules import down_time, labour, leaves_stop_unexplained
from tests.server.interventions.workshop import Workshop, open_workshop

HOUR = timedelta(hours=1)
IN_PROGRESS, COMPLETED = State(InterventionStatus.in_progress), State(InterventionStatus.completed)


@pytest.fixture
async def shop(session) -> Workshop:
    return await open_workshop(session)


async def machine_status(shop: Workshop) -> EquipmentStatus:
    return EquipmentStatus(await shop.session.scalar(sa.text("select status from equipment where id = :id"), {"id": shop.machine.id}))


class TestTimers:
    async def test_labour_is_the_sum_of_two_peoples_actions(self, shop: Workshop) -> None:
        at = now()
        job = await shop.create(occurred_at=at - 5 * HOUR)
        await shop.start(job, at=at - 4 * HOUR)
        await shop.start(job, shop.colleague, at=at - 3 * HOUR)
        await shop.do(shop.technician, HoldIntervention(intervention_id=job, reason="No part", occurred_at=at - 2 * HOUR))
        await shop.start(job, at=at - HOUR)
        await shop.complete(job, occurred_at=at)
        sheet = await shop.sheet(job)
        assert labour(sheet.actions, at) == 4 * HOUR
        assert (sheet.actual_start, sheet.actual_end) == (at - 4 * HOUR, at)

    async def test_one_timer_a_person_and_job(self, shop: Workshop) -> None:
        job = await shop.create()
        first = await shop.start(job)
        await shop.start(job)
        assert [action.id for action in (await shop.sheet(job)).actions] == [first]

    async def test_somebody_may_leave_and_the_job_goes_on(self, shop: Workshop) -> None:
        job = await shop.create()
        mine = await shop.start(job, at=now() - HOUR)
        await shop.start(job, shop.colleague)
        await shop.do(shop.technician, EndAction(intervention_id=job, action_id=mine, occurred_at=now()))
        sheet = await shop.sheet(job)
        assert sheet.status is InterventionStatus.in_progress
        assert [action.ended_at is None for action in sheet.actions] == [False, True]

    async def test_a_clock_that_went_back_ends_no_timer_before_it_began(self, shop: Workshop) -> None:
        job = await shop.job_in(IN_PROGRESS)
        await shop.complete(job, shop.colleague, occurred_at=now() - 9 * HOUR)
        sheet = await shop.sheet(job)
        assert sheet.actions[0].ended_at == sheet.actions[0].started_at
        assert sheet.actual_end == sheet.actual_start

    @pytest.mark.parametrize(("minutes", "starts_earlier"), [(10, False), (60, False), (200, True), (0, False)])
    async def test_worked_minutes_are_what_the_person_says(self, shop: Workshop, minutes: int, starts_earlier: bool) -> None:
        at = now()
        job = await shop.create()
        await shop.start(job, at=at - HOUR)
        await shop.complete(job, worked_minutes=minutes, occurred_at=at)
        [action] = (await shop.sheet(job)).actions
        assert action.ended_at
        assert action.ended_at - action.started_at == timedelta(minutes=minutes)
        assert action.ended_at <= at
        assert (action.started_at < at - HOUR) is starts_earlier

    async def test_worked_minutes_of_somebody_without_timer_make_an_action(self, shop: Workshop) -> None:
        job = await shop.job_in(IN_PROGRESS)
        await shop.complete(job, shop.supervisor, worked_minutes=30)
        own = [action for action in (await shop.sheet(job)).actions if action.user_id == shop.supervisor.user_id]
        assert [action.ended_at - action.started_at for action in own if action.ended_at] == [timedelta(minutes=30)]

    async def test_work_that_no_timer_has_seen(self, shop: Workshop) -> None:
        job, at = await shop.create(), now()
        told = {"intervention_id": job, "occurred_at": at, "started_at": at - HOUR, "ended_at": at}
        await shop.do(shop.technician, AddAction(action_id=uuid7(), user_id=shop.technician.user_id, **told))
        with pytest.raises(Forbidden):
            await shop.do(shop.technician, AddAction(action_id=uuid7(), user_id=shop.colleague.user_id, **told))
        for nobody in (uuid7(), shop.stranger.user_id):
            with pytest.raises(TechnicianUnknown):
                await shop.do(shop.supervisor, AddAction(action_id=uuid7(), user_id=nobody, **told))
        late = {**told, "started_at": at + HOUR, "ended_at": at + 2 * HOUR}
        with pytest.raises(EndsBeforeStart):
            await shop.do(shop.technician, AddAction(action_id=uuid7(), user_id=shop.technician.user_id, **late))

    async def test_an_hour_of_a_person_is_entered_once_and_counts_once(self, shop: Workshop) -> None:
        """In the same job and in another; a neighbouring hour and a colleague's are free; timers side by side count once."""
        one, other, at = await shop.create(), await shop.create(), now() - 10 * HOUR

        async def add(job: UUID, start: float, end: float, actor: Actor = shop.technician) -> None:
            told = {"started_at": at + start * HOUR, "ended_at": at + end * HOUR, "occurred_at": at + end * HOUR}
            await shop.do(actor, AddAction(action_id=uuid7(), intervention_id=job, user_id=actor.user_id, **told))

        await add(one, 0, 2)
        for job in (one, other):
            for start, end in ((0, 2), (1, 3), (-1, 0.5), (0.5, 1), (-1, 3)):
                with pytest.raises(WorkOverlaps):
                    await add(job, start, end)
        await add(one, 2, 3)
        await add(other, 3, 4)
        await add(one, 0, 1, shop.colleague)
        await shop.start(one, shop.technician, at + 5 * HOUR)
        with pytest.raises(WorkOverlaps):
            await add(other, 6, 7)
        with pytest.raises(ValidationError, match="work_too_long"):
            await add(one, -26 * 365 * 24, 0)
        await shop.session.execute(
            sa.text("update intervention_action set started_at = :at, ended_at = :end where ended_at is null"),
            {"at": at + HOUR, "end": at + 4 * HOUR},
        )  # as two devices can leave it
        minutes = await shop.session.scalar(
            sa.text(f"select {labour_minutes('i')} from maintenance_interventions i where id = :id"), {"id": one}
        )
        sheet = await shop.sheet(one)
        assert labour(sheet.actions, now()) == 5 * HOUR
        assert minutes == 300


class TestMachine:
    async def test_follows_a_breakdown(self, shop: Workshop) -> None:
        at = now()
        job = await shop.create(stopped_at=at - 3 * HOUR, occurred_at=at - 2 * HOUR)
        assert await machine_status(shop) is EquipmentStatus.broken
        await shop.start(job, at=at - HOUR)
        assert await machine_status(shop) is EquipmentStatus.maintenance
        await shop.complete(job, equipment_status=EquipmentStatus.active, restarted_at=at, occurred_at=at)
        assert await machine_status(shop) is EquipmentStatus.active
        sheet = await shop.sheet(job)
        assert sheet.stop_kind is StopKind.failure
        assert down_time(sheet, at + 9 * HOUR) == 3 * HOUR
        life = await shop.session.scalar(sa.text("select data from equipment_life where id = :id"), {"id": shop.machine.id})
        assert [stop["intervention_id"] for stop in life["stops"]] == [past["id"] for past in life["jobs"]] == [str(job)]

    async def test_keeps_running_through_a_job_that_stops_nothing(self, shop: Workshop) -> None:
        await shop.start(await shop.create(intervention_type=InterventionType.preventive))
        assert await machine_status(shop) is EquipmentStatus.active

    async def test_a_cancelled_breakdown_says_what_becomes_of_it(self, shop: Workshop) -> None:
        at = now()
        job = await shop.create(occurred_at=at - HOUR, stop_kind=StopKind.failure, stopped_at=at - HOUR)
        assert await machine_status(shop) is EquipmentStatus.broken
        runs = {"reason": "Mistake", "equipment_status": EquipmentStatus.active}
        await shop.do(shop.technician, CancelIntervention(intervention_id=job, occurred_at=at, **runs))
        assert await machine_status(shop) is EquipmentStatus.active
        assert (await shop.sheet(job)).restarted_at == at

        one = await shop.create(stop_kind=StopKind.failure, stopped_at=at)
        two = await shop.create(stop_kind=StopKind.failure, stopped_at=at)
        sheets = [await shop.sheet(one), await shop.sheet(two)]
        assert not leaves_stop_unexplained(sheets[0], sheets)
        await shop.do(shop.technician, CancelIntervention(intervention_id=two, occurred_at=now(), reason="Twice"))
        assert await machine_status(shop) is EquipmentStatus.broken
        assert leaves_stop_unexplained(sheets[0], [sheets[0], await shop.sheet(two)])

    async def test_a_planned_stop_is_no_breakdown(self, shop: Workshop) -> None:
        job = await shop.create(intervention_type=InterventionType.preventive, stopped_at=now())
        assert await machine_status(shop) is EquipmentStatus.active
        assert (await shop.sheet(job)).stop_kind is StopKind.planned

    async def test_stops_and_restarts_in_order(self, shop: Workshop) -> None:
        job = await shop.job_in(IN_PROGRESS)
        with pytest.raises(RestartWithoutStop):
            await shop.complete(job, restarted_at=now())
        stopped = await shop.create(stopped_at=now() - HOUR, action_id=uuid7())
        with pytest.raises(RestartsBeforeStop):
            await shop.complete(stopped, restarted_at=now() - 2 * HOUR)
        with pytest.raises(RestartsBeforeStop):
            await shop.complete(stopped, restarted_at=now() - 2 * HOUR, equipment_status=EquipmentStatus.active)


class TestClosing:
    async def test_codes_the_failure_from_the_machines_own_lists(self, shop: Workshop) -> None:
        job = await shop.job_in(IN_PROGRESS)
        mode, remedy = shop.items[FailureItemKind.mode].id, shop.items[FailureItemKind.remedy].id
        for wrong in (FailureCoding(mode_id=remedy), FailureCoding(remedy_id=uuid7()), FailureCoding(cause_id=mode)):
            with pytest.raises(FailureItemUnfit):
                await shop.complete(job, failure=wrong)
        await shop.complete(job, failure=FailureCoding(mode_id=mode, remedy_id=remedy))
        sheet = await shop.sheet(job)
        assert (sheet.mode_id, sheet.remedy_id, sheet.mode_unknown) == (mode, remedy, False)

    async def test_a_temporary_repair_makes_the_permanent_one_once(self, shop: Workshop) -> None:
        job, follow_up = await shop.job_in(IN_PROGRESS), uuid7()
        until = (now() + timedelta(days=20)).date()
        await shop.complete(job, temporary_until=until, permanent_id=follow_up, work_performed="Clamp")
        permanent = await shop.sheet(follow_up)
        assert (permanent.permanent_repair_of, permanent.status, permanent.equipment_id) == (job, "pending", shop.machine.id)
        assert permanent.scheduled_end
        assert permanent.scheduled_end.date() == until
        await shop.do(shop.supervisor, ReturnIntervention(intervention_id=job, reason="Leaks", occurred_at=now()))
        await shop.complete(job, temporary_until=until, permanent_id=uuid7())
        count = sa.text("select count(*) from maintenance_interventions where permanent_repair_of = :job")
        assert await shop.session.scalar(count, {"job": job}) == 1

    async def test_a_temporary_repair_that_has_expired_already_is_refused(self, shop: Workshop) -> None:
        job = await shop.job_in(IN_PROGRESS)
        today = now().date()
        with pytest.raises(TemporaryUntilPast):
            await shop.complete(job, temporary_until=today - timedelta(days=2), permanent_id=uuid7())
        await shop.complete(job, temporary_until=today + timedelta(days=1), permanent_id=uuid7())

    async def test_ids_that_are_taken(self, shop: Workshop) -> None:
        job = await shop.job_in(IN_PROGRESS)
        with pytest.raises(AlreadyExists):
            await shop.complete(job, temporary_until=now().date() + timedelta(days=1), permanent_id=job)
        again = CreateIntervention(intervention_id=job, equipment_id=shop.machine.id, title="x", occurred_at=now())
        with pytest.raises(AlreadyExists):
            await shop.do(shop.technician, again)


class TestRevision:
    async def test_keeps_the_former_sheet_and_the_validation(self, shop: Workshop) -> None:
        job = await shop.job_in(State(InterventionStatus.completed, is_validated=True))
        former = await shop.sheet(job)
        revise = ReviseIntervention(
            intervention_id=job, reason="Wrong part", version=former.version, work_performed="Bearing changed", occurred_at=now()
        )
        with pytest.raises(Forbidden):
            await shop.do(shop.technician, revise)
        await shop.do(shop.chief, revise)
        with pytest.raises(StaleVersion):
            await shop.do(shop.chief, revise)
        sheet = await shop.sheet(job)
        assert (sheet.revision, sheet.is_validated, sheet.work_performed) == (1, True, "Bearing changed")
        kept = await shop.session.scalar(sa.text("select snapshot from intervention_revision where intervention_id = :id"), {"id": job})
        assert InterventionRow.model_validate(kept) == former


class TestRights:
    async def test_technicians_work_on_their_own_and_on_nobodys_jobs(self, shop: Workshop) -> None:
        job = await shop.create(shop.supervisor, assigned_technician_id=shop.colleague.user_id)
        with pytest.raises(AssignedToAnother):
            await shop.start(job)
        await shop.start(job, shop.colleague)
        with pytest.raises(AssignedToAnother):
            await shop.complete(job)
        await shop.do(shop.supervisor, AssignIntervention(intervention_id=job, technician_id=None, occurred_at=now()))
        await shop.start(job)

    async def test_technicians_give_work_to_nobody_else(self, shop: Workshop) -> None:
        job = await shop.create()
        take = {"intervention_id": job, "occurred_at": now()}
        with pytest.raises(Forbidden):
            await shop.do(shop.technician, AssignIntervention(technician_id=shop.colleague.user_id, **take))
        await shop.do(shop.technician, AssignIntervention(technician_id=shop.technician.user_id, **take))
        with pytest.raises(TechnicianUnknown):
            await shop.do(shop.supervisor, AssignIntervention(technician_id=shop.stranger.user_id, **take))

    async def test_planning_is_for_planners_and_for_who_asked(self, shop: Workshop) -> None:
        own, others = await shop.create(), await shop.create(shop.supervisor)
        change = {"priority": Priority.urgent, "occurred_at": now()}
        await shop.do(shop.technician, UpdateIntervention(intervention_id=own, **change))
        with pytest.raises(Forbidden):
            await shop.do(shop.technician, UpdateIntervention(intervention_id=others, **change))
        wrong = {"scheduled_start": now(), "scheduled_end": now() - HOUR, "occurred_at": now()}
        with pytest.raises(EndsBeforeStart):
            await shop.do(shop.supervisor, UpdateIntervention(intervention_id=own, **wrong))

    async def test_photos_are_the_sites_and_removed_by_who_took_them(self, shop: Workshop) -> None:
        job = await shop.create()
        elsewhere = next(iter(shop.stranger.site_ids or ()))
        for wrong in (uuid7(), await shop.picture(elsewhere), await shop.picture(mime_type="application/pdf")):
            with pytest.raises(PhotoMissing):
                await shop.do(shop.technician, AddPhoto(intervention_id=job, photo_id=wrong, occurred_at=now()))
        photo = {"intervention_id": job, "photo_id": await shop.picture(), "occurred_at": now()}
        await shop.do(shop.technician, AddPhoto(**photo))
        with pytest.raises(AlreadyExists):
            await shop.do(shop.technician, AddPhoto(**photo))
        with pytest.raises(Forbidden):
            await shop.do(shop.colleague, RemovePhoto(**photo))
        await shop.do(shop.technician, RemovePhoto(**photo))
        with pytest.raises(NotFound):
            await shop.do(shop.technician, RemovePhoto(**photo))
        assert (await shop.sheet(job)).photos == []

    async def test_a_validated_sheet_takes_no_note(self, shop: Workshop) -> None:
        job = await shop.job_in(State(InterventionStatus.completed, is_validated=True))
        with pytest.raises(NotAllowedNow):
            await shop.do(shop.chief, AddNote(intervention_id=job, note_id=uuid7(), text="x", occurred_at=now()))


class TestTraces:
    async def test_every_change_with_both_times_and_the_device(self, shop: Workshop) -> None:
        device = uuid7()
        from dataclasses import replace

        at = now() - HOUR
        job = await shop.create()
        await shop.start(job, replace(shop.technician, device_id=device), at=at)
        statement = sa.text("select * from audit_log where entity_id = :id and action = 'intervention.started'")
        row = (await shop.session.execute(statement, {"id": job})).one()
        assert (row.occurred_at, row.device_id, row.actor_label) == (at, device, shop.technician.label)
        assert row.received_at > at
        assert row.changes["status"] == ["pending", "in_progress"]

    async def test_numbers_are_of_the_sites_year(self, shop: Workshop) -> None:
        new_year = datetime(2031, 12, 31, 23, 30, tzinfo=UTC)
        assert await intervention_number(shop.session, new_year, "Europe/Paris") == "INT-2032-000001"
        assert await intervention_number(shop.session, new_year, "UTC") == "INT-2031-000001"
        assert await intervention_number(shop.session, new_year, "UTC") == "INT-2031-000002"

    async def test_absurd_times_have_a_name(self, shop: Workshop) -> None:
        for at in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
            with pytest.raises(ValidationError, match="implausible_time"):
                await shop.create(occurred_at=at)
            with pytest.raises(ValidationError, match="implausible_time"):
                await shop.create(scheduled_start=at)
        with pytest.raises(ImplausibleTime):
            await shop.create(occurred_at=datetime(1970, 1, 1, tzinfo=UTC))
