"""The statements of what is printed."""

from datetime import datetime
from uuid import UUID

from server.core.access import Actor
from server.core.database import ReadSession
from server.core.errors import existing
from server.core.queries import expression
from server.core.sql import labour_minutes
from server.equipment.rows import EQUIPMENT
from server.interventions.rows import INTERVENTION
from server.reports.machine_file import MOST_JOBS, MachineFile
from shared_models.equipment.rows import EquipmentRow
from shared_models.interventions.rows import InterventionRow

_SEEN = "select id from maintenance_interventions where id = $1 and ($2::uuid[] is null or site_id = any($2))"
_ABOUT = """
select e.name as machine, e.code as machine_code, s.clock, l.name as line, s.name as site
from equipment e join sites s on s.id = e.site_id left join production_lines l on l.id = e.production_line_id where e.id = $1
"""
_NAMES = """
select id, first_name || ' ' || last_name as name from users where id = any($1) union all select id, name from team where id = any($1)
union all select id, coalesce(names ->> $2, (select min(value) from jsonb_each_text(names))) from failure_item where id = any($1)
"""
_PARTS = """
select p.part_number, p.name, j.quantity_used as quantity, p.unit, j.cost, j.currency
from maintenance_spare_parts j join spare_parts p on p.id = j.spare_part_id
where j.intervention_id = $1 and j.quantity_used > 0 order by p.part_number, p.id
"""


async def job(session: ReadSession, actor: Actor, intervention_id: UUID) -> InterventionRow:
    """Raises `NotFound`, also for who may not see it."""
    existing(await session.fetchval(_SEEN, intervention_id, actor.site_list))
    return InterventionRow.model_validate_json(await INTERVENTION.written(session, intervention_id))


async def about(session: ReadSession, found: InterventionRow, lang: str) -> dict[str, object]:
    """Of a `JobSheet`, all that is not in the job."""
    machine = existing(await session.fetchrow(_ABOUT, found.equipment_id))
    names = await session.fetch(_NAMES, list(_named(found)), lang)
    parts = await session.fetch(_PARTS, found.id)
    return {
        "machine": machine["machine"], "machine_code": machine["machine_code"], "zone": machine["clock"],
        "place": [name for name in (machine["line"], machine["site"]) if name],
        "names": {row["id"]: row["name"] or "" for row in names}, "parts": [dict(row) for row in parts],
    }  # fmt: skip


def _named(found: InterventionRow) -> set[UUID]:
    one = (
        found.assigned_technician_id, found.assigned_team_id, found.created_by, found.completed_by, found.validated_by, found.returned_by,
        found.mode_id, found.mechanism_id, found.cause_id, found.remedy_id,
    )  # fmt: skip
    by = (each.user_id for part in (found.actions, found.notes, found.photos, found.answers) for each in part)
    return {each for each in one if each} | set(by)


_MACHINE = """
select s.clock as zone, l.name as line, s.name as site, coalesce(p.code || ' · ' || p.name, '') as part_of,
    coalesce(c.names, '{}') as class_names, coalesce(c.spec_fields, '[]') as spec_fields,
    (select coalesce(json_agg(json_build_object('name', m.name, 'unit', m.unit, 'last_value', m.last_value, 'last_read_at', m.last_read_at)
        order by m.name, m.id), '[]') from meter m where m.equipment_id = e.id and m.is_active) as meters,
    (select coalesce(json_agg(json_build_object('title', d.title, 'valid_until', d.valid_until) order by d.title, d.id), '[]')
        from document d where d.equipment_id = e.id) as documents,
    (select coalesce(json_agg(json_build_object('title', x.title, 'next_due_date', x.next_due_date) order by x.next_due_date, x.id), '[]')
        from scheduled_maintenances x where x.equipment_id = e.id and x.is_active) as plans,
    (select count(*) from maintenance_interventions i where i.equipment_id = e.id and i.status <> 'cancelled') as job_count
from equipment e join sites s on s.id = e.site_id left join production_lines l on l.id = e.production_line_id
left join equipment p on p.id = e.parent_id left join equipment_class c on c.id = e.class_id where e.id = $1
"""
_LIFE = expression(
    """
select i.number, i.title, i.intervention_type, i.status, coalesce(i.actual_end, i.created_at) as at, i.downtime_minutes,
    {} as labour_minutes, i.work_performed as work,
    (select coalesce(json_object_agg(t.currency, t.cost), json_build_object()) from (select x.currency, sum(x.cost) as cost
        from maintenance_spare_parts x where x.intervention_id = i.id and x.quantity_used > 0 group by x.currency) t) as costs
from maintenance_interventions i where i.equipment_id = $1 and i.status <> 'cancelled'
order by coalesce(i.actual_end, i.created_at) desc, i.id desc limit $2
""",
    labour_minutes("i"),
)
_MACHINE_SEEN = "select id from equipment where id = $1 and ($2::uuid[] is null or site_id = any($2))"


async def machine(session: ReadSession, actor: Actor, equipment_id: UUID, at: datetime) -> MachineFile:
    """Raises `NotFound`, also for who may not see it."""
    existing(await session.fetchval(_MACHINE_SEEN, equipment_id, actor.site_list))
    row = EquipmentRow.model_validate_json(await EQUIPMENT.written(session, equipment_id))
    about = dict(existing(await session.fetchrow(_MACHINE, equipment_id)))
    place = [name for name in (about.pop("line"), about.pop("site")) if name]
    jobs = [dict(job) for job in await session.fetch(_LIFE, equipment_id, MOST_JOBS)]
    return MachineFile.model_validate({"machine": row, "lang": actor.lang, "printed_at": at, "place": place, "jobs": jobs, **about})
