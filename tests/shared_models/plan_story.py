"""What may happen to a plan, and what a calendar and a pencil make of it.

They know nothing of `shared_models.plans.planning`: they go through the days one by one.
"""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from shared_models.plans.rows import OccurrenceState

BEGIN = datetime(2026, 3, 2, 10)
EIGHT = time(8)
DAY = timedelta(days=1)
HOURS = st.sampled_from([1, 5, 24, 30, 24 * 3, 24 * 7, 24 * 16])
STEPS = st.one_of(
    st.tuples(st.just("advance"), HOURS), st.tuples(st.just("generate"), st.just(0)), st.tuples(st.just("generate"), st.just(0)),
    st.tuples(st.just("complete"), st.sampled_from([0, 0, 1, 30, 24 * 8])), st.tuples(st.just("cancel"), st.just(0)),
    st.tuples(st.just("return"), st.just(0)), st.tuples(st.just("skip"), st.integers(0, 3)),
    st.tuples(st.just("move"), st.integers(0, 3), st.integers(-60, 120)), st.tuples(st.just("read"), st.integers(0, 60)),
    st.tuples(st.just("pause"), st.just(0)),
    st.tuples(st.just("late"), HOURS),
)  # fmt: skip
RULES = st.sampled_from([("daily", 1, 0), ("daily", 3, 2), ("weekly", 1, 0), ("weekly", 2, 4), ("monthly", 1, 29), ("monthly", 2, 0)])
SERIES = {"rule": RULES, "horizon": st.sampled_from([0, 1, 10])}
INTERVAL = {"every": st.sampled_from([1, 7, 30]), "horizon": st.sampled_from([0, 1, 10]), "by_meter": st.booleans()}
STORIES = st.lists(STEPS, min_size=3, max_size=18)


async def play(planner: Any, kind: Any, steps: list[Any], **fields: Any) -> None:
    """`kind` is `Series` or `Interval`; `planner` one of `tests.server.plans.planner`, or alike, at `BEGIN`."""
    story = await kind.begin(planner, **fields)
    for step in steps:
        await story.do(*step)
        await story.check()


@dataclass
class Story:
    """One plan beside its reference: `state` of each date by its identity, `due` where a date was moved to."""

    planner: Any
    plan: UUID
    horizon: int
    now: datetime = BEGIN
    state: dict[datetime, str] = field(default_factory=dict)
    due: dict[datetime, datetime] = field(default_factory=dict)
    open: datetime | None = None
    opened: datetime = BEGIN
    last: datetime | None = None
    is_paused: bool = False

    async def do(self, kind: str, *arguments: int) -> None:
        if kind == "advance":
            self.now += timedelta(hours=arguments[0])
            self.planner.now_is(f"{self.now:%Y-%m-%d %H:%M}")
        elif kind == "late":  # the server hears of it only when it has looked again
            for step in (("generate", 0), ("advance", arguments[0]), ("generate", 0), ("complete", arguments[0] - 1)):
                await self.do(*step)
        elif await self.is_possible(kind):
            await getattr(self, kind)(*arguments)

    async def is_possible(self, kind: str) -> bool:
        if kind in {"complete", "cancel"}:
            return self.open is not None
        if kind == "return":
            self.last = None if self.last is None or self.state.get(self.last) != "done" else self.last
            return self.last is not None and self.open is None and not self.is_paused
        if kind == "pause":
            return self.open is None
        return kind == "generate" or not self.is_paused

    async def rows(self) -> list[Any]:
        return list(await self.planner.occurrences(self.plan))

    async def job(self, original_due: datetime) -> UUID:
        found = next(row.intervention_id for row in await self.rows() if row.original_due == original_due)
        assert found is not None
        return found

    # --- what is tried

    async def generate(self, _: int) -> None:
        await self.planner.generate()
        self.generated()

    async def complete(self, hours_ago: int) -> None:
        """A phone may tell of it later, but not of work before the job existed."""
        assert self.open is not None
        at = max(self.now - timedelta(hours=hours_ago), self.opened)
        await self.planner.finish(await self.job(self.open), self.planner.at(f"{at:%Y-%m-%d %H:%M}"))
        self.settle("done", at)

    async def cancel(self, _: int) -> None:
        await self.planner.cancel(self.plan)
        self.settle("skipped", self.now)
        self.last = None

    async def return_(self) -> None:
        assert self.last is not None
        await self.planner.return_(await self.job(self.last))
        self.reopen()

    async def pause(self, _: int) -> None:
        self.is_paused = not self.is_paused
        await self.planner.set_active(self.plan, not self.is_paused)
        if not self.is_paused:
            self.resume()

    async def do_return(self, _: int) -> None:
        await self.return_()

    def __getattribute__(self, name: str) -> Any:
        return object.__getattribute__(self, "do_return" if name == "return" else name)

    async def read(self, _: int) -> None:
        return

    # --- what is checked

    async def check(self) -> None:
        rows = await self.rows()
        row = await self.planner.row(self.plan)
        assert len([one for one in rows if one.state is OccurrenceState.open]) <= 1
        assert [one.original_due for one in rows if one.state is OccurrenceState.open] == ([self.open] if self.open else [])
        self.check_settled({one.original_due: one.state.value for one in rows if one.state not in {"planned", "open"}})
        assert row.next_due == (None if self.is_paused and self.open is None else self.next_due())
        open_jobs = [job for job in await self.planner.jobs(self.plan) if job.status in {"pending", "in_progress"}]
        assert len(open_jobs) == (1 if self.open else 0)

    def check_settled(self, settled: dict[datetime, str]) -> None:
        assert settled == {when: state for when, state in self.state.items() if state != "open"}

    # --- what each kind of plan knows

    def generated(self) -> None: ...
    def settle(self, state: str, at: datetime) -> None: ...
    def reopen(self) -> None: ...
    def resume(self) -> None: ...
    def next_due(self) -> datetime | None: ...


@dataclass
class Series(Story):
    dates: list[datetime] = field(default_factory=list)

    @classmethod
    async def begin(cls, planner: Any, *, rule: tuple[str, int, int], horizon: int) -> "Series":
        frequency, every, start = rule
        starts_on = BEGIN.date() + start * DAY
        plan = await planner.plan(frequency, every, basis="fixed", starts_on=starts_on, horizon_days=horizon)
        return cls(planner, plan, horizon, dates=[datetime.combine(day, EIGHT) for day in _days(frequency, every, starts_on)])

    def unsettled(self) -> list[datetime]:
        after = [
            when
            for when, state in self.state.items()
            if state in {"open", "done", "missed"} or (state == "skipped" and self.is_behind(when))
        ]
        begin = bisect_left(self.dates, max(after)) + 1 if after else 0
        return [when for when in self.dates[begin : begin + 60] if when not in self.state]

    def is_behind(self, when: datetime) -> bool:
        """A date skipped beforehand leaves those before it to be done."""
        return all(other in self.state for other in self.dates[: bisect_left(self.dates, when)])

    def at(self, when: datetime) -> datetime:
        return self.due.get(when, when)

    def passed(self, until: datetime) -> list[datetime]:
        return [when for when in self.unsettled() if self.at(when) <= until]

    def generated(self) -> None:
        passed = self.passed(self.now)
        if self.is_paused:
            return
        if self.open is not None:
            self.state |= dict.fromkeys(passed, "missed")
        elif passed or self.at(self.unsettled()[0]) - self.horizon * DAY <= self.now:
            self.open = passed[-1] if passed else self.unsettled()[0]
            self.state |= dict.fromkeys(passed[:-1], "missed")
            self.state[self.open], self.opened = "open", self.now

    def settle(self, state: str, at: datetime) -> None:
        assert self.open is not None
        for when in [when for when, was in self.state.items() if was == "missed" and when > self.open and self.at(when) > at]:
            del self.state[when]
        self.state |= dict.fromkeys(self.passed(at), "missed")
        self.state[self.open] = state
        self.last, self.open = self.open, None

    def reopen(self) -> None:
        self.open = self.last
        assert self.open is not None
        self.state[self.open] = "open"
        self.state |= dict.fromkeys(self.passed(self.now), "missed")

    def resume(self) -> None:
        self.state |= dict.fromkeys(self.passed(self.now), "skipped")

    def next_due(self) -> datetime:
        return self.at(self.open) if self.open else self.at(self.unsettled()[0])

    async def skip(self, rank: int) -> None:
        when = self.unsettled()[rank]
        await self.planner.skip(self.plan, when.isoformat())
        self.state[when] = "skipped"
        if self.open is not None:
            self.state |= dict.fromkeys(self.passed(self.now), "missed")

    async def move(self, rank: int, hours: int) -> None:
        dates = ([self.open] if self.open else []) + self.unsettled()
        when, to = dates[rank], dates[rank] + timedelta(hours=hours)
        if to < self.at(dates[rank + 1]) and (rank == 0 or to > self.at(dates[rank - 1])):
            await self.planner.move(self.plan, when.isoformat(), to.isoformat())
            self.due[when] = to
            if self.open is not None:
                self.state |= dict.fromkeys(self.passed(self.now), "missed")


def _days(frequency: str, every: int, start: date) -> Iterator[date]:
    for count in range(1_500):
        day = start + count * DAY
        if frequency == "daily" and count % every == 0:
            yield day
        if frequency == "weekly" and count % (7 * every) == 0:
            yield day
        months = (day.year - start.year) * 12 + day.month - start.month
        if frequency == "monthly" and months % every == 0 and day.day == min(start.day, monthrange(day.year, day.month)[1]):
            yield day


@dataclass
class Interval(Story):
    """A plan that counts from the completion, in days; or in hours of a meter, of which the readings are all that is known."""

    every: int = 0
    meter: UUID | None = None
    counted: datetime | None = None
    total: Fraction | None = None
    is_done: bool = False
    settled: int = 0
    by_hand: datetime | None = None
    identity: datetime | None = None
    before: Any = None
    fixed_due: datetime | None = None
    readings: list[tuple[datetime, int]] = field(default_factory=list)

    @classmethod
    async def begin(cls, planner: Any, *, every: int, horizon: int, by_meter: bool) -> "Interval":
        if by_meter:
            meter = await planner.meter([("2026-03-01 10:00", 0)], per_day=24)
            plan = await planner.plan(
                "hours", every * 24, meter_id=meter, last_done_on=date(2026, 3, 1), last_done_total=0, horizon_days=horizon
            )
            story = cls(planner, plan, horizon, every=every, meter=meter, total=Fraction(0), readings=[(datetime(2026, 3, 1, 10), 0)])
        else:
            plan = await planner.plan("daily", every, horizon_days=horizon)
            story = cls(planner, plan, horizon, every=every, fixed_due=datetime(2026, 3, 2, 8))
        return story

    # --- the date

    def total_at(self, at: datetime) -> Fraction:
        known = sorted(self.readings)
        before = [point for point in known if point[0] <= at]
        after = [point for point in known if point[0] > at]
        if not before:
            return Fraction(known[0][1])
        begin, value = before[-1]
        slope = Fraction(24) if not after else Fraction(after[0][1] - value) / Fraction((after[0][0] - begin) / DAY)
        return value + slope * Fraction((at - begin) / DAY)

    def rule_due(self) -> datetime:
        if self.meter is None:
            return self.fixed_due or datetime.combine((self.counted or BEGIN).date() + self.every * DAY, EIGHT)
        if self.is_done and self.counted is not None:
            self.total = self.total_at(self.counted)
        assert self.total is not None
        threshold = float(self.total) + self.every * 24
        return datetime.combine(self._crossing(threshold).date(), EIGHT)

    def _crossing(self, threshold: float) -> datetime:
        known = sorted(self.readings)
        for rank, (at, value) in enumerate(known):
            if value >= threshold:
                if rank == 0 or known[rank - 1][1] == value:
                    return at
                begin, low = known[rank - 1]
                return begin + (at - begin) * ((threshold - low) / (value - low))
        at, value = known[-1]
        return at + timedelta(days=(threshold - value) / 24)

    def next_due(self) -> datetime:
        if self.open is not None:
            return self.by_hand or self.opened_due
        return self.by_hand or self.rule_due()

    opened_due: datetime = BEGIN

    # --- what happens

    def check_settled(self, settled: dict[datetime, str]) -> None:
        assert sorted(settled.values()) == sorted(state for state in self.state.values() if state != "open")

    async def check(self) -> None:
        row = next((one for one in await self.rows() if one.state in {OccurrenceState.planned, OccurrenceState.open}), None)
        if row is not None and self.open is not None:
            self.open = row.original_due
        await super().check()

    def generated(self) -> None:
        due = self.next_due()
        if self.is_paused or self.open is not None or due - self.horizon * DAY > self.now:
            return
        self.before = (self.counted, self.total, self.is_done, self.fixed_due)
        self.opened_due = self.rule_due()
        self.open, self.opened = self.opened_due, self.now

    def settle(self, state: str, at: datetime) -> None:
        self.settled += 1
        if state == "done":
            self.count_from(at, done=True)
        else:
            self.count_from(max(at, self.opened_due), done=False, due=self.opened_due)
        self.state[datetime(2000, 1, 1) + self.settled * DAY] = state
        self.last = datetime(2000, 1, 1) + self.settled * DAY if state == "done" else None
        self.former, self.open, self.by_hand = (self.open, self.by_hand), None, None

    former: Any = None

    def count_from(self, at: datetime, *, done: bool, due: datetime | None = None) -> None:
        self.counted, self.is_done, self.fixed_due = at, done, None
        if self.meter is not None and not done:
            is_early = due is not None and at == due
            self.is_done = not is_early  # what the meter showed then follows the readings, as of a completion
            self.total = Fraction(self.threshold()) if is_early else self.total_at(at)

    def threshold(self) -> Fraction:
        assert self.total is not None
        return self.total + self.every * 24

    async def job(self, original_due: datetime) -> UUID:
        rows = [row for row in await self.rows() if row.intervention_id is not None]
        if self.open is None:
            return max((row for row in rows if row.done_at), key=lambda row: row.intervention_id).intervention_id
        return next(row.intervention_id for row in rows if row.state is OccurrenceState.open)

    def reopen(self) -> None:
        assert self.last is not None
        del self.state[self.last]
        self.open, self.by_hand = self.former
        self.counted, self.total, self.is_done, self.fixed_due = self.before

    def resume(self) -> None:
        """The dates that passed by, each as if it had been done when due; what no reading shows is not passed by."""
        if self.by_hand is not None:
            if self.by_hand <= self.now:
                self.state[datetime(1990, 1, 1) + len(self.state) * DAY] = "skipped"
            else:
                return
        self.by_hand = None
        while (due := self.rule_due()) <= self.now:
            if self.meter is not None:
                if self.threshold() > max(self.readings)[1]:
                    return
                self.total, self.is_done = self.threshold(), False
            self.counted, self.fixed_due = due, None

    async def skip(self, _: int) -> None:
        if self.open is None:
            due, identity = self.rule_due(), (await self.rows())[-1].original_due
            identity = next(row.original_due for row in await self.rows() if row.state is OccurrenceState.planned) or identity
            await self.planner.skip(self.plan, identity.isoformat())
            self.state[datetime(1980, 1, 1) + len(self.state) * DAY] = "skipped"
            self.count_from(max(due, self.now), done=False, due=due)
            self.by_hand = None

    async def move(self, _: int, hours: int) -> None:
        live = next(row for row in await self.rows() if row.state in {OccurrenceState.planned, OccurrenceState.open})
        to = live.original_due + timedelta(hours=hours)
        await self.planner.move(self.plan, live.original_due.isoformat(), to.isoformat())
        self.by_hand = None if hours == 0 else to
        if hours == 0 and self.open is not None:
            self.by_hand = to

    async def read(self, percent: int) -> None:
        """A reading of now: the meter ran between nothing and two and a half times its usual use."""
        if self.meter is None or self.now <= max(self.readings)[0]:
            return
        at, value = max(self.readings)
        total = value + int((self.now - at) / DAY * percent)
        self.readings.append((self.now, total))
        await self.planner.read(self.meter, f"{self.now:%Y-%m-%d %H:%M}", total, per_day=24)
