"""What a plan hears of the job of one of its dates."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_models.interventions.rows import InterventionRow
from shared_models.rules import Consequence


@dataclass(frozen=True)
class _OfJob(Consequence):
    """`job` is the sheet as it is now."""

    plan_id: UUID
    job: InterventionRow
    at: datetime


@dataclass(frozen=True)
class JobClosed(_OfJob):
    pass


@dataclass(frozen=True)
class JobCalledOff(_OfJob):
    reason: str


@dataclass(frozen=True)
class JobReopened(_OfJob):
    pass
