"""What is on its way today: three orders, of which one has come in part and is late."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING
from uuid import UUID

from server.demo.calendars import DAY, HOUR
from server.demo.chance import Dice, instant
from server.demo.numbers import Numbers
from server.demo.spares.ledger import Kept, Ledger
from shared_models.buying.commands import OnOrder, PlaceOrder, ReceiveOrderLine
from shared_models.buying.rows import OrderLine, OrderStatus, PurchaseOrderRow
from shared_models.inventory.rows import Offer
from shared_models.rules import apply

LINES = 4
Group = tuple[int, UUID]
"""A site, and a supplier."""


@dataclass(frozen=True)
class Story:
    """How many days ago it was placed, in how many it is expected, and whether its first line has come."""

    placed: int
    expected: int
    has_begun: bool = False
    notes: str = ""


STORIES = (Story(12, -1, has_begun=True), Story(6, 3, notes="Livraison le matin, merci."), Story(2, 9))


def orders_of(ledger: Ledger, numbers: Numbers, seed: int) -> list[PurchaseOrderRow]:
    dice = Dice(seed, "orders")
    return [
        _order(ledger, kept, story, numbers, dice) for story, kept in zip(STORIES, _chosen(ledger), strict=False)
    ]  # fmt: skip


def _chosen(ledger: Ledger) -> list[list[Kept]]:
    """What is nearly low, of three suppliers, and not for one site only."""
    groups = defaultdict[Group, list[Kept]](list)
    for kept in ledger.kept.values():
        if kept.minimum > 1 and 0 < kept.spare <= kept.minimum and not any(place.count_since for place in kept.stock.places):
            groups[kept.store.site.index, _offer(kept).supplier_id].append(kept)
    found: dict[Group, list[Kept]] = {}
    for group, nearly in sorted(groups.items(), key=lambda pair: (-min(len(pair[1]), LINES), pair[0])):
        sites, suppliers = {site for site, _ in found}, {supplier for _, supplier in found}
        if len(found) < len(STORIES) and group[1] not in suppliers and (group[0] not in sites or len(sites) > 1):
            found[group] = sorted(nearly, key=lambda kept: (kept.spare, kept.stock.id))[:LINES]
    return list(found.values())


def _offer(kept: Kept) -> Offer:
    return next(offer for offer in kept.part.row.offers if offer.is_preferred)


def _order(ledger: Ledger, lines: Sequence[Kept], story: Story, numbers: Numbers, dice: Dice) -> PurchaseOrderRow:
    at = ledger.now - story.placed * DAY
    first = lines[0]
    draft = PurchaseOrderRow(
        id=dice.id_at(at), number=numbers.next("PO", instant(at), digits=4), site_id=first.stock.site_id,
        supplier_id=_offer(first).supplier_id, status=OrderStatus.draft, currency=first.part.row.currency, lines=list(map(_line, lines)),
        expected_on=(instant(ledger.now) + timedelta(days=story.expected)).date(), notes=story.notes, ordered_at=None, closed_at=None,
        version=1,
    )  # fmt: skip
    order = _after(ledger, draft, PlaceOrder(order_id=draft.id, occurred_at=instant(at)), lines)
    if not story.has_begun:
        return order
    came = ReceiveOrderLine(
        order_id=order.id, movement_id=dice.id_at(ledger.now), part_id=first.part.row.id, place_id=first.place.id,
        quantity=order.lines[0].quantity, occurred_at=instant(ledger.now - HOUR),
    )  # fmt: skip
    return _after(ledger, order, came, lines)


def _line(kept: Kept) -> OrderLine:
    offer = _offer(kept)
    packs = (max(kept.target, kept.minimum * 2) / kept.part.pack).to_integral_value(ROUND_CEILING)
    return OrderLine(part_id=kept.part.row.id, quantity=packs * kept.part.pack, unit_price=offer.price, reference=offer.reference)


def _after(ledger: Ledger, order: PurchaseOrderRow, cmd: OnOrder, lines: Sequence[Kept]) -> PurchaseOrderRow:
    """The order, once the stocks have heard what it comes to."""
    known = {kept.part.row.id: kept for kept in lines}
    outcome = apply(order, cmd, ledger.keeper(lines[0]))
    for then in outcome.then:
        ledger.hear(then, known)
    return outcome.row
