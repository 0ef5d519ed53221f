"""Whatever jobs want, take, give back and are closed or called off for, whatever is ordered, carried and counted meanwhile: who holds
what is what a storekeeper with a notebook deals out, a piece at a time, of what he has counted himself.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.core.access import SYSTEM
from server.core.queries import expression
from server.inventory.listing import AVAILABLE, HELD
from shared_models.base import Command
from shared_models.buying import commands as buying
from shared_models.ids import uuid7
from shared_models.interventions import commands as iv
from shared_models.inventory import commands as inv
from shared_models.inventory.reservations import reservation_id
from shared_models.inventory.reserving import PickPart, ReservePart
from shared_models.stocktakes import commands as stk
from tests.server.inventory.books import BEGAN, Stage, walks

__all__ = ["walks"]  # a fixture
JOBS, PLACES, MINIMUM, PRICE = 3, 2, 2, 10
CENT = 0.01
OPEN = {"pending", "in_progress"}
BECOMES = {"cancel": "cancelled", "close": "completed", "send_back": "in_progress", "validate": "validated"}
HOLDINGS = expression("select r.*, {} as held from part_reservation r where r.part_id = :part", HELD)
ON_HAND = expression(
    "select x.*, {} as available, (select coalesce(sum(quantity), 0) from stock_movements where spare_part_id = :part) as booked,"
    " (select coalesce(sum(amount), 0) from stock_movements where spare_part_id = :part) as amount,"
    " (select count(*) from stock_alert where part_id = :part) as falls from stock x where x.part_id = :part", AVAILABLE,
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """Of a job and a place, by their rank."""

    what: str
    job: int
    quantity: int
    place: int = 0


KINDS = [
    *["reserve"] * 3, "pick", *["take"] * 3, "hold", "back", *["receive"] * 3, "date", "cancel", "close", "send_back", "validate", "carry",
    "shelf", "open", "count", "count", "approve", "approve", "order", "goods", "goods", "no_more",
]  # fmt: skip
"""`shelf` is a count without a stocktake, `goods` those of the order, `no_more` what makes an end of it."""
STEPS = st.builds(
    Step, what=st.sampled_from(KINDS), job=st.integers(0, JOBS - 1), quantity=st.integers(0, 3), place=st.integers(0, PLACES - 1)
)
COUNTS_NONE = {"reserve", "pick", "date", "shelf", "count"}


@dataclass
class Note:
    """What a job is to have: pieces, of which some lie ready; `since` is when it asked."""

    quantity: int = 0
    picked: int = 0
    issued: int = 0
    returned: int = 0
    since: int = 0

    @property
    def wants(self) -> int:
        return max(self.quantity - self.issued, 0)


@dataclass
class Order:
    asked: int = 0
    came: int = 0
    is_under_way: bool = False

    @property
    def missing(self) -> int:
        return max(self.asked - self.came, 0) if self.is_under_way else 0


@dataclass
class Notebook:
    """`worth` is what the pieces have cost, on the average; None once there were less than none, which have no average."""

    facts: list[list[tuple[int, int]]] = field(default_factory=lambda: [[] for _ in range(PLACES)])
    counted_at: list[int] = field(default_factory=lambda: [-1] * PLACES)
    notes: dict[int, Note] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)
    status: dict[int, str] = field(default_factory=lambda: dict.fromkeys(range(JOBS), "pending"))
    used: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    cost: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    worth: float | None = 0
    order: Order = field(default_factory=Order)
    is_counting: bool = False
    counts: dict[int, tuple[int, int]] = field(default_factory=dict)
    was_low: bool | None = None
    falls: int = 0

    def had(self, place: int, at: int = 99) -> int:
        return sum(delta for when, delta in self.facts[place] if when <= at)

    @property
    def on_hand(self) -> int:
        return sum(map(self.had, range(PLACES)))

    @property
    def waiting(self) -> list[int]:
        return [job for job, note in self.notes.items() if self.status[job] in OPEN and note.wants]

    def dealt(self) -> dict[int, int]:
        """A piece at a time to whoever's turn it is, and whoever has it in a box comes before everybody."""
        has = dict.fromkeys(self.notes, 0)
        for _ in range(max(self.on_hand, 0)):
            short = [job for job in self.waiting if has[job] < self.notes[job].wants]
            boxed = [job for job in short if has[job] < self.notes[job].picked]
            if not short:
                break
            first = min(boxed or short, key=lambda job: (self.days.get(job, 99), self.notes[job].since))
            has[first] += 1
        return has

    def free_for(self, job: int | None) -> int:
        return max(self.on_hand - sum(held for other, held in self.dealt().items() if other != job), 0)

    def may(self, step: Step) -> bool:
        note, quantity, status = self.notes.get(step.job), step.quantity, self.status[step.job]
        is_open, is_judged, lies_there = status in OPEN, status == "validated", quantity <= self.had(step.place)
        return {
            "reserve": lambda: is_open and bool(note or quantity),
            "pick": lambda: bool(is_open and note) and quantity <= min(note.wants, max(self.free_for(step.job), note.picked)),
            "hold": lambda: not is_judged,
            "take": lambda: not is_judged and lies_there and (not self.waiting or quantity <= self.free_for(step.job)),
            "back": lambda: not is_judged and quantity <= self.used[step.job],
            "carry": lambda: lies_there,
            "send_back": lambda: status == "completed",
            "validate": lambda: status == "completed",
            "goods": lambda: bool(self.order.asked),
            "no_more": lambda: self.order.is_under_way,
            "count": lambda: self.is_counting,
            "approve": lambda: self.is_counting and bool(self.counts),
        }.get(step.what, lambda: is_open or step.what not in {"cancel", "date", "close"})()

    def write(self, step: Step, rank: int) -> None:
        if step.what in BECOMES:
            self.status[step.job] = BECOMES[step.what]
        elif step.what == "date":
            self.days[step.job] = step.quantity
        elif step.what in {"reserve", "pick"}:
            self._want(step, rank)
        elif step.what in {"order", "no_more"}:
            self.order = Order(step.quantity, is_under_way=True) if step.what == "order" else replace(self.order, is_under_way=False)
        elif step.what in {"open", "count", "approve", "shelf"}:
            self._count(step, rank)
        else:
            self._move(step, rank)
        self._look()

    def _count(self, step: Step, rank: int) -> None:
        if step.what == "open":
            self.is_counting, self.counts = True, {}
        elif step.what == "count":
            self.counts[step.place] = rank, step.quantity
        elif step.what == "shelf":
            self._put_right(step.place, rank, step.quantity)
        else:
            self.is_counting = False
            for place, count in sorted(self.counts.items()):
                self._put_right(place, *count)

    def _want(self, step: Step, rank: int) -> None:
        note = self.notes.setdefault(step.job, Note(since=rank))
        if step.what == "pick":
            note.picked = step.quantity
            return
        if not note.wants and note.quantity != step.quantity:
            note.since = rank
        note.quantity = step.quantity
        note.picked = min(note.picked, note.wants)

    def _move(self, step: Step, rank: int) -> None:
        quantity, job = step.quantity, step.job
        if step.what == "carry":
            self.facts[step.place].append((rank, -quantity))
            self.facts[1 - step.place].append((rank, quantity))
            return
        if step.what in {"take", "hold"}:
            paid = self._leaves(quantity)
            self._issue(job, quantity, paid)
        elif step.what == "back":
            refund = self.cost[job] * quantity / self.used[job]
            self._issue(job, -quantity, refund)
            self._comes(refund)
        else:
            self._comes(quantity * price_of(rank))
        if step.what == "goods":
            self.order.came += quantity
            self.order.is_under_way &= self.order.came < self.order.asked
        self.facts[step.place].append((rank, -quantity if step.what in {"take", "hold"} else quantity))
        self._is_short()

    def _issue(self, job: int, quantity: int, amount: float) -> None:
        note = self.notes.get(job, Note())
        self.used[job] += quantity
        self.cost[job] += amount if quantity > 0 else -amount
        if quantity < 0:
            note.returned = min(note.returned - quantity, note.issued)
            return
        note.issued += quantity
        note.picked = min(max(note.picked - quantity, 0), note.wants)

    def _put_right(self, place: int, at: int, counted: int) -> None:
        if at < self.counted_at[place]:
            return  # somebody has counted since
        self.counted_at[place], difference = at, counted - self.had(place, at)
        if difference < 0:
            self._leaves(-difference)
        else:
            self._comes(difference * self._price())
        self.facts[place].append((at, difference))
        self._is_short()
        self._look()

    def _price(self) -> float:
        return self.worth / self.on_hand if self.worth is not None and self.on_hand > 0 else PRICE

    def _leaves(self, quantity: int) -> float:
        amount = quantity * self._price()
        self._comes(-amount)
        return amount

    def _comes(self, amount: float) -> None:
        self.worth = None if self.worth is None else self.worth + amount

    def _is_short(self) -> None:
        if self.on_hand < 0:
            self.worth = None

    def _look(self) -> None:
        """A stock is low from its first line on; only one that has been better falls."""
        is_known = any(self.facts) or self.order.asked or max(self.counted_at) >= 0
        if is_known:
            is_low = self.on_hand + self.order.missing <= MINIMUM
            self.falls += is_low and self.was_low is False
            self.was_low = is_low


def price_of(rank: int) -> int:
    """Of what comes: another each time."""
    return PRICE - 3 + rank % 7


@dataclass
class Play(Stage):
    book: Notebook = field(default_factory=Notebook)
    supplier: UUID = field(default_factory=uuid7)
    order: UUID = field(default_factory=uuid7)
    take: UUID = field(default_factory=uuid7)

    async def step(self, rank: int, step: Step) -> None:
        if step.what == "order" and self.book.order.is_under_way:
            return
        expected, at = self.book.may(step), BEGAN + timedelta(hours=rank)
        await self._prepare(step, at)
        cmd = await self._asked(step, rank, at)
        is_anothers = step.what == "validate"  # nobody approves of their own work
        assert await self.done(cmd, SYSTEM if is_anothers else None) == expected, step
        if expected:
            self.book.write(step, rank)
            assert not isinstance(cmd, inv.OnStock) or step.what == "shelf" or not await self.done(cmd)  # the line is known

    async def _prepare(self, step: Step, at: datetime) -> None:
        """What has to be done before."""
        if step.what == "close" and self.book.status[step.job] == "pending":
            assert await self.done(iv.StartIntervention(intervention_id=self.jobs[step.job], action_id=uuid7(), occurred_at=at))
            self.book.status[step.job] = "in_progress"
        if step.what == "approve" and self.book.is_counting:
            assert await self.done(stk.FinishCounting(stocktake_id=self.take, occurred_at=at))
        if step.what == "open":
            self.take = uuid7()
        if step.what == "order":
            assert self.book.order.asked or await self.done(inv.WriteSupplier(supplier_id=self.supplier, name="Roulex", occurred_at=at))
            self.order, line = uuid7(), buying.AskedLine(part_id=self.part, quantity=step.quantity)
            of = {"order_id": self.order, "site_id": self.sites[0], "supplier_id": self.supplier, "occurred_at": at}
            assert await self.done(buying.WriteOrder(**of, lines=[line]))

    async def _asked(self, step: Step, rank: int, at: datetime) -> Command:
        place, quantity = self.places[step.place], step.quantity
        of_job: dict[str, Any] = {"intervention_id": self.jobs[step.job], "occurred_at": at}
        of_order: dict[str, Any] = {"order_id": self.order, "occurred_at": at}
        of_take: dict[str, Any] = {
            "stocktake_id": self.take if self.book.is_counting or step.what == "open" else uuid7(),
            "occurred_at": at,
        }
        there: dict[str, Any] = {"part_id": self.part, "place_id": place}
        line: dict[str, Any] = {**there, "movement_id": uuid7(), "occurred_at": at}
        made: dict[str, Callable[[], Command]] = {
            "reserve": lambda: ReservePart(**of_job, part_id=self.part, quantity=quantity),
            "pick": lambda: PickPart(**of_job, part_id=self.part, quantity=quantity),
            "date": lambda: iv.UpdateIntervention(**of_job, scheduled_start=BEGAN + timedelta(days=30 + quantity)),
            "cancel": lambda: iv.CancelIntervention(**of_job, reason="Doublon"),
            "close": lambda: iv.CompleteIntervention(**of_job, work_performed="Fait"),
            "send_back": lambda: iv.ReturnIntervention(**of_job, reason="Fuit encore"),
            "validate": lambda: iv.ValidateIntervention(**of_job),
            "receive": lambda: inv.ReceiveStock(**line, quantity=quantity, unit_price=price_of(rank)),
            "take": lambda: inv.TakeStock(**line, **of_its(of_job), quantity=quantity),
            "hold": lambda: inv.TakeStock(**line, **of_its(of_job), quantity=quantity, is_taken=True),
            "back": lambda: inv.GiveBackStock(**line, **of_its(of_job), quantity=quantity),
            "carry": lambda: inv.TransferStock(**line, quantity=quantity, to_place_id=self.places[1 - step.place], arrival_id=uuid7()),
            "shelf": lambda: inv.CountStock(**line, counted=quantity),
            "open": lambda: stk.OpenStocktake(**of_take, site_id=self.sites[0], place_ids=self.places),
            "count": lambda: stk.CountLine(**of_take, **there, count_id=uuid7(), counted=quantity),
            "order": lambda: buying.PlaceOrder(**of_order),
            "goods": lambda: buying.ReceiveOrderLine(
                **of_order, **there, movement_id=uuid7(), quantity=quantity, unit_price=price_of(rank)
            ),
            "no_more": lambda: buying.CloseOrder(**of_order),
        }  # fmt: skip
        if step.what == "approve":
            found = await self.rows("select version from stocktake where id = :take", take=self.take)
            return stk.ApproveStocktake(**of_take, version=found[0].version if found else 1, reason="Annuel")
        return made[step.what]()

    async def check(self) -> None:
        rows = await self.rows(HOLDINGS)
        found = {self.jobs.index(row.intervention_id): row for row in rows}
        told = {job: (row.quantity, row.picked, row.issued, row.returned) for job, row in found.items()}
        assert told == {job: (note.quantity, note.picked, note.issued, note.returned) for job, note in self.book.notes.items()}
        dealt = self.book.dealt()
        assert {job: row.held for job, row in found.items()} == dealt
        assert sum(dealt.values()) <= max(self.book.on_hand, 0)
        for stock in await self.rows(ON_HAND):
            assert (stock.on_hand, stock.on_order, stock.falls) == (self.book.on_hand, self.book.order.missing, self.book.falls)
            assert (stock.on_hand, stock.value) == (stock.booked, stock.amount)
            assert stock.available == max(self.book.on_hand, 0) - sum(dealt.values())
            assert (stock.low_since is not None) == bool(self.book.was_low)
            assert self.book.worth is None or abs(float(stock.value) - self.book.worth) < CENT
        lie = {row.place_id: row.quantity for row in await self.rows(
            "select x.* from place_stock x join stock s on s.id = x.stock_id where s.part_id = :part"
        )}  # fmt: skip
        assert [lie.get(place, 0) for place in self.places] == [self.book.had(place) for place in range(PLACES)]
        for row in await self.rows("select * from maintenance_spare_parts where spare_part_id = :part"):
            job = self.jobs.index(row.intervention_id)
            assert row.quantity_used == self.book.used[job]
            assert self.book.worth is None or abs(float(row.cost) - self.book.cost[job]) < CENT


def of_its(of_job: dict[str, Any]) -> dict[str, Any]:
    return {"intervention_id": of_job["intervention_id"]}


def asked(told: str) -> list[Step]:
    """`reserve 0 2` is of the first job; `carry 0 1 1` from the second place."""
    return [Step(what, *map(int, more)) for what, *more in map(str.split, told.split(","))]


@given(steps=st.lists(STEPS.filter(lambda step: step.quantity or step.what in COUNTS_NONE), min_size=5, max_size=18))
@example(steps=asked("receive 0 2, reserve 0 2, date 1 1, reserve 1 1, take 0 2, take 0 1, take 1 1, back 1 1"))
@example(steps=asked("receive 0 1, reserve 0 1, reserve 1 1, pick 1 1, cancel 0 1, pick 1 1, date 2 0, reserve 2 1, take 2 1"))
@example(steps=asked("order 0 3, reserve 0 3, goods 0 2, take 0 1, close 0 1, reserve 1 1, send_back 0 1, goods 0 2 1, take 1 1"))
@example(steps=asked("receive 0 3, open 0 1, count 0 1, take 0 1, carry 0 1, reserve 0 2, approve 0 1, take 1 1, shelf 0 3"))
@example(steps=asked("receive 0 2, order 0 1, hold 0 2, back 0 2, close 0 1, validate 0 1, back 0 1, no_more 0 1, order 0 2"))
@example(steps=asked("reserve 1 1, pick 1 0"))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_who_holds_what_is_what_a_storekeeper_deals_out(walks, steps):
    walks.play(Play, steps, places=[0] * PLACES, jobs=JOBS, minimum_stock=MINIMUM, unit_price=PRICE)


def test_two_jobs_at_once_never_get_the_same_last_piece(walks):
    async def both() -> None:
        async with walks.session() as session:
            play = await walks.staged(session, Play, jobs=2)
            await session.commit()
        at = BEGAN + timedelta(hours=1)
        receipt = {"movement_id": uuid7(), "part_id": play.part, "place_id": play.places[0], "quantity": 1, "occurred_at": at}
        assert await walks.alone(inv.ReceiveStock(**receipt)) == "done"
        wanted = [ReservePart(intervention_id=job, part_id=play.part, quantity=1, occurred_at=at) for job in play.jobs]
        assert await asyncio.gather(*map(walks.alone, wanted)) == ["done", "done"]
        picks = [PickPart(intervention_id=job, part_id=play.part, quantity=1, occurred_at=at) for job in play.jobs]
        assert sorted(await asyncio.gather(*map(walks.alone, picks))) == ["done", "part_reserved"]
        takes = [inv.TakeStock(**receipt | {"movement_id": uuid7()}, intervention_id=job) for job in play.jobs]
        found = dict(zip(play.jobs, await asyncio.gather(*map(walks.alone, takes)), strict=True))
        assert sorted(found.values()) in (["done", "part_reserved"], ["done", "stock_insufficient"])
        async with walks.session() as session:
            rows = (await session.execute(sa.text(HOLDINGS), {"part": play.part})).all()
        assert {row.id: row.issued for row in rows} == {reservation_id(job, play.part): int(found[job] == "done") for job in play.jobs}
        assert sum(row.held for row in rows) == 0

    walks.runner.run(both())
