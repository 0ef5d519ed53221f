"""What planners do to plans, sent as commands; a refusal that comes at once is shown where it was caused."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from mobile_app.core.client import Client
from mobile_app.core.outbox import Stage
from mobile_app.domain.context import carry_out
from mobile_app.domain.due_dates import open_occurrence
from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.interventions.commands import CancelIntervention
from shared_models.plans.commands import AssignOccurrence, GeneratePlan, MoveOccurrence, SetPlanActive, SkipOccurrence
from shared_models.plans.rows import PlanRow
from shared_models.problems import Problem

_WAIT_SECONDS = 6.0
_LOOK_SECONDS = 0.1


class Refusal(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


async def settle(client: Client, command: Command) -> bool:
    """Carry out `command`; where the server refuses it at once, take it back and raise `Refusal`. True when it is kept.

    Without a network it waits in the outbox like any other.
    """
    if not await carry_out(client, command):
        return False
    for _ in range(int(_WAIT_SECONDS / _LOOK_SECONDS)):
        entry = client.outbox.get(str(command.command_id))
        if entry is None or entry.stage not in {Stage.waiting, Stage.refused} or client.sync.status.offline_since:
            return True
        if entry.stage is Stage.refused and entry.problem:
            await client.discard(entry.id)
            raise Refusal(entry.problem)
        await asyncio.sleep(_LOOK_SECONDS)
    return True


class PlanCommands:
    """What can be done with `plan`; every verb returns whether it was taken."""

    def __init__(self, client: Client, plan: PlanRow) -> None:
        self._client = client
        self._plan = plan

    def _said(self, **fields: Any) -> dict[str, Any]:
        return {"plan_id": self._plan.id, "occurred_at": self._client.now(), **fields}

    async def generate(self) -> UUID | None:
        """The job's id."""
        job_id = uuid7()
        taken = await carry_out(self._client, GeneratePlan(**self._said(intervention_id=job_id)), "plans.generated")
        return job_id if taken else None

    async def pause(self, reason: str) -> bool:
        return await carry_out(self._client, SetPlanActive(**self._said(is_active=False, reason=reason)), "plans.paused")

    async def resume(self) -> bool:
        return await carry_out(self._client, SetPlanActive(**self._said(is_active=True)), "plans.resumed")

    async def move(self, original_due: datetime, to: datetime) -> bool:
        return await carry_out(self._client, MoveOccurrence(**self._said(original_due=original_due, to=to)), "plans.moved")

    async def assign(self, original_due: datetime, technician_id: UUID | None) -> bool:
        said = self._said(original_due=original_due, technician_id=technician_id)
        return await carry_out(self._client, AssignOccurrence(**said), "plans.assigned")

    async def skip(self, original_due: datetime, reason: str) -> bool:
        """A date that has its job is left out by cancelling the job."""
        opened = open_occurrence(self._plan)
        if opened is not None and opened.intervention_id is not None and opened.original_due == original_due:
            cancel = CancelIntervention(intervention_id=opened.intervention_id, occurred_at=self._client.now(), reason=reason)
            return await carry_out(self._client, cancel, "plans.skipped")
        return await carry_out(self._client, SkipOccurrence(**self._said(original_due=original_due, reason=reason)), "plans.skipped")
