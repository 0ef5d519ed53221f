"""What jobs want of the stock, and which of them hold it.

A reservation says how many of a part a job is to have. Whether they are there for it is never written down: it follows from what is
on hand and from all that is wanted of it, so that nothing can be promised twice, and whatever moves (a receipt, a count, a job that
is called off) is in it at once. Only open jobs want something.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from shared_models.base import Bound, EntityRow, Instant, Row
from shared_models.interventions.lifecycle import OPEN
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.quantities import NONE
from shared_models.paging import PageQuery


class ReservationState(StrEnum):
    """`released`: the job wants none of it any more."""

    reserved = "reserved"
    picked = "picked"
    issued = "issued"
    returned = "returned"
    released = "released"


class ReservationRow(EntityRow, entity="reservation"):
    """A job is to have `quantity` of a part in all: `issued` have been taken for it since, of which `returned` came back; `picked` of
    the others lie ready. `reserved_at` is its turn among those that are due at the same time.
    """

    site_id: UUID
    equipment_id: UUID
    intervention_id: UUID
    part_id: UUID
    quantity: Decimal
    picked: Decimal
    issued: Decimal
    returned: Decimal
    reserved_at: Instant
    version: int

    @property
    def outstanding(self) -> Decimal:
        """Still to be taken."""
        return max(self.quantity - self.issued, NONE)

    @property
    def state(self) -> ReservationState:
        if self.outstanding:
            return ReservationState.picked if self.picked >= self.outstanding else ReservationState.reserved
        if not self.issued:
            return ReservationState.released
        return ReservationState.returned if self.returned >= self.issued else ReservationState.issued


def reservation_id(intervention_id: UUID, part_id: UUID) -> UUID:
    return uuid5(intervention_id, f"reserved {part_id}")


@dataclass(frozen=True)
class Claim:
    """What an open job still wants; `needed_at`: when it is due."""

    reservation: ReservationRow
    needed_at: datetime | None


def claim_of(reservation: ReservationRow, job: InterventionRow | None) -> Claim | None:
    """None for what nobody waits for any more."""
    if job is None or job.status not in OPEN or not reservation.outstanding:
        return None
    return Claim(reservation, needed_at(job))


def needed_at(job: InterventionRow) -> datetime | None:
    return job.due_at or job.scheduled_start or job.scheduled_end


def in_turn(claims: Iterable[Claim]) -> list[Claim]:
    """Whoever is due first; then whoever asked first. What has no date waits for what has one."""
    return sorted(claims, key=_turn)


def _turn(claim: Claim) -> tuple[datetime, datetime, UUID]:
    return claim.needed_at or _LAST, claim.reservation.reserved_at, claim.reservation.id


_LAST = datetime.max.replace(tzinfo=UTC)


def held(on_hand: Decimal, claims: Iterable[Claim]) -> dict[UUID, Decimal]:
    """What each reservation has of a site's stock of one part: first what lies ready in somebody's box, then the others in their turn."""
    queue, left = in_turn(claims), max(on_hand, NONE)
    holds = {claim.reservation.id: NONE for claim in queue}
    for is_picked in (True, False):
        for row in (claim.reservation for claim in queue):
            wanted = row.picked if is_picked else row.outstanding - row.picked
            got = min(left, wanted)
            holds[row.id] += got
            left -= got
    return holds


def free_for(on_hand: Decimal, claims: Iterable[Claim], reservation: UUID | None) -> Decimal:
    """What nobody else holds."""
    others = sum((part for row_id, part in held(on_hand, claims).items() if row_id != reservation), NONE)
    return max(on_hand - others, NONE)


def available(on_hand: Decimal, claims: Iterable[Claim]) -> Decimal:
    """What nobody holds."""
    return free_for(on_hand, claims, None)


def issued(row: ReservationRow, quantity: Decimal) -> ReservationRow:
    """So many more were taken for the job."""
    taken = row.model_copy(update={"issued": row.issued + quantity, "version": row.version + 1})
    return taken.model_copy(update={"picked": min(max(row.picked - quantity, NONE), taken.outstanding)})


def given_back(row: ReservationRow, quantity: Decimal) -> ReservationRow:
    """What comes back was not needed: others may have it."""
    return row.model_copy(update={"returned": min(row.returned + quantity, row.issued), "version": row.version + 1})


def wanted_by(job: InterventionRow, at: datetime) -> list[ReservationRow]:
    """What a job that a plan has made is to bring, as far as the catalogue knows it."""
    sums: dict[UUID, Decimal] = {}
    for part in job.required_parts:
        if part.part_id is not None:
            sums[part.part_id] = sums.get(part.part_id, NONE) + part.quantity
    return [reserved(job, part_id, quantity, at) for part_id, quantity in sums.items()]


def reserved(job: InterventionRow, part_id: UUID, quantity: Decimal, at: datetime) -> ReservationRow:
    return ReservationRow(
        id=reservation_id(job.id, part_id), site_id=job.site_id, equipment_id=job.equipment_id, intervention_id=job.id, part_id=part_id,
        quantity=quantity, picked=NONE, issued=NONE, returned=NONE, reserved_at=at, version=1,
    )  # fmt: skip


class ReservationListItem(Row):
    """What an open job wants of a part, and how much of that it holds."""

    id: UUID
    site_id: UUID
    site_name: str
    intervention_id: UUID
    intervention_number: str | None
    title: str
    equipment_name: str
    part_id: UUID
    part_number: str
    part_name: str
    unit: str
    quantity: Decimal
    outstanding: Decimal
    held: Decimal
    picked: Decimal
    issued: Decimal
    needed_at: Instant | None


class ReservationFilter(PageQuery):
    """`is_lacking`: whether some of it is not there."""

    site_id: UUID | None = None
    part_id: UUID | None = None
    intervention_id: UUID | None = None
    is_lacking: bool | None = None
    needed_before: Bound | None = None
