"""What devices hold of an intervention, as a SQL expression in the shape of `shared_models.interventions.InterventionRow`.

f"select {row_json('i')} from maintenance_interventions i where …"
"""

from pydantic import BaseModel

from server.core.sql import json_columns, labour_minutes
from shared_models.checklists.rows import AnswerRow
from shared_models.interventions.rows import ActionRow, InterventionListItem, InterventionRow, NoteRow, PhotoRow

TABLE = "maintenance_interventions"


def _children(model: type[BaseModel], table: str, alias: str, order: str) -> str:
    return (
        f"(select coalesce(json_agg(c order by {order}), '[]') from (select {json_columns(model, 'x')} "  # noqa: S608
        f"from {table} x where x.intervention_id = {alias}.id) c)"
    )


def row_json(alias: str) -> str:
    """An `InterventionRow`: the sheet with its actions, notes and photos."""
    columns = json_columns(
        InterventionRow, alias,
        actions=_children(ActionRow, "intervention_action", alias, "c.started_at, c.id"),
        notes=_children(NoteRow, "intervention_note", alias, "c.occurred_at, c.id"),
        answers=_children(AnswerRow, "intervention_answer", alias, "c.occurred_at, c.id"),
        photos=_children(PhotoRow, "intervention_photo", alias, "c.occurred_at, c.id"),
    )  # fmt: skip
    return f"(select row_to_json(o) from (select {columns}) o)"  # noqa: S608


LIST_COLUMNS = json_columns(
    InterventionListItem, "i",
    equipment_name="(select e.name from equipment e where e.id = i.equipment_id)",
    equipment_code="(select e.code from equipment e where e.id = i.equipment_id)",
    technician="(select u.first_name || ' ' || u.last_name from users u where u.id = i.assigned_technician_id)",
    labour_minutes=labour_minutes("i"),
)  # fmt: skip
"""The select list of an `InterventionListItem` of `maintenance_interventions i`; what it looks up is looked up for the page's rows only."""
