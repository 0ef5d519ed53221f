"""Keeping what a rule has made of a sheet: the columns and entries that differ, what the machine's life tells of it, and its trace."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.core import row_writes
from server.core.access import Actor
from server.core.clock import now
from server.core.database import Session
from server.core.errors import AlreadyExists
from server.core.kept import columns_of, stored
from server.equipment import service as equipment
from server.interventions import repository
from server.interventions.models import Intervention
from server.interventions.rows import TABLE
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow

_NO_COLUMNS = {*repository.CHILDREN, "version", "checklist"}
_COLUMNS = [name for name in InterventionRow.model_fields if name not in _NO_COLUMNS]


@dataclass(frozen=True)
class _Target:
    """As much of the table's row as its trace needs: whole ones take time to make."""

    id: UUID
    site_id: UUID
    __tablename__ = TABLE
    __synced__ = True


async def keep(
    session: Session, actor: Actor, action: str, before: InterventionRow | None, after: InterventionRow, at: Any, **more: Any
) -> None:  # fmt: skip
    """`before` is None for a new sheet; `more` goes into the trace beside what has changed of the sheet itself."""
    await write(session, before, after)
    target: Any = _Target(after.id, after.site_id)
    old_words, new_words = (_words(before) if before else {}), _words(after) | _added(before, after) | more
    await audit.record(session, actor, action, target, before=old_words, after=new_words, occurred_at=at)


async def write(session: Session, before: InterventionRow | None, after: InterventionRow) -> None:
    """Without a trace."""
    if before is None:
        if not await row_writes.insert_new(session, Intervention, columns_of(Intervention, after)):
            raise AlreadyExists(field="intervention_id")
    elif after is not before:
        await _update(session, before, after)
    for name in repository.CHILDREN:
        old, new = getattr(before, name, []), getattr(after, name)
        if new is not old:
            await _keep_entries(session, name, after, old, new)
    if _life(before) != _life(after):
        await equipment.lock(session, after.equipment_id)  # somebody may be closing another of its jobs
        await equipment.rebuild_life(session, [after.equipment_id])


async def _update(session: Session, before: InterventionRow, after: InterventionRow) -> None:
    changes = {name: stored(value) for name in _COLUMNS if (value := getattr(after, name)) != getattr(before, name)}
    await row_writes.update(session, Intervention, after.id, {**changes, "version": after.version, "updated_at": now()})


async def _keep_entries(session: Session, name: str, job: InterventionRow, old: Iterable[Any], new: Iterable[Any]) -> None:
    """What went first: an answer makes room for the one that replaces it."""
    table, id_field = repository.CHILDREN[name]
    known, wanted = _by_id(_changed(old, new)), _by_id(_changed(new, old))
    if gone := known.keys() - wanted.keys():
        await row_writes.delete(session, table, gone)
    for entry_id in known.keys() & wanted.keys():
        entry, was = wanted[entry_id], known[entry_id]
        if changes := {key: value for key, value in entry if value != getattr(was, key)}:
            await row_writes.update(session, table, entry_id, changes)
    for entry_id in wanted.keys() - known.keys():
        if not await row_writes.insert_new(session, table, dict(wanted[entry_id]) | {"intervention_id": job.id}):
            raise AlreadyExists(field=id_field)


def _changed(entries: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    """Those that are not among the others as they are: a rule leaves most as it found them."""
    same = set(map(id, others))
    return [entry for entry in entries if id(entry) not in same]


def _by_id(entries: Iterable[Any]) -> dict[UUID, Any]:
    return {entry.id: entry for entry in entries}


def _life(job: InterventionRow | None) -> tuple[object, ...]:
    """What a machine's life tells of a job, once it is done, and of its stop."""
    if job is None:
        return (None, None)
    done = (
        job.title, job.intervention_type, job.actual_end, job.mode_id, job.remedy_id, job.completed_by, job.work_performed, job.actions,
    )  # fmt: skip
    is_done = job.status is InterventionStatus.completed
    has_stop = job.stopped_at is not None and job.status is not InterventionStatus.cancelled
    return done if is_done else None, (job.stop_kind, job.stopped_at, job.restarted_at) if has_stop else None


# --- what the history tells


def _words(job: InterventionRow) -> dict[str, Any]:
    """A sheet as the trace compares it: its columns, and each piece of work."""
    entries = {f"actions.{action.id}": action.model_dump(exclude={"id"}) for action in job.actions}
    titles = {step.id: step.title for step in job.checklist.steps} if job.checklist and job.answers else {}
    answers = {f"step.{titles.get(answer.step_id)}": _said(answer) for answer in job.answers}
    return {name: getattr(job, name) for name in _COLUMNS} | entries | answers


def _said(answer: Any) -> dict[str, Any]:
    said = {"state": answer.state, "value": answer.value, "reason": answer.reason, "photo": answer.photo_id}
    return {name: value for name, value in said.items() if value not in (None, "")}


def _added(before: InterventionRow | None, after: InterventionRow) -> dict[str, Any]:
    """What was said and shown."""
    entries: dict[str, Any] = {}
    for note in _missing(after.notes, before.notes if before else ()):
        entries["note"] = note.text
    for photo in _missing(after.photos, before.photos if before else ()):
        entries["photo"] = photo.id
    for photo in _missing(before.photos if before else (), after.photos):
        entries["removed_photo"] = photo.id
    return entries


def _missing(entries: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    known = _by_id(_changed(others, entries))
    return [entry for entry in _changed(entries, others) if entry.id not in known]
