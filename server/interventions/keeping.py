"""Keeping what a rule has made of a sheet: the columns and entries that differ, what the machine's life tells of it, and its trace."""

from collections.abc import Iterable, Sequence
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
from server.core.row_writes import Write
from server.equipment import service as equipment
from server.interventions import repository
from server.interventions.models import Intervention
from server.interventions.rows import TABLE
from server.notifications.causes import causing
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.notices.causes import of_job

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
    target: Any = _Target(after.id, after.site_id)
    old_words, new_words = (_words(before) if before else {}), _words(after) | _added(before, after) | more
    trace = audit.recording(session, actor, action, target, before=old_words, after=new_words, occurred_at=at)
    await write(session, before, after, trace, *causing(session, actor, of_job(before, after, actor.by, at)))


async def write(session: Session, before: InterventionRow | None, after: InterventionRow, *trace: Write) -> None:
    """The sheet, its new entries and its trace in one statement; entries that go or change make room for the new ones first."""
    sheet, new = _sheet(before, after), []
    for name in repository.CHILDREN:
        changes, made = _entries(name, before, after)
        new += made
        if changes:
            await _carry_out(session, sheet)
            sheet = []
        for change in changes:
            await row_writes.carry_out(session, change)
    await _carry_out(session, [*sheet, *new, *((None, each) for each in trace)])
    if _life(before) != _life(after):
        await equipment.lock(session, after.equipment_id)  # somebody may be closing another of its jobs
        await equipment.rebuild_life(session, [after.equipment_id])


_Named = tuple[str | None, Write]
"""With the field of the id that must be free, where it makes a row."""


async def _carry_out(session: Session, writes: Sequence[_Named]) -> None:
    counts = await row_writes.carry_out_together(session, [write for _, write in writes])
    for (field, _), count in zip(writes, counts, strict=True):
        if field and not count:
            raise AlreadyExists(field=field)


def _sheet(before: InterventionRow | None, after: InterventionRow) -> list[_Named]:
    if before is None:
        return [("intervention_id", row_writes.inserting_new(Intervention, columns_of(Intervention, after)))]
    if after is before:
        return []
    changes = {name: stored(value) for name in _COLUMNS if (value := getattr(after, name)) != getattr(before, name)}
    return [(None, row_writes.updating(Intervention, after.id, {**changes, "version": after.version, "updated_at": now()}))]


def _entries(name: str, before: InterventionRow | None, after: InterventionRow) -> tuple[list[Write], list[_Named]]:
    """What becomes of those that were there, and those that are new."""
    old, new = getattr(before, name, []), getattr(after, name)
    known, wanted = _by_id(_apart(old, new)), _by_id(_apart(new, old))
    table, id_field = repository.CHILDREN[name]
    gone, kept, made = known.keys() - wanted.keys(), known.keys() & wanted.keys(), wanted.keys() - known.keys()
    changed = {entry_id: {key: value for key, value in wanted[entry_id] if value != getattr(known[entry_id], key)} for entry_id in kept}
    changes = [row_writes.deleting(table, gone)] if gone else []
    changes += [row_writes.updating(table, entry_id, values) for entry_id, values in changed.items() if values]
    return changes, [
        (id_field, row_writes.inserting_new(table, dict(wanted[entry_id]) | {"intervention_id": after.id})) for entry_id in made
    ]


def _apart(entries: Iterable[Any], others: Iterable[Any]) -> list[Any]:
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
    known = _by_id(_apart(others, entries))
    return [entry for entry in _apart(entries, others) if entry.id not in known]
