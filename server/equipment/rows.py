"""What devices hold of machines, as SQL expressions: one JSON object each, in the shape of the `Row` schemas.

f"select {equipment_json('e')} from equipment e where …"          # NULL for an archived machine: gone, to a device
"""

from server.core.held import Held, hold
from server.core.sql import json_columns, json_row, labour_minutes
from server.equipment.models import Document, Equipment, EquipmentClass, EquipmentLife
from shared_models.equipment.life import EquipmentLifeRow, LifeStatusChange, PastJob, Stop
from shared_models.equipment.rows import DocumentRow, EquipmentClassRow, EquipmentRead, EquipmentRow, ModeCount


def _label_codes(alias: str) -> str:
    return f"(select coalesce(json_agg(l.code order by l.linked_at, l.code), '[]') from label_code l where l.equipment_id = {alias}.id)"  # noqa: S608


def equipment_json(alias: str) -> str:
    """An `EquipmentRow`; NULL once the machine is archived."""
    present = json_row(EquipmentRow, alias, label_codes=_label_codes(alias))
    return f"(case when {alias}.archived_at is null then {present} end)"


def equipment_read_json(alias: str) -> str:
    """An `EquipmentRead`, archived or not."""
    return json_row(EquipmentRead, alias, label_codes=_label_codes(alias))


def equipment_class_json(alias: str) -> str:
    """An `EquipmentClassRow`."""
    return json_row(
        EquipmentClassRow, alias, failure_items=_failure_items(alias, "i.is_active"), retired_items=_failure_items(alias, "not i.is_active")
    )


def _failure_items(alias: str, condition: str) -> str:
    return (
        "(select coalesce(json_agg(json_build_object('id', i.id, 'kind', i.kind, 'code', i.code, 'names', i.names, 'icon', i.icon)"  # noqa: S608
        " order by i.kind, i.position, i.code), '[]')"
        f" from failure_item i where i.class_id = {alias}.id and {condition})"
    )


def document_json(alias: str) -> str:
    """A `DocumentRow`."""
    of_file = f"(select f.{{}} from attachment f where f.id = {alias}.attachment_id)"  # noqa: S608
    return json_row(DocumentRow, alias, mime_type=of_file.format("mime_type"), size_bytes=of_file.format("size_bytes"))


def equipment_life_json(alias: str) -> str:
    """An `EquipmentLifeRow`."""
    kept = {name: f"{alias}.data -> '{name}'" for name in ("jobs", "stops", "status_changes", "mode_counts")}
    return json_row(EquipmentLifeRow, alias, **kept)


EQUIPMENT = hold(EquipmentRow, Equipment, equipment_json, fresh=("t.archived_at is null",))
CLASS = hold(EquipmentClassRow, EquipmentClass, equipment_class_json)
MACHINE = Held(EquipmentRead, Equipment, equipment_read_json)
"""With what is on no device, archived or not."""
DOCUMENT = hold(DocumentRow, Document, document_json, rests=True)
LIFE = hold(EquipmentLifeRow, EquipmentLife, equipment_life_json, rests=True)

_JOBS = f"""
select coalesce(jsonb_agg(row_to_json(j)::jsonb order by j.completed_at desc), '[]') from (
    select {
    json_columns(
        PastJob,
        "i",
        completed_at="i.actual_end",
        labour_minutes=labour_minutes("i"),
        technician="coalesce((select u.first_name || ' ' || u.last_name from users u where u.id = i.completed_by), '')",
        work_performed="left(i.work_performed, 500)",
    )
}
    from maintenance_interventions i
    where i.equipment_id = e.id and i.status = 'completed' and i.actual_end > m.year_ago
    order by i.actual_end desc limit 60
) j
"""  # noqa: S608

_STOPS = f"""
select coalesce(jsonb_agg(row_to_json(s)::jsonb order by s.started_at), '[]') from (
    select {
    json_columns(
        Stop, "i", intervention_id="i.id", kind="coalesce(i.stop_kind, 'failure')", started_at="i.stopped_at", ended_at="i.restarted_at"
    )
}
    from maintenance_interventions i
    where i.equipment_id = e.id and i.stopped_at is not null and i.status <> 'cancelled'
    and (i.restarted_at is null or i.restarted_at > m.year_ago)
) s
"""  # noqa: S608

_STATUS_CHANGES = f"""
select coalesce(jsonb_agg(row_to_json(c)::jsonb order by c.occurred_at), '[]') from (
    select {json_columns(LifeStatusChange, "l")}
    from equipment_status_log l
    where l.equipment_id = e.id and l.occurred_at >= coalesce(
        (select max(b.occurred_at) from equipment_status_log b where b.equipment_id = e.id and b.occurred_at <= m.year_ago), m.year_ago)
) c
"""  # noqa: S608

_MODE_COUNTS = f"""
select coalesce(jsonb_agg(row_to_json(c)::jsonb order by c.count desc, c.mode_id), '[]') from (
    select {json_columns(ModeCount, "i", count="count(*)")}
    from maintenance_interventions i
    where i.equipment_id = e.id and i.mode_id is not null and i.status = 'completed' and i.actual_end > m.three_years_ago
    group by i.mode_id
) c
"""  # noqa: S608

REBUILD_LIFE = f"""
insert into equipment_life (id, site_id, data)
select e.id, e.site_id, jsonb_build_object(
    'jobs', ({_JOBS}), 'stops', ({_STOPS}), 'status_changes', ({_STATUS_CHANGES}), 'mode_counts', ({_MODE_COUNTS}))
from equipment e,
    (select cast(:now as timestamptz) - interval '1 year' as year_ago, cast(:now as timestamptz) - interval '3 years' as three_years_ago) m
where e.id = any(:ids)
on conflict (id) do update set site_id = excluded.site_id, data = excluded.data
where equipment_life.site_id <> excluded.site_id or equipment_life.data <> excluded.data
"""  # noqa: S608
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
