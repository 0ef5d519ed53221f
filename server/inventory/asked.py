"""A movement as a client asks for it that knows a part and a quantity: `{movement_type, quantity}`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from shared_models.base import Happened, Label, Line, Schema
from shared_models.equipment.rows import Currency
from shared_models.ids import uuid7
from shared_models.inventory import commands as inv
from shared_models.inventory import refusals
from shared_models.inventory.quantities import Difference, Price
from shared_models.inventory.rows import MovementType


class AskedMovement(Schema):
    """`quantity` is signed for an adjustment only. No place named: the default one of the site."""

    movement_id: UUID = Field(default_factory=uuid7)
    movement_type: MovementType
    quantity: Difference
    unit_price: Price | None = None
    currency: Currency | None = None
    place_id: UUID | None = None
    site_id: UUID | None = None
    to_place_id: UUID | None = None
    intervention_id: UUID | None = None
    reference_document: Label = ""
    notes: Line = ""
    occurred_at: Happened | None = None


_KINDS: dict[MovementType, type[inv.OnStock]] = {
    MovementType.received: inv.ReceiveStock,
    MovementType.taken: inv.TakeStock,
    MovementType.adjusted: inv.AdjustStock,
    MovementType.transferred: inv.TransferStock,
    MovementType.given_back: inv.GiveBackStock,
}
JOBS_MOVE = {MovementType.taken, MovementType.given_back}
"""What jobs take and give back, by whoever works on them."""
_LACKS = {MovementType.transferred: "to_place_id", MovementType.given_back: "intervention_id"}


def command_of(part_id: UUID, place_id: UUID, asked: AskedMovement, at: datetime) -> inv.OnStock:
    """Raises a refusal at the field for what its kind needs and does not have."""
    kind, lacking = _KINDS[asked.movement_type], _LACKS.get(asked.movement_type)
    if asked.quantity == 0 or (asked.quantity < 0 and asked.movement_type is not MovementType.adjusted):
        raise refusals.NothingMoves(field="quantity")
    if lacking and getattr(asked, lacking) is None:
        raise refusals.FieldNeeded(field=lacking)
    more: dict[str, Any] = {"arrival_id": uuid7(), "part_id": part_id, "place_id": place_id, "occurred_at": asked.occurred_at or at}
    known = asked.model_dump() | more
    return kind.model_construct(**{name: value for name, value in known.items() if name in kind.model_fields}, command_id=uuid7())
