"""How a job begins: asked for by hand, due by a plan, or left over by a temporary repair. One shape and one set of defaults.

Nothing is validated here, so that hundreds can be made at a time. Numbers are the server's to give.
"""

from copy import copy
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from shared_models.checklists.rows import ChecklistRow, JobChecklist
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow, InterventionType, Priority
from shared_models.plans.planning import DueReason


class Plan(Protocol):
    """A row of a plan, on a device or of the server's table."""

    @property
    def id(self) -> UUID: ...
    @property
    def site_id(self) -> UUID: ...
    @property
    def equipment_id(self) -> UUID: ...
    @property
    def title(self) -> str: ...
    @property
    def estimated_duration(self) -> int | None: ...
    @property
    def assigned_technician_id(self) -> UUID | None: ...


@cache
def _blank() -> InterventionRow:
    fields = InterventionRow.model_fields
    nothing: dict[str, Any] = {name: None if field.is_required() else copy(field.default) for name, field in fields.items()}
    texts = ("description", "status_reason", "failure_cause", "work_performed", "observations", "return_reason")
    return InterventionRow.model_construct(**{
        **nothing, **dict.fromkeys(texts, ""), "intervention_type": InterventionType.corrective, "status": InterventionStatus.pending,
        "priority": Priority.medium, "mode_unknown": False, "is_validated": False, "revision": 0, "version": 1, "actions": [], "notes": [],
        "photos": [],
    })  # fmt: skip


def new_job(
    job_id: UUID, *, site_id: UUID, equipment_id: UUID, title: str, at: datetime, by: UUID | None, **asked: Any
) -> InterventionRow:  # fmt: skip
    """`asked` are further fields of the sheet; `by` is None for the system."""
    return _blank().model_copy(update={
        "id": job_id, "site_id": site_id, "equipment_id": equipment_id, "title": title, "created_at": at, "created_by": by, **asked,
    })  # fmt: skip


def snapshot(template: ChecklistRow | None) -> JobChecklist | None:
    """What a job keeps of a template as it is now."""
    if template is None:
        return None
    return JobChecklist(checklist_id=template.id, version=template.version, name=template.name, steps=template.steps)


_TAKEN_OVER = {
    **{name: name for name in ("description", "intervention_type", "maintenance_type_id", "priority", "estimated_duration")},
    **{name: name for name in ("needs_photo", "needs_signature", "needs_validation")},
    "assigned_team_id": "team_id", "required_parts": "parts",
}  # fmt: skip


def due_job(
    job_id: UUID, plan: Plan, *, original_due: datetime, due: datetime, due_at: datetime, at: datetime, by: UUID | None,
    technician_id: UUID | None = None, reason: DueReason | None, checklist: JobChecklist | None,
) -> InterventionRow:  # fmt: skip
    """The job of a plan's date: `original_due` as the plan has it, `due` where it is now, `due_at` the same instant.

    `technician_id`: whom the date was given to, else it is the plan's.
    """
    minutes = plan.estimated_duration
    return new_job(
        job_id, site_id=plan.site_id, equipment_id=plan.equipment_id, title=plan.title, at=at, by=by,
        **{mine: getattr(plan, theirs) for mine, theirs in _TAKEN_OVER.items()},
        assigned_technician_id=technician_id or plan.assigned_technician_id, scheduled_maintenance_id=plan.id,
        original_due=original_due, due_local=due, due_at=due_at, due_reason=reason, checklist=checklist,
        scheduled_start=due_at, scheduled_end=due_at + timedelta(minutes=minutes) if minutes is not None else None,
    )  # fmt: skip


def permanent_repair(job_id: UUID, job: InterventionRow, until: datetime, at: datetime, by: UUID | None) -> InterventionRow:
    """What follows `job`, a temporary repair that holds `until` then."""
    return new_job(
        job_id, site_id=job.site_id, equipment_id=job.equipment_id, title=job.title, at=at, by=by, description=job.work_performed,
        permanent_repair_of=job.id, priority=job.priority, scheduled_end=until,
    )  # fmt: skip
