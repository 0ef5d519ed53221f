"""What the open jobs of plans still want of the stores, and what the storekeeper has laid ready of it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from uuid import UUID

from server.demo.calendars import DAY
from server.demo.sheets import Sheet
from server.demo.spares.ledger import Kept, Ledger
from shared_models.interventions.lifecycle import OPEN
from shared_models.inventory.quantities import NONE
from shared_models.inventory.reservations import Claim, ReservationRow, held, in_turn, reservation_id

AHEAD = DAY
"""So far ahead the storekeeper lays ready what is there."""
EVERY_OTHER = 2


def is_open(sheet: Sheet) -> bool:
    return sheet.status in OPEN


def reserved(waiting: Sequence[Sheet], ledger: Ledger, now: float) -> list[ReservationRow]:
    """For all jobs that are `waiting`: by their plans, and by hand."""
    return _laid_ready([*_planned(waiting), *_by_hand(waiting, ledger)], ledger, now)


def _planned(sheets: Iterable[Sheet]) -> Iterator[Claim]:
    for sheet in sheets:
        for part_id, quantity in _wanted(sheet).items():
            yield _claim(sheet, part_id, quantity)


def _by_hand(sheets: Sequence[Sheet], ledger: Ledger) -> Iterator[Claim]:
    """Jobs that nobody has planned want what has run low, and one more than there is."""
    asking = [sheet for sheet in sheets if sheet.scheduled_maintenance_id is None]
    for kept in [kept for kept in ledger.kept.values() if kept.stock.low_since and not kept.part.row.decimals]:
        sheet = next((sheet for sheet in asking if _takes(sheet, kept)), None)
        if sheet is not None:
            asking.remove(sheet)
            yield _claim(sheet, kept.part.row.id, max(kept.stock.on_hand, NONE) + 1)


def _takes(sheet: Sheet, kept: Kept) -> bool:
    family, machine = kept.part.family, sheet.machine
    of_class = machine.kind is not None and bool(kept.part.row.class_ids) and machine.kind.code in family.classes
    return sheet.site_id == kept.stock.site_id and (of_class or machine.id in kept.part.row.equipment_ids)


def _claim(sheet: Sheet, part_id: UUID, quantity: Decimal) -> Claim:
    return Claim(_row(sheet, part_id, quantity), sheet.due_at or sheet.scheduled_start or sheet.scheduled_end)


def _wanted(sheet: Sheet) -> dict[UUID, Decimal]:
    found: dict[UUID, Decimal] = {}
    for part in json.loads(sheet.required_parts):
        if part["part_id"]:
            found[UUID(part["part_id"])] = found.get(UUID(part["part_id"]), NONE) + Decimal(part["quantity"])
    return found


def _row(sheet: Sheet, part_id: UUID, quantity: Decimal) -> ReservationRow:
    return ReservationRow.model_construct(
        id=reservation_id(sheet.id, part_id), site_id=sheet.site_id, equipment_id=sheet.equipment_id, intervention_id=sheet.id,
        part_id=part_id, quantity=quantity, picked=NONE, issued=NONE, returned=NONE, reserved_at=sheet.created_at, version=1,
    )  # fmt: skip


def _laid_ready(claims: Sequence[Claim], ledger: Ledger, now: float) -> list[ReservationRow]:
    """Of what is due by tomorrow, every other one that is all there."""
    stocks = {(kept.stock.part_id, kept.stock.site_id): kept.stock.on_hand for kept in ledger.kept.values()}
    of_stock = defaultdict[tuple[UUID, UUID], list[Claim]](list)
    for claim in claims:
        of_stock[claim.reservation.part_id, claim.reservation.site_id].append(claim)
    holds: dict[UUID, Decimal] = {}
    for key, wanting in of_stock.items():
        holds |= held(stocks.get(key, NONE), wanting)
    soon = [claim for claim in in_turn(claims) if claim.needed_at and claim.needed_at.timestamp() < now + AHEAD]
    whole = [claim.reservation for claim in soon if holds[claim.reservation.id] == claim.reservation.quantity]
    picked = {row.id for row in whole[::EVERY_OTHER]}
    rows = (claim.reservation for claim in claims)
    return [row.model_copy(update={"picked": row.quantity, "version": 2}) if row.id in picked else row for row in rows]
