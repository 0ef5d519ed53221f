"""Two stocktakes: one that was approved last week, and one that is being counted today."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid5

from server.demo.calendars import DAY, HOUR, MINUTE
from server.demo.chance import Dice, instant
from server.demo.numbers import Numbers
from server.demo.spares.ledger import Kept, Ledger
from server.demo.spares.places import Store
from shared_models.inventory import commands as inv
from shared_models.inventory import rules as shelves
from shared_models.inventory.quantities import NONE
from shared_models.inventory.rows import PlaceRow
from shared_models.permissions import Role
from shared_models.rules import By
from shared_models.stocktakes import commands as st
from shared_models.stocktakes import rules
from shared_models.stocktakes.rows import StocktakeLineRow, StocktakeRow

AGO, LASTED = 9 * DAY, 5 * HOUR
TODAY = 50 * MINUTE
EACH = 90
"""Seconds that a line takes."""
NEVER, MISCOUNTED = 2, 0.25
REASON = "Inventaire tournant, écarts vérifiés au rayon."


@dataclass
class Take:
    stocktake: StocktakeRow
    lines: dict[UUID, StocktakeLineRow]


@dataclass(eq=False)
class Takes:
    """The approved one happens with everything else, in the ledger's time; the other one looks at what is left."""

    ledger: Ledger
    numbers: Numbers
    seed: int
    found: list[Take] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Dice(self.seed, "stocktakes")
        self.ledger.plan(max(self.ledger.now - AGO, self.ledger.opened + 2 * DAY), self._last_week)

    def _keeper(self, store: Store) -> By:
        return By(self.ledger.staff.supervisors[store.site.index].id, Role.supervisor)

    def _counters(self, store: Store) -> list[By]:
        return [By(user.id, Role.technician) for user in self.ledger.staff.crews[store.site.index]]

    def _open(self, at: float, store: Store, places: Sequence[PlaceRow], notes: str) -> Take:
        site = store.site.id
        cmd = st.OpenStocktake(
            stocktake_id=self.dice.id_at(at), site_id=site, place_ids=[place.id for place in places], notes=notes, occurred_at=instant(at)
        )
        stocks = [kept.stock for kept in self.ledger.kept.values() if kept.store is store]
        opened = rules.open_(rules.Chosen(places, stocks), cmd, self._keeper(store))
        row = opened.stocktake.model_copy(update={"number": self.numbers.next("ST", instant(at), digits=4)})
        take = Take(row, {line.id: line for line in opened.lines})
        self.found.append(take)
        return take

    def _counted(self, at: float, take: Take, kept: Kept, place_id: UUID, counted: Decimal, by: By) -> StocktakeLineRow:
        cmd = st.CountLine(
            stocktake_id=take.stocktake.id, count_id=self.dice.id_at(at), place_id=place_id, part_id=kept.part.row.id, counted=counted,
            occurred_at=instant(at),
        )  # fmt: skip
        line = next((line for line in take.lines.values() if (line.place_id, line.part_id) == (place_id, kept.part.row.id)), None)
        done = rules.count(rules.Counting(take.stocktake, line, kept.part.row), cmd, by)
        take.stocktake, take.lines[done.line.id] = done.of.row, done.line
        return done.line

    def _kept(self, line: StocktakeLineRow, store: Store) -> Kept:
        return self.ledger.kept[line.part_id, store.site.index]

    # ------------------------------------------------------------ last week

    def _last_week(self, at: float) -> None:
        store = self.ledger.stores[1 % len(self.ledger.stores)]
        take = self._open(at, store, [*store.bins[0], store.cupboard], "Rayon A et armoire")
        for rank, line in enumerate(list(take.lines.values())[NEVER:], 1):
            self.ledger.plan(at + rank * EACH, self._count_and_book, take, store, line)
        self.ledger.plan(at + LASTED, self._approve, take, store)

    def _count_and_book(self, at: float, take: Take, store: Store, line: StocktakeLineRow) -> None:
        """Booked at once: a count holds at its instant, whenever it is approved."""
        kept, by = self._kept(line, store), self._counters(store)[0]
        there = kept.stock.at(line.place_id).quantity
        counted = max(NONE, there + (self.dice.pick((-1, -1, 1)) if self.dice.happens(MISCOUNTED) else 0))
        self._counted(at, take, kept, line.place_id, counted, by)
        cmd = inv.CountStock(
            movement_id=uuid5(line.id, "approved"), part_id=line.part_id, place_id=line.place_id, counted=counted,
            reference_document=take.stocktake.number or "", notes=REASON, occurred_at=instant(at),
        )  # fmt: skip
        place = next(place for place in store.rows if place.id == line.place_id)
        moved = shelves.count(shelves.Shelf(kept.part.row, place, kept.stock), cmd, self._keeper(store))
        self.ledger.keep(kept, moved, at, self._keeper(store))
        amount = sum((entry.amount for entry in moved.lines), NONE)
        told = {"expected": there, "difference": counted - there, "amount": amount}
        take.lines[line.id] = take.lines[line.id].model_copy(update=told)

    def _approve(self, at: float, take: Take, store: Store) -> None:
        done = st.FinishCounting(stocktake_id=take.stocktake.id, occurred_at=instant(at - HOUR))
        counted = rules.finish(take.stocktake, done, self._keeper(store))
        cmd = st.ApproveStocktake(stocktake_id=counted.id, version=counted.version, reason=REASON, occurred_at=instant(at))
        lines = list(take.lines.values())
        take.stocktake = rules.approve(rules.Looked(counted, lines), cmd, self._keeper(store)).stocktake
        take.lines = {line.id: _next(line) if line.expected is not None else line for line in lines}

    # ------------------------------------------------------------ today

    def today(self) -> None:
        """More than half is counted; two people found different things, and one count is asked for again."""
        store = self.ledger.stores[0]
        at, (first, second) = self.ledger.now - TODAY, self._counters(store)[:2]
        take = self._open(at, store, [*store.bins[1], store.bins[2][0]], "Rayon B")
        lines = list(take.lines.values())
        for rank, line in enumerate(lines[: len(lines) * 2 // 3 + 1]):
            kept, place_id = self._kept(line, store), line.place_id
            there = max(NONE, kept.stock.at(place_id).quantity)
            when = at + (rank + 1) * min(EACH, (TODAY - 4 * MINUTE) / (len(lines) + 1))
            off = (0, 1, 0, 0, 0, 0, -1, 0)[rank % 8] if there else 0
            self._counted(when, take, kept, place_id, there + off, first if rank % 2 else second)
            if rank == 1:
                self._counted(when + MINUTE, take, kept, place_id, there, second)
        asked = [line.id for line in list(take.lines.values())[:1]]
        again = st.AskAgain(stocktake_id=take.stocktake.id, line_ids=asked, occurred_at=instant(self.ledger.now - 2 * MINUTE))
        looked = rules.ask_again(rules.Looked(take.stocktake, list(take.lines.values())), again, self._keeper(store))
        take.stocktake = looked.stocktake
        take.lines |= {line.id: line for line in looked.lines}
        elsewhere = [kept for kept in self.ledger.kept.values() if kept.store is store and kept.place.id not in take.stocktake.place_ids]
        if elsewhere:
            self._counted(self.ledger.now - MINUTE, take, self.dice.pick(elsewhere), take.stocktake.place_ids[0], Decimal(1), first)


def _next(line: StocktakeLineRow) -> StocktakeLineRow:
    return line.model_copy(update={"version": line.version + 1})
