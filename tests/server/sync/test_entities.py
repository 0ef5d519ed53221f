"""What must hold in the database for whatever is declared as held by devices."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel.main import default_registry

from server.core.database import Session
from server.core.following import followers, ways
from server.core.held import HELD, Held
from server.sync.sources import SOURCES
from server.tables import metadata
from shared_models.entities import ENTITIES

PROJECT = Path(__file__).resolve().parents[3]
NOT_TOUCHED = {
    "users": "a name, as it was when the row was last sent",
    "reading_source": "its name is never changed",
    "attachment": "never changes",
    "maintenance_interventions": "the job of a request is made with its acceptance, which changes the request",
}
_TRIGGERS = "select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal"
_KEYS = """
select c.conrelid::regclass::text as source, c.confrelid::regclass::text as target, a.attname as column
from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
where c.contype = 'f' and c.connamespace = 'public'::regnamespace
"""


@pytest.fixture
async def triggers(session: Session) -> set[str]:
    """What touches several tables has a trigger for each, named after it."""
    found = await session.scalars(text(_TRIGGERS))
    return {re.sub(r"TRIGGER touch_\w+ ", "TRIGGER touch ", each.replace(" ON public.", " ON ")) for each in found}


@pytest.fixture
async def keys(session: Session) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in await session.execute(text(_KEYS))]


def test_each_is_declared_on_both_sides() -> None:
    synced = {mapper.class_ for mapper in default_registry.mappers if hasattr(mapper.class_, "__synced__")}
    assert {held.model for held in HELD.values()} == synced
    assert HELD.keys() == ENTITIES.keys()
    assert all(held.row.person == held.model.__own__ for held in HELD.values())
    assert all(row.read_by is None or row.read_by in row.model_fields for row in ENTITIES.values())


@pytest.mark.parametrize(("list_of", "pattern", "declares"), [
    ("shared_models/entities.py", "shared_models/**/*.py", r"^class \w+\(EntityRow, entity="),
    ("server/sync/sources.py", "server/*/rows.py", r"^\w+ = hold\("),
])  # fmt: skip
def test_no_module_that_declares_one_is_left_out(list_of: str, pattern: str, declares: str) -> None:
    declaring = [path for path in PROJECT.glob(pattern) if re.search(declares, path.read_text(), re.MULTILINE)]
    assert len(declaring) > 5
    lines = [f"import {path.relative_to(PROJECT).with_suffix('').as_posix().replace('/', '.')}" for path in declaring]
    known = {line.partition("  #")[0] for line in (PROJECT / list_of).read_text().splitlines()}
    assert [line for line in lines if line not in known] == []


def triggers_of(held: Held) -> Iterator[str]:
    """As a migration may say it."""
    table, each = held.table.name, "FOR EACH ROW"
    words = ", ".join(repr(word) for word in (held.entity, held.site) if word)
    bury = f"EXECUTE FUNCTION etabli_bury({words})"
    yield f"CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON {table} {each} EXECUTE FUNCTION etabli_stamp()"
    if not held.row.person:  # one's own is told to be gone, before it goes
        yield f"CREATE TRIGGER bury AFTER DELETE ON {table} {each} {bury}"
    if held.site == "site_id":
        moved = "((old.site_id IS DISTINCT FROM new.site_id))"
        yield f"CREATE TRIGGER leave AFTER UPDATE OF site_id ON {table} {each} WHEN {moved} {bury}"
    for part in sorted(set(re.findall(r"\b(?:from|join) (\w+) \w", held.json("e"))) - NOT_TOUCHED.keys() - {table}):
        [column] = [key.parent.name for key in metadata.tables[part].foreign_keys if key.column.table is held.table]
        touch = f"EXECUTE FUNCTION etabli_touch_parent('{table}', '{column}')"
        yield f"CREATE TRIGGER touch AFTER INSERT OR DELETE OR UPDATE ON {part} {each} {touch}"


@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
def test_the_database_tells_devices_of_every_change(held: Held, triggers: set[str]) -> None:
    """What is lacking belongs in the migration that makes the table."""
    lacking = [trigger for trigger in triggers_of(held) if trigger not in triggers]
    assert not lacking, "\n".join(lacking)


def test_a_row_comes_after_those_that_it_names(keys: list[tuple[str, str, str]]) -> None:
    place = {HELD[source.name].table.name: number for number, source in enumerate(SOURCES) if source.name in HELD}
    assert len(place) == len(HELD)
    for source, target, _ in keys:
        if source != target and {source, target} <= place.keys():
            assert place[source] > place[target], (source, target)


def test_whatever_has_a_machine_and_a_site_says_whether_it_follows(keys: list[tuple[str, str, str]]) -> None:
    of_machines = {(source, column) for source, target, column in keys if target == "equipment"}
    with_site = {source for source, target, column in keys if target == "sites" and column == "site_id"} - {"equipment"}
    models = {mapper.class_.__tablename__: mapper.class_ for mapper in default_registry.mappers}
    assert [table for table, _ in of_machines if table in with_site and not hasattr(models[table], "__follows__")] == []
    assert of_machines >= {(link.table, link.column) for link in followers("equipment").values()}


def test_files_are_found_wherever_a_machine_or_a_part_of_what_it_has_names_them(keys: list[tuple[str, str, str]]) -> None:
    of_machine = {"equipment", *followers("equipment")}
    of_those = of_machine | {source for source, target, _ in keys if target in of_machine}
    named = {(source, column) for source, target, column in keys if target == "attachment" and source in of_those}
    assert {(way.source.split()[0], way.named.removeprefix("x0.")) for way in ways("attachment", "equipment")} == named
