"""One intervention at work: the locked row, its actions, and how they may change together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.core.access import Actor
from server.core.database import Session
from server.core.errors import AlreadyExists, Forbidden
from server.core.versions import touch
from server.equipment import service as equipment
from server.interventions import repository
from server.interventions.errors import AssignedToAnother, NotAllowedNow
from server.interventions.models import Intervention, InterventionAction
from shared_models.checklists.rows import AnswerRow, JobChecklist
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions import labour, lifecycle, rules
from shared_models.interventions.lifecycle import InterventionStatus, State, Verb
from shared_models.interventions.rows import ActionRow, InterventionRow
from shared_models.permissions import Permission

_DERIVED = {"sync_xid", "version", "updated_at", "downtime_minutes", "search_text", "checklist"}
_RECORDED = [name for name in Intervention.model_fields if name not in _DERIVED]


def person(actor: Actor) -> UUID | None:
    """The system is nobody's account."""
    return actor.user_id if actor.user_id.int else None


@dataclass(kw_only=True)
class Job:
    session: Session
    actor: Actor
    row: Intervention
    actions: list[InterventionAction] = field(default_factory=list)
    _before: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._before = self._state_of_things()

    @classmethod
    async def take(cls, session: Session, actor: Actor, intervention_id: UUID) -> "Job":
        """Lock the sheet; `NotFound` for one that the actor does not see."""
        row = await repository.get_visible(session, actor, intervention_id)
        return cls(session=session, actor=actor, row=row, actions=await repository.actions_of(session, row.id))

    # --- rules

    @property
    def state(self) -> State:
        return State(self.row.status, self.row.is_validated)

    @property
    def is_open(self) -> bool:
        return self.row.status in lifecycle.OPEN

    def sheet(self, answers: Sequence[AnswerRow] = ()) -> InterventionRow:
        """What the shared rules look at."""
        fields = {name: getattr(self.row, name) for name in InterventionRow.model_fields if hasattr(type(self.row), name)}
        fields["checklist"] = JobChecklist.model_validate(self.row.checklist) if self.row.checklist and answers else None
        actions = [ActionRow.model_construct(**action.model_dump()) for action in self.actions]
        return InterventionRow.model_construct(**fields, actions=actions, answers=list(answers), photos=[])

    def ensure_may_work(self) -> None:
        if not self.actor.may(Permission.maintenance_write) and not self.actor.may(Permission.maintenance_update_assigned):
            raise Forbidden(permission=Permission.maintenance_update_assigned)
        if not rules.may_work_on(self.actor.role, self.actor.user_id, self.sheet()):
            raise AssignedToAnother

    async def move(self, verb: Verb) -> None:
        target = lifecycle.after(self.state, verb)
        if target is None:
            raise await self.not_now(verb)
        self.row.status, self.row.is_validated = target.status, target.is_validated

    async def ensure_open(self, wanted: str) -> None:
        if not self.is_open:
            raise await self.not_now(wanted)

    async def ensure_not_validated(self, wanted: str) -> None:
        """A validated sheet changes by a revision only."""
        if self.row.is_validated:
            raise await self.not_now(wanted)

    async def not_now(self, wanted: str) -> NotAllowedNow:
        last = await repository.last_move(self.session, self.row.id)
        return NotAllowedNow(
            wanted=str(wanted), status=self.row.status.value, is_validated=self.row.is_validated, version=self.row.version,
            by=last.by if last else "?", at=last.at.isoformat() if last else None,
        )  # fmt: skip

    # --- work

    def running(self, user_id: UUID) -> InterventionAction | None:
        return next((action for action in self.actions if action.user_id == user_id and action.ended_at is None), None)

    async def start_timer(self, action_id: UUID, at: datetime) -> None:
        """The actor begins to work, but not before his own last work on this job has ended; one whose timer runs goes on."""
        if self.running(self.actor.user_id) is not None:
            return
        ends = [action.ended_at for action in self.actions if action.user_id == self.actor.user_id and action.ended_at]
        await self.add_action(action_id, self.actor.user_id, max([at, *ends]), None)
        self.row.actual_start = min(self.row.actual_start or at, at)

    async def add_action(self, action_id: UUID, user_id: UUID, started_at: datetime, ended_at: datetime | None, note: str = "") -> None:
        if await repository.id_is_taken(self.session, InterventionAction, action_id):
            raise AlreadyExists(field="action_id")
        action = InterventionAction(
            id=action_id, intervention_id=self.row.id, user_id=user_id, started_at=started_at, ended_at=ended_at, note=note
        )
        self.session.add(action)
        self.actions.append(action)

    def end_timers(self, at: datetime) -> None:
        """Everybody's; who started after `at`, by another device's clock, has worked no time."""
        for action in self.actions:
            if action.ended_at is None:
                action.ended_at = max(action.started_at, at)

    async def correct_own_time(self, minutes: int, at: datetime) -> None:
        """The actor has worked `minutes` on this job, whatever his timers say; see `shared_models.interventions.labour`."""
        own = sorted((a for a in self.actions if a.user_id == self.actor.user_id), key=lambda a: a.started_at)
        if not own:
            if minutes:
                await self.add_action(uuid7(), self.actor.user_id, at - timedelta(minutes=minutes), at)
            return
        spans = labour.corrected([(a.started_at, a.ended_at or at) for a in own], timedelta(minutes=minutes), at)
        for action, (began, ended) in zip(own, spans, strict=True):
            action.started_at, action.ended_at = began, ended
        began = min(action.started_at for action in own)
        self.row.actual_start = min(self.row.actual_start or began, began)

    # --- the machine

    @property
    def machine_stands_still(self) -> bool:
        return self.row.stopped_at is not None and self.row.restarted_at is None

    async def set_machine(self, status: EquipmentStatus, at: datetime, *, reason: str = "") -> None:
        machine = await equipment.get_visible(self.session, self.actor, self.row.equipment_id, for_update=True)
        await equipment.set_status(self.session, self.actor, machine, status, occurred_at=at, reason=reason)

    # --- leaving a trace

    async def record(
        self, action: str, at: datetime, *, more: dict[str, Any] | None = None, before: dict[str, Any] | None = None,
        rebuilds_life: bool = False, is_new: bool = False,
    ) -> Intervention:  # fmt: skip
        """Write the change with its audit row; `more` names what has changed beside the sheet's own columns and actions."""
        if not is_new:
            touch(self.row)
        await self.session.flush()
        if rebuilds_life or self.row.status is InterventionStatus.completed:
            await equipment.rebuild_life(self.session, [self.row.equipment_id])
        before = {} if is_new else {**self._before, **(before or {})}
        after = {**self._state_of_things(), **(more or {})}
        await audit.record(self.session, self.actor, action, self.row, before=before, after=after, occurred_at=at)
        await self.session.flush()
        return self.row

    def _state_of_things(self) -> dict[str, Any]:
        columns = {name: getattr(self.row, name) for name in _RECORDED}
        return columns | {f"actions.{action.id}": _told(action) for action in self.actions}


def _told(action: InterventionAction) -> dict[str, Any]:
    return {"user_id": action.user_id, "started_at": action.started_at, "ended_at": action.ended_at, "note": action.note}
