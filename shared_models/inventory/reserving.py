"""What people do to reservations: they say how many a job is to have, and lay them ready."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from shared_models.base import Command, Id
from shared_models.interventions.moving import ensure_may_work, ensure_open
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory import refusals
from shared_models.inventory.quantities import NONE, Counted, has_more_decimals, plain
from shared_models.inventory.reservations import Claim, ReservationRow, free_for, reserved
from shared_models.inventory.rows import PartRow
from shared_models.permissions import TAKE_PARTS, Permission
from shared_models.refusals import NotFound
from shared_models.rules import By, rule


class OnReservation(Command, on=(InterventionRow, "intervention_id")):
    """A job has one reservation of a part."""

    intervention_id: Id
    part_id: Id
    quantity: Counted


class ReservePart(OnReservation, needs=TAKE_PARTS, done="reserved"):
    """How many the job is to have in all, with those that it has taken already; none releases what it has not."""

    type: Literal["part.reserve"] = "part.reserve"


class PickPart(OnReservation, needs=TAKE_PARTS, done="picked"):
    """So many lie ready for the job, still where they are in the books; none puts them back."""

    type: Literal["part.pick"] = "part.pick"


@dataclass(frozen=True)
class Wanted:
    """`on_hand` and `claims` are those of the part at the job's site, where they matter."""

    part: PartRow
    job: InterventionRow
    known: ReservationRow | None
    on_hand: Decimal = NONE
    claims: Sequence[Claim] = ()


@rule(ReservePart)
def reserve(wanted: Wanted, cmd: ReservePart, by: By) -> ReservationRow:
    """What is not there is held as lacking: whether it is, nobody asks here."""
    ensure_may_work(wanted.job, by)
    ensure_open(wanted.job, "reserve_parts")
    _ensure_countable(wanted.part, cmd.quantity)
    known = wanted.known
    if known is None and not cmd.quantity:
        raise NotFound
    if not wanted.part.is_active and cmd.quantity > (known.quantity if known else NONE):
        raise refusals.PartArchived(part=wanted.part.part_number)
    if known is None:
        return reserved(wanted.job, wanted.part.id, cmd.quantity, cmd.occurred_at)
    if known.quantity == cmd.quantity:
        return known
    since = known.reserved_at if known.outstanding else cmd.occurred_at
    changed = known.model_copy(update={"quantity": cmd.quantity, "reserved_at": since, "version": known.version + 1})
    return changed.model_copy(update={"picked": min(known.picked, changed.outstanding)})


@rule(PickPart)
def pick(wanted: Wanted, cmd: PickPart, by: By) -> ReservationRow:
    """Of what the job holds: what is another's is not laid ready for this one."""
    if not by.may(Permission.inventory_write):
        ensure_may_work(wanted.job, by)
    ensure_open(wanted.job, "reserve_parts")
    _ensure_countable(wanted.part, cmd.quantity)
    known = wanted.known
    if known is None:
        raise NotFound
    if cmd.quantity > known.outstanding:
        raise refusals.MoreThanReserved(field="quantity", reserved=plain(known.outstanding))
    free = free_for(wanted.on_hand, wanted.claims, known.id)
    if cmd.quantity > max(free, known.picked):
        raise refusals.PartReserved(field="quantity", available=plain(free))
    return known if known.picked == cmd.quantity else known.model_copy(update={"picked": cmd.quantity, "version": known.version + 1})


def _ensure_countable(part: PartRow, quantity: Decimal) -> None:
    if has_more_decimals(quantity, part.decimals):
        raise refusals.QuantityTooFine(field="quantity", decimals=part.decimals)
