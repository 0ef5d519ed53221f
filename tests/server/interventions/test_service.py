"""What only the server knows of a sheet: what it refers to, the machine and its life, what is kept beside it, and its trace.

What each command makes of a sheet is tests/shared_models/test_job_rules.py.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from server.core.access import Actor
from server.core.clock import now
from server.core.errors import AlreadyExists, NotFound
from server.core.sql import labour_minutes
from server.core.times import ImplausibleTime
from server.interventions.errors import FailureItemUnfit, PhotoMissing, TechnicianUnknown, WorkOverlaps
from server.interventions.numbers import intervention_numbers
from shared_models.equipment.rows import EquipmentStatus, FailureItemKind
from shared_models.ids import uuid7
from shared_models.interventions.commands import (
    AddAction,
    AddNote,
    AddPhoto,
    AssignIntervention,
    CancelIntervention,
    CreateIntervention,
    RemovePhoto,
    ReturnIntervention,
    ReviseIntervention,
)
from shared_models.interventions.lifecycle import InterventionStatus, State
from shared_models.interventions.refusals import EndsBeforeStart, NotAllowedNow, TemporaryUntilPast
from shared_models.interventions.rows import FailureCoding, InterventionRow, StopKind
from shared_models.interventions.sheet import down_time, labour, leaves_stop_unexplained
from tests.server.interventions.workshop import Workshop, open_workshop

HOUR = timedelta(hours=1)
IN_PROGRESS, COMPLETED = State(InterventionStatus.in_progress), State(InterventionStatus.completed)


@pytest.fixture
async def shop(session) -> Workshop:
    return await open_workshop(session)


async def machine_status(shop: Workshop) -> EquipmentStatus:
    return EquipmentStatus(await shop.session.scalar(sa.text("select status from equipment where id = :id"), {"id": shop.machine.id}))


async def life(shop: Workshop) -> dict[str, Any]:
    found: dict[str, Any] = await shop.session.scalar(sa.text("select data from equipment_life where id = :id"), {"id": shop.machine.id})
    return found


async def test_a_sheet_of_another_site_does_not_exist(shop: Workshop) -> None:
    job = await shop.job_in(IN_PROGRESS)
    with pytest.raises(NotFound):
        await shop.do(shop.stranger, AddNote(intervention_id=job, note_id=uuid7(), text="Noise", occurred_at=now()))


async def test_the_second_of_two_devices_learns_who_was_first_and_when(shop: Workshop) -> None:
    job = await shop.job_in(IN_PROGRESS)
    await shop.complete(job, shop.colleague, occurred_at=max(now() - 3 * HOUR / 60, (await shop.sheet(job)).actual_start))
    closed = await shop.sheet(job)
    with pytest.raises(NotAllowedNow) as refused:
        await shop.complete(job)
    where = {"status": "completed", "is_validated": False, "version": closed.version}
    assert refused.value.params == where | {"wanted": "complete", "by": shop.colleague.label, "at": closed.actual_end.isoformat()}
    assert await shop.sheet(job) == closed


class TestPeople:
    async def test_work_is_given_to_people_of_the_site(self, shop: Workshop) -> None:
        job, at = await shop.create(), now()
        for nobody in (uuid7(), shop.stranger.user_id):
            with pytest.raises(TechnicianUnknown):
                await shop.do(shop.supervisor, AssignIntervention(intervention_id=job, technician_id=nobody, occurred_at=at))
            with pytest.raises(TechnicianUnknown):
                await shop.create(shop.supervisor, assigned_technician_id=nobody)
            told = {"intervention_id": job, "occurred_at": at, "started_at": at - HOUR, "ended_at": at}
            with pytest.raises(TechnicianUnknown):
                await shop.do(shop.supervisor, AddAction(action_id=uuid7(), user_id=nobody, **told))
        late = {"started_at": at + HOUR, "ended_at": at + 2 * HOUR, "intervention_id": job, "occurred_at": at}
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
        told = await life(shop)
        assert [stop["intervention_id"] for stop in told["stops"]] == [past["id"] for past in told["jobs"]] == [str(job)]
        await shop.do(shop.supervisor, ReturnIntervention(intervention_id=job, reason="Leaks", occurred_at=now()))
        assert ((await life(shop))["jobs"], len((await life(shop))["stops"])) == ([], 1)

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
        await shop.do(shop.chief, revise)
        sheet = await shop.sheet(job)
        assert (sheet.revision, sheet.is_validated, sheet.work_performed) == (1, True, "Bearing changed")
        kept = await shop.session.scalar(sa.text("select snapshot from intervention_revision where intervention_id = :id"), {"id": job})
        assert InterventionRow.model_validate(kept) == former


class TestPictures:
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
        await shop.do(shop.technician, RemovePhoto(**photo))
        with pytest.raises(NotFound):
            await shop.do(shop.technician, RemovePhoto(**photo))
        assert (await shop.sheet(job)).photos == []


class TestTraces:
    async def test_every_change_with_both_times_and_the_device(self, shop: Workshop) -> None:
        device = uuid7()
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
        zones = [ZoneInfo(name) for name in ("Europe/Paris", "UTC", "UTC")]
        assert await intervention_numbers(shop.session, zones, new_year) == ["INT-2032-000001", "INT-2031-000001", "INT-2031-000002"]

    async def test_absurd_times_have_a_name(self, shop: Workshop) -> None:
        for at in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
            with pytest.raises(ValidationError, match="implausible_time"):
                await shop.create(occurred_at=at)
            with pytest.raises(ValidationError, match="implausible_time"):
                await shop.create(scheduled_start=at)
        with pytest.raises(ImplausibleTime):
            await shop.create(occurred_at=datetime(1970, 1, 1, tzinfo=UTC))
