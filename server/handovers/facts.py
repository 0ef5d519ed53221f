"""What there is to hand over: read once, at the end of a shift.

Each statement has the site ($1), since when ($2) and until when ($3) it is told of, when the shift began ($4) and how far ahead it looks
($5), and answers with columns of `HandoverItem`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from server.core.queries import expression
from server.core.sql import name_of
from shared_models.handovers.rows import AHEAD, HandoverItem, Part

_WHO = expression("coalesce({}, (select m.name from team m where m.id = j.assigned_team_id))", name_of("j.assigned_technician_id"))
_JOB = (
    "select 'intervention' as about, j.id as about_id, j.title, j.number, e.name as machine, j.status, j.priority, {}"
    " from maintenance_interventions j join equipment e on e.id = j.equipment_id where j.site_id = $1 and e.archived_at is null and ({})"
)
_LATE = """
j.actual_end >= $2 - interval '3 days'
and exists (select from handover h where h.site_id = $1 and j.actual_end >= h.since and j.actual_end < h.ends_at)
and not exists (select from handover h join handover_page p on p.id = h.id where h.site_id = $1 and h.ends_at > $2 - interval '4 days'
    and p.items @> jsonb_build_array(jsonb_build_object('part', 'closed', 'about_id', j.id)))
"""
"""Done while another shift was on, whose handover could not know: the device was out of reach."""
_MATTERS = "j.intervention_type = 'corrective' and j.priority in ('high', 'urgent') and j.status in ('pending', 'in_progress', 'on_hold')"
_DEGRADED = expression(
    """
select 'equipment' as about, e.id as about_id, e.name as title, e.code as number, e.status, j.priority,
    case when e.status <> 'active' then e.status_since else j.created_at end as at, coalesce(nullif(e.status_reason, ''), j.title) as reason
from equipment e left join lateral (
    select j.title, j.priority, j.created_at from maintenance_interventions j where j.equipment_id = e.id and {}
    order by j.priority = 'urgent' desc, j.created_at limit 1) j on true
where e.site_id = $1 and e.archived_at is null and (e.status in ('broken', 'maintenance') or (e.status = 'active' and j.title is not null))
order by case e.status when 'broken' then 0 when 'maintenance' then 1 else 2 end, e.name, e.id
""",
    _MATTERS,
)
_LOW = """
select distinct on (p.name, a.part_id) 'part' as about, a.part_id as about_id, p.name as title, p.part_number as number,
    a.occurred_at as at, k.on_hand, coalesce(k.minimum, p.minimum_stock) as minimum, p.unit
from stock_alert a join spare_parts p on p.id = a.part_id join stock k on k.part_id = a.part_id and k.site_id = a.site_id
where a.site_id = $1 and a.created_at >= $2 and a.created_at < $3 and k.low_since is not null order by p.name, a.part_id, a.occurred_at desc
"""


def _jobs(columns: str, condition: str, order: str) -> str:
    return expression("{} order by {}, j.id", expression(_JOB, columns, condition), order)


_ON_TIME = "coalesce(j.scheduled_start, j.due_at)"
_STATEMENTS: Mapping[Part, str] = {
    Part.degraded: _DEGRADED,
    Part.stuck: _jobs(f"{_WHO} as who, nullif(j.status_reason, '') as reason, j.due_local as due", "j.status = 'on_hold'", "j.number"),
    Part.opened: _jobs(
        f"{_WHO} as who, j.created_at as at",
        "j.created_at >= $2 and j.created_at < $3 and j.scheduled_maintenance_id is null and j.status <> 'cancelled'",
        "j.created_at",
    ),
    Part.temporary: _jobs(
        f"{name_of('j.completed_by')} as who, j.temporary_until as until",
        "j.status = 'completed' and j.temporary_until is not null and exists (select from maintenance_interventions f"
        " where f.permanent_repair_of = j.id and f.status in ('pending', 'in_progress', 'on_hold'))",
        "j.temporary_until",
    ),
    Part.low: _LOW,
    Part.ahead: _jobs(
        f"{_WHO} as who, j.due_local as due, j.scheduled_start as at",
        f"j.status in ('pending', 'in_progress') and (j.status = 'in_progress' or ({_ON_TIME} >= $4 and {_ON_TIME} < $5)"
        f" or ({_ON_TIME} is null and num_nonnulls(j.assigned_technician_id, j.assigned_team_id) > 0))",
        f"j.status = 'in_progress' desc, {_ON_TIME} nulls last, j.number",
    ),
    Part.closed: _jobs(
        f"{name_of('j.completed_by')} as who, j.actual_end as at",
        f"j.status = 'completed' and j.actual_end < $3 and (j.actual_end >= $2 or ({_LATE}))",
        "j.actual_end",
    ),
}


class Reading(Protocol):
    async def fetch(self, query: str, /, *arguments: Any) -> Sequence[Mapping[str, Any]]: ...


async def gather(session: Reading, site_id: UUID, since: datetime, begins_at: datetime, ends_at: datetime) -> list[HandoverItem]:
    found: list[HandoverItem] = []
    for part in Part:
        rows = await session.fetch(_text(_STATEMENTS[part]), site_id, since, ends_at, begins_at, ends_at + AHEAD)
        found += [HandoverItem.model_validate({**_said(row), "part": part}) for row in rows]
    return found


def _text(statement: str) -> str:
    """With all of the parameters, whichever it uses."""
    given = "select $1::uuid, $2::timestamptz, $3::timestamptz, $4::timestamptz, $5::timestamptz"
    return expression("with given as ({}) {}", given, statement)


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def counted(items: Iterable[HandoverItem]) -> dict[str, int]:
    of = Counter(item.part for item in items)
    return {part.value: of[part] for part in Part if of[part]}
