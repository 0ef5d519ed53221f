"""What becomes of machines that others have to hear of."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from shared_models.rules import Consequence


@dataclass(frozen=True)
class MachinesMoved(Consequence):
    """What follows them is on that site already."""

    equipment_ids: Collection[UUID]
    site_id: UUID


@dataclass(frozen=True)
class MachineArchived(Consequence):
    """Or about to be, if nothing speaks against it."""

    equipment_id: UUID


@dataclass(frozen=True)
class MachineBack(Consequence):
    """On the lists, or in service."""

    equipment_id: UUID
