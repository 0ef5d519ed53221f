"""What devices hold of a work request, as SQL: a JSON object in the shape of `WorkRequestRow`."""

from server.core.sql import json_columns
from shared_models.requests.rows import WorkRequestRow


def columns(alias: str) -> str:
    of_job = f"(select i.id from maintenance_interventions i where i.request_id = {alias}.id)"  # noqa: S608
    return json_columns(WorkRequestRow, alias, intervention_id=of_job)


def work_request_json(alias: str) -> str:
    return f"(select row_to_json(o) from (select {columns(alias)}) o)"  # noqa: S608


ROWS = {"work_request": ("work_request", work_request_json)}
"""Synced entity → its table and its row expression."""
