"""What planners do to plans in one tap, sent as commands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from mobile_app.domain.client import Client
from mobile_app.domain.due import open_occurrence
from mobile_app.domain.submit import submit
from shared_models.ids import uuid7
from shared_models.interventions.commands import CancelIntervention
from shared_models.plans.commands import AssignOccurrence, GeneratePlan, MoveOccurrence, SetPlanActive, SkipOccurrence
from shared_models.plans.rows import PlanRow


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
        taken = await submit(self._client, GeneratePlan(**self._said(intervention_id=job_id)), said="plans.generated")
        return job_id if taken else None

    async def pause(self, reason: str) -> bool:
        return await submit(self._client, SetPlanActive(**self._said(is_active=False, reason=reason)), said="plans.paused")

    async def resume(self) -> bool:
        return await submit(self._client, SetPlanActive(**self._said(is_active=True)), said="plans.resumed")

    async def move(self, original_due: datetime, to: datetime) -> bool:
        return await submit(self._client, MoveOccurrence(**self._said(original_due=original_due, to=to)), said="plans.moved")

    async def assign(self, original_due: datetime, technician_id: UUID | None) -> bool:
        said = self._said(original_due=original_due, technician_id=technician_id)
        return await submit(self._client, AssignOccurrence(**said), said="plans.assigned")

    async def skip(self, original_due: datetime, reason: str) -> bool:
        """A date that has its job is left out by cancelling the job."""
        opened = open_occurrence(self._plan)
        if opened is not None and opened.intervention_id is not None and opened.original_due == original_due:
            cancel = CancelIntervention(intervention_id=opened.intervention_id, occurred_at=self._client.now(), reason=reason)
            return await submit(self._client, cancel, said="plans.skipped")
        return await submit(self._client, SkipOccurrence(**self._said(original_due=original_due, reason=reason)), said="plans.skipped")
