from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_models.rules import Consequence


@dataclass(frozen=True)
class JobsRedated(Consequence):
    """The wall clock of their site is another one: the dates of these jobs are the same there, and other instants."""

    due_at: Sequence[tuple[UUID, datetime]]
