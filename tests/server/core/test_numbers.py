"""Numbers that people read: nobody waits for them, and nothing gives one twice."""

import asyncio
from contextlib import suppress

import psycopg
import pytest

from server.core import histories, migrations
from server.core.numbers import next_number, next_numbers

pytestmark = pytest.mark.fresh_database
SERIES = "INT-2026"


class _UndoneError(Exception):
    pass


async def take(database, count=1, *, series=SERIES, undone=False):
    """The numbers that stay taken."""
    with suppress(_UndoneError):
        async with database.session() as session:
            taken = await next_numbers(session, series, count)
            if undone:
                raise _UndoneError
        return taken
    return []


async def test_whoever_took_one_keeps_nobody_waiting(database):
    [first] = await take(database)
    async with database.session() as slow, asyncio.timeout(60):
        held = await next_number(slow, SERIES)
        [later] = await take(database)
    assert [first, held, later] == [1, 2, 3]


async def test_many_at_once_some_undone_get_each_their_own_of_a_series_that_nobody_has_begun(database):
    takes = [take(database, 1 + rank % 3, undone=rank % 4 == 0) for rank in range(24)]
    taken = [number for numbers in await asyncio.gather(*takes) for number in numbers]
    assert len(taken) == len(set(taken))
    assert await take(database, series="REQ-2026") == [1]


async def test_goes_on_behind_what_was_given_before_and_behind_what_a_lost_database_may_have_given(database, database_url):
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into number_series (series, last) values (%s, 41)", [SERIES])
    assert await take(database, 2) == [42, 43]
    histories.recognise(database_url, anew=True)
    [after] = await take(database)
    assert after == 43 + 1000 + 1


def test_are_carried_from_one_schema_to_the_next_and_back(postgres):
    with postgres.empty() as url:
        migrations.upgrade(url, "0013_machines_whole")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("insert into number_series (series, last) values ('EQ', 7), ('REQ-2025', 3)")
            migrations.upgrade(url)
            assert connection.execute("select etabli_number('EQ') from generate_series(1, 2)").fetchall() == [(8,), (9,)]
            migrations.downgrade(url, "0013_machines_whole")
            assert connection.execute("select * from number_series order by 1").fetchall() == [("EQ", 9), ("REQ-2025", 3)]
            migrations.upgrade(url)
            assert connection.execute("select etabli_number('EQ')").fetchall() == [(10,)]
