"""What is summed up beforehand says what the stops say, whatever is changed afterwards, before it is summed up anew and after."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from server.core.clock import now
from server.kpis import asking, rollup
from shared_models.kpis.reliability import Reliability, Stopped, reliability
from shared_models.kpis.rows import Months
from tests.server.kpis.history import machine, stop
from tests.server.machines import make_site

ADDRESS = "/api/v1/dashboard/months"
SPAN = {"period": "custom", "since": "2025-01-01", "until": "2025-12-31"}
HOUR = timedelta(hours=1)


async def by_hand(session, machines, site) -> list[Reliability]:
    """Each month on the site’s clock, out of the stops alone, while a machine was there; a component’s are those of the one above too."""
    rows = await session.execute(sa.text(
        "select equipment_id, stopped_at, restarted_at, stop_kind from maintenance_interventions where status <> 'cancelled'"
    ))  # fmt: skip
    stops = [(row.equipment_id, Stopped(row.stopped_at, row.restarted_at, row.stop_kind == "failure")) for row in rows]
    clock = await session.scalar(sa.text("select clock from sites where id = :id"), {"id": site.id})
    found = []
    for month in range(1, 13):
        window = [await session.scalar(sa.text("select cast(:at as timestamp) at time zone :clock"), {"at": at, "clock": clock})
                  for at in (datetime(2025, month, 1), datetime(2025 + month // 12, month % 12 + 1, 1))]  # fmt: skip  # noqa: DTZ001
        total = Reliability()
        for one in machines:
            below = {one.id} | {other.id for other in machines if other.parent_id == one.id and other.stops_parent}
            own = [each for of, each in stops if of in below]
            total += reliability(own, there(one, clock, window, [each for of, each in stops if of == one.id]), now())
        found.append(total)
    return found


def there(one, clock, window, stops) -> tuple[datetime, datetime]:
    """What of a window a machine was there: from its installation, and from what is first known of it."""
    known = min([one.created_at, *(each.started_at for each in stops)])
    installed = datetime.combine(one.installation_date, time(), ZoneInfo(clock)) if one.installation_date else known
    return max(window[0], installed, known), min(window[1], one.archived_at or window[1])


def rounded(seen: float, down: float, failures: int, mttr: float | None) -> tuple[float, float, int, float | None]:
    return round(seen, 6), round(down, 6), failures, None if mttr is None else round(mttr, 6)


def told(found: list[Reliability]) -> list[tuple[float, float, int, float | None]]:
    return [rounded(each.seen / HOUR, each.down / HOUR, each.failures, None if each.mttr is None else each.mttr / HOUR) for each in found]


async def read(client) -> list[tuple[float, float, int, float | None]]:
    answer = Months.model_validate((await client.get(ADDRESS, params=SPAN)).json())
    return [rounded(each.seen, each.down, each.failures, each.mttr) for each in answer.months]


async def test_months_are_what_the_stops_say_after_whatever_was_changed(client_as, session, database):
    chance = random.Random(14)
    site, other = await make_site(session, time_zone="Europe/Paris"), await make_site(session, time_zone="Asia/Tokyo")
    reader = await client_as("supervisor", sites=[site.id])
    line = await machine(session, site.id)
    machines = [line, await machine(session, site.id, parent_id=line.id, stops_parent=True), await machine(session, site.id)]
    begin = datetime(2024, 12, 20, tzinfo=UTC)
    jobs = []
    for _ in range(60):
        at = begin + timedelta(minutes=chance.randrange(380 * 24 * 60))
        over = at + timedelta(minutes=chance.choice([0, 35, 600, 5_000, 60_000]))
        jobs.append(await stop(session, chance.choice(machines), at, over, chance.choice(["failure", "failure", "planned"])))
    assert await read(reader) == told(await by_hand(session, machines, site))
    await rollup.refresh(session)
    await session.commit()
    days = sa.text("select count(*) from figure_day where equipment_id = any(:ids)")
    assert await session.scalar(days, {"ids": [each.id for each in machines]}) > 60
    assert await read(reader) == told(await by_hand(session, machines, site))
    expected: list[tuple[float, float, int, float | None]] = []
    changes = [
        ("update maintenance_interventions set restarted_at = restarted_at + interval '9 hours' where id = :id", jobs[0].id),
        ("update maintenance_interventions set stopped_at = stopped_at - interval '40 days' where id = :id", jobs[1].id),
        ("update maintenance_interventions set status = 'cancelled' where id = :id", jobs[2].id),
        ("update maintenance_interventions set restarted_at = null where id = :id", jobs[3].id),
        ("delete from maintenance_interventions where id = :id", jobs[4].id),
        ("update sites set time_zone = 'America/New_York' where id = :id", site.id),
        ("update equipment set stops_parent = false where id = :id", machines[1].id),
    ]
    for statement, row_id in changes:
        await session.execute(sa.text(statement), {"id": row_id})
        await session.commit()
        for row in machines:
            await session.refresh(row)
        expected = told(await by_hand(session, machines, site))
        assert await read(reader) == expected, statement
        await rollup.refresh(session)
        await session.commit()
        assert await read(reader) == expected, statement
    await session.execute(sa.text("update figure_day set down = down * 2, failures = failures + 1"))
    await session.commit()
    assert await read(reader) != expected
    await rollup.rebuild(database)
    assert await read(reader) == expected
    assert Months.model_validate((await reader.get(ADDRESS, params=SPAN | {"site_id": str(other.id)})).json()).months == []
    for row_id in (machines[0].id, machines[2].id):  # whose days are known, and of which some lie after it has left
        await session.execute(sa.text("update equipment set archived_at = '2025-09-10' where id = :id"), {"id": row_id})
    await session.commit()
    by_days = await read(reader)
    await session.execute(sa.text("insert into figure_stale (id, equipment_id) select gen_random_uuid(), id from equipment"))
    await session.commit()
    assert by_days == await read(reader)
    assert by_days != expected


async def test_months_of_machines_that_came_or_went_are_what_the_stops_say(client_as, session):
    """Also of those that stood still before they are said to have been installed, and of which the sums know more than was seen."""
    chance = random.Random(15)
    site = await make_site(session, time_zone="America/New_York")
    reader = await client_as("supervisor", sites=[site.id])
    machines = []
    for number in range(80):
        came = date(2025, 1, 1) + timedelta(days=chance.choice([0, 1, 30, 31, 58, 59, *range(90, 330, 20)])) if number % 4 else None
        known = datetime(2024, 1, 1, tzinfo=UTC) if number % 3 else datetime(2025, chance.randrange(1, 12), 7, 13, tzinfo=UTC)
        left = datetime(2025, 11, chance.randrange(1, 30), 9, tzinfo=UTC) if number % 5 == 0 else None
        machines.append(await machine(session, site.id, created_at=known, installation_date=came, archived_at=left))
    for _ in range(200):
        one, anywhen = chance.choice(machines), datetime(2024, 12, 1, tzinfo=UTC) + timedelta(days=chance.randrange(390))
        around = datetime.combine(one.installation_date, time(), UTC) - timedelta(days=25) if one.installation_date else anywhen
        at = chance.choice([anywhen, around]) + timedelta(minutes=chance.randrange(50 * 24 * 60))
        over = at + timedelta(minutes=chance.choice([0, 35, 600, 5_000, 60_000]))
        await stop(session, one, at, over, chance.choice(["failure", "failure", "planned"]))
    expected = told(await by_hand(session, machines, site))
    assert await read(reader) == expected
    while await rollup.refresh(session):
        await session.commit()
    assert await session.scalar(sa.text("select count(*) from figure_stale")) == 0
    assert await read(reader) == expected


async def test_what_ends_as_a_machine_leaves_or_at_this_moment_is_not_restored_in_that_time(client_as, session, monkeypatch):
    site = await make_site(session, time_zone="Europe/Paris")
    reader = await client_as("supervisor", sites=[site.id])
    left, moment = datetime(2025, 8, 10, 9, tzinfo=UTC), datetime(2025, 11, 20, 9, tzinfo=UTC)
    monkeypatch.setattr(asking, "now", lambda: moment)
    gone, here = await machine(session, site.id, archived_at=left), await machine(session, site.id)
    await stop(session, gone, left - 3 * HOUR, left)
    await stop(session, gone, left, left)
    await stop(session, here, moment - 5 * HOUR, moment)
    expected = {8: (3, 1, None), 11: (5, 1, None)}

    async def stood() -> dict[int, tuple[float, int, float | None]]:
        answer = Months.model_validate((await reader.get(ADDRESS, params=SPAN)).json())
        return {each.month.month: (each.down, each.failures, each.mttr) for each in answer.months if each.down or each.failures}

    assert await stood() == expected
    await rollup.refresh(session)
    await session.commit()
    assert await stood() == expected


async def test_the_hour_before_midnight_that_comes_twice_belongs_to_the_day_before(client_as, session):
    """In Havana clocks go back from one to midnight; in 2020 on the first of November, which begins with the second midnight."""
    site = await make_site(session, time_zone="America/Havana")
    reader = await client_as("supervisor", sites=[site.id])
    one = await machine(session, site.id)
    await stop(session, one, datetime(2020, 10, 31, 14, tzinfo=UTC), datetime(2020, 11, 1, 4, tzinfo=UTC))
    await stop(session, one, datetime(2020, 11, 1, 4, 10, tzinfo=UTC), datetime(2020, 11, 1, 4, 40, tzinfo=UTC))
    await stop(session, one, datetime(2020, 11, 1, 4, 50, tzinfo=UTC), datetime(2020, 11, 1, 5, 20, tzinfo=UTC))
    span = {"period": "custom", "since": "2020-01-01", "until": "2020-12-31"}
    october, november = (14.666667, 3, 7.25), (0.333333, 0, 0.333333)
    expected = {10: october, 11: november}

    async def stood() -> dict[int, tuple[float, int, float]]:
        answer = Months.model_validate((await reader.get(ADDRESS, params=span)).json())
        return {each.month.month: (round(each.down, 6), each.failures, round(each.mttr or 0, 6)) for each in answer.months if each.down}

    assert await stood() == expected
    await rollup.refresh(session)
    await session.commit()
    assert await stood() == expected
