"""Whatever happens to stocks, in whatever order it comes to be known: the ledger, the balances and what jobs paid say the same as
a storekeeper who writes down each fact with its time, and who trusts the last count.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared_models.ids import uuid7
from shared_models.inventory import commands as inv
from tests.server.inventory.books import BEGAN, Stage, walks

__all__ = ["walks"]  # a fixture
MINIMUM, JOBS = 2, 2
PLACES = (0, 0, 1)
"""Two places of one site, and one of another."""


@dataclass(frozen=True)
class Step:
    """`late`: by how many steps it is told of after it happened."""

    what: str
    place: int
    quantity: int
    job: int
    late: int
    again: bool
    price: int


STEPS = st.builds(
    Step, what=st.sampled_from(["receive", "take", "hold", "back", "adjust", "count", "transfer"]), place=st.integers(0, len(PLACES) - 1),
    quantity=st.integers(1, 4), job=st.integers(-1, JOBS - 1), late=st.sampled_from([0, 0, 0, 1, 3]), again=st.booleans(),
    price=st.integers(1, 20),
)  # fmt: skip


@dataclass
class Keeper:
    """By place: what happened when, and the counts; by site, whether it was low after each thing that he heard of."""

    facts: dict[UUID, list[tuple[datetime, int]]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[UUID, list[tuple[datetime, int]]] = field(default_factory=lambda: defaultdict(list))
    was_low: dict[UUID, bool | None] = field(default_factory=dict)
    falls: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))

    def has(self, place: UUID) -> int:
        since, counted = max(self.counts[place], default=(datetime.min.replace(tzinfo=UTC), 0), key=lambda each: each[0])
        return counted + sum(delta for at, delta in self.facts[place] if at >= since)

    def looks(self, site: UUID, places: list[UUID]) -> None:
        is_low = sum(map(self.has, places)) <= MINIMUM
        self.falls[site] += is_low and self.was_low.get(site) is False
        self.was_low[site] = is_low


@dataclass
class Play(Stage):
    keeper: Keeper = field(default_factory=Keeper)
    taken: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    async def step(self, rank: int, step: Step) -> None:
        at = BEGAN + timedelta(hours=rank - step.late, minutes=-step.late)
        if step.what == "back":  # from some job
            step = replace(step, job=max(step.job, 0))
        cmd, effects = self._asked(step, at)
        if not await self._done(cmd):
            return
        for place, delta in effects:
            self.keeper.facts[self.places[place]].append((at, delta))
        if step.what == "count":
            place = self.places[step.place]
            if at >= max((when for when, _ in self.keeper.counts[place]), default=at):
                self.keeper.counts[place].append((at, step.quantity))
        if step.what in {"take", "hold"} and step.job >= 0:
            self.taken[step.job] += step.quantity
        if step.what == "back":
            self.taken[step.job % JOBS] -= step.quantity
        if step.again and step.what != "count":  # one that agrees leaves no line to be known by
            assert not await self._done(cmd)
        for site in {PLACES[place] for place, _ in [*effects, (step.place, 0)]}:
            self.keeper.looks(self.sites[site], [p for n, p in enumerate(self.places) if PLACES[n] == site])

    def _asked(self, step: Step, at: datetime) -> tuple[inv.OnStock, list[tuple[int, int]]]:
        common: dict[str, Any] = {"movement_id": uuid7(), "part_id": self.part, "place_id": self.places[step.place], "occurred_at": at}
        place, quantity = step.place, step.quantity
        job = {"intervention_id": self.jobs[step.job]} if step.job >= 0 else {}
        if step.what == "receive":
            return inv.ReceiveStock(**common, quantity=quantity, unit_price=step.price), [(place, quantity)]
        if step.what in {"take", "hold"}:
            return inv.TakeStock(**common, **job, quantity=quantity, is_taken=step.what == "hold"), [(place, -quantity)]
        if step.what == "back":
            return inv.GiveBackStock(**common, intervention_id=self.jobs[step.job % JOBS], quantity=quantity), [(place, quantity)]
        if step.what == "adjust":
            change = quantity - 3 or 1
            return inv.AdjustStock(**common, quantity=change, notes="Casse"), [(place, change)]
        if step.what == "count":
            return inv.CountStock(**common, counted=quantity), []
        to = (place + 1) % len(PLACES)
        arrival = {"to_place_id": self.places[to], "arrival_id": uuid7()}
        return inv.TransferStock(**common, **arrival, quantity=quantity), [(place, -quantity), (to, quantity)]

    async def _done(self, cmd: inv.OnStock) -> bool:
        before = await self._everything()
        is_done = await self.done(cmd)
        assert is_done or await self._everything() == before
        return is_done

    async def _everything(self) -> Any:
        return await self.rows(
            "select (select count(*) from stock_movements), (select count(*) from audit_log), (select sum(on_hand) from stock)"
        )

    async def check(self) -> None:
        """The sums are those of the ledger, the places hold what the keeper says, and what is counted agrees with the books of then."""
        stocks = await self.rows("""
            select s.site_id, s.on_hand, s.value, (s.low_since is not null) as is_low, l.quantity, l.amount,
                (select sum(x.quantity) from place_stock x where x.stock_id = s.id) as placed,
                (select count(*) from stock_alert a where a.part_id = s.part_id and a.site_id = s.site_id) as falls
            from stock s left join (
                select site_id, sum(quantity) as quantity, sum(amount) as amount from stock_movements where spare_part_id = :part group by 1
            ) l using (site_id) where s.part_id = :part
        """)
        for row in stocks:
            assert (row.on_hand, row.value, row.placed or 0) == (row.quantity or 0, row.amount or 0, row.on_hand)
            assert row.is_low == (row.on_hand <= MINIMUM)
            assert row.falls == self.keeper.falls[row.site_id]
            assert row.on_hand * row.value >= 0
            assert row.on_hand or not row.value
        places = await self.rows(
            "select x.* from place_stock x join stock s on s.id = x.stock_id where s.part_id = :part order by x.place_id"
        )
        for place in places:
            assert place.quantity == self.keeper.has(place.place_id)
            assert place.quantity >= 0 or place.count_since is not None
        for place_id, counts in self.keeper.counts.items():
            for at, counted in [max(counts, key=lambda each: each[0])] if counts else []:
                [(booked,)] = await self.rows(
                    "select coalesce(sum(quantity), 0) from stock_movements"
                    " where place_id = :place and spare_part_id = :part and occurred_at <= :at", place=place_id, at=at,
                )  # fmt: skip
                exactly = sum(delta for when, delta in self.keeper.facts[place_id] if when == at)
                assert booked == counted + exactly
        for rank, job in enumerate(self.jobs):
            found = await self.rows(
                "select j.quantity_used, j.cost, -(select sum(m.amount) from stock_movements m where m.intervention_id = j.intervention_id)"
                " as paid from maintenance_spare_parts j where j.intervention_id = :job", job=job,
            )  # fmt: skip
            used = found[0] if found else None
            assert (used.quantity_used if used else 0) == self.taken[rank]
            assert used is None or (used.cost == used.paid and used.cost >= 0)
            assert used is None or used.quantity_used or used.cost == 0


def told(what: str, quantity: int = 1, place: int = 0, *, job: int = -1, late: int = 0, price: int = 10) -> Step:
    return Step(what, place, quantity, job, late, again=True, price=price)


@given(steps=st.lists(STEPS, min_size=4, max_size=14))
@example(steps=[told("receive", 4), told("count", 3), told("take", 1, late=3), told("hold", 4), told("count", 2), told("hold", 1, late=1)])
@example(steps=[told("receive", 1), told("receive", 1, place=1), told("hold", 2), told("count", 1, late=2)])
@example(steps=[told("hold", 4), told("receive", 3, price=1), told("receive", 2, price=20), told("take", 1, job=0)])
@example(steps=[told("receive", 3, price=10), told("take", 2, job=0), told("receive", 2, price=12), told("back", 2, job=0)])
@example(steps=[told("receive", 4), told("hold", 1, job=1), told("back", 1)])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_books_are_the_storekeepers(walks, steps):
    walks.play(Play, steps, places=PLACES, jobs=JOBS, minimum_stock=MINIMUM)
