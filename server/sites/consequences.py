from dataclasses import dataclass
from uuid import UUID

from shared_models.rules import Consequence


@dataclass(frozen=True)
class ClockChanged(Consequence):
    """The site's wall clock is another one."""

    site_id: UUID
