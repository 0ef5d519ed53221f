"""What a device gets: its scope, all of it, and in the shape the app reads."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from server.core.access import Actor
from server.core.clock import now
from server.core.commands import run
from server.core.database import Database, Session
from server.core.list_memory import Changed
from server.core.read_pool import ReadPool
from server.equipment import service as equipment
from server.meters.models import Meter
from server.sync import cursors
from server.sync import pull as pulling
from shared_models import users
from shared_models.entities import ENTITIES
from shared_models.equipment.commands import ArchiveEquipment, UpdateEquipment
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote, AddPhoto, ReviseIntervention
from shared_models.interventions.lifecycle import InterventionStatus, State
from shared_models.interventions.rows import FailureCoding, InterventionRow, Signature
from tests.server.interventions.workshop import Workshop, open_workshop
from tests.server.support import is_as_written
from tests.server.sync.device import Device, all_quiet

pytestmark = pytest.mark.fresh_database


@pytest.fixture
async def shop(session: Session) -> Workshop:
    return await open_workshop(session)


@pytest.fixture
def pool(database: Database) -> ReadPool:
    return database.pool


@pytest.fixture
def device(pool: ReadPool, shop: Workshop) -> Device:
    return Device(pool, shop.technician)


def seeing(actor: Actor, *sites: UUID) -> Actor:
    from dataclasses import replace

    return replace(actor, site_ids=frozenset(sites))


def lows_of(device: Device) -> tuple[int, dict[UUID, int]]:
    cursor = cursors.decode(device.cursor or "")
    assert cursor
    return cursor.low, cursor.lows


async def elsewhere(shop: Workshop) -> UUID:
    assert shop.stranger.site_ids
    return next(iter(shop.stranger.site_ids))


class TestRows:
    async def test_are_what_pydantic_would_write(self, shop: Workshop, device: Device, session: Session) -> None:
        job = await _told_everything(shop)
        await session.commit()
        await device.pull()
        assert len({entity for entity, _ in device.rows}) == 9
        for (entity, _), (_, row) in device.rows.items():
            assert is_as_written(row, ENTITIES[entity].model_validate(row)), entity
        sheet = device.row("intervention", job)
        assert sheet.keys() == InterventionRow.model_fields.keys()
        assert len(sheet["actions"]) == len(sheet["notes"]) == len(sheet["photos"]) == 1

    async def test_colleagues_only(self, shop: Workshop, device: Device, session: Session) -> None:
        await session.commit()
        await device.pull()
        people = {str(actor.user_id) for actor in (shop.technician, shop.colleague, shop.supervisor, shop.chief)}
        assert device.ids("user") == people
        cards = [row for (entity, _), (_, row) in device.rows.items() if entity == "user"]
        assert all(card.keys() == users.UserCard.model_fields.keys() for card in cards)

    async def test_a_new_colleague_comes_with_his_membership(
        self, shop: Workshop, device: Device, session: Session, pool: ReadPool
    ) -> None:
        await session.commit()
        await device.pull()
        await pool.execute("insert into user_site (user_id, site_id) values ($1, $2)", shop.stranger.user_id, shop.site.id)
        await device.pull()
        assert str(shop.stranger.user_id) in device.ids("user")


async def _told_everything(shop: Workshop) -> UUID:
    """A sheet with every field that a device may get, and one row at least of each entity."""
    from server.equipment.models import Document
    from server.requests.models import WorkRequest
    from server.sites.models import ProductionLine
    from shared_models.requests.rows import Symptom

    job = await shop.create(stopped_at=now() - timedelta(hours=1), reported_at=now(), scheduled_start=now(), scheduled_end=now())
    await shop.start(job)
    photo = await shop.picture()
    await shop.do(shop.technician, AddPhoto(intervention_id=job, photo_id=photo, occurred_at=now()))
    await shop.do(shop.technician, AddNote(intervention_id=job, note_id=uuid7(), text="Café ☕", occurred_at=now()))
    coding = FailureCoding(**{f"{kind}_id": item.id for kind, item in shop.items.items()})
    signature = Signature(name="Ana", path="M0 0L1 1", width=300, height=100)
    await shop.complete(
        job,
        failure=coding,
        work_performed="Seal",
        signature=signature,
        restarted_at=now().replace(microsecond=0),
        temporary_until=now().date() + timedelta(days=1),
        permanent_id=uuid7(),
    )
    shop.session.add(ProductionLine(site_id=shop.site.id, name="Line 1"))
    shop.session.add(Document(site_id=shop.site.id, equipment_id=shop.machine.id, attachment_id=photo, title="Manual"))
    shop.session.add(WorkRequest(
        number=f"REQ-{uuid7().hex[-12:]}", site_id=shop.site.id, equipment_id=shop.machine.id, symptom=Symptom.leak, text="It leaks",
    ))  # fmt: skip
    await shop.session.flush()
    await equipment.rebuild_life(shop.session, [shop.machine.id])
    return job


class TestScope:
    async def test_a_gained_site_comes_whole_and_alone(self, shop: Workshop, device: Device, session: Session, pool: ReadPool) -> None:
        await session.commit()
        await all_quiet(pool)
        other = await elsewhere(shop)
        await device.pull()
        device.actor = seeing(shop.technician, shop.site.id, other)
        pages = await device.pull()
        assert device.ids("site") == {str(shop.site.id), str(other)}
        assert {str(change.id) for page in pages for change in page.changes} == {str(other), str(shop.stranger.user_id)}
        assert not any(page.reset for page in pages)

    async def test_a_lost_site_goes_and_comes_back_whole(self, shop: Workshop, device: Device, session: Session) -> None:
        job = await shop.create()
        await session.commit()
        await device.pull()
        device.actor = seeing(shop.technician)
        [page] = await device.pull()
        assert page.scope.site_ids == []
        assert device.ids("intervention") == device.ids("equipment") == set()
        device.actor = shop.technician
        await device.pull()
        assert device.ids("intervention") == {str(job)}

    async def test_a_moved_machine_leaves_one_device_and_reaches_the_other(
        self, shop: Workshop, device: Device, session: Session, pool: ReadPool
    ) -> None:
        other = await elsewhere(shop)
        job = await shop.create()
        await session.commit()
        there, both = Device(pool, shop.stranger), Device(pool, seeing(shop.supervisor, shop.site.id, other))
        for each in (device, there, both):
            await each.pull()
        move = UpdateEquipment(
            equipment_id=shop.machine.id, occurred_at=now(), site_id=other, name="Pump 1", code=shop.machine.code, version=1,
            class_id=shop.machine.class_id,
        )  # fmt: skip
        await equipment.update(session, seeing(shop.supervisor, shop.site.id, other), move)
        await session.commit()
        for each in (device, there, both):
            await each.pull()
        assert device.ids("equipment") == device.ids("intervention") == set()
        for each in (there, both):
            assert each.ids("equipment") == {str(shop.machine.id)}
            assert each.ids("intervention") == {str(job)}

    async def test_who_sees_all_sites_hears_of_new_and_deleted_ones(self, shop: Workshop, session: Session, pool: ReadPool) -> None:
        from dataclasses import replace

        await session.commit()
        device = Device(pool, replace(shop.supervisor, site_ids=None))
        await device.pull()
        new = uuid7()
        await pool.execute("insert into sites (id, name) values ($1, 'New')", new)
        await device.pull()
        assert str(new) in device.ids("site")
        await pool.execute("delete from sites where id = $1", new)
        await device.pull()
        assert str(new) not in device.ids("site")
        assert (await device.pull())[0].scope.site_ids is None

    @pytest.mark.parametrize("sees_all", [True, False])
    async def test_who_comes_to_see_all_sites_or_sees_them_no_more_hears_of_what_is_gone(
        self, shop: Workshop, session: Session, pool: ReadPool, *, sees_all: bool
    ) -> None:
        await session.commit()
        of_site, of_all = shop.supervisor, replace(shop.supervisor, site_ids=None)
        device, kind = Device(pool, of_site if sees_all else of_all), uuid7()
        await pool.execute("insert into equipment_class (id, code) values ($1, 'FAN')", kind)
        await device.pull()
        assert str(kind) in device.ids("equipment_class")
        await pool.execute("delete from equipment_class where id = $1", kind)
        device.actor = of_all if sees_all else of_site
        assert not (await device.pull())[0].reset
        assert str(kind) not in device.ids("equipment_class")


class TestWhatIsGone:
    async def test_archived_machines(self, shop: Workshop, device: Device, session: Session, pool: ReadPool) -> None:
        meter = Meter(id=uuid7(), site_id=shop.machine.site_id, equipment_id=shop.machine.id, name="Heures", unit="h")
        session.add(meter)
        await session.commit()
        await device.pull()
        await equipment.archive(session, shop.supervisor, ArchiveEquipment(equipment_id=shop.machine.id, occurred_at=now()))
        await session.commit()
        await device.pull()
        fresh = Device(pool, shop.technician)
        await fresh.pull()
        assert device.ids("equipment") == fresh.ids("equipment") == set()
        await equipment.restore(session, shop.supervisor, shop.machine.id)
        await session.commit()
        for other in (device, fresh):
            await other.pull()
            assert (other.ids("equipment"), other.ids("meter")) == ({str(shop.machine.id)}, {str(meter.id)})

    async def test_old_jobs_stay_away_until_they_change(self, shop: Workshop, device: Device, session: Session, pool: ReadPool) -> None:
        old, recent = [await shop.job_in(State(InterventionStatus.completed, is_validated=True)) for _ in range(2)]
        cancelled = await shop.job_in(State(InterventionStatus.cancelled))
        waiting = await shop.job_in(State(InterventionStatus.completed))
        await session.commit()
        long_ago = now() - timedelta(days=40)
        await pool.execute("update maintenance_interventions set actual_end = $2 where id = any($1)", [old, cancelled, waiting], long_ago)
        await device.pull()
        assert device.ids("intervention") == {str(recent), str(waiting)}
        version = (await shop.sheet(old)).version
        revise = ReviseIntervention(intervention_id=old, version=version, reason="Typo", work_performed="Seal", occurred_at=now())
        await run(session, shop.supervisor, revise)
        await session.commit()
        await device.pull()
        assert str(old) in device.ids("intervention")


class TestCursor:
    async def test_one_that_is_not_ours_loads_everything(self, shop: Workshop, device: Device, session: Session) -> None:
        await session.commit()
        for text in ("garbage", "", "W10", "x" * 5000, "WzEsMiwzXQ", "e30", "%%%", "bnVsbA", "é"):
            device.cursor = text
            pages = await device.pull()
            assert pages[0].reset, text
            assert device.ids("equipment") == {str(shop.machine.id)}

    @pytest.mark.parametrize("change", ["epoch", "copy", "run", "seen", "user", "age", "year_ahead", "future"])
    async def test_one_of_another_history_person_or_quarter_loads_everything(
        self, shop: Workshop, device: Device, session: Session, pool: ReadPool, change: str
    ) -> None:
        await session.commit()
        await device.pull()
        assert not (await device.pull())[0].reset
        await _make_useless(device, pool, shop, change)
        device.rows["equipment", "stale"] = (str(shop.site.id), {})
        [page, *_] = await device.pull()
        assert page.reset
        assert device.ids("equipment") == {str(shop.machine.id)}

    @pytest.mark.parametrize("seconds", [2, 3600])
    async def test_one_dated_by_a_clock_ahead_of_ours_is_good(self, shop: Workshop, device: Device, session: Session, seconds: int) -> None:
        """Nodes' clocks differ, and a clock is set back: neither makes every phone load everything."""
        await session.commit()
        await device.pull()
        cursor = cursors.decode(device.cursor or "")
        assert cursor
        device.cursor = replace(cursor, at=cursor.at + seconds).encode()
        [page] = await device.pull()
        assert not page.reset

    async def test_survives_its_text(self) -> None:
        sweep = cursors.Sweep(high=90, order=5, source=3, after_xid=70, after_key=str(uuid7()), done=4, total=9)
        cursor = cursors.Cursor(uuid7(), uuid7(), 1_790_000_000, uuid7(), 7, True, 12, {uuid7(): 12, uuid7(): 0, uuid7(): 12}, sweep)
        assert cursors.decode(cursor.encode()) == cursor


async def _make_useless(device: Device, pool: ReadPool, shop: Workshop, change: str) -> None:
    assert device.cursor
    cursor = cursors.decode(device.cursor)
    assert cursor
    if change == "epoch":
        await pool.execute("update sync_epoch set id = gen_random_uuid()")
    elif change == "copy":
        await pool.execute("update sync_epoch set origin = origin")  # a row that reads the same and was written by another transaction
    elif change == "run":
        device.cursor = replace(cursor, run=uuid7()).encode()
    elif change == "seen":
        device.cursor = replace(cursor, seen=2**60).encode()
    elif change == "user":
        device.actor = replace(shop.technician, user_id=shop.colleague.user_id)
    elif change == "age":
        device.cursor = replace(cursor, at=cursor.at - 91 * 86_400).encode()
    elif change == "year_ahead":
        device.cursor = replace(cursor, at=cursor.at + 366 * 86_400).encode()
    else:
        device.cursor = replace(cursor, low=2**40).encode()


class TestPages:
    @pytest.fixture
    async def many(self, shop: Workshop, session: Session, pool: ReadPool) -> int:
        await session.commit()
        await pool.execute(
            "insert into equipment (id, code, name, site_id, status_since) select gen_random_uuid(), 'X' || n, 'M' || n, $1, now()"
            " from generate_series(1, 2500) n", shop.site.id,
        )  # fmt: skip
        return 2501

    async def test_of_a_first_load_are_bounded_and_count_up(self, device: Device, many: int) -> None:
        pages = await device.pull()
        assert [len(page.changes) <= pulling.PAGE_ROWS for page in pages] == [True] * len(pages)
        assert len(device.ids("equipment")) == many
        assert [page.progress.total for page in pages if page.progress] == [len(device.rows)] * (len(pages) - 1)
        done = [page.progress.done for page in pages if page.progress]
        assert done == sorted(done)
        assert done[-1] == len(device.rows)
        assert [page.reset for page in pages] == [True] + [False] * (len(pages) - 1)

    async def test_of_first_loads_are_made_a_few_at_a_time_which_keeps_nobody_else_waiting(self, client_as: Any, app: FastAPI) -> None:
        phone = await client_as("technician")
        known = (await phone.get("/api/v1/sync/pull")).json()
        assert not known["more"]
        cursor, late = known["cursor"], known["changes"]
        while late:  # what others of the cluster still write at is sent once more
            following = (await phone.get("/api/v1/sync/pull", params={"cursor": cursor})).json()
            cursor, late = following["cursor"], following["changes"]
        async with AsyncExitStack() as taken:
            for _ in range(4):
                await taken.enter_async_context(app.state.gates.loads.passed())
            loading = asyncio.ensure_future(phone.get("/api/v1/sync/pull"))
            changed = await phone.get("/api/v1/sync/pull", params={"cursor": cursor})
            assert (changed.status_code, changed.json()["changes"]) == (200, [])
            assert not loading.done()
        assert (await loading).json()["changes"] == known["changes"]

    async def test_begin_with_what_somebody_has_come_for(self, device: Device, shop: Workshop, many: int, session: Session) -> None:
        device.size = 100
        job = await shop.create()
        await session.commit()
        await device.pull_page()
        assert device.ids("intervention") == {str(job)}
        assert device.ids("equipment") == {str(shop.machine.id)}
        await device.pull_page()
        assert device.pages[1].progress
        assert device.pages[1].progress.done < len(device.pages[0].changes)

    async def test_of_a_version_with_other_sources_begin_again_and_nothing_is_missed(self, device: Device, many: int) -> None:
        await device.pull_page()
        begun = cursors.decode(device.cursor or "")
        assert begun
        assert begun.sweep
        device.rows.clear()
        device.cursor = replace(begun, sweep=replace(begun.sweep, order=begun.sweep.order + 1)).encode()
        pages = await device.pull()
        assert len(device.ids("equipment")) == many
        assert not any(page.reset for page in pages)

    async def test_are_bounded_in_bytes_and_never_empty(self, device: Device, many: int) -> None:
        device.size = 200_000
        pages = await device.pull()
        assert len(device.ids("equipment")) == many
        assert len(pages) > 5

    async def test_bring_each_row_once_whatever_its_size(self, device: Device, many: int, pool: ReadPool) -> None:
        await pool.execute("update equipment set notes = repeat('long ', (random() * random() * 400)::int)")
        device.size = 100_000
        pages = await device.pull()
        ids = [change.id for page in pages for change in page.changes if change.entity == "equipment"]
        assert (len(ids), len(set(ids))) == (many, many)

    async def test_rows_changed_meanwhile_arrive(self, device: Device, shop: Workshop, many: int, pool: ReadPool) -> None:
        await device.pull_page()
        await pool.execute("update equipment set name = 'Renamed ' || code")
        await device.pull()
        names: list[Any] = [row["name"] for (entity, _), (_, row) in device.rows.items() if entity == "equipment"]
        assert len(names) == many
        assert all(name.startswith("Renamed") for name in names)

    async def test_rows_that_leave_the_site_meanwhile_stay_away(self, device: Device, shop: Workshop, many: int, pool: ReadPool) -> None:
        device.size = 100_000
        other = await elsewhere(shop)
        await shop.session.commit()
        while len(device.ids("equipment")) < 300:
            await device.pull_page()
        await pool.execute("update equipment set site_id = $1 where code like 'X%'", other)
        pages = await device.pull()
        assert str(other) not in {str(change.site_id) for page in pages for change in page.changes if change.row is not None}
        await device.pull()
        assert device.ids("equipment") == {str(shop.machine.id)}

    async def test_one_change_takes_two_statements_and_one_for_whoever_asks_next(
        self, device: Device, shop: Workshop, many: int, pool: ReadPool
    ) -> None:
        """One that sees what has changed, one that reads it: devices ask mostly in vain, and after a change all at once."""
        other = Device(pool, shop.supervisor)
        await device.pull(), await other.pull()
        await all_quiet(pool)
        await device.pull(), await other.pull()
        while lows_of(device) != lows_of(other):  # other tests write meanwhile
            await device.pull(), await other.pull()
        late, third, asked = replace(other), replace(other), []
        while lows_of(device) == lows_of(other):  # nor do they ask at the same moment
            await pool.execute("select pg_current_xact_id()")
            await device.pull()
        rename = "update equipment set name = $1 where id = (select min(id::text)::uuid from equipment)"
        await pool.execute(rename, "Renamed")
        await all_quiet(pool)
        await asyncio.sleep(0)
        async with pool.acquire() as connection:
            connection.add_query_logger(lambda record: asked.append(record.query))
        for each, statements in ((device, 2), (other, 1), (third, 1)):
            if each is third:
                await pool.execute("select pg_current_xact_id()")
                await asyncio.sleep(0)
            asked.clear()
            [page] = await each.pull()
            assert [(change.entity, change.row and change.row["name"]) for change in page.changes] == [("equipment", "Renamed")]
            await asyncio.sleep(0)  # the second is told of in the turn after its answer
            assert len(asked) == statements
        await pool.execute(rename, "Renamed again")
        [page] = await late.pull()
        assert [change.row and change.row["name"] for change in page.changes] == ["Renamed again"]

    async def test_what_is_remembered_of_another_run_of_the_database_counts_for_nothing(
        self, device: Device, many: int, pool: ReadPool
    ) -> None:
        await device.pull()
        low, lows = lows_of(device)
        pool.memory.keep_changed(frozenset(lows), Changed(uuid7(), low, 10**15, "of another", 10**15, frozenset(), "of another"))
        await pool.execute("update equipment set name = 'Renamed' where id = (select min(id::text)::uuid from equipment)")
        assert "Renamed" in {change.row and change.row.get("name") for page in await device.pull() for change in page.changes}

    async def test_what_one_is_told_alone_is_remembered_for_nobody_else(self, shop: Workshop, session: Session, pool: ReadPool) -> None:
        await session.commit()
        people = [Device(pool, shop.technician), Device(pool, shop.supervisor)]
        for each in (*people, None, *people):
            await (each.pull() if each else all_quiet(pool))
        for title, person in (("Yours", people[0]), ("Mine", people[1])):
            await pool.execute(
                "insert into notifications (id, user_id, type, title, message, because, path, priority, created_at, related_entity_type,"
                " related_entity_id) values (gen_random_uuid(), $1, 'machine_down', $2, '', '', '/', 'high', now(), 'equipment', $3)",
                person.actor.user_id, title, shop.machine.id,
            )  # fmt: skip
        told = [[change.row and change.row["title"] for page in await each.pull() for change in page.changes] for each in people]
        assert told == [["Yours"], ["Mine"]]
