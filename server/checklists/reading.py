"""Templates and their versions, as the JSON PostgreSQL writes."""

from server.checklists.rows import CHECKLIST
from server.core.lists import UTC, List, Of
from server.core.sql import name_of
from shared_models.checklists.rows import ChecklistRow, ChecklistVersionRead

CHECKLISTS = List(
    "checklists", ChecklistRow, "checklist c", row=CHECKLIST.json("c"), sorts={"name": "c.name"}, order="name",
    exported=("name", "description", "is_active"), clock=UTC,
)  # fmt: skip
VERSIONS = List(
    "checklist_versions", ChecklistVersionRead, "checklist_version v", of=Of("checklist c", "checklist_id", site=None),
    columns={"by": f"coalesce({name_of('v.created_by')}, '')"}, sorts={"version": "v.version"}, order="-version", tie="version",
    exported=("version", "name", "created_at", "by"), clock=UTC,
)  # fmt: skip
