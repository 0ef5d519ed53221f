"""The statements of what is printed."""

from uuid import UUID

from server.core.access import Actor
from server.core.database import ReadSession
from server.core.errors import existing
from server.interventions.rows import INTERVENTION
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
