"""How a sheet changes: its state, who may touch it, whose timer runs."""

from bisect import insort
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from shared_models.checklists.rows import AnswerRow
from shared_models.interventions.lifecycle import OPEN, Verb, after
from shared_models.interventions.refusals import AssignedToAnother, EndsBeforeStart, NotAllowedNow
from shared_models.interventions.rows import ActionRow, InterventionRow, NoteRow, PhotoRow
from shared_models.interventions.sheet import may_work_on
from shared_models.permissions import Permission
from shared_models.refusals import AlreadyExists, Forbidden
from shared_models.rules import By

Entry = ActionRow | NoteRow | PhotoRow | AnswerRow
E = TypeVar("E", bound=Entry)


def changed(job: InterventionRow, **changes: Any) -> InterventionRow:
    """With its next version where anything differs: sent again, a command changes nothing."""
    if all(getattr(job, name) == value for name, value in changes.items()):
        return job
    return job.model_copy(update={**changes, "version": job.version + 1})


def moved(job: InterventionRow, verb: Verb, **changes: Any) -> InterventionRow:
    state = after(job.state, verb)
    if state is None:
        raise not_now(job, verb)
    return changed(job, status=state.status, is_validated=state.is_validated, **changes)


def not_now(job: InterventionRow, wanted: str) -> NotAllowedNow:
    return NotAllowedNow(wanted=str(wanted), status=job.status.value, is_validated=job.is_validated, version=job.version, by="?", at=None)


def ensure_open(job: InterventionRow, wanted: str) -> None:
    if job.status not in OPEN:
        raise not_now(job, wanted)


def ensure_not_validated(job: InterventionRow, wanted: str) -> None:
    """A validated sheet changes by a revision only."""
    if job.is_validated:
        raise not_now(job, wanted)


def ensure_may_work(job: InterventionRow, by: By) -> None:
    if not may_work_on(by.role, by.id, job):
        raise AssignedToAnother


def ensure_plans(by: By) -> None:
    if not by.may(Permission.maintenance_write):
        raise Forbidden(permission=Permission.maintenance_write)


def ensure_in_order(job: InterventionRow) -> InterventionRow:
    if job.scheduled_start and job.scheduled_end and job.scheduled_end < job.scheduled_start:
        raise EndsBeforeStart(field="scheduled_end")
    return job


def somebody(by: By) -> UUID:
    """The system is nobody's account, and does no work by hand."""
    if by.account is None:
        raise Forbidden(permission=Permission.maintenance_update_assigned)
    return by.account


def with_new(entries: Iterable[E], new: E, field: str) -> list[E]:
    """The `entries` are in order; `field` names the id that must not be taken."""
    known = list(entries)
    if any(entry.id.int == new.id.int for entry in known):
        raise AlreadyExists(field=field)
    insort(known, new, key=_turn)
    return known


def in_order(entries: Iterable[E]) -> list[E]:
    """As the server tells them: by when they happened."""
    return sorted(entries, key=_turn)


def _turn(entry: Entry) -> tuple[datetime, UUID]:
    return (entry.started_at if isinstance(entry, ActionRow) else entry.occurred_at), entry.id


def ended(actions: Iterable[ActionRow], at: datetime) -> list[ActionRow]:
    """Nobody's timer runs any more; who started after `at`, by another device's clock, has worked no time."""
    return [action if action.ended_at else action.model_copy(update={"ended_at": max(at, action.started_at)}) for action in actions]
