"""The demonstration data through the database that the migrations build: the same every time, and without contradiction."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlmodel import col, select

from server.core.access import SYSTEM
from server.core.database import Database, Session
from server.core.following import followed, followers, ways
from server.core.held import HELD
from server.core.storage import Storage, memory_storage
from server.demo import DatabaseNotEmptyError, Summary, load_demo, plant
from server.demo.plant import SCALES
from server.equipment import service as equipment
from server.equipment.models import Equipment
from server.tables import metadata
from shared_models.equipment.commands import ArchiveEquipment, PutEquipment
from shared_models.labels.codes import is_label_code
from tests.databases import Cluster
from tests.server.demo.conftest import NOW

DERIVED = ("sync_xid", "received_at")
NOT_WRITTEN = {
    "sync_epoch", "sync_run", "sync_receipt", "sync_tombstone", "user_sessions", "setup_link", "rate_limit", "intervention_revision",
}  # fmt: skip


async def fingerprint(connection: asyncpg.Connection) -> dict[str, str]:
    digest = "md5(string_agg(md5((to_jsonb(t) - $1::text[])::text), '' order by to_jsonb(t)::text))"
    statement = f"select count(*) || ':' || coalesce({digest}, '') from {{}} t"
    written = set(metadata.tables) - NOT_WRITTEN
    return {table: await connection.fetchval(statement.format(table), DERIVED) for table in sorted(written)}


async def none_of(connection: asyncpg.Connection, statement: str) -> bool:
    return await connection.fetchval(f"select count(*) from ({statement}) found") == 0


class TestTheSameEveryTime:
    async def test_two_loads_of_a_seed_are_equal(self, rows: asyncpg.Connection, postgres: Cluster):
        with postgres.clone("again") as url:
            await load_demo(url, storage=memory_storage(), now=NOW)
            connection = await asyncpg.connect(url)
            again = await fingerprint(connection)
            await connection.close()
        assert again == await fingerprint(rows)

    def test_two_seeds_make_two_factories(self):
        one, other = [{machine.id for machine in plant.build(seed, SCALES["demo"], NOW.timestamp()).machines} for seed in (1, 2)]
        assert len(one) == len(other) > 200
        assert one.isdisjoint(other)

    async def test_a_database_in_use_is_refused(self, demo_url: str, summary: Summary, storage: Storage):
        with pytest.raises(DatabaseNotEmptyError):
            await load_demo(demo_url, storage=storage)


class TestWhatThereIs:
    async def test_counts(self, summary: Summary, rows: asyncpg.Connection):
        assert (summary.sites, summary.machines, summary.users) == (3, 250, 12)
        assert 6_500 < summary.interventions < 7_600
        assert await rows.fetchval("select count(*) from production_lines") == 9
        assert await rows.fetchval("select count(*) from equipment_class") == 14
        assert summary.interventions == await rows.fetchval("select sum(last) from number_series where series like 'INT-%'")

    async def test_labels_can_be_read(self, rows: asyncpg.Connection, summary: Summary):
        codes = [row["code"] for row in await rows.fetch("select code from label_code")]
        assert len(codes) > summary.machines
        assert all(map(is_label_code, codes))

    async def test_the_files_are_in_the_store(self, rows: asyncpg.Connection, summary: Summary, storage: Storage):
        for row in await rows.fetch("select distinct sha256, size_bytes from attachment"):
            assert len(await storage.read(row["sha256"])) == row["size_bytes"]

    async def test_the_plant_lives_now(self, rows: asyncpg.Connection):
        running = await rows.fetch(
            "select username, title, $1 - started_at as since from intervention_action a join users u on u.id = a.user_id"
            " join maintenance_interventions i on i.id = a.intervention_id where ended_at is null and username = 'technician'",
            NOW,
        )
        assert [(row["title"], row["since"].seconds // 60) for row in running] == [("Fuite vérin de poussée", 18)]
        waiting = await rows.fetchval(
            "select count(*) from maintenance_interventions where status = 'completed' and not is_validated and needs_validation"
        )
        assert 5 <= waiting <= 7
        assert await rows.fetchval("select count(*) from equipment where status = 'broken'") == 3
        assert await rows.fetchval("select count(*) from maintenance_interventions where status = 'on_hold'") == 1
        assert await rows.fetchval("select count(*) from work_request where status = 'new' and photo_id is not null") == 3
        assert await rows.fetchval("select count(*) from maintenance_interventions where temporary_until > $1", NOW.date()) == 1

    async def test_the_palletiser_leaks_for_the_third_time_in_six_months(self, rows: asyncpg.Connection):
        life = await rows.fetch(
            "select actual_end, work_performed from maintenance_interventions i join equipment e on e.id = i.equipment_id"
            " where e.code = 'EQ-0147' and intervention_type = 'corrective' and i.status = 'completed' and $1 - actual_end"
            " < interval '183 days'"
            " order by actual_end",
            NOW,
        )
        assert [(NOW - row["actual_end"]).days for row in life] == [150, 11]
        assert all(row["work_performed"].startswith("Joint vérin Ø63 remplacé") for row in life)


class TestNoContradiction:
    @pytest.mark.parametrize(
        "impossible",
        [
            pytest.param(
                "select id from (select equipment_id as id, from_status, lag(to_status) over (partition by equipment_id order"
                " by occurred_at) as before"
                " from equipment_status_log) l where from_status is distinct from before",
                id="a status that does not follow from the one before",
            ),
            pytest.param(
                "select e.id from equipment e join lateral (select * from equipment_status_log l where l.equipment_id = e.id"
                " order by l.occurred_at desc limit 1) last on true where e.status <> last.to_status or e.status_since <> last.occurred_at",
                id="a machine whose status is not the log's last",
            ),
            pytest.param(
                "select i.id from maintenance_interventions i join maintenance_interventions j on j.equipment_id ="
                " i.equipment_id and j.id > i.id"
                " and tstzrange(i.stopped_at, i.restarted_at) && tstzrange(j.stopped_at, j.restarted_at)"
                " where i.stopped_at is not null and j.stopped_at is not null",
                id="two stops of one machine at once",
            ),
            pytest.param(
                "select a.id from intervention_action a join intervention_action b on b.user_id = a.user_id and b.id > a.id"
                " and tstzrange(a.started_at, a.ended_at) && tstzrange(b.started_at, b.ended_at)",
                id="a person in two places",
            ),
            pytest.param(
                "select id from maintenance_interventions where validated_by = completed_by or (is_validated and validated_at"
                " < actual_end)",
                id="a job validated by who did it, or before its end",
            ),
            pytest.param(
                "select i.id from maintenance_interventions i where (i.status = 'completed') is distinct from"
                " (i.completed_by is not null and i.actual_end is not null)",
                id="a job completed by nobody",
            ),
            pytest.param(
                "select a.id from intervention_action a join maintenance_interventions i on i.id = a.intervention_id where not exists"
                " (select from user_site m where m.user_id = a.user_id and m.site_id = i.site_id)",
                id="somebody at work on a site that is not theirs",
            ),
            pytest.param(
                "select i.id from maintenance_interventions i join equipment e on e.id = i.equipment_id join failure_item f"
                " on f.id in (i.mode_id, i.mechanism_id, i.cause_id, i.remedy_id) where f.class_id <> e.class_id or e.site_id <> i.site_id",
                id="a code of another class, or a sheet of another site",
            ),
            pytest.param(
                "select id from maintenance_interventions where greatest(actual_end, validated_at, returned_at, restarted_at,"
                " created_at, updated_at)"
                " > timestamptz '2026-11-23T10:31Z'",
                id="something that has not happened yet",
            ),
            pytest.param(
                "select id from maintenance_interventions where intervention_type = 'corrective' and status = 'completed' and"
                " mode_id is null"
                " and not mode_unknown",
                id="a repair without a failure mode",
            ),
            pytest.param(
                "select s.id from stock s where s.on_order <> (select coalesce(sum(greatest(y.quantity - y.received, 0)), 0)"
                " from purchase_order_line y join purchase_order o on o.id = y.order_id where o.site_id = s.site_id"
                " and y.part_id = s.part_id and o.status in ('ordered', 'partly_received'))",
                id="a stock that awaits what no order lacks",
            ),
            pytest.param(
                "select 1 where (select array_agg(status order by number) from purchase_order)"
                " <> array['partly_received', 'ordered', 'ordered']::varchar[]",
                id="another number of orders than three under way",
            ),
            pytest.param(
                "select 1 where (select array_agg(status order by number) from stocktake) <> array['approved', 'open']::varchar[]",
                id="another stocktake than an approved and an open one",
            ),
            pytest.param(
                "select l.id from stocktake_line l join stocktake t on t.id = l.stocktake_id where l.difference <> coalesce((select"
                " m.quantity from stock_movements m where m.reference_document = t.number and m.place_id = l.place_id and"
                " m.spare_part_id = l.part_id and m.amount = l.amount), 0)",
                id="a difference that the ledger does not know",
            ),
        ],
    )
    async def test_there_is_no(self, rows: asyncpg.Connection, impossible: str):
        assert await none_of(rows, impossible)

    async def test_numbers_follow_time(self, rows: asyncpg.Connection):
        numbers = [row["number"] for row in await rows.fetch("select number from maintenance_interventions order by created_at, number")]
        assert numbers[0].endswith("-000001")
        assert numbers == sorted(numbers)


KEYS = """
select c.conrelid::regclass::text as source, a.attname as name, c.confrelid::regclass::text as target
from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey) where c.contype = 'f'
"""
LEDGER = "stock_movements"
"""What a job has taken stays in the books of the store where it lay."""
OPEN = "status in ('pending', 'in_progress', 'on_hold')"


@pytest.mark.usefixtures("summary")
class TestWhatFollowsAMachine:
    """Whatever the catalogue says is a machine's, and not what the tables say of themselves."""

    @pytest.fixture
    async def session(self, demo_url: str) -> AsyncIterator[Session]:
        database = Database(demo_url)
        async with Session(database.engine) as session:
            yield session
            await session.rollback()
        await database.stop()

    @pytest.fixture
    async def links(self, session: Session) -> list[tuple[str, str, str]]:
        """Columns by which a row of a site names another."""
        keys = [tuple(row) for row in await session.execute(text(KEYS))]
        of_site = {source for source, name, target in keys if (name, target) == ("site_id", "sites")}
        return [(source, name, target) for source, name, target in keys if {source, target} <= of_site and source != LEDGER]

    async def test_goes_to_its_site_and_what_is_of_the_old_one_stays(self, session: Session, links: list[tuple[str, str, str]]) -> None:
        having = [f"{source} t where t.{name} = e.id" for source, name, target in links if target == "equipment"]
        having.append(f"maintenance_interventions t where t.equipment_id = e.id and t.{OPEN}")
        having += [f"{way.source} where {way.owner} = e.id and {way.named} is not null" for way in ways("attachment", "equipment")]
        one = "select id from equipment e where parent_id is null and archived_at is null and exists (select from {}) order by id limit 1"
        machines = {await session.scalar(text(one.format(found))) for found in having}
        site = await session.scalar(text("select id from sites order by name desc limit 1"))
        of_machine = {"equipment", *followers("equipment")}
        of_old_site = [(source, name, target) for source, name, target in links if source in of_machine and target not in of_machine]
        for source, name, target in of_old_site:
            own = "id" if source == "equipment" else "equipment_id"
            given = (
                f"update {source} t set {name} = (select id from {target} o where o.site_id = t.site_id limit 1) where {own} = any(:ids)"
            )
            await session.execute(text(given), {"ids": list(machines)})
        for machine in await session.scalars(select(Equipment).where(col(Equipment.id).in_(machines))):
            await equipment.put(session, SYSTEM, PutEquipment(equipment_id=machine.id, name=machine.name, site_id=site, occurred_at=NOW))
        for source, name, target in links:
            alive = f"and a.{OPEN}" if (source, name) == ("maintenance_interventions", "assigned_team_id") else ""
            apart = f"select count(*) from {source} a join {target} b on b.id = a.{name} where a.site_id <> b.site_id {alive}"
            assert await session.scalar(text(apart)) == 0, (source, name)
        for way in ways("attachment", "equipment"):
            there = f"{way.source} join attachment f on f.id = {way.named} join equipment e on e.id = {way.owner}"
            assert await session.scalar(text(f"select count(*) from {there} where f.site_id <> e.site_id")) == 0, way

    async def test_comes_back_with_it(self, session: Session) -> None:
        machine = await session.scalar(text(
            f"select equipment_id from meter where equipment_id not in (select equipment_id from maintenance_interventions where {OPEN})"
            " and equipment_id not in (select parent_id from equipment where parent_id is not null) order by 1 limit 1"
        ))  # fmt: skip
        await equipment.archive(session, SYSTEM, ArchiveEquipment(equipment_id=machine, occurred_at=NOW))
        await equipment.restore(session, SYSTEM, machine)
        for link in [followed(held.model) for held in HELD.values() if held.rests]:
            other = f"select count(*) from {link.table} where {link.column} = :id and sync_xid <> pg_current_xact_id()::text::bigint"
            assert await session.scalar(text(other), {"id": machine}) == 0, link
