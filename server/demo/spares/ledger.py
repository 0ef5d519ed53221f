"""Two years of a store, by the rules that the product itself follows: every line, balance, value and cost comes from them."""

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any
from uuid import UUID

from server.demo.calendars import DAY, HOUR, MINUTE
from server.demo.chance import Dice, instant
from server.demo.people import Staff
from server.demo.spares.parts import Catalogue, Part
from server.demo.spares.places import Store
from server.demo.spares.wants import Want
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory import commands as inv
from shared_models.inventory import rules
from shared_models.inventory.quantities import NONE
from shared_models.inventory.rows import JobPartRow, Movement, PlaceRow, StockRow
from shared_models.inventory.rules import Expected, GoodsIn, Moved, Shelf
from shared_models.permissions import Role
from shared_models.rules import By, Consequence

ONE_CENT = Decimal("0.01")
KEPT = (0.8, 0.5, 0.35)
"""How much each of the three sites of a group keeps of what no machine of its own asks for."""
LOW, TO_COUNT = 12, 3
DEARER = 0.035
UNCOUNTED = 40 * HOUR  # before now: some of what is taken since then is taken from where the books have none
COUNTED_EVERY = 28 * DAY
COUNTED_AT_ONCE = 6
MISCOUNTED = 0.35
BROKEN = 0.02
LENT = 0.12
USED_WITHOUT_JOB = 110 * DAY
WHY = ("Casse au magasin.", "Pièce défectueuse, mise au rebut.", "Erreur de casier, retrouvée rayon voisin.", "Emballage abîmé, rebuté.")
USED = ("Consommation atelier.", "Chariot d’intervention regarni.", "Pour la ligne, bon manuel.")


@dataclass(eq=False, slots=True)
class Kept:
    """A part at a site: its stock, its place, and what has been ordered for it."""

    part: Part
    store: Store
    place: PlaceRow
    stock: StockRow
    target: Decimal
    is_coming: bool = False

    @property
    def minimum(self) -> Decimal:
        return self.part.row.minimum_stock if self.stock.minimum is None else self.stock.minimum

    @property
    def spare(self) -> Decimal:
        """What can be taken until it is low."""
        return self.stock.on_hand - self.minimum


@dataclass(frozen=True, slots=True)
class Alert:
    id: UUID
    site_id: UUID
    part_id: UUID
    on_hand: Decimal
    minimum: Decimal
    occurred_at: datetime


@dataclass(eq=False)
class Ledger:
    """`lines`, `used` and `alerts` are what has happened since they were last taken away."""

    seed: int
    catalogue: Catalogue
    stores: list[Store]
    staff: Staff
    opened: float
    now: float
    kept: dict[tuple[UUID, int], Kept] = field(default_factory=dict)
    lines: list[tuple[Movement, UUID | None]] = field(default_factory=list)
    used: list[tuple[JobPartRow, float]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    _events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = field(default_factory=list)
    _uncounted: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dice, self.rank = Dice(self.seed, "ledger"), 0
        self.receipts = 0
        for store in self.stores:
            self._open(store)

    # ------------------------------------------------------------ what is going to happen

    def want(self, wants: Iterable[Want]) -> None:
        for want in wants:
            if self.opened + DAY <= want.at:
                self._at(want.at, self._take, want)

    def until(self, at: float) -> None:
        """Everything before then, in the order of time."""
        while self._events and self._events[0][0] < at:
            event = heapq.heappop(self._events)
            event[2](event[0], *event[3])

    def close(self) -> None:
        """What is left until now; then so many parts are low, no more and no fewer."""
        self.until(self.now)
        low = sorted((kept for kept in self.kept.values() if kept.stock.low_since), key=lambda kept: (kept.stock.low_since, kept.stock.id))
        for kept in low[: max(0, len(low) - LOW)]:
            self._receive(self._this_morning(kept), kept)
        few = (kept for kept in self.kept.values() if 0 < kept.spare <= kept.stock.at(kept.place.id).quantity and kept.minimum > 1)
        for kept, _ in zip(few, range(LOW - len(low)), strict=False):
            self._use(self._this_morning(kept), kept, kept.spare)

    def _this_morning(self, kept: Kept) -> float:
        """Not before what is there was counted."""
        counted = (place.counted_at.timestamp() for place in kept.stock.places if place.counted_at)
        return max(self.now - self.dice.randint(1, 5) * HOUR, *counted, self.opened)

    def _at(self, at: float, what: Callable[..., None], *about: Any) -> None:
        self.rank += 1
        heapq.heappush(self._events, (float(int(at)), self.rank, what, about))

    def plan(self, at: float, what: Callable[..., None], *about: Any) -> None:
        """What others have to do with it, called with its time."""
        self._at(at, what, *about)

    # ------------------------------------------------------------ the first day

    def _open(self, store: Store) -> None:
        """What machines of the site take, and a share of the rest."""
        site, dice = store.site, Dice(self.seed, "first stock", store.site.index)
        prefixes = sorted({part.family.prefix for part in self.catalogue.parts})
        for part in self.catalogue.parts:
            row = part.row
            if not row.is_active or not (site.index in part.sites or (self._is_of(part, store) and dice.happens(KEPT[site.index % 3]))):
                continue
            bins = store.bins[prefixes.index(part.family.prefix) % len(store.bins)]
            kept = Kept(part, store, dice.pick(bins), rules.nothing_of(row, site.id), max(row.minimum_stock * 2, Decimal(2)))
            if site.index % 3 and row.minimum_stock > 1 and dice.happens(0.3):
                kept.stock = kept.stock.model_copy(update={"minimum": row.minimum_stock // 2})
            kept.target = max(kept.minimum * 2, part.pack if row.minimum_stock else Decimal(1))
            row.location = row.location or kept.place.name
            self.kept[row.id, site.index] = kept
            first = kept.target + dice.randint(0, int(kept.minimum) + 1)
            self._at(self.opened + dice.randrange(8 * HOUR), self._first, kept, first)
            if not part.family.classes and row.minimum_stock > 1:
                self._at(self.opened + dice.uniform(2, 90) * DAY, self._consume, kept)
        self._at(self.opened + dice.uniform(20, 40) * DAY, self._counting, store)

    def _is_of(self, part: Part, store: Store) -> bool:
        """Each group of three sites has parts of its own."""
        return part.copy % (len(self.stores) // 3) == store.site.index // 3

    def _first(self, at: float, kept: Kept, quantity: Decimal) -> None:
        self._receive(at, kept, quantity, document="Inventaire initial")

    # ------------------------------------------------------------ goods in

    def _receive(self, at: float, kept: Kept, quantity: Decimal | None = None, *, document: str = "", notes: str = "") -> None:
        part, kept.is_coming = kept.part, False
        if quantity is None:
            lacking = max(kept.target - kept.stock.on_hand, part.pack)
            quantity = (lacking / part.pack).to_integral_value(ROUND_CEILING) * part.pack
        self.receipts += 1
        years = (self.now - at) / (365 * DAY)
        price = Decimal(str(part.price * (1 - DEARER * years) * self.dice.uniform(0.97, 1.03))).quantize(ONE_CENT)
        cmd = self._command(
            inv.ReceiveStock, at, kept, kept.place, quantity=quantity, unit_price=max(price, ONE_CENT), currency=None, notes=notes,
            reference_document=document or f"BL-{instant(at).year}-{self.receipts:05d}",
        )  # fmt: skip
        self.keep(kept, rules.receive(Shelf(part.row, kept.place, kept.stock), cmd, self.keeper(kept)), at, self.keeper(kept))
        if part.row.minimum_stock > 1 and kept.stock.on_hand > kept.minimum + 1 and self.dice.happens(LENT):
            self._at(at + self.dice.randint(2, 40) * MINUTE, self._to_cupboard, kept)

    def _order(self, at: float, kept: Kept) -> None:
        """It is low: another site lends some, or it comes from its supplier on a morning."""
        kept.is_coming = True
        other = next(
            (known for store in self.stores if (known := self.kept.get((kept.part.row.id, store.site.index))) and self._has_plenty(known)),
            None,
        )
        if other is not None and self.dice.happens(LENT):
            self._at(at + self.dice.uniform(0.6, 2) * DAY, self._transfer, other, kept)
            return
        calendar = kept.store.site.calendar
        day = calendar.day_of(at) + kept.part.days
        self._at(calendar.at(day, self.dice.uniform(8, 12) * HOUR), self._receive, kept)

    def _has_plenty(self, kept: Kept) -> bool:
        return kept.stock.at(kept.place.id).quantity > 2 * kept.minimum + 1

    def _transfer(self, at: float, source: Kept, to: Kept) -> None:
        if not self._has_plenty(source):
            self._receive(at, to)
            return
        to.is_coming = False
        self._move(at, source, source.place, to, to.place, max(Decimal(1), source.minimum // 2), "Dépannage entre sites.")

    def _to_cupboard(self, at: float, kept: Kept) -> None:
        quantity = min(kept.stock.at(kept.place.id).quantity, max(Decimal(1), kept.minimum // 2))
        if quantity > 0:
            self._move(at, kept, kept.place, kept, kept.store.cupboard, quantity, "")

    def _move(self, at: float, source: Kept, place: PlaceRow, to: Kept, there: PlaceRow, quantity: Decimal, notes: str) -> None:
        by, row = self.keeper(source), source.part.row
        cmd = self._command(
            inv.TransferStock, at, source, place, quantity=quantity, to_place_id=there.id, arrival_id=self.dice.id_at(at), notes=notes
        )
        moved = rules.transfer(Shelf(row, place, source.stock, to=Shelf(row, there, to.stock)), cmd, by)
        self.keep(source, moved, at, by)
        if moved.also:
            self.keep(to, moved.also, at, by)

    # ------------------------------------------------------------ what is taken

    def _take(self, at: float, want: Want) -> None:
        sheet, row = want.sheet, want.part.row
        kept = self.kept[row.id, sheet.machine.site.index]
        said: dict[str, Any] = {"id": sheet.id, "site_id": sheet.site_id, "equipment_id": sheet.equipment_id, "is_validated": False}
        job = InterventionRow.model_construct(
            **said, assigned_technician_id=want.by
        )  # as it was then: somebody's, and nobody's to check yet
        by = By(want.by, Role.technician)
        place, is_taken = self._where(at, kept, want.quantity)
        if not is_taken and kept.stock.at(place.id).quantity < want.quantity:
            self._receive(at, kept, want.quantity + kept.target, notes="Achat comptoir.")
            place = kept.place
        cmd = self._command(inv.TakeStock, at + 0.2, kept, place, quantity=want.quantity, intervention_id=sheet.id, is_taken=is_taken)
        moved = rules.take(Shelf(row, place, kept.stock, job), cmd, by)
        self.keep(kept, moved, at, by)
        assert moved.used is not None
        if want.back:
            self._at(want.ended, self._give_back, want, kept, place, job, moved.used)
        else:
            self.used.append((moved.used, at))

    def _where(self, at: float, kept: Kept, quantity: Decimal) -> tuple[PlaceRow, bool]:
        """The bin, or the cupboard where that has enough; at last, some of it has been in the cupboard without the books' knowing."""
        cupboard = kept.store.cupboard
        in_cupboard = kept.stock.at(cupboard.id).quantity
        if (
            at > self.now - UNCOUNTED
            and len(self._uncounted) < TO_COUNT
            and kept.stock.id not in self._uncounted
            and in_cupboard < quantity
        ):
            self._uncounted.add(kept.stock.id)
            return cupboard, True
        return (cupboard if in_cupboard >= quantity else kept.place), False

    def _give_back(self, at: float, want: Want, kept: Kept, place: PlaceRow, job: InterventionRow, used: JobPartRow) -> None:
        by = By(want.by, Role.technician)
        cmd = self._command(inv.GiveBackStock, at, kept, place, quantity=want.back, intervention_id=job.id)
        moved = rules.give_back(Shelf(want.part.row, place, kept.stock, job, used), cmd, by)
        self.keep(kept, moved, at, by)
        assert moved.used is not None
        self.used.append((moved.used, at))

    def _consume(self, at: float, kept: Kept) -> None:
        """What is used without a job, now and then."""
        share = Decimal(self.dice.randint(1, max(1, int(kept.minimum) // 3)))
        self._use(at, kept, min(share, kept.stock.at(kept.place.id).quantity))
        self._at(at + self.dice.around(USED_WITHOUT_JOB, 0.5), self._consume, kept)

    def _use(self, at: float, kept: Kept, quantity: Decimal) -> None:
        if quantity > 0:
            by, notes = self.keeper(kept), self.dice.pick(USED)
            cmd = self._command(inv.TakeStock, at, kept, kept.place, quantity=quantity, intervention_id=None, is_taken=False, notes=notes)
            self.keep(kept, rules.take(Shelf(kept.part.row, kept.place, kept.stock), cmd, by), at, by)

    # ------------------------------------------------------------ what is counted and corrected

    def _counting(self, at: float, store: Store) -> None:
        """A few shelves a month."""
        here = [kept for kept in self.kept.values() if kept.store is store]
        for kept in self.dice.sample(here, min(COUNTED_AT_ONCE, len(here))):
            self._count(at, kept)
        if self.dice.happens(0.5):
            self._adjust(at, self.dice.pick(here))
        self._at(at + COUNTED_EVERY, self._counting, store)

    def _count(self, at: float, kept: Kept) -> None:
        there = kept.stock.at(kept.place.id).quantity
        off = self.dice.pick((-1, 1)) if self.dice.happens(MISCOUNTED) else 0
        cmd = self._command(inv.CountStock, at, kept, kept.place, counted=max(NONE, there + off), notes="Inventaire tournant.")
        self.keep(kept, rules.count(Shelf(kept.part.row, kept.place, kept.stock), cmd, self.keeper(kept)), at, self.keeper(kept))

    def _adjust(self, at: float, kept: Kept) -> None:
        if kept.stock.at(kept.place.id).quantity >= 1:
            cmd = self._command(inv.AdjustStock, at + 0.2, kept, kept.place, quantity=Decimal(-1), notes=self.dice.pick(WHY))
            self.keep(kept, rules.adjust(Shelf(kept.part.row, kept.place, kept.stock), cmd, self.keeper(kept)), at, self.keeper(kept))

    # ------------------------------------------------------------ what is on order

    def hear(self, then: Consequence, known: Mapping[UUID, Kept]) -> None:
        """What an order comes to, for the stocks of its parts."""
        if isinstance(then, Expected):
            kept = known[then.part_id]
            kept.stock = rules.expecting(kept.stock, kept.part.row, then)
        elif isinstance(then, GoodsIn):
            kept = known[then.receipt.part_id]
            moved = rules.receive_ordered(Shelf(kept.part.row, kept.place, kept.stock), then, self.keeper(kept))
            self.keep(kept, moved, then.receipt.occurred_at.timestamp(), self.keeper(kept))

    # ------------------------------------------------------------ a movement

    def keeper(self, kept: Kept) -> By:
        return By(self.staff.supervisors[kept.store.site.index].id, Role.supervisor)

    def _command(self, kind: type[Any], at: float, kept: Kept, place: PlaceRow, **more: Any) -> Any:
        """Past its checks: what it says is of our own making."""
        movement_id = self.dice.id_at(at)
        said = {"reference_document": "", "notes": "", "occurred_at": instant(at), **more}
        return kind.model_construct(command_id=movement_id, movement_id=movement_id, part_id=kept.part.row.id, place_id=place.id, **said)

    def keep(self, kept: Kept, moved: Moved, at: float, by: By) -> None:
        was_low, kept.stock = kept.stock.low_since, moved.stock
        self.lines += [(line, by.account) for line in moved.lines]
        if kept.stock.low_since and not was_low and kept.stock.version > 1:
            site_id, on_hand = kept.stock.site_id, kept.stock.on_hand
            self.alerts.append(Alert(self.dice.id_at(at), site_id, kept.part.row.id, on_hand, kept.minimum, kept.stock.low_since))
        short = kept.stock.on_hand < 1 if not kept.minimum else kept.stock.low_since
        if short and not kept.is_coming:
            self._order(at, kept)
