"""Where plans' machines stand, and whether they were in service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.core.database import ReadSession
from server.plans.models import Plan
from shared_models.plans.rows import PlanRow

_PLACES = sa.text("""
select a.id, s.time_zone, s.clock, e.status <> 'inactive' as works, e.archived_at is not null as is_archived
from unnest(cast(:ids as uuid[]), cast(:machines as uuid[])) a(id, machine)
join equipment e on e.id = a.machine join sites s on s.id = e.site_id
""")


async def places(session: ReadSession, plans: Sequence[PlanRow | Plan]) -> Mapping[UUID, Any]:
    """By plan."""
    values = {"ids": [plan.id for plan in plans], "machines": [plan.equipment_id for plan in plans]}
    return {row.id: row for row in await session.execute(_PLACES, values)}


@dataclass(frozen=True)
class History:
    """A `shared_models.plans.course.Service`: by `changes`, in order of time; before the first of them, as it is now."""

    works: bool
    changes: Sequence[tuple[datetime, bool]] = ()

    def was_in_service(self, at: datetime) -> bool:
        return next((works for since, works in reversed(self.changes) if since <= at), self.works)


_CHANGES = sa.text("""
select a.id, l.occurred_at, l.to_status <> 'inactive' as works
from unnest(cast(:ids as uuid[]), cast(:machines as uuid[]), cast(:since as timestamptz[])) a(id, machine, since)
join equipment_status_log l on l.equipment_id = a.machine and l.occurred_at >= coalesce(
    (select max(b.occurred_at) from equipment_status_log b where b.equipment_id = a.machine and b.occurred_at <= a.since), '-infinity'
) order by l.occurred_at, l.received_at, l.id
""")


async def changes(session: ReadSession, asked: Mapping[UUID, tuple[UUID, datetime]]) -> dict[UUID, list[tuple[datetime, bool]]]:
    """By plan: of its machine, from the last one before an instant on."""
    found: dict[UUID, list[tuple[datetime, bool]]] = {plan_id: [] for plan_id in asked}
    if asked:
        machines, since = zip(*asked.values(), strict=True)
        for row in await session.execute(_CHANGES, {"ids": list(asked), "machines": list(machines), "since": list(since)}):
            found[row.id].append((row.occurred_at, row.works))
    return found
