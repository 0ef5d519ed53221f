"""What jobs want of the stock, and what they hold of it, as far as this device knows: see `shared_models.inventory.reservations`."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_day, t
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import dotted, natural
from mobile_app.domain.marks import Mark
from mobile_app.domain.parts import amount, part_name, stock_at
from mobile_app.domain.views import OpenJob
from mobile_app.ui.theme import Tone
from shared_models.buying.rows import UNDER_WAY, PurchaseOrderRow
from shared_models.interventions.lifecycle import OPEN
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.quantities import NONE
from shared_models.inventory.reservations import Claim, ReservationRow, ReservationState, claim_of, held, in_turn, needed_at
from shared_models.inventory.rows import PartRow, StockRow

STATE: Final = {
    ReservationState.reserved: Mark("domain.reservation.reserved", Tone.info, ft.Icons.BOOKMARK_OUTLINE_ROUNDED),
    ReservationState.picked: Mark("domain.reservation.picked", Tone.ok, ft.Icons.SHOPPING_BASKET_OUTLINED),
    ReservationState.issued: Mark("domain.reservation.issued", Tone.ok, ft.Icons.CHECK_CIRCLE_ROUNDED),
    ReservationState.returned: Mark("domain.reservation.returned", Tone.off, ft.Icons.UNDO_ROUNDED),
    ReservationState.released: Mark("domain.reservation.released", Tone.off, ft.Icons.BOOKMARK_REMOVE_OUTLINED),
}
LACKING: Final = Mark("domain.reservation.lacking", Tone.warning, ft.Icons.REPORT_PROBLEM_OUTLINED)


@dataclass(frozen=True)
class Holding:
    """What a job still wants of a part, and how much of that it has; `part` is None while the catalogue is not here."""

    row: ReservationRow
    job: InterventionRow
    part: PartRow | None
    held: Decimal

    @property
    def wanted(self) -> Decimal:
        return self.row.outstanding

    @property
    def is_whole(self) -> bool:
        return self.held >= self.wanted

    @property
    def mark(self) -> Mark:
        return STATE[self.row.state] if self.is_whole else LACKING


class Book:
    """Of all open jobs: made of the rows as they are now, and looked up from then on."""

    def __init__(self, client: Client, rows: Iterable[ReservationRow] | None = None) -> None:
        self._client = client
        self._claims = defaultdict[tuple[UUID, UUID], list[Claim]](list)
        self._of_job = defaultdict[UUID, list[Claim]](list)
        self._held: dict[UUID, Decimal] = {}
        for row in client.tables.reservations.rows.values() if rows is None else rows:
            claim = claim_of(row, client.interventions.get(row.intervention_id))
            if claim is not None:
                self._claims[row.part_id, row.site_id].append(claim)
                self._of_job[row.intervention_id].append(claim)
        for (part_id, site_id), claims in self._claims.items():
            stock = stock_at(client, part_id, site_id)
            self._held |= held(stock.on_hand if stock else NONE, claims)

    def of_job(self, job_id: UUID) -> list[Holding]:
        return sorted(self._holdings(self._of_job.get(job_id, ())), key=lambda own: natural(own.part.name if own.part else ""))

    def of_part(self, part_id: UUID) -> list[Holding]:
        """In turn, site by site."""
        mine = [claims for (of, _), claims in self._claims.items() if of == part_id]
        return [own for claims in mine for own in self._holdings(in_turn(claims))]

    def everything(self) -> list[Holding]:
        return self._holdings(in_turn(claim for claims in self._claims.values() for claim in claims))

    def reserved(self, stock: StockRow) -> Decimal:
        """Of what is on hand."""
        claims = self._claims.get((stock.part_id, stock.site_id), ())
        return sum((self._held[claim.reservation.id] for claim in claims), NONE)

    def available(self, stocks: Iterable[StockRow]) -> Decimal:
        """On hand, less what jobs hold."""
        return sum((max(stock.on_hand, NONE) - self.reserved(stock) for stock in stocks), NONE)

    def free_for(self, stock: StockRow, row: ReservationRow | None) -> Decimal:
        """What nobody else holds."""
        return self.available([stock]) + (self._held.get(row.id, NONE) if row else NONE)

    def _holdings(self, claims: Iterable[Claim]) -> list[Holding]:
        found = []
        for claim in claims:
            job = self._client.interventions.get(claim.reservation.intervention_id)
            if job is not None:
                row = claim.reservation
                found.append(Holding(row, job, self._client.tables.parts.get(row.part_id), self._held[row.id]))
        return found


def book_of_part(client: Client, part_id: UUID) -> Book:
    return Book(client, client.tables.reservations.having(part_id=[part_id]))


def book_of_jobs(client: Client, jobs: Iterable[OpenJob]) -> Book:
    """With all that others want of the same parts."""
    mine = client.tables.reservations.having(intervention_id=[job.id for job in jobs if job.status in OPEN])
    return Book(client, client.tables.reservations.having(part_id={row.part_id for row in mine}, site_id={row.site_id for row in mine}))


def is_known(client: Client) -> bool:
    """False while what lies in the stores is still read behind the first screen: nothing lacks yet."""
    return client.tables.parts.ready and client.tables.stocks.ready and client.tables.orders.ready


def what_lacks(client: Client, own: Holding) -> str:
    """`1 of 2 seals, 1 on order for Thursday`."""
    name = own.part.name if own.part else part_name(client, own.row.part_id)
    first = t("reserved.some_of", held=told(own, own.held), wanted=told(own, own.wanted), part=name)
    return ", ".join([first, coming(client, own)])


def there(client: Client, own: Holding) -> str:
    """The same without the name, beside which it stands."""
    if own.is_whole:
        return own.mark.word
    some = t("reserved.there", held=told(own, own.held), wanted=told(own, own.wanted))
    return dotted(own.mark.word, f"{some}, {coming(client, own)}")


def when(own: Holding) -> str:
    """Its day; empty for a job without one."""
    at = needed_at(own.job)
    return format_day(at.astimezone().date()) if at else ""


def told(own: Holding, quantity: Decimal) -> str:
    return amount(own.part, quantity) if own.part else f"{quantity.normalize():f}"


def coming(client: Client, own: Holding) -> str:
    """What is on order for the site, and for when the earliest of it is expected."""
    stock = stock_at(client, own.row.part_id, own.row.site_id)
    if stock is None or not stock.on_order:
        return t("reserved.not_ordered")
    orders = [row for row in client.tables.orders.having(site_id=[own.row.site_id], status=UNDER_WAY) if _brings(row, own.row.part_id)]
    days = [row.expected_on for row in orders if row.expected_on]
    quantity = told(own, stock.on_order)
    return t("reserved.ordered_for", quantity=quantity, day=format_day(min(days))) if days else t("reserved.ordered", quantity=quantity)


def _brings(order: PurchaseOrderRow, part_id: UUID) -> bool:
    line = order.line(part_id)
    return line is not None and line.missing > 0
