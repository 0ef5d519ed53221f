"""What devices hold of a checklist template, as a SQL expression in the shape of `shared_models.checklists.ChecklistRow`."""

from server.core.sql import json_columns
from shared_models.checklists.rows import ChecklistRow


def checklist_json(alias: str) -> str:
    return f"(select row_to_json(o) from (select {json_columns(ChecklistRow, alias)}) o)"  # noqa: S608
