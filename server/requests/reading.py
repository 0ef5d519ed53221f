"""Work requests as the JSON PostgreSQL writes."""

from server.core.lists import List, exact, on_sites
from server.core.sql import name_of
from server.requests import rows
from shared_models.requests.rows import WorkRequestFilter, WorkRequestRow

REQUESTS = List(
    "requests", WorkRequestRow, "work_request r", row=rows.work_request_json("r"),
    scope=on_sites("r.site_id"),
    columns={
        "equipment_code": "(select e.code from equipment e where e.id = r.equipment_id)",
        "equipment_name": "(select e.name from equipment e where e.id = r.equipment_id)",
        "job_number": "(select i.number from maintenance_interventions i where i.request_id = r.id)",
        "decider": name_of("r.decided_by"),
    },
    query=WorkRequestFilter,
    filters=exact("r", "site_id", "equipment_id", "status"),
    sorts={"created_at": "r.created_at", "number": "r.number", "status": "r.status", "symptom": "r.symptom"},
    order="-created_at",
    exported=(
        "number", "created_at", "equipment_code", "equipment_name", "symptom", "text", "requester", "is_stopped", "status", "reason",
        "decider", "decided_at", "job_number",
    ),
    words={"symptom": "domain.symptom", "status": "domain.request"},
)  # fmt: skip
