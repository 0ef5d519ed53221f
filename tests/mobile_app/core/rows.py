"""Rows as the server writes them, for tests."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import mobile_app.domain.foretelling  # noqa: F401 - it registers what goes beyond a row
from mobile_app.core.projection import Rows, project
from mobile_app.core.storage import StoredRow, refs_of
from shared_models.base import Row
from shared_models.equipment.rows import EquipmentRow
from shared_models.ids import uuid7
from shared_models.interventions.creation import new_job
from shared_models.interventions.rows import InterventionRow
from shared_models.permissions import Role
from shared_models.plans.commands import CreatePlan
from shared_models.plans.rows import PlanRow
from shared_models.rules import By

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
SITE = UUID(int=1)
ANNE = By(UUID(int=10), Role.technician)
PAUL = By(UUID(int=11), Role.supervisor)


def machine(name: str = "Convoyeur à bande", **changes: object) -> EquipmentRow:
    fields: dict[str, object] = {
        "id": uuid7(), "code": "EQ-0001", "name": name, "model": "", "manufacturer": "", "serial_number": None, "site_id": SITE,
        "production_line_id": None, "parent_id": None, "class_id": None, "status": "active", "status_since": AT, "status_reason": "",
        "criticality": "medium", "label_codes": [], "photo_id": None, "warranty_expiry": None, "installation_date": None,
        "specifications": {}, "version": 1,
    }  # fmt: skip
    return EquipmentRow.model_validate({**fields, **changes})


def job(of: EquipmentRow | None = None, title: str = "Courroie", **changes: object) -> InterventionRow:
    place = of or machine()
    blank = new_job(uuid7(), site_id=place.site_id, equipment_id=place.id, title=title, at=AT, by=PAUL.id)
    return blank.model_copy(update={"version": 1, "number": "INT-2026-000001", **changes})


def stored(entity: str, row: Row, site_id: UUID | None = SITE) -> StoredRow:
    text = row.model_dump_json()
    plain = json.loads(text)
    return StoredRow(entity, plain["id"], str(site_id) if site_id else None, refs_of(entity, plain), text)


def plan(of: EquipmentRow | None = None, **changes: object) -> PlanRow:
    """A plan as the server keeps it: by default a series, every second Monday at eight; dates are counted from `AT`."""
    row = of or machine()
    chosen = {"equipment_id": row.id, "title": "Graissage paliers", "frequency_type": "weekly", "frequency_value": 2, "weekdays": [0]}
    fields = {**chosen, "basis": "fixed", "starts_on": date(2026, 11, 23), "plan_id": uuid7(), "occurred_at": AT}
    known = {name: changes.pop(name) for name in [*changes] if name in CreatePlan.model_fields}
    rows = Rows(lambda entity, row_id: row if (entity, row_id) == ("equipment", row.id) else None)
    cmd = CreatePlan.model_validate({**fields, **known})
    project(cmd, rows, PAUL)
    made = rows.get(PlanRow, cmd.plan_id)
    assert made
    return made.model_copy(update={"version": 1, **changes})
