"""What only the server knows: whether whatever a sheet newly refers to is there, and of its site."""

from uuid import UUID

from server.core.database import Session
from server.interventions import errors, repository
from shared_models.base import Command
from shared_models.equipment.rows import FailureItemKind
from shared_models.interventions.commands import AddAction, AssignIntervention
from shared_models.interventions.labour import overlap
from shared_models.interventions.rows import InterventionRow


async def check(session: Session, before: InterventionRow | None, after: InterventionRow, cmd: Command) -> None:
    """Of the difference that the command makes; `before` is None for a new sheet."""
    new = {name: value for name in _REFERENCES if (value := getattr(after, name)) is not None and value != getattr(before, name, None)}
    if technician_id := new.get("assigned_technician_id"):
        await _check_technician(session, technician_id, after, _called("assigned_technician_id", cmd))
    if (team := new.get("assigned_team_id")) and not await repository.team_exists(session, team, after.site_id):
        raise errors.TeamUnfit(field=_called("assigned_team_id", cmd))
    if (kind := new.get("maintenance_type_id")) and not await repository.type_exists(session, kind):
        raise errors.MaintenanceTypeUnfit(field="maintenance_type_id")
    if "found_in" in new or "found_at_step" in new:
        await _check_found(session, after)
    if coded := {kind: new[f"{kind}_id"] for kind in FailureItemKind if f"{kind}_id" in new}:
        await _check_failure(session, after, coded)
    for picture in _pictures(after) - _pictures(before):
        if not await repository.holds_picture(session, picture, after.site_id):
            raise errors.PhotoMissing(field="photo_id")
    if isinstance(cmd, AddAction):
        await _check_work(session, after, cmd)


_REFERENCES = (
    "assigned_technician_id", "assigned_team_id", "maintenance_type_id", "found_in", "found_at_step",
    *(f"{kind}_id" for kind in FailureItemKind),
)  # fmt: skip


def _called(name: str, cmd: Command) -> str:
    """The field of a sheet by the name that the command has for it, where what was refused is put right."""
    return name.removeprefix("assigned_") if isinstance(cmd, AssignIntervention) else name


def _pictures(job: InterventionRow | None) -> set[UUID]:
    return {photo.id for photo in job.photos} | {answer.photo_id for answer in job.answers if answer.photo_id} if job else set()


async def _check_technician(session: Session, user_id: UUID, job: InterventionRow, field: str) -> None:
    if not await repository.fitting(session, [(user_id, job.site_id)]):
        raise errors.TechnicianUnknown(field=field)


async def _check_found(session: Session, job: InterventionRow) -> None:
    steps = await repository.steps_of(session, job.found_in, job.site_id) if job.found_in else set()
    if steps is None:
        raise errors.FoundInUnknown(field="found_in")
    if job.found_at_step and job.found_at_step not in steps:
        raise errors.FoundInUnknown(field="found_at_step")


async def _check_failure(session: Session, job: InterventionRow, coded: dict[FailureItemKind, UUID]) -> None:
    kinds = await repository.failure_kinds(session, job.equipment_id, coded.values())
    for kind, item_id in coded.items():
        if kinds.get(item_id) is not kind:
            raise errors.FailureItemUnfit(field=f"failure.{kind}_id")


async def _check_work(session: Session, job: InterventionRow, cmd: AddAction) -> None:
    """Of somebody of the site; an hour is entered once. Timers that run side by side are nobody's mistake, and count once too."""
    await _check_technician(session, cmd.user_id, job, "user_id")
    worked = await repository.worked_between(session, cmd.user_id, cmd.started_at, cmd.ended_at)
    given = {(one.started_at, one.ended_at): one.number for one in worked}
    if (taken := overlap((cmd.started_at, cmd.ended_at), given)) is not None:
        start, end = (at.isoformat() for at in taken)
        raise errors.WorkOverlaps(field="started_at", number=given[taken], start=start, end=end)
