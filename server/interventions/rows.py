"""What devices hold of an intervention, as a SQL expression in the shape of `shared_models.interventions.InterventionRow`.

f"select {row_json('i')} from maintenance_interventions i where …"
"""

from pydantic import BaseModel

from server.core.held import SINCE, hold
from server.core.sql import json_row, json_rows
from server.interventions.models import Intervention
from shared_models.checklists.rows import AnswerRow
from shared_models.interventions.rows import ActionRow, InterventionRow, NoteRow, PhotoRow

TABLE = "maintenance_interventions"


def _children(model: type[BaseModel], table: str, alias: str, order: str) -> str:
    return json_rows(model, "x", f"{table} x where x.intervention_id = {alias}.id", order)


def row_json(alias: str) -> str:
    """An `InterventionRow`: the sheet with its actions, notes and photos."""
    return json_row(
        InterventionRow, alias,
        actions=_children(ActionRow, "intervention_action", alias, "x.started_at, x.id"),
        notes=_children(NoteRow, "intervention_note", alias, "x.occurred_at, x.id"),
        answers=_children(AnswerRow, "intervention_answer", alias, "x.occurred_at, x.id"),
        photos=_children(PhotoRow, "intervention_photo", alias, "x.occurred_at, x.id"),
    )  # fmt: skip


FIRST = """
select t.id, t.site_id, t.equipment_id from maintenance_interventions t
where t.site_id = any($1::uuid[]) and t.status in ('pending', 'in_progress', 'on_hold')
order by case when t.assigned_technician_id = $2 then 0
    when t.assigned_team_id in (select m.team_id from team_member m where m.user_id = $2) then 1
    when t.assigned_technician_id is null and t.assigned_team_id is null then 2 else 3 end,
    coalesce(t.due_at, t.scheduled_end, t.scheduled_start), t.id
limit 60
"""
"""Of the sites $1, what the person $2 is likely to have come for: their own, their teams', nobody's, each by its date."""
_WAITING = "(t.status in ('pending', 'in_progress', 'on_hold') or (t.status = 'completed' and not t.is_validated and t.needs_validation))"
INTERVENTION = hold(
    InterventionRow, Intervention, row_json, fresh=(_WAITING, f"t.actual_end >= {SINCE}", "t.actual_end is null"),
)  # fmt: skip
