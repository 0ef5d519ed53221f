"""What a device does not have yet, page by page.

A page is made of everything that is visible now, and the cursor moves only below the oldest transaction still open: what
commits late is never skipped, and what committed early is never held back (a device may get it a second time).
"""

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

from server.core.access import Actor
from server.core.clock import now
from server.core.gates import Gate
from server.core.read_pool import ReadPool
from server.sync import cursors, repository
from server.sync.cursors import SHELF_LIFE, SKEW, Cursor, Sweep, replace
from server.sync.repository import Now
from server.sync.sources import ORDER, SOURCES, TOMBSTONES
from shared_models.interventions.rows import DEVICE_WINDOW
from shared_models.sync import USUAL_PAGE, Progress

PAGE_ROWS = 4_000
FIRST_ROWS = 100
"""Asked of a source before its rows' size is known: PostgreSQL writes every row that is asked for, and those beyond the page in vain."""
NEARLY = 20
"""A page of which no more than this part is free is full: another statement takes longer."""


@dataclass
class _Page:
    """A page as it fills; `cursor` is where to go on."""

    actor: Actor
    present: Now
    cursor: Cursor
    sources: frozenset[int]
    reset: bool
    at: datetime
    size: int
    changes: list[bytes] = field(default_factory=list)
    bytes_left: int = 0
    more: bool = True
    early: int = 0

    @property
    def sweep(self) -> Sweep:
        assert self.cursor.sweep is not None
        return self.cursor.sweep

    @property
    def is_full(self) -> bool:
        return len(self.changes) >= PAGE_ROWS or self.bytes_left * NEARLY <= self.size

    async def fill(self, pool: ReadPool) -> None:
        self.early, self.bytes_left = len(self.changes), self.size
        if self.sweep.source not in self.sources:
            self._go_on()
        while self.sweep.source < len(SOURCES) and not self.is_full:
            await self._read(pool)
        done = self.sweep.done + len(self.changes) - self.early
        self.cursor = replace(self.cursor, sweep=replace(self.sweep, done=done))

    async def _read(self, pool: ReadPool) -> None:
        source = SOURCES[self.sweep.source]
        most, budget = self._most(pool.memory.row_sizes.get(source.name)), self.bytes_left
        found = await repository.changes(
            pool, source, self.cursor, self.actor, self.sweep,
            rows=most, budget=budget, since=self.at - DEVICE_WINDOW, present=self.present,
        )  # fmt: skip
        self.changes += found.changes
        if found.changes:
            size = sum(map(len, found.changes))
            pool.memory.row_sizes[source.name] = size / len(found.changes)
            self.bytes_left -= size
        self.cursor = self.cursor.has_seen(self.present.run, found.position)
        if found.last is not None:
            self.cursor = replace(self.cursor, sweep=replace(self.sweep, after_xid=found.last.xid, after_key=found.last.key))
        else:
            self._go_on()

    def _most(self, row_size: float | None) -> int:
        """As many rows as fit, judging by the last ones of this source that anybody was given."""
        fit = ceil(self.bytes_left / row_size) if row_size else FIRST_ROWS
        return min(PAGE_ROWS - len(self.changes), fit)

    def _go_on(self) -> None:
        """To the next source that may have something."""
        following = min((source for source in self.sources if source > self.sweep.source), default=len(SOURCES))
        self.cursor = replace(self.cursor, sweep=replace(self.sweep, source=following, after_xid=0, after_key=None))

    def answer(self) -> "Answer":
        """The rows are PostgreSQL's own text. Each change is a line: a device tells them apart without reading them."""
        sweep = self.sweep
        progress = Progress(done=min(sweep.done, sweep.total), total=sweep.total) if sweep.total is not None else None
        if sweep.source >= len(SOURCES):
            self.cursor = self.cursor.end(int(self.at.timestamp()), self.present.sites)
            self.more = bool(self.present.sites.difference(self.cursor.lows))
        cursor = self.cursor.encode()
        rest: dict[str, Any] = {
            "cursor": cursor, "more": self.more, "progress": progress, "scope": {"site_ids": self.actor.site_list},
            "reset": self.reset, "server_now": self.at, "horizon": sweep.high,
        }  # fmt: skip
        start, end = b'{"changes":[', b"]," + to_json(rest)[1:]
        lines = [change.replace(b"\n", b" ") for change in self.changes]
        if lines:
            lines[0] = start + b"\n" + lines[0]
            lines[-1] += b"\n" + end
        body = b",\n".join(lines) if lines else start + end  # a page is copied once
        return Answer(body, cursor if self.more else None)


class Answer(NamedTuple):
    """The JSON of a `PullPage`, and the cursor to go on from, if there is more."""

    page: bytes
    cursor: str | None


async def pull(pool: ReadPool, actor: Actor, text: str | None, size: int = USUAL_PAGE, loads: Gate | None = None) -> Answer:
    """The next page after the cursor `text`, with about `size` bytes of changes.

    Pages of a first load are full: of those, so many are made at a time as `loads` lets through.
    """
    sent = cursors.decode(text) if text else None
    is_load = sent is None or sent.is_first_load
    async with loads.passed() if loads and is_load else nullcontext():
        while True:
            answer = await _pull(pool, actor, sent, size)
            if answer is not None:  # else what was remembered was forgotten meanwhile: the database may be another
                return answer


async def _pull(pool: ReadPool, actor: Actor, sent: Cursor | None, size: int) -> Answer | None:
    at, sees_all = now(), actor.site_ids is None
    kept = sent and sent.without(_lost(sent, actor)).seen_by(sees_all=sees_all).swept_in(ORDER)
    present = await repository.present(pool, actor, kept)
    known = _usable(kept, actor, present, at)
    cursor = known.from_low(present.low) if known else _nothing_yet(actor, present, at)
    cursor = cursor.has_seen(present.run, present.position)
    sources = repository.EVERY_SOURCE
    if cursor.sweep is None:
        cursor = cursor.begin(present.xmin, ORDER, present.sites)  # and of a site that is gone, for its tombstones
        sources = repository.EVERY_SOURCE if cursor.is_first_load else present.changed
    elif cursor.sweep.total is None and cursor.is_first_load:
        cursor = await _counted(pool, cursor, actor, at)
    page = _Page(actor, present, cursor, sources, reset=known is None, at=at, size=size)
    if known is None:
        page.changes += await repository.first(pool, actor, present.sites)
    elif sent and known != sent:
        page.changes += await repository.strangers(pool, actor, known.lows)
        if known.sweep is None:
            page.changes += await repository.gone(pool, actor, known.tombstones_from(sent), at - DEVICE_WINDOW)
    await page.fill(pool)
    return page.answer() if pool.memory.times_cleared == present.times_cleared else None


def _nothing_yet(actor: Actor, present: Now, at: datetime) -> Cursor:
    return Cursor(present.epoch, actor.user_id, int(at.timestamp()), present.run, sees_all=actor.site_ids is None)


def _usable(cursor: Cursor | None, actor: Actor, present: Now, at: datetime) -> Cursor | None:
    """A cursor of this history of the database, of this person, and not older than the tombstones that are kept.

    What it has seen must be part of the state that the database is in, which may have been restored since.
    """
    if cursor is None or cursor.epoch != present.epoch or cursor.user_id != actor.user_id:
        return None
    if not -SKEW.total_seconds() <= at.timestamp() - cursor.at < SHELF_LIFE.total_seconds():
        return None
    if cursor.sweep and not _is_place(cursor.sweep):
        return None
    if present.until is None or cursor.seen > min(present.until, present.position):
        return None
    reached = max([cursor.low, *cursor.lows.values(), cursor.sweep.high if cursor.sweep else 0])
    return cursor if reached <= present.xmin else None


def _is_place(sweep: Sweep) -> bool:
    """Whether it points into a source, and at a key of the kind that the source has."""
    if sweep.source >= len(SOURCES) or sweep.after_key is None:
        return sweep.source < len(SOURCES)
    try:
        if SOURCES[sweep.source] in TOMBSTONES:
            number = int(sweep.after_key)
            return str(number) == sweep.after_key and 0 <= number < cursors.END
        return str(UUID(sweep.after_key)) == sweep.after_key
    except ValueError:
        return False


def _lost(cursor: Cursor, actor: Actor) -> Iterable[UUID]:
    return () if actor.site_ids is None else [site for site in cursor.lows if site not in actor.site_ids]


async def _counted(pool: ReadPool, cursor: Cursor, actor: Actor, at: datetime) -> Cursor:
    """How much there is in all, from the second page on: the first one is waited for."""
    total = await repository.total(pool, cursor, actor, at - DEVICE_WINDOW)
    return replace(cursor, sweep=cursor.sweep and replace(cursor.sweep, total=total))
