"""The lists of interventions and of what was done to one.

A search finds every word in the number, the title or the machine (name, code, serial number…), whatever its accents.
"""

from datetime import datetime
from uuid import UUID

from server.core.access import Actor
from server.core.lists import List, Of, every_word, exact, on_sites
from server.core.queries import plain, rank, sql
from server.core.read_pool import ReadPool
from server.core.sql import ensure_in_sight, labour_minutes, name_of
from server.equipment.rows import PAST_JOB
from server.interventions.rows import TABLE
from shared_models.equipment.life import REPEAT_WINDOW
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import (
    HistoryEntry,
    InterventionFilter,
    InterventionListItem,
    PastInterventionItem,
    Priority,
    RevisionRead,
)
from shared_models.paging import KeysetQuery

_ROWS = f"{TABLE} i"
_JOINS = "join equipment e on e.id = i.equipment_id left join users u on u.id = i.assigned_technician_id"
_CARRIED = {"equipment_name": "e.name", "equipment_code": "e.code", "technician": "u.first_name || ' ' || u.last_name"}
_COLUMNS = {"labour_minutes": labour_minutes("i")}
_STILL = ("equipment_name", "equipment_code", "technician", "labour_minutes")
_PARTS = (
    "(select coalesce(string_agg(p.name, ', ' order by p.name_folded), '') from maintenance_spare_parts x"
    " join spare_parts p on p.id = x.spare_part_id where x.intervention_id = i.id and x.quantity_used > 0)"
)
_NOBODY_IS_AT_WORK = "not exists (select from intervention_action a where a.intervention_id = i.id and a.ended_at is null)"
_WORDS = {"intervention_type": "domain.type", "status": "domain.job", "priority": "domain.priority"}
_EXPORTED = (
    "number", "title", "equipment_code", "equipment_name", "intervention_type", "status", "priority", "technician", "created_at",
    "scheduled_start", "actual_start", "actual_end", "downtime_minutes", "labour_minutes", "is_validated", "work_performed",
)  # fmt: skip

INTERVENTIONS = List(
    "interventions", InterventionListItem, _ROWS,
    scope=on_sites("i.site_id"),
    joins=_JOINS, carried=_CARRIED, columns=_COLUMNS, still=_STILL, still_while=_NOBODY_IS_AT_WORK,
    query=InterventionFilter,
    filters=exact("i", "site_id", "equipment_id", "assigned_technician_id", "status", "intervention_type", "is_validated") | {
        "awaits_validation": "(i.status = 'completed' and not i.is_validated and i.needs_validation) = {}",
        "production_line_id": "i.equipment_id in (select e.id from equipment e where e.production_line_id = {})",
        "since": "i.created_at >= {}",
        "until": "i.created_at < {}",
        "ended_before": "i.actual_end < {}",
    },
    # Machines first into an array: the planner then joins two indexes instead of reading every sheet.
    search=every_word(
        "(i.search_text like etabli_fold({word}) or i.equipment_id = any("
        "array(select e.id from equipment e where e.search_text like etabli_fold({word}))))"
    ),
    sorts={
        "created_at": "i.created_at",
        "number": "i.number",
        "scheduled_start": "i.scheduled_start nulls last",
        "actual_end": "i.actual_end",  # in the index's own order: what has not ended ends last
        "title": "etabli_fold(i.title)",
        "status": rank("i.status", InterventionStatus),
        "priority": rank("i.priority", Priority),
        "downtime_minutes": "i.downtime_minutes nulls last",
    },
    order="-created_at",
    exported=_EXPORTED,
    words=_WORDS,
)  # fmt: skip
OF_MACHINE = List(
    "machine_history", PastInterventionItem, _ROWS, of=Of("equipment e", "equipment_id"), joins=_JOINS, carried=_CARRIED,
    columns=_COLUMNS | {"parts": _PARTS}, still=_STILL, still_while=_NOBODY_IS_AT_WORK, query=KeysetQuery,
    sorts={"created_at": "i.created_at"}, order="-created_at", exported=(*_EXPORTED, "parts"), words=_WORDS,
)  # fmt: skip
HISTORY = List(
    "history", HistoryEntry, "audit_log l", of=Of(_ROWS, "intervention_id", "entity_id"), where=f"l.entity = '{TABLE}'",
    columns={"by": "l.actor_label"}, sorts={"id": "l.id"}, order="-id", exported=("occurred_at", "by", "action"), words={"action": "audit"},
)  # fmt: skip
REVISIONS = List(
    "revisions", RevisionRead, "intervention_revision r", of=Of(_ROWS, "intervention_id"),
    columns={"by": f"coalesce({name_of('r.by_user_id')}, '')"},
    sorts={"revision": "r.revision"}, order="-revision", tie="revision", exported=("revision", "replaced_at", "by", "reason"),
    clock="(select s.clock from maintenance_interventions i join sites s on s.id = i.site_id where i.id = r.intervention_id)",
)  # fmt: skip


async def recent_failures(pool: ReadPool, actor: Actor, equipment_id: UUID, at: datetime) -> str:
    """JSON of the `PastJob`s that a repeat notice looks at."""
    await ensure_in_sight(pool, "equipment e", equipment_id, actor)
    statement = sql(
        "select coalesce(json_agg(t), '[]')::text from (select {} from {} where i.equipment_id = {}"
        " and i.intervention_type = 'corrective' and i.status = 'completed' and i.actual_end >= {}) t",
        plain(PAST_JOB), plain(_ROWS), equipment_id, at - REPEAT_WINDOW,
    )  # fmt: skip
    return str(await pool.fetchval(*statement.rendered()))
