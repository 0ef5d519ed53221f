"""Which days are asked about, on the clocks of the sites in sight, and the time in which those want their machines to run."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from server.core.access import Actor, in_sight
from server.core.clock import now
from server.core.queries import joined, sql
from server.core.read_pool import ReadPool
from server.core.zones import clock_of
from server.kpis.facts import Asked
from shared_models.kpis.periods import Days, before, days_of
from shared_models.kpis.rows import KpiQuery, days_asked
from shared_models.kpis.statistics import CONFIDENCE
from shared_models.shifts import Holiday, Hours, Shift

_DAY = timedelta(days=1)


class Working(NamedTuple):
    """When a site works, as it is kept."""

    shifts: str
    holidays: str
    zone: ZoneInfo


async def asked(pool: ReadPool, actor: Actor, query: KpiQuery, *, is_time_required: bool = True) -> tuple[Asked, Asked]:
    """The days that are asked about and those before, as today is where the sites are; where that differs, by Greenwich.

    `is_time_required`: with the time in which machines were to run, which takes a while for years of many sites.
    """
    moment, sites = now(), await _sites(pool, actor, query)
    zones = {working.zone for working in sites.values()}
    today = moment.astimezone(zones.pop() if len(zones) == 1 else UTC).date()
    days = days_asked(query) or days_of(query.period, today)
    this = Asked(actor, query, days, moment)
    earlier = replace(this, days=before(query.period, days, today))
    return (_required(this, sites), _required(earlier, sites)) if is_time_required else (this, earlier)


async def _sites(pool: ReadPool, actor: Actor, query: KpiQuery) -> dict[UUID, Working]:
    chosen = (
        ("s.id = {}", query.site_id), ("s.id = (select l.site_id from production_lines l where l.id = {})", query.production_line_id),
        ("s.id = (select e.site_id from equipment e where e.id = {})", query.equipment_id),
    )  # fmt: skip
    own = joined([in_sight(actor, "s.id"), *(sql(of, value) for of, value in chosen if value is not None)], " and ")
    statement = sql("select s.id, s.time_zone, s.clock, s.shifts::text, s.holidays::text from sites s where {}", own)
    return {row["id"]: Working(row["shifts"], row["holidays"], clock_of(row["time_zone"], row["clock"])) for row in await pool.fetch(
        *statement.rendered()
    )}  # fmt: skip


@lru_cache(maxsize=500)
def _hours(of: Working) -> Hours:
    holidays = {Holiday.model_validate(each).day for each in json.loads(of.holidays)}
    return Hours([Shift.model_validate(each) for each in json.loads(of.shifts)], holidays, of.zone)


@lru_cache(maxsize=500)
def _whole(of: Working, days: Days) -> list[tuple[datetime, datetime]]:
    """Of all these days: what a year of shifts comes to takes a while."""
    hours = _hours(of)
    return hours.required(*(hours.wall(day, time()) for day in (days.since, days.until)))


def _required(of: Asked, sites: Mapping[UUID, Working]) -> Asked:
    """Of the sites that have said when they work."""
    spans = [
        (site_id, begins, min(ends, of.now)) for site_id, working in sites.items() for begins, ends in _whole(working, of.days)
        if begins < of.now
    ]  # fmt: skip
    return replace(of, required=spans)


def spanned(this: Asked, earlier: Asked) -> dict[str, Any]:
    """The days as people say them: the last one is included."""
    return {
        "period": this.query.period, "since": this.days.since, "until": this.days.until - _DAY,
        "before_since": earlier.days.since, "before_until": earlier.days.until - _DAY, "as_of": this.now, "confidence": CONFIDENCE,
    }  # fmt: skip
