"""A machine that reports by itself has more readings than a plan has to know."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from server.core import clock
from server.plans import readings, service
from server.plans.readings import Asked
from server.plans.wall import SiteClock
from shared_models.plans.outlook import Outlook, moments_between
from shared_models.plans.planning import Basis, PlanRule, Reference, ReferenceKind
from tests.server.plans.planner import Planner, day

PARIS = SiteClock(ZoneInfo("Europe/Paris"))
RULE = PlanRule(datetime(2026, 1, 1, 8), Basis.floating, meter_interval=100)
BEGIN = datetime(2026, 3, 20, tzinfo=UTC)  # the clocks go forward on the 29th
NOW = BEGIN + timedelta(days=25)

_WRITE = sa.text("insert into reading (id, meter_id, read_at, value, total) values (gen_random_uuid(), :id, :at, :total, :total)")
_RESET = sa.text(
    "insert into meter_reset (id, meter_id, kind, occurred_at, final_value, start_value)"
    " values (gen_random_uuid(), :id, 'reset', :at, :total, :total)"
)
_MANY = sa.text("""
insert into reading (id, meter_id, read_at, value, total)
select gen_random_uuid(), :id, cast(:at as timestamptz) - make_interval(mins => :count - n), n / 60.0, n / 60.0
from generate_series(1, :count) n
""")


async def write(planner: Planner, meter_id: UUID, random: Random) -> None:
    at, total, rows = BEGIN, 0.0, []
    for _ in range(random.randrange(1, 90)):
        at += timedelta(minutes=random.choice([0, 1, 40, 700, 3000]) + random.randrange(50))
        total += random.choice([0, 0, 1, 17, 60])
        rows.append({"id": meter_id, "at": min(at, NOW), "total": total})
    await planner.session.execute(_WRITE, rows)
    if random.random() < 0.5:
        await planner.session.execute(_RESET, random.choice(rows))


async def test_those_around_what_matters_tell_as_much_as_all(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any readings: the last one, the total at a moment and at every due date, and the day on which any total is reached."""
    random = Random(7)
    for _ in range(80):
        meter_id = await planner.meter()
        await write(planner, meter_id, random)
        since = BEGIN + timedelta(minutes=random.randrange(-1000, 20_000))
        done_at = since + timedelta(minutes=random.randrange(10_000))
        moments = [done_at, *moments_between(RULE, PARIS, since, NOW)]
        looks = []
        for most in (10**6, 0):
            monkeypatch.setattr(readings, "MOST_POINTS", most)
            facts = (await readings.read(planner.session, {meter_id: Asked(meter_id, since, moments)}))[meter_id]
            looks.append(Outlook(RULE, PARIS, facts.unit, 5.0, facts.points))
        every, around = looks
        assert set(around.points) <= set(every.points)
        assert around.meter == every.meter
        for moment in [since, *moments, NOW]:
            assert around.total_at(moment) == every.total_at(moment)
        for total in range(0, 1200, 13):
            reference = Reference(kind=ReferenceKind.done, at=datetime(2026, 3, 20, 1), total=total)
            assert around.due(reference) == every.due(reference)
            fixed = replace(every, rule=replace(RULE, basis=Basis.fixed)), replace(around, rule=replace(RULE, basis=Basis.fixed))
            assert fixed[0].past(reference, every.local(NOW)) == fixed[1].past(reference, every.local(NOW))


async def test_a_report_a_minute_is_not_read_whole(planner: Planner) -> None:
    meter_id = await planner.meter([("2025-01-01 10:00", 0)], per_day=24)
    plan_id = await planner.plan("hours", 20_000, meter_id=meter_id, last_done_on=day("2025-03-01"), last_done_total=0)
    await planner.session.execute(_MANY, {"id": meter_id, "at": clock.now(), "count": 30_000})
    await service.meter_changed(planner.session, meter_id)
    since, days = planner.at("2025-03-01 08:00"), moments_between(RULE, PARIS, planner.at("2025-03-01 08:00"), clock.now())

    assert (await planner.row(plan_id)).meter.total == 500
    facts = (await readings.read(planner.session, {plan_id: Asked(meter_id, since, days)}))[plan_id]
    assert len(facts.points) < 150
