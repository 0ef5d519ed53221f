"""Which days are asked about, on the clocks of the sites in sight, and the time in which those want their machines to run."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, time, timedelta
from typing import Any
from uuid import UUID

from server.core.access import Actor, in_sight
from server.core.clock import now
from server.core.queries import plain, sql
from server.core.read_pool import ReadPool
from server.core.zones import clock_of
from server.kpis.facts import Asked
from shared_models.kpis.periods import before, days_of
from shared_models.kpis.rows import KpiQuery, days_asked
from shared_models.kpis.statistics import CONFIDENCE
from shared_models.shifts import Holiday, Hours, Shift

_DAY = timedelta(days=1)


async def asked(pool: ReadPool, actor: Actor, query: KpiQuery, *, is_time_required: bool = True) -> tuple[Asked, Asked]:
    """The days that are asked about and those before, as today is where the sites are; where that differs, by Greenwich.

    `is_time_required`: with the time in which machines were to run, which takes a while for years of many sites.
    """
    moment, sites = now(), await _sites(pool, actor, query)
    zones = {hours.zone for hours in sites.values()}
    today = moment.astimezone(zones.pop() if len(zones) == 1 else UTC).date()
    days = days_asked(query) or days_of(query.period, today)
    this = Asked(actor, query, days, moment)
    earlier = replace(this, days=before(query.period, days, today))
    return (_required(this, sites), _required(earlier, sites)) if is_time_required else (this, earlier)


async def _sites(pool: ReadPool, actor: Actor, query: KpiQuery) -> dict[UUID, Hours]:
    own = sql("s.id = {}", query.site_id) if query.site_id else plain("true")
    statement = sql(
        "select s.id, s.time_zone, s.clock, s.shifts::text, s.holidays::text from sites s where {} and {}", in_sight(actor, "s.id"), own
    )
    return {
        row["id"]: Hours(
            [Shift.model_validate(each) for each in json.loads(row["shifts"])],
            {Holiday.model_validate(each).day for each in json.loads(row["holidays"])},
            clock_of(row["time_zone"], row["clock"]),
        )
        for row in await pool.fetch(*statement.rendered())
    }


def _required(of: Asked, sites: Mapping[UUID, Hours]) -> Asked:
    """Of the sites that have said when they work."""
    spans = []
    for site_id, hours in sites.items():
        since, until = (hours.wall(day, time()) for day in (of.days.since, of.days.until))
        until = min(until, of.now)
        if hours.shifts and since < until:
            spans += [(site_id, begins, ends) for begins, ends in hours.required(since, until)]
    return replace(of, required=spans)


def spanned(this: Asked, earlier: Asked) -> dict[str, Any]:
    """The days as people say them: the last one is included."""
    return {
        "period": this.query.period, "since": this.days.since, "until": this.days.until - _DAY,
        "before_since": earlier.days.since, "before_until": earlier.days.until - _DAY, "as_of": this.now, "confidence": CONFIDENCE,
    }  # fmt: skip
