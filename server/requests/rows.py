"""What devices hold of a work request, as SQL: a JSON object in the shape of `WorkRequestRow`."""

from server.core.held import hold
from server.core.sql import json_row
from server.requests.models import WorkRequest
from shared_models.requests.rows import WorkRequestRow

_JOB = "(select i.id from maintenance_interventions i where i.request_id = {0}.id)"


def work_request_json(alias: str) -> str:
    return json_row(WorkRequestRow, alias, intervention_id=_JOB.format(alias))


WORK_REQUEST = hold(WorkRequestRow, WorkRequest, work_request_json)
