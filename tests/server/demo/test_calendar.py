"""A calendar of one place is that part of everybody's, though it is found in another way."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.calendar.listing import month
from server.core.access import SYSTEM, Actor
from server.core.read_pool import ReadPool
from shared_models.plans.calendar import CalendarQuery
from tests.server.demo.conftest import NOW


async def entries(pool: ReadPool, actor: Actor = SYSTEM, **place: Any) -> list[str]:
    days = {"since": NOW.date() - timedelta(days=30), "until": NOW.date() + timedelta(days=60)}
    answer = await month(pool, actor, CalendarQuery(**days, **place))
    return sorted(json.dumps(entry) for entry in json.loads(bytes(answer.body)))


async def test_a_places_calendar_is_its_part_of_everybodys(pool):
    everything = await entries(pool)
    parts: dict[str, list[str]] = defaultdict(list)
    for entry in everything:
        parts[json.loads(entry)["site_id"]].append(entry)
    assert len(parts) > 1
    for site, part in parts.items():
        assert await entries(pool, site_id=site) == part
        assert await entries(pool, replace(SYSTEM, site_ids=frozenset({UUID(site)}))) == part
    assert {json.loads(entry)["assigned_technician_id"] is None for entry in everything} == {True, False}
