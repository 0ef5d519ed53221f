"""Closing a sheet, judging it, correcting it: the work, the failure, the stop, and what the machine is now."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared_models.checklists.rules import unanswered
from shared_models.equipment.rows import EquipmentStatus
from shared_models.equipment.rules import StatusReported
from shared_models.interventions import labour, sheet
from shared_models.interventions.commands import CompleteIntervention, ReturnIntervention, ReviseIntervention, ValidateIntervention
from shared_models.interventions.creation import permanent_repair
from shared_models.interventions.lifecycle import InterventionStatus, Verb
from shared_models.interventions.moving import changed, ended, ensure_may_work, in_order, moved, not_now, with_new
from shared_models.interventions.refusals import (
    ChecklistIncomplete,
    CompletedByYou,
    PhotoRequired,
    RestartsBeforeStop,
    RestartWithoutStop,
    SignatureRequired,
    TemporaryUntilPast,
)
from shared_models.interventions.rows import ActionRow, InterventionRow, Signature
from shared_models.plans.jobs import JobClosed, JobReopened
from shared_models.refusals import StaleVersion
from shared_models.rules import By, Consequence, Outcome, rule

_NAMED = 3
"""So many missing steps are named."""


@dataclass(frozen=True)
class RepairIsTemporary(Consequence):
    """It is followed by a permanent one, due before it expires; a job that was returned has its follow-up already."""

    job: InterventionRow
    permanent_id: UUID
    until: date
    at: datetime

    def follow_up(self, until: datetime, by: By) -> InterventionRow:
        """`until`: the end of that day, which the time zone of the site tells."""
        if until < self.at:
            raise TemporaryUntilPast(field="temporary_until")
        return permanent_repair(self.permanent_id, self.job, until, self.at, by.account)


@rule(CompleteIntervention)
def complete(job: InterventionRow, cmd: CompleteIntervention, by: By) -> Outcome[InterventionRow]:
    """Timers end, the failure is coded, the stop ends, the machine gets its status."""
    ensure_may_work(job, by)
    at = max(cmd.occurred_at, job.actual_start or cmd.occurred_at)
    closed = moved(job, Verb.complete, status_reason="", completed_by=by.account, actual_end=at, signature=cmd.signature)
    _ensure_whole(job, cmd.signature)
    runs_at = at if cmd.equipment_status is EquipmentStatus.active else None
    closed = closed.model_copy(update={
        **_described(cmd), **_stop(job, cmd, runs_at=runs_at), **_work(job, cmd, by, at), "temporary_until": cmd.temporary_until,
    })  # fmt: skip
    return Outcome(closed, tuple(_after(closed, cmd, at)))


def _after(job: InterventionRow, cmd: CompleteIntervention, at: datetime) -> list[Consequence]:
    then: list[Consequence] = []
    if cmd.permanent_id and cmd.temporary_until:
        then.append(RepairIsTemporary(job, cmd.permanent_id, cmd.temporary_until, at))
    if cmd.equipment_status is not None:
        then.append(StatusReported(job.equipment_id, cmd.equipment_status, cmd.restarted_at or at))
    if job.scheduled_maintenance_id is not None:
        then.append(JobClosed(job.scheduled_maintenance_id, job, at))
    return then


def _ensure_whole(job: InterventionRow, signature: Signature | None) -> None:
    """Required steps are answered, and what the plan asks for is there."""
    if job.checklist and (missing := unanswered(job.checklist.steps, job.answers)):
        titles = ", ".join(step.title for step in missing[:_NAMED])
        raise ChecklistIncomplete(count=len(missing), titles=titles + (" …" if len(missing) > _NAMED else ""))
    if job.needs_photo and not sheet.has_photo(job):
        raise PhotoRequired
    if job.needs_signature and signature is None and not sheet.is_signed(job):
        raise SignatureRequired


def _described(cmd: CompleteIntervention | ReviseIntervention) -> dict[str, Any]:
    """Texts and coding; what a correction leaves out stays."""
    texts = {name: text for name in ("failure_cause", "work_performed", "observations") if (text := getattr(cmd, name)) is not None}
    return texts | (dict(cmd.failure) if cmd.failure else {})


def _stop(
    job: InterventionRow, cmd: CompleteIntervention | ReviseIntervention, *, runs_at: datetime | None = None
) -> dict[str, Any]:  # fmt: skip
    """Down time, apart from labour. A machine that runs again, with nothing said of when, has restarted now."""
    stopped_at, restarted_at = cmd.stopped_at or job.stopped_at, cmd.restarted_at or job.restarted_at
    if stopped_at is None:
        if restarted_at is not None:
            raise RestartWithoutStop(field="restarted_at")
        return {}
    if restarted_at is None and runs_at is not None:
        restarted_at = max(stopped_at, runs_at)
    if restarted_at is not None and restarted_at < stopped_at:
        raise RestartsBeforeStop(field="restarted_at")
    kind = cmd.stop_kind or job.stop_kind or sheet.usual_stop(job.intervention_type)
    return {"stop_kind": kind, "stopped_at": stopped_at, "restarted_at": restarted_at}


def _work(job: InterventionRow, cmd: CompleteIntervention, by: By, at: datetime) -> dict[str, Any]:
    """Timers end; the actor has worked as long as they say, whatever their timers do: see `labour.corrected`."""
    actions = ended(job.actions, at)
    if cmd.worked_minutes is None or by.account is None:
        return {"actions": actions}
    worked = timedelta(minutes=cmd.worked_minutes)
    own = [action for action in actions if action.user_id == by.id]
    if not own:
        entered = ActionRow(id=cmd.command_id, user_id=by.account, started_at=at - worked, ended_at=at)
        return {"actions": with_new(actions, entered, "command_id") if worked else actions}
    spans = labour.corrected([(action.started_at, action.ended_at or at) for action in own], worked, at)
    times = {action.id: {"started_at": began, "ended_at": end} for action, (began, end) in zip(own, spans, strict=True)}
    begun = min(began for began, _ in spans)
    return {
        "actions": in_order(action.model_copy(update=times.get(action.id, {})) for action in actions),
        "actual_start": min(job.actual_start or begun, begun),
    }


# ---------------------------------------------------------------- judging


@rule(ValidateIntervention)
def validate(job: InterventionRow, cmd: ValidateIntervention, by: By) -> InterventionRow:
    """By another than who has closed it, and as it was read."""
    validated = moved(job, Verb.validate, validated_by=by.account, validated_at=max(cmd.occurred_at, job.actual_end or cmd.occurred_at))
    if not sheet.may_validate(by.role, by.id, job):
        raise CompletedByYou
    if cmd.version is not None:
        _ensure_fresh(job, cmd.version)
    return validated


@rule(ReturnIntervention)
def send_back(job: InterventionRow, cmd: ReturnIntervention, by: By) -> Outcome[InterventionRow]:
    """Back to work, with a reason; who closed the sheet did not close it for good."""
    at = cmd.occurred_at
    returned = moved(
        job, Verb.send_back, returned_by=by.account, returned_at=at, return_reason=cmd.reason, completed_by=None, actual_end=None
    )  # fmt: skip
    return Outcome(returned, (JobReopened(job.scheduled_maintenance_id, returned, at),) if job.scheduled_maintenance_id else ())


@rule(ReviseIntervention)
def revise(job: InterventionRow, cmd: ReviseIntervention, _: By) -> InterventionRow:
    """Correct a completed sheet, validated or not; as it stood, the server keeps it beside."""
    if job.status is not InterventionStatus.completed:
        raise not_now(job, "revise")
    _ensure_fresh(job, cmd.version)
    return changed(job, **_described(cmd), **_stop(job, cmd), revision=job.revision + 1)


def _ensure_fresh(job: InterventionRow, version: int) -> None:
    if job.version != version:
        raise StaleVersion(current=job.version)
