"""What closing a job, and correcting a closed one, writes on its sheet."""

from datetime import datetime
from uuid import UUID

from server.core.errors import AlreadyExists
from server.core.times import past
from server.interventions import repository
from server.interventions.errors import FailureItemUnfit, RestartsBeforeStop, RestartWithoutStop, TemporaryUntilPast
from server.interventions.job import Job, person
from server.interventions.models import Intervention
from server.interventions.rules import end_of, intervention_number
from shared_models.equipment.rows import EquipmentStatus, FailureItemKind
from shared_models.interventions.commands import CompleteIntervention, ReviseIntervention
from shared_models.interventions.rows import FailureCoding, InterventionType, StopKind

_TEXTS = ("failure_cause", "work_performed", "observations")


async def describe(job: Job, cmd: CompleteIntervention | ReviseIntervention) -> None:
    """Texts, coding and signature; a text left out by a correction stays."""
    for name in _TEXTS:
        if (text := getattr(cmd, name)) is not None:
            setattr(job.row, name, text)
    if cmd.failure is not None:
        await _code(job, cmd.failure)
    if isinstance(cmd, CompleteIntervention):
        job.row.temporary_until = cmd.temporary_until
        job.row.signature = cmd.signature.model_dump() if cmd.signature else None


async def _code(job: Job, coding: FailureCoding) -> None:
    chosen = {kind: _item(coding, kind) for kind in FailureItemKind}
    items = {item_id for item_id in chosen.values() if item_id}
    kinds = await repository.failure_kinds(job.session, await repository.machine_class(job.session, job.row.equipment_id), items)
    for kind, item_id in chosen.items():
        if item_id and kinds.get(item_id) is not kind:
            raise FailureItemUnfit(field=f"failure.{kind}_id")
        setattr(job.row, f"{kind}_id", item_id)
    job.row.mode_unknown = coding.mode_unknown


def _item(coding: FailureCoding, kind: FailureItemKind) -> UUID | None:
    found: UUID | None = getattr(coding, f"{kind}_id")
    return found


def settle_stop(row: Intervention, cmd: CompleteIntervention | ReviseIntervention, *, machine_runs_at: datetime | None = None) -> None:
    """Down time, apart from labour. A machine that runs again, with nothing said of when, has restarted now."""
    if cmd.stopped_at:
        row.stopped_at = past(cmd.stopped_at, "stopped_at")
    if cmd.restarted_at:
        row.restarted_at = past(cmd.restarted_at, "restarted_at")
    if row.stopped_at is None:
        if row.restarted_at is not None:
            raise RestartWithoutStop(field="restarted_at")
        return
    usual = StopKind.failure if row.intervention_type is InterventionType.corrective else StopKind.planned
    row.stop_kind = cmd.stop_kind or row.stop_kind or usual
    if row.restarted_at is None and machine_runs_at is not None:
        row.restarted_at = max(row.stopped_at, machine_runs_at)
    if row.restarted_at is not None and row.restarted_at < row.stopped_at:
        raise RestartsBeforeStop(field="restarted_at")


def end_stop(row: Intervention, status: EquipmentStatus, at: datetime) -> None:
    """Of a job that is cancelled: the machine runs again now, if it does."""
    if status is EquipmentStatus.active and row.stopped_at is not None and row.restarted_at is None:
        row.restarted_at = max(row.stopped_at, at)


async def settle_work(job: Job, worked_minutes: int | None, at: datetime) -> None:
    job.end_timers(at)
    if worked_minutes is not None and person(job.actor) is not None:
        await job.correct_own_time(worked_minutes, at)


async def plan_permanent_repair(job: Job, cmd: CompleteIntervention, at: datetime) -> None:
    """A temporary repair is followed by a permanent one, due before it expires; a returned job has its follow-up already."""
    if cmd.permanent_id is None or cmd.temporary_until is None or await repository.has_follow_up(job.session, job.row.id):
        return
    if await repository.id_is_taken(job.session, Intervention, cmd.permanent_id):
        raise AlreadyExists(field="permanent_id")
    zone = await repository.time_zone(job.session, job.row.site_id)
    if end_of(cmd.temporary_until, zone) < at:
        raise TemporaryUntilPast(field="temporary_until")
    follow_up = Intervention(
        id=cmd.permanent_id, number=await intervention_number(job.session, at, zone), permanent_repair_of=job.row.id,
        site_id=job.row.site_id, equipment_id=job.row.equipment_id, title=job.row.title, description=job.row.work_performed,
        intervention_type=InterventionType.corrective, priority=job.row.priority, scheduled_end=end_of(cmd.temporary_until, zone),
        created_by=person(job.actor),
    )  # fmt: skip
    job.session.add(follow_up)
    await job.session.flush()
    await Job(session=job.session, actor=job.actor, row=follow_up).record("intervention.created", at, is_new=True)
