"""However a job begins, it is the same sheet: whole, pending, and nobody's but for what was asked."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from shared_models.ids import uuid7
from shared_models.interventions.creation import due_job, new_job, permanent_repair
from shared_models.interventions.rows import InterventionRow, InterventionType, Priority, RequiredPart
from shared_models.plans.planning import Basis, DueReason, Reference, ReferenceKind, Trigger

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
DUE = datetime(2026, 11, 30, 8)  # noqa: DTZ001 - on the wall clock
PLACE = {"site_id": uuid7(), "equipment_id": uuid7(), "title": "Graissage"}


def plan(**changes: Any) -> Any:
    return SimpleNamespace(**{
        **PLACE, "id": uuid7(), "description": "Deux coups", "intervention_type": InterventionType.preventive,
        "maintenance_type_id": uuid7(), "priority": Priority.high, "estimated_duration": 45,
        "needs_photo": True, "needs_signature": False, "needs_validation": False,
        "team_id": uuid7(), "parts": [RequiredPart(name="Graisse")], "assigned_technician_id": uuid7(), **changes,
    })  # fmt: skip


def test_each_is_a_whole_sheet():
    source, someone = plan(), uuid7()
    reason = DueReason(due=DUE, wins=Trigger.calendar, basis=Basis.fixed, reference=Reference(kind=ReferenceKind.start, at=DUE))
    dates = {"original_due": DUE, "due": DUE + timedelta(days=1), "due_at": AT + timedelta(days=8)}
    due = due_job(uuid7(), source, **dates, at=AT, by=None, technician_id=someone, reason=reason, checklist=None)
    asked = new_job(uuid7(), **PLACE, at=AT, by=someone)
    after = permanent_repair(uuid7(), due.model_copy(update={"work_performed": "Collier"}), AT + timedelta(days=20), AT, someone)
    for job in (due, asked, after):
        assert InterventionRow.model_validate_json(job.model_dump_json()) == job
        assert (job.number, job.status, job.version, job.created_at) == (None, "pending", 1, AT)
    assert (due.scheduled_maintenance_id, due.assigned_technician_id, due.due_local) == (source.id, someone, dates["due"])
    assert due.scheduled_end == dates["due_at"] + timedelta(minutes=45)
    assert (after.permanent_repair_of, after.priority, after.description) == (due.id, Priority.high, "Collier")
    own = {"id", "scheduled_end", "permanent_repair_of", "priority", "description"}
    assert after.model_dump(exclude=own) == asked.model_dump(exclude=own)


def test_a_plan_without_a_duration_says_only_when_its_job_begins():
    dates = {"original_due": DUE, "due": DUE, "due_at": AT}
    job = due_job(uuid7(), plan(estimated_duration=None), **dates, at=AT, by=None, reason=None, checklist=None)
    assert (job.scheduled_start, job.scheduled_end) == (AT, None)
