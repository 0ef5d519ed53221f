"""A plan's dates as far as they have rows."""

from dataclasses import dataclass, field
from datetime import datetime

from server.plans.models import PlanOccurrence
from shared_models.plans.rows import OccurrenceState


@dataclass
class Timeline:
    """A plan's occurrences: the open one, the planned ones by their identity, and the identities of those that have ended.

    Only series need the latter beforehand.
    """

    open: PlanOccurrence | None = None
    planned: dict[datetime, PlanOccurrence] = field(default_factory=dict)
    settled: set[datetime] = field(default_factory=set)

    def add(self, row: PlanOccurrence) -> None:
        if row.state is OccurrenceState.open:
            self.open = row
        else:
            self.planned[row.original_due] = row

    @property
    def first(self) -> PlanOccurrence | None:
        return self.planned[min(self.planned)] if self.planned else None


@dataclass(frozen=True)
class Passed:
    """A date that nothing has settled yet."""

    original_due: datetime
    due: datetime
    due_at: datetime
