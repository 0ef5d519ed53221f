"""What devices hold of machines, as SQL expressions: one JSON object each, in the shape of the `Row` schemas.

f"select {equipment_json('e')} from equipment e where …"          # NULL for an archived machine: gone, to a device
"""

from server.attachments.papers import paper_json
from server.core.held import Held, hold
from server.core.label_codes import label_codes
from server.core.queries import expression
from server.core.sql import json_columns, json_row, labour_minutes, name_of
from server.equipment.models import Document, Equipment, EquipmentClass, EquipmentLife
from shared_models.equipment.life import EquipmentLifeRow, LifeStatusChange, PastJob, Stop
from shared_models.equipment.rows import DocumentRow, EquipmentClassRow, EquipmentRead, EquipmentRow, ModeCount


def equipment_json(alias: str) -> str:
    """An `EquipmentRow`; NULL once the machine is archived."""
    present = json_row(EquipmentRow, alias, label_codes=label_codes(alias, "equipment_id"))
    return f"(case when {alias}.archived_at is null then {present} end)"


def equipment_read_json(alias: str) -> str:
    """An `EquipmentRead`, archived or not."""
    return json_row(EquipmentRead, alias, label_codes=label_codes(alias, "equipment_id"))


def equipment_class_json(alias: str) -> str:
    """An `EquipmentClassRow`."""
    return json_row(
        EquipmentClassRow, alias, failure_items=_failure_items(alias, "i.is_active"), retired_items=_failure_items(alias, "not i.is_active")
    )


def _failure_items(alias: str, condition: str) -> str:
    return expression(
        "(select coalesce(json_agg(json_build_object('id', i.id, 'kind', i.kind, 'code', i.code, 'names', i.names, 'icon', i.icon)"
        " order by i.kind, i.position, i.code), '[]') from failure_item i where i.class_id = {}.id and {})",
        alias, condition,
    )  # fmt: skip


def equipment_life_json(alias: str) -> str:
    """An `EquipmentLifeRow`."""
    kept = {name: f"{alias}.data -> '{name}'" for name in ("jobs", "stops", "status_changes", "mode_counts")}
    return json_row(EquipmentLifeRow, alias, **kept)


EQUIPMENT = hold(EquipmentRow, Equipment, equipment_json, fresh=("t.archived_at is null",))
CLASS = hold(EquipmentClassRow, EquipmentClass, equipment_class_json)
MACHINE = Held(EquipmentRead, Equipment, equipment_read_json)
"""With what is on no device, archived or not."""
DOCUMENT = hold(DocumentRow, Document, paper_json(DocumentRow), rests=True)
LIFE = hold(EquipmentLifeRow, EquipmentLife, equipment_life_json, rests=True)

PAST_JOB = json_columns(
    PastJob, "i", completed_at="i.actual_end", labour_minutes=labour_minutes("i"), technician=f"coalesce({name_of('i.completed_by')}, '')",
    work_performed="left(i.work_performed, 500)",
)  # fmt: skip
_STOP = json_columns(
    Stop, "i", intervention_id="i.id", kind="coalesce(i.stop_kind, 'failure')", started_at="i.stopped_at", ended_at="i.restarted_at"
)

_JOBS = """
select coalesce(jsonb_agg(row_to_json(j)::jsonb order by j.completed_at desc), '[]') from (
    select {}
    from maintenance_interventions i
    where i.equipment_id = e.id and i.status = 'completed' and i.actual_end > m.year_ago
    order by i.actual_end desc limit 60
) j
"""

_STOPS = """
select coalesce(jsonb_agg(row_to_json(s)::jsonb order by s.started_at), '[]') from (
    select {}
    from maintenance_interventions i
    where i.equipment_id = e.id and i.stopped_at is not null and i.status <> 'cancelled'
    and (i.restarted_at is null or i.restarted_at > m.year_ago)
) s
"""

_STATUS_CHANGES = """
select coalesce(jsonb_agg(row_to_json(c)::jsonb order by c.occurred_at), '[]') from (
    select {}
    from equipment_status_log l
    where l.equipment_id = e.id and l.occurred_at >= coalesce(
        (select max(b.occurred_at) from equipment_status_log b where b.equipment_id = e.id and b.occurred_at <= m.year_ago), m.year_ago)
) c
"""

_MODE_COUNTS = """
select coalesce(jsonb_agg(row_to_json(c)::jsonb order by c.count desc, c.mode_id), '[]') from (
    select {}
    from maintenance_interventions i
    where i.equipment_id = e.id and i.mode_id is not null and i.status = 'completed' and i.actual_end > m.three_years_ago
    group by i.mode_id
) c
"""

REBUILD_LIFE = expression(
    """
insert into equipment_life (id, site_id, data)
select e.id, e.site_id, jsonb_build_object(
    'jobs', ({}), 'stops', ({}), 'status_changes', ({}), 'mode_counts', ({}))
from equipment e,
    (select cast(:now as timestamptz) - interval '1 year' as year_ago, cast(:now as timestamptz) - interval '3 years' as three_years_ago) m
where e.id = any(:ids)
on conflict (id) do update set site_id = excluded.site_id, data = excluded.data
where equipment_life.site_id <> excluded.site_id or equipment_life.data <> excluded.data
""",
    expression(_JOBS, PAST_JOB), expression(_STOPS, _STOP), expression(_STATUS_CHANGES, json_columns(LifeStatusChange, "l")),
    expression(_MODE_COUNTS, json_columns(ModeCount, "i", count="count(*)")),
)  # fmt: skip
"""One statement for any number of machines; parameters `ids` and `now`.

The last status before the year is kept: the strip starts with it.
"""

REFRESH_MODE_COUNTS = """
update equipment_class k set mode_counts = fresh.counts
from (
    select c.id, coalesce(
        jsonb_agg(jsonb_build_object('mode_id', n.mode_id, 'count', n.count) order by n.count desc, n.mode_id)
        filter (where n.mode_id is not null),
        '[]') as counts
    from equipment_class c
    left join (
        select e.class_id, i.mode_id, count(*) as count
        from maintenance_interventions i join equipment e on e.id = i.equipment_id
        where i.mode_id is not null and i.status = 'completed' and i.actual_end > cast(:now as timestamptz) - interval '3 years'
        group by e.class_id, i.mode_id
    ) n on n.class_id = c.id
    group by c.id
) fresh
where fresh.id = k.id and k.mode_counts <> fresh.counts
"""
