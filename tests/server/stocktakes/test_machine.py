"""Whatever is counted, taken and approved, in whatever order it comes to be known: shelves, ledger and lines say the same as a
storekeeper who writes down each fact with its time.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.inventory import commands as inv
from shared_models.stocktakes import commands as stk
from shared_models.stocktakes.rows import StocktakeStatus, line_id
from tests.server.inventory.books import BEGAN, Stage, walks

__all__ = ["walks"]  # a fixture
NEVER, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
PLACES = 2
KINDS = ["receive", "hold", "hold", "open", "count", "count", "count", "again", "finish", "approve", "approve", "cancel", "shelf"]
OVER = {StocktakeStatus.approved, StocktakeStatus.cancelled}


@dataclass(frozen=True)
class Step:
    """`late`: by how many steps it is told of after it happened; `shelf` is a count of a shelf without a stocktake."""

    what: str
    place: int = 0
    quantity: int = 1
    late: int = 0


STEPS = st.builds(
    Step, what=st.sampled_from(KINDS), place=st.integers(0, PLACES - 1), quantity=st.integers(0, 4), late=st.sampled_from([0, 0, 0, 1, 3])
)


@dataclass
class Shelf:
    """What moved when, and the counts that hold."""

    facts: list[tuple[datetime, int]] = field(default_factory=list)
    counts: list[tuple[datetime, int]] = field(default_factory=list)

    @property
    def counted_at(self) -> datetime:
        return max((at for at, _ in self.counts), default=NEVER)

    def had(self, at: datetime) -> int:
        known = [count for count in self.counts if count[0] <= at]
        since, counted = max(known, default=(NEVER, 0))
        return counted + sum(delta for when, delta in self.facts if since <= when <= at)

    def put_right(self, at: datetime, counted: int) -> int | None:
        """By how much; None where somebody has counted since."""
        if at < self.counted_at:
            return None
        difference = counted - self.had(at)
        self.counts.append((at, counted))
        return difference


@dataclass
class Take:
    """A stocktake on paper: by place, what was counted when; since when counts do not hold; what came of it."""

    id: UUID
    version: int = 1
    status: StocktakeStatus = StocktakeStatus.open
    is_known: bool = True
    lines: set[int] = field(default_factory=set)
    counts: dict[int, list[tuple[datetime, int]]] = field(default_factory=lambda: defaultdict(list))
    again: dict[int, datetime] = field(default_factory=dict)
    results: dict[int, int | None] = field(default_factory=dict)

    def holds(self, place: int) -> tuple[datetime, int] | None:
        found = max(self.counts[place], default=None)
        return found if found and found[0] > self.again.get(place, NEVER) else None


@dataclass
class Play(Stage):
    shelves: list[Shelf] = field(default_factory=lambda: [Shelf() for _ in range(PLACES)])
    take: Take = field(default_factory=lambda: Take(uuid7(), status=StocktakeStatus.cancelled, is_known=False))
    doubted: set[int] = field(default_factory=set)

    async def step(self, rank: int, step: Step) -> None:
        at = BEGAN + timedelta(hours=rank - step.late, minutes=-step.late)
        cmd = self._asked(step, at)
        if cmd is None:
            return
        is_done = await self._done(cmd)
        assert is_done == self._may(step), step
        if is_done:
            self._note(step, at)
            if step.what == "open":
                await self._listed()
            assert not await self._done(cmd) or step.what in {"shelf", "finish", "again"}
            self._again(step)

    def _asked(self, step: Step, at: datetime) -> Command | None:
        of: dict[str, Any] = {"stocktake_id": self.take.id, "occurred_at": at}
        there: dict[str, Any] = {"part_id": self.part, "place_id": self.places[step.place]}
        moved = {**there, "movement_id": uuid7(), "occurred_at": at}
        if step.what == "open":
            if self.take.status not in OVER:
                return None
            self.take = Take(uuid7())
            return stk.OpenStocktake(stocktake_id=self.take.id, site_id=self.sites[0], place_ids=self.places, occurred_at=at)
        made: dict[str, Any] = {
            "receive": lambda: inv.ReceiveStock(**moved, quantity=step.quantity or 1),
            "hold": lambda: inv.TakeStock(**moved, quantity=step.quantity or 1, is_taken=True),
            "shelf": lambda: inv.CountStock(**moved, counted=step.quantity),
            "count": lambda: stk.CountLine(**of, **there, count_id=uuid7(), counted=step.quantity),
            "again": lambda: stk.AskAgain(**of, line_ids=[line_id(self.take.id, self.places[step.place], self.part)]),
            "finish": lambda: stk.FinishCounting(**of),
            "cancel": lambda: stk.CancelStocktake(**of),
            "approve": lambda: stk.ApproveStocktake(**of, version=self.take.version, reason="Annuel"),
        }
        return made[step.what]()

    def _may(self, step: Step) -> bool:
        take = self.take
        return {
            "open": True,
            "count": take.is_known and take.status is not StocktakeStatus.cancelled,
            "again": take.status not in OVER and step.place in take.lines,
            "approve": take.status is StocktakeStatus.counted and any(map(take.holds, range(PLACES))),
        }.get(step.what, step.what in {"receive", "hold", "shelf"} or take.status not in OVER)

    def _note(self, step: Step, at: datetime) -> None:
        take, place, shelf = self.take, step.place, self.shelves[step.place]
        if step.what in {"receive", "hold"}:
            shelf.facts.append((at, (step.quantity or 1) * (1 if step.what == "receive" else -1)))
        elif step.what == "shelf":
            shelf.put_right(at, step.quantity)
        elif step.what == "count":
            take.counts[place].append((at, step.quantity))
            take.lines.add(place)
            if take.status is StocktakeStatus.approved and at >= shelf.counted_at and shelf.had(at) != step.quantity:
                self.doubted.add(place)
        elif step.what == "again":
            take.again[place], take.status = at, StocktakeStatus.open
        elif step.what == "approve":
            take.results = {each: self.shelves[each].put_right(*held) for each in range(PLACES) if (held := take.holds(each))}
        statuses = {"finish": StocktakeStatus.counted, "approve": StocktakeStatus.approved, "cancel": StocktakeStatus.cancelled}
        is_said_again = step.what == "finish" and take.status is StocktakeStatus.counted
        take.version += step.what in {"count", "again", "finish", "approve", "cancel"} and not is_said_again
        take.status = statuses.get(step.what, take.status)

    def _again(self, step: Step) -> None:
        """What is asked again is one more version; the counts stay as they are."""
        self.take.version += step.what == "again"

    async def _listed(self) -> None:
        """What lies there is on the list; so is what is to be counted."""
        found = await self.rows("select place_id from stocktake_line where stocktake_id = :take", take=self.take.id)
        self.take.lines = {self.places.index(row.place_id) for row in found}
        assert self.take.lines >= {rank for rank, shelf in enumerate(self.shelves) if shelf.had(END)}

    async def _done(self, cmd: Command) -> bool:
        before = await self._everything()
        is_done = await self.done(cmd)
        assert is_done or await self._everything() == before
        return is_done

    async def _everything(self) -> Any:
        return await self.rows(
            "select (select count(*) from stock_movements), (select count(*) from audit_log), (select count(*) from stocktake_count),"
            " (select sum(version) from stocktake), (select sum(version) from stocktake_line), (select sum(on_hand) from stock)"
        )

    async def check(self) -> None:
        stocks = await self.rows(
            "select s.on_hand, s.value, (select coalesce(sum(quantity), 0) from stock_movements where spare_part_id = :part) as booked,"
            " (select coalesce(sum(amount), 0) from stock_movements where spare_part_id = :part) as amount,"
            " (select coalesce(sum(quantity), 0) from place_stock x where x.stock_id = s.id) as placed"
            " from stock s where s.part_id = :part"
        )
        for row in stocks:
            assert (row.on_hand, row.value, row.on_hand) == (row.booked, row.amount, row.placed)
        for row in await self.rows("select x.* from place_stock x join stock s on s.id = x.stock_id where s.part_id = :part"):
            rank = self.places.index(row.place_id)
            assert row.quantity == self.shelves[rank].had(END)
            assert row.quantity >= 0 or row.count_since is not None
            assert rank not in self.doubted or row.count_since is not None
        self.doubted.clear()
        for row in await self.rows("select status, version from stocktake where id = :take", take=self.take.id):
            assert (row.status, row.version) == (self.take.status, self.take.version)
        lines = await self.rows(
            "select l.*, (select count(*) from stocktake_count c where c.line_id = l.id) as counts from stocktake_line l"
            " where l.stocktake_id = :take", take=self.take.id,
        )  # fmt: skip
        assert {self.places.index(row.place_id): row.counts for row in lines if row.counts} == {
            place: len(counts) for place, counts in self.take.counts.items() if counts
        }
        found = {self.places.index(row.place_id): row.difference for row in lines if row.expected is not None}
        assert found == self.take.results


COUNTED = [Step("receive", quantity=4), Step("open"), Step("count", quantity=3)]


@given(steps=st.lists(STEPS, min_size=4, max_size=16))
@example(steps=[*COUNTED, Step("hold", quantity=2), Step("finish"), Step("approve"), Step("hold", quantity=1, late=5)])
@example(steps=[*COUNTED, Step("count", quantity=2, late=1), Step("finish"), Step("again"), Step("count", late=2), Step("finish")])
@example(steps=[*COUNTED, Step("shelf", quantity=1), Step("finish"), Step("approve"), Step("count", quantity=4), Step("approve")])
@example(steps=[*COUNTED, Step("again"), Step("count", quantity=1), Step("finish"), Step("approve"), Step("count", 1, 2)])
@example(steps=[Step("hold"), Step("shelf", late=1)])
@example(steps=[Step("hold"), Step("receive"), Step("hold"), Step("open"), Step("count", late=1), Step("finish"), Step("approve")])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_shelves_are_the_storekeepers(walks, steps):
    walks.play(Play, steps, places=[0] * PLACES)
