"""What people are told when the demonstration begins: whatever waits for somebody, as if it had been told of when it came."""

from datetime import datetime, timedelta

import asyncpg

LATELY = timedelta(days=6)
_CAUSES = """
insert into notice_cause (id, kind, subject, subject_id, occurrence, facts, occurred_at, created_at)
select md5(kind || id || occurrence)::uuid, kind, subject, id, occurrence, facts::jsonb, at, at from (
    select 'request_received' as kind, 'work_request' as subject, r.id, '' as occurrence, '{}' as facts, r.created_at as at
        from work_request r where r.status = 'new'
    union all select 'job_to_validate', 'intervention', j.id, j.version::text, '{}', j.actual_end from maintenance_interventions j
        where j.status = 'completed' and not j.is_validated and j.needs_validation
    union all select 'job_assigned', 'intervention', j.id, j.version::text, '{}', j.created_at from maintenance_interventions j
        where j.status in ('pending', 'in_progress') and j.assigned_technician_id is not null and j.scheduled_maintenance_id is null
    union all select 'repeated_failure', 'intervention', j.id, j.version::text, '{}', j.actual_end from maintenance_interventions j
        where j.status = 'completed' and j.intervention_type = 'corrective' and j.mode_id is not null
    union all select 'machine_down', 'equipment', e.id, e.status_since::text, '{}', e.status_since from equipment e
        where e.status = 'broken' and e.criticality in ('high', 'critical')
    union all select 'shift_handover', 'handover', h.id, '', '{}', h.ends_at from handover h where h.acknowledged_at is null
    union all select 'low_stock', 'stock', k.id, k.version::text, '{}', k.low_since from stock k where k.low_since is not null
    union all select 'count_shelf', 'stock', t.stock_id, t.place_id::text, json_build_object('place_id', t.place_id)::text, t.count_since
        from place_stock t where t.count_since is not null
) c where at between $1::timestamptz - $2::interval and $1
order by at
"""


async def tell(connection: asyncpg.Connection, now: datetime) -> None:
    """The couriers do the rest."""
    await connection.execute(_CAUSES, now, LATELY)
