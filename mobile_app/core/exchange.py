"""The two halves of a round with the server: push what waits, pull what changed."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from mobile_app.core.api import Api
from mobile_app.core.clock import Clock
from mobile_app.core.errors import ClientError, ProblemError, ServerTrouble
from mobile_app.core.outbox import Entry, Outbox
from mobile_app.core.storage import LocalStore, Page
from mobile_app.core.tables import Tables
from mobile_app.core.transport import OnHeaders
from mobile_app.core.unwaited import begun, finished
from shared_models.base import Command
from shared_models.entities import ENTITIES
from shared_models.problems import Problem
from shared_models.sync import LARGEST_PAGE, NEXT_CURSOR, SMALLEST_PAGE

BATCH = 100
_TROUBLE_OF_ALL = frozenset({429, 502, 503, 504, 507})  # the server's own: no command provokes it
_PASSING = frozenset({408, 421, 425, 429})  # says more about the moment or the way there than about the command

SiteOf = Callable[[Command | None], UUID | None]
OnProgress = Callable[[int, int], None]
OnRows = Callable[[set[str], list[str]], None]
OnReset = Callable[[], Awaitable[None]]


class Push:
    """Sends the outbox, in order. A command that cannot be judged now is left for the next round; the others go on."""

    def __init__(self, api: Api, outbox: Outbox, clock: Clock, device_id: UUID, site_of: SiteOf) -> None:
        self._api = api
        self._outbox = outbox
        self._clock = clock
        self._device_id = device_id
        self._site_of = site_of
        self._uploaded: set[str] = set()
        self._left: set[str] = set()

    async def run(self) -> bool:
        """Whether everything that could be sent has been answered. `Offline` stops it where it is."""
        self._left = set()
        while batch := await self._next_batch():
            await self._send(batch)
        return not self._left

    async def again(self) -> None:
        """The server may be a restored one, which has not had what an earlier one has answered."""
        self._uploaded.clear()
        await self._outbox.send_again()

    async def _next_batch(self) -> list[Entry]:
        """A file goes up just before its command, after what was asked earlier is through; so does an edit that builds on another."""
        batch: list[Entry] = []
        for entry in list(self._outbox.ready()):
            if entry.builds_on in self._left:
                self._left.add(entry.id)
            if entry.id in self._left:
                continue
            if any(entry.builds_on == other.id for other in batch):
                break
            if entry.file_id and entry.file_id not in self._uploaded:
                if batch:
                    break
                if not await self._upload(entry):
                    continue
            batch.append(entry)
            if len(batch) == BATCH:
                break
        return batch

    async def _upload(self, entry: Entry) -> bool:
        assert entry.file_id is not None
        blob = await self._outbox.store.blob(entry.file_id)
        if blob is not None:
            site_id = entry.site_id or self._site_of(entry.command)
            if site_id is None and await self._outbox.store.get("cursor") is None:
                self._left.add(entry.id)  # where it belongs comes with the first pull
                return False
            try:
                await self._api.upload(f"/attachments/{entry.file_id}?site_id={site_id}", blob.data, blob.mime)
            except (ProblemError, ServerTrouble) as error:
                if isinstance(error, ProblemError) and error.status not in _PASSING:
                    await self._outbox.refused({entry.id: error.problem})
                else:
                    self._left.add(entry.id)
                return False
        self._uploaded.add(entry.file_id)
        return True

    async def _send(self, batch: Sequence[Entry]) -> None:
        offset = self._clock.offset.total_seconds()
        commands = [entry.to_send(offset) for entry in batch]
        body = {"device_id": str(self._device_id), "sent_at": self._clock.now().isoformat(), "commands": commands}
        try:
            answer = await self._api.post("/sync/push", body)
        except (ProblemError, ServerTrouble) as error:
            await self._narrow(batch, error)
        else:
            await self._take_answers(batch, answer)

    async def _narrow(self, batch: Sequence[Entry], error: ProblemError | ServerTrouble) -> None:
        """A refusal of the whole: halve it until what provokes it is alone."""
        if len(batch) > 1 and not (isinstance(error, ServerTrouble) and error.status in _TROUBLE_OF_ALL):
            middle = len(batch) // 2
            await self._send(batch[:middle])
            await self._send(batch[middle:])
        elif isinstance(error, ProblemError) and error.status not in _PASSING:
            await self._outbox.refused({batch[0].id: error.problem})
        else:
            self._left.update(entry.id for entry in batch)
            if isinstance(error, ServerTrouble) and error.status in _TROUBLE_OF_ALL:
                raise error

    async def _take_answers(self, batch: Sequence[Entry], answer: dict[str, Any]) -> None:
        results = {result["id"]: result for result in answer["results"] if result.get("id")}
        applied = [entry.id for entry in batch if (found := results.get(entry.id)) and found["status"] == "applied"]
        problems = {
            entry.id: Problem.model_validate(found["problem"] or _UNSAID)
            for entry in batch if (found := results.get(entry.id)) and found["status"] == "rejected"
        }  # fmt: skip
        if applied:
            await self._outbox.applied(applied, answer.get("xid"))
        if problems:
            await self._outbox.refused(problems)
        self._left.update(entry.id for entry in batch if entry.id not in results)


_UNSAID = {"type": "about:blank", "title": "", "status": 400, "code": "refused"}


AT_ONCE = 2
"""Pages on their way at once: the server makes one while another travels."""

Ask = Callable[[str | None, OnHeaders], Coroutine[Any, Any, Page]]


class Ahead:
    """The pages after a cursor, in their order: the next is asked for as soon as one begins to come, and the server makes it meanwhile.

    A header tells where to go on; where none does, the page itself. With `waits`, nothing is asked for behind the first page until `go_on`.
    """

    def __init__(self, ask: Ask, cursor: str | None, *, waits: bool) -> None:
        self._ask, self.waits = ask, waits
        self._coming: deque[asyncio.Task[Page]] = deque()
        self._following: str | None = None
        self._begin(cursor)

    async def page(self) -> Page:
        page = await self._coming[0]
        self._coming.popleft()
        if page.head["more"] and not self._coming:
            self._following = page.head["cursor"]
        self._extend()
        return page

    def go_on(self) -> None:
        self.waits = False
        self._extend()

    def stop(self) -> None:
        for one in self._coming:
            one.cancel()

    def _begin(self, cursor: str | None) -> None:
        self._following = None
        self._coming.append(begun(self._ask(cursor, self._told)))

    def _told(self, headers: Mapping[str, str]) -> None:
        self._following = headers.get(NEXT_CURSOR)
        self._extend()

    def _extend(self) -> None:
        if self._following is not None and len(self._coming) < AT_ONCE and not self.waits:
            self._begin(self._following)


class Pull:
    """Brings the device's rows up to the server's. A page is written whole, with the cursor after it,
    and what is written is shown.

    The very first page has what somebody has come for: behind it a screen is waited for, from which the second would take the processor.
    """

    def __init__(
        self, api: Api, store: LocalStore, tables: Tables, clock: Clock, on_rows: OnRows, on_progress: OnProgress, on_reset: OnReset,
        first_screen: Callable[[], Awaitable[None]], shown: str | None,
    ) -> None:  # fmt: skip
        """`shown`: the cursor of what was written before the tables were loaded."""
        self._api = api
        self._store = store
        self._tables = tables
        self._clock = clock
        self._on_rows = on_rows
        self._on_progress = on_progress
        self._on_reset = on_reset
        self._first_screen = first_screen
        self._shown = shown
        self._is_through = False
        self._unsaid = Unsaid()
        self._size = PageSize()
        self.is_whole = self.was_reset = False
        self.clock_changed = False

    async def run(self) -> int | None:
        """Pull until there is no more; the horizon of what is now included.

        `is_whole` says that it began where nothing was left over: then it includes all that was done before it, whatever the
        horizon. What is left over from an interrupted pull was chosen when that one began.
        """
        self.is_whole, self._is_through, self.was_reset = self._is_through, False, False
        await self._tables.whole()
        self._unsaid = Unsaid()
        cursor = await self._store.get("cursor")
        if cursor != self._shown:
            await self._catch_up()
        ahead = Ahead(self._ask, json.loads(cursor) if cursor else None, waits=cursor is None)
        try:
            while True:
                page = await ahead.page()
                await finished(self._apply(page))
                if progress := page.head.get("progress"):
                    self._on_progress(progress["done"], progress["total"])
                if not page.head["more"]:
                    self._is_through = True
                    horizon: int | None = page.head.get("horizon")
                    return horizon
                if ahead.waits:
                    await self._first_screen()
                    ahead.go_on()
        finally:
            ahead.stop()
            self._say()

    async def _catch_up(self) -> None:
        """Another tab has pulled since, and may have been closed before it told of all that it wrote."""
        await self._tables.load(self._store)
        self._on_rows(set(ENTITIES), [])

    async def _ask(self, cursor: str | None, on_headers: OnHeaders) -> Page:
        started = self._clock.started()
        with self._size.asked() as size:
            body = await self._api.body("/sync/pull", on_headers, cursor=cursor, size=size)
        page = self._store.page(body)
        self.clock_changed |= self._clock.learn(datetime.fromisoformat(page.head["server_now"]), started)
        return page

    async def _apply(self, page: Page) -> None:
        head = page.head
        sites = await self._new_scope(head["scope"]["site_ids"])
        reset = bool(head.get("reset"))
        if reset and await self._store.get("cursor") is not None:
            await self._on_reset()
            self.was_reset = True
        if reset:
            sites = None  # nothing is left that could be of another
        kv = {"cursor": json.dumps(head["cursor"]), "scope": json.dumps(head["scope"]["site_ids"])}
        await self._store.take(page, kv=kv, sites=sites, reset=reset)
        changed, self._shown = self._show(page, sites, reset=reset), kv["cursor"]
        self._unsaid.add(changed, [] if reset or sites is not None else [*page.keys, *dict(page.drops)])
        if head["more"] and self._unsaid.is_due:
            self._say()

    def _say(self) -> None:
        said, self._unsaid = self._unsaid, Unsaid(time.monotonic() + self._unsaid.pause, min(self._unsaid.pause * 2, LONGEST_PAUSE))
        if said.entities:
            self._on_rows(said.entities, said.keys if said.is_few else [])

    def _show(self, page: Page, sites: list[str] | None, *, reset: bool) -> set[str]:
        """Bring the tables in memory to what has been written; which entities changed."""
        tables = self._tables.by_entity
        changed = {key.partition("/")[0] for key in (*page.keys, *dict(page.drops))}
        if reset:
            for table in tables.values():
                table.load({})
        for key, site in page.drops:
            entity, _, row_id = key.partition("/")
            if entity in tables:
                tables[entity].drop(UUID(row_id), site)
        for entity, texts in page.texts().items():
            tables[entity].put(texts)
        if sites is not None:
            for table in tables.values():
                table.keep_sites(frozenset(sites))
        return changed | (ENTITIES.keys() if reset or sites is not None else set())

    async def _new_scope(self, sites: list[str] | None) -> list[str] | None:
        """The sites to keep, when they are not those of the page that was written before."""
        known = await self._store.get("scope")
        return None if sites == (json.loads(known) if known else None) else sites


FIRST_PAGE = 250_000
QUICK, SLOW = 1.0, 5.0
"""Seconds in which a page comes that could be larger, or should be smaller."""


class PageSize:
    """How much to ask for at once: each page costs a round trip and a write, and one that does not come in time has to come again whole."""

    def __init__(self) -> None:
        self._bytes = FIRST_PAGE

    @contextmanager
    def asked(self) -> Iterator[int]:
        began = time.monotonic()
        try:
            yield self._bytes
        except ClientError:
            self._bytes = SMALLEST_PAGE
            raise
        seconds = time.monotonic() - began
        factor = 2 if seconds < QUICK else 0.5 if seconds > SLOW else 1
        self._bytes = min(max(int(self._bytes * factor), SMALLEST_PAGE), LARGEST_PAGE)


FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0


@dataclass
class Unsaid:
    """What has changed since screens heard of it: at `due` they hear again, and of a long pull less and less often.

    `is_few`: it can be told row by row.
    """

    due: float = 0.0
    pause: float = FIRST_PAUSE
    entities: set[str] = field(default_factory=set)
    keys: list[str] = field(default_factory=list)
    is_few: bool = True

    def add(self, entities: set[str], keys: Sequence[str]) -> None:
        self.entities |= entities
        self.keys += keys
        self.is_few &= bool(keys)

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self.due
