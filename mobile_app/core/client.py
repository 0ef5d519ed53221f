"""The one object the screens hold: rows, commands, sync and session put together."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol, Self, TypeVar
from uuid import UUID

from mobile_app.core.answers import answer_to
from mobile_app.core.api import Api
from mobile_app.core.clock import Clock
from mobile_app.core.errors import ClientError, Offline, ProblemError, SignInNeeded, StoreTrouble, Unsent, UnsentWork
from mobile_app.core.exchange import Pull, Push
from mobile_app.core.kept import Kept
from mobile_app.core.outbox import Outbox, Stage
from mobile_app.core.projection import Rows, laid_over, project
from mobile_app.core.recovery import StoreNotes, bring_home
from mobile_app.core.remote import Remote
from mobile_app.core.session import Device, Drafts, Preferences, Session, SessionState, SessionUser
from mobile_app.core.storage import Batch, LocalStore, StoreFactory, ref_of
from mobile_app.core.sync import Sleep, Sync
from mobile_app.core.tables import Tables
from mobile_app.core.tabs import Tabs
from mobile_app.core.transport import Transport
from shared_models.auth.sessions import Me
from shared_models.base import Command, EntityRow
from shared_models.commands import names
from shared_models.entities import ENTITIES
from shared_models.ids import uuid7
from shared_models.permissions import Permission, may
from shared_models.rules import By

ANSWER_SECONDS = 6.0
FIRST_ROWS_SECONDS = 1.0
"""A screen with nothing in it would be drawn for so long, and take the processor from what it waits for."""
_DRAWN_SECONDS = 3.0
_PAUSE = 0.01
"""Between steps of what has the whole day: a tap finds the processor free."""
_SAVED_KEYS = 500
_READ_AT_ONCE = 20
_CACHED_FILES = 40
R = TypeVar("R", bound=EntityRow)
FirstCard = Callable[[Any], dict[str, Any] | None]


class Bridge(Protocol):
    def on(self, name: str, handler: Callable[..., Any]) -> Any: ...
    def send(self, method: str) -> None: ...


class Client:
    """`first_card` makes the small picture of the first screen that the next start shows before Python runs."""

    TABLES: type[Tables] = Tables
    STAYS: ClassVar[Mapping[type[EntityRow], tuple[Callable[[Any, datetime], bool], Sequence[str]]]] = {}
    """Of which rows a device holds some only, until when, and the fields that say so."""

    def __init__(
        self, *, transport: Transport, stores: StoreFactory, tabs: Tabs, bridge: Bridge | None = None, clock: Clock | None = None,
        sleep: Sleep = asyncio.sleep, background: bool = True, device_name: str = "",
    ) -> None:  # fmt: skip
        self.session = Session()
        self.prefs = Preferences()
        self.drafts = Drafts()
        self.kept = Kept()
        self.outbox = Outbox()
        self.notes = StoreNotes()
        self.clock = clock or Clock()
        self.me: Me | None = None
        self.first_card: FirstCard | None = None
        self.device_id: UUID | None = None
        self._stores = stores
        stores.listen(set_aside=lambda: self.notes.tell(set_aside=True), superseded=lambda: self.notes.tell(superseded=True))
        self._tabs = tabs
        self._bridge = bridge
        self._background = background
        self._device_name = device_name
        self._error_handlers: list[Callable[[str, Exception], None]] = []
        self.tables = self.TABLES(self.report)
        self.details = self.tables.details
        self._http = Api(transport, tabs)
        self._http.on_session_end, self._http.on_token = self._session_ended, self._renewed
        self.api = Remote(self._http)
        self.sync = Sync(self._http, self.outbox, self.clock, tabs, sleep, self.report)
        self._store: LocalStore | None = None
        self._device: Device | None = None
        self._files: dict[tuple[UUID, int | None], bytes] = {}
        self._jobs: set[asyncio.Future[Any]] = set()
        self._card_due = self._follows_page = False
        self._later = self.tables.BEHIND
        self._farewell: asyncio.Future[None] | None = None
        self._release: asyncio.Future[None] | None = None
        self._locking: asyncio.Future[None] | None = None
        self.drawn, self._has_pulled, self._signing_in = asyncio.Event(), asyncio.Event(), asyncio.Lock()
        self.prefs.subscribe(lambda *_: self._speak())
        self.outbox.subscribe(lambda *_: self._outbox_moved())
        tabs.listen(self._hear)

    @classmethod
    def in_browser(cls, bridge: Bridge | None = None, device_name: str = "") -> Self:
        """The client of this tab: `fetch`, IndexedDB, Web Locks."""
        from mobile_app.core.fetch import FetchTransport
        from mobile_app.core.indexeddb import IndexedDBStores
        from mobile_app.core.tabs import BrowserTabs

        return cls(transport=FetchTransport(), stores=IndexedDBStores(), tabs=BrowserTabs(), bridge=bridge, device_name=device_name)

    # start and stop

    async def start(self, later: frozenset[str] = frozenset(), first: frozenset[str] = frozenset()) -> None:
        """Open what is on the device, `later` entities when the first screen is drawn, which shows the `first`. The network is not
        waited for.
        """
        self._later = (self.tables.BEHIND | later) - first
        self._device = Device(await self._stores.device())
        self.device_id = await self._device.device_id()
        await self.prefs.open(self._device)
        self.clock.offset = timedelta(seconds=float(await self._device.word("clock_offset") or 0))
        self._follow_page()
        user = await self._device.user()
        if user is None:
            self.session.move(SessionState.signed_out, None)
            self._farewell = asyncio.ensure_future(self._finish_sign_out())
        elif await self._device.word("session_ended"):
            await self._open(user)
            self.session.move(SessionState.signed_out_with_unsent, user)
        else:
            await self._open(user)
            self._enter(user)

    async def close(self) -> None:
        """Let go of everything, as when the tab is closed."""
        await self.sync.stop()
        for job in [*self._jobs, *filter(None, [self._farewell])]:
            job.cancel()
        if self._store:
            await self._store.close()

    def _speak(self) -> None:
        self._http.language = self.prefs.language
        self._draw_card()

    def now(self) -> datetime:
        return self.clock.now()

    @property
    def user(self) -> SessionUser:
        """Who is signed in; screens behind the sign-in have somebody."""
        if self.session.user is None:
            raise SignInNeeded
        return self.session.user

    # signing in and out

    async def sign_in(self, username: str, password: str) -> None:
        """`ProblemError` when refused, `Offline` without a network. The same person finds everything as it was left."""
        async with self._signing_in:
            await self._sign_in(username, password)

    async def _sign_in(self, username: str, password: str) -> None:
        device = self._opened_device()
        assert self.device_id
        if self._farewell:
            self._farewell.cancel()  # it would end the session that begins now
        pair = await self._http.login(username, password, self.device_id, self._device_name)
        me = Me.model_validate(pair["user"])
        user = SessionUser.of(me)
        if self._store is None or self.session.user is None or self.session.user.id != user.id:
            await self._leave()
            await self._open(user)
        store = self._opened_store()
        self._http.take(pair)
        await self._know(me)
        await device.set_word("session_ended", None)
        await device.set_word("sign_out_due", None)
        await device.set_user(user)
        if self.session.state != SessionState.signed_in:
            self.drawn.clear()
        await self._first_rows(user)
        if self._store is store:  # another tab may have signed in or out meanwhile
            self._enter(user)
            self._tabs.post({"kind": "signed_in", "user": str(user.id)})

    def unsent(self) -> Unsent:
        return self.outbox.unsent()

    async def sign_out(self, unsent: Literal["refuse", "keep", "discard"] = "refuse") -> None:
        """`UnsentWork` when something has not reached the server, or a form is begun; `keep` leaves it on the device for the
        next sign-in of the same person, `discard` destroys it.
        """
        await self.release()
        left = replace(self.unsent(), drafts=await self.drafts.count())
        is_something = bool(left.total or left.drafts)
        if is_something and unsent == "refuse":
            raise UnsentWork(left)
        device, user = self._opened_device(), self.session.user
        await device.set_user(None)
        await device.set_word("session_ended", None)
        await device.set_word("sign_out_due", "yes")
        if self._bridge:
            self._bridge.send("push.off")  # with or without a network, nothing more reaches this device
        await self._leave()
        self.session.move(SessionState.signed_out, None)
        self._tabs.post({"kind": "signed_out"})
        if user and (not is_something or unsent == "discard"):
            with suppress(StoreTrouble):  # a page that still reads it: it goes when that one does
                await self._stores.delete(str(user.id))
        await self._finish_sign_out()

    async def device_word(self, key: str) -> str | None:
        """What this device remembers, whoever uses it."""
        return await self._opened_device().word(key)

    async def set_device_word(self, key: str, value: str | None) -> None:
        await self._opened_device().set_word(key, value)

    def may(self, permission: Permission) -> bool:
        return self.session.user is not None and may(self.session.user.role, permission)

    # writing

    async def execute(self, command: Command) -> None:
        """On disk, then on the screen, then to the server when there is one. Never refused here: the server judges."""
        await self.outbox.add(command, site_id=self._site_of(command), offset=self.clock.offset.total_seconds())
        self._outbox_changed()

    async def execute_held(self, command: Command, seconds: float) -> None:
        """`execute`, but for so long it can still be taken back. It is kept at once, so it also goes when the app is left or closed."""
        await self.outbox.add(command, site_id=self._site_of(command), offset=self.clock.offset.total_seconds(), hold=seconds)
        self._outbox_changed()

    async def take_back(self, command: Command) -> bool:
        """Whether it had not gone yet: then it has never been asked."""
        was_here = await self.outbox.take_back(str(command.command_id))
        self._outbox_changed()
        return was_here

    async def release(self) -> None:
        """What can still be taken back goes now."""
        if self.outbox.held:
            await self.outbox.release()
            self._outbox_changed()

    async def submit(self, command: Command, seconds: float = ANSWER_SECONDS) -> bool:
        """`execute`, and wait for the answer while there is a server: whether it has come; False while the command waits here.

        What is refused within `seconds` is taken back, and raised as `ProblemError`.
        """
        await self.execute(command)
        entry = await answer_to(str(command.command_id), self.outbox, self.sync, seconds)
        if entry is not None and entry.problem is not None:
            await self.discard(entry.id)
            raise ProblemError(entry.problem)
        return entry is None or entry.stage is Stage.applied

    async def attach(self, data: Any, mime: str) -> UUID:
        """Keep a file (bytes, or a JavaScript Blob) on the device until a command that names it has been applied."""
        file_id = uuid7()
        await self._opened_store().put_blob(str(file_id), data, mime, self.now().isoformat())
        return file_id

    async def attachment(self, file_id: UUID, size: Literal[160, 480, 1280] | None = None) -> bytes:
        """A file's bytes: from this device while it waits, else from the server; `size` asks for a thumbnail (JPEG)."""
        if (file_id, size) in self._files:
            return self._files[file_id, size]
        kept = await self._opened_store().blob(str(file_id))
        if kept:
            return await self._stores.to_bytes(kept.data)
        data = await self.api.attachment(file_id, size)
        while len(self._files) >= _CACHED_FILES:
            self._files.pop(next(iter(self._files)))
        self._files[file_id, size] = data
        return data

    async def keep_file(self, file_id: UUID, data: bytes, mime: str) -> None:
        """On this device, until it is forgotten."""
        await self._opened_store().put_blob(str(file_id), data, mime, self.now().isoformat())

    async def kept_file(self, file_id: UUID) -> bytes | None:
        kept = await self._opened_store().blob(str(file_id))
        return await self._stores.to_bytes(kept.data) if kept else None

    async def kept_files(self) -> list[str]:
        return await self._opened_store().blob_ids()

    async def forget_files(self, file_ids: Iterable[UUID]) -> None:
        await self._opened_store().write_outbox(blobs=[str(each) for each in file_ids])

    async def file(self, file_id: UUID) -> tuple[bytes, str]:
        """A file as it is, and its type: from this device while it waits, else from the server."""
        kept = await self._opened_store().blob(str(file_id))
        if kept:
            return await self._stores.to_bytes(kept.data), kept.mime
        return await self.api.file(file_id)

    async def retry(self, refused_id: str, *, last: bool = False) -> None:
        """`last`: behind everything that waits, since what it lacked was done only now."""
        await self.outbox.retry(refused_id, last=last)
        self._outbox_changed()

    async def edit(self, refused_id: str, command: Command, *, last: bool = False) -> None:
        """Send `command` in the place of the refused one, or `last`."""
        await self.outbox.retry(refused_id, command, last=last)
        self._outbox_changed()

    async def discard(self, refused_id: str) -> None:
        """Give up a refused command, and what depends on it."""
        await self.outbox.discard(refused_id)
        self._outbox_changed()

    # reading on demand

    async def held(self, model: type[R], row_id: UUID) -> R | None:
        """A row that is not kept in memory; read again when `details` changes."""
        [text] = await self._opened_store().rows_at([f"{model.entity}/{row_id}"])
        return model.model_validate_json(text) if text else None

    async def held_of(self, model: type[R], key: UUID) -> list[R]:
        """Those whose `read_by` is `key`, as the pending commands leave them."""
        texts = json.loads(await self._opened_store().rows_of(model.entity, ref_of(model, key)))
        found = {row.id: row for row in map(model.model_validate, texts)}
        for (entity, row_id), row in self.tables.changes.items():
            if entity == model.entity and row is None:
                found.pop(row_id, None)
            elif isinstance(row, model) and (row_id in found or getattr(row, str(model.read_by), None) == key):
                found[row_id] = laid_over(found.get(row_id), row) or row
        return list(found.values())

    async def bring(self, model: type[R], path: str) -> R:
        """The row at `path` of the server, ahead of the pull that brings it: in memory only, and never over what the device holds."""
        text = await self._http.body(path)
        row, table = model.model_validate_json(text), self.tables[model]
        if row.id not in table.rows:
            table.put({str(row.id): text})
            self.tables.notify([model.entity])
        return row

    # what goes wrong behind the scenes

    def on_error(self, handler: Callable[[str, Exception], None]) -> None:
        self._error_handlers.append(handler)

    def report(self, where: str, error: Exception) -> None:
        for handler in self._error_handlers:
            handler(where, error)

    # inside: opening and leaving

    def _opened_store(self) -> LocalStore:
        if self._store is None:
            raise SignInNeeded
        return self._store

    def _opened_device(self) -> Device:
        assert self._device, "start() first"
        return self._device

    async def _open(self, user: SessionUser) -> None:
        """Rows first, then the outbox over them: all rows where anything waits, since its effects may be on any."""
        self._store = store = await self._stores.open(str(user.id))
        assert self.device_id
        self.session.user = user
        behind = self._later if not await store.outbox() else frozenset()
        cursor = await store.get("cursor")
        await self.tables.load(store, [entity for entity in self.tables.by_entity if entity not in behind])
        me = await store.get("me")
        self.me = Me.model_validate_json(me) if me else None
        self.drafts.open(store)
        self.kept.open(store)
        self.sync.push = push = Push(self._http, self.outbox, self.clock, self.device_id, self._sent_by)
        self.sync.pull = Pull(
            self._http, store, self.tables, self.clock, self._pulled, self.sync.progressed, push.again, self._screen, cursor
        )  # fmt: skip
        await self.outbox.open(store)
        self.sync.opened(has_rows=cursor is not None)
        self.tables.notify(self.tables.by_entity)
        self.tables.behind = asyncio.ensure_future(self._load_behind(store, sorted(behind)))
        self._spawn(self.tables.behind)
        if cursor is not None:
            self._spawn(self._let_go_of_old(store))
        self._spawn(self._bring_home(store, str(user.id)))

    async def _load_behind(self, store: LocalStore, entities: list[str]) -> None:
        """What the first screen can do without, once it is drawn."""
        if entities:
            await self._screen()
            await self.tables.load(store, entities)
            self._project()
            self.tables.notify(entities)

    async def _screen(self) -> None:
        """Wait until the first screen is there: what is for later must not take the processor from it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAWN_SECONDS):
                await self.drawn.wait()

    async def _bring_home(self, store: LocalStore, user_id: str) -> None:
        """Behind the start, which it must not delay; one tab at a time."""
        async with self._tabs.lock(f"recovery:{user_id}"):
            found = await bring_home(self._stores, user_id, store, self.outbox) if self._store is store else 0
        if found:
            self.notes.tell(recovered=found)
            self._outbox_changed()

    async def _let_go_of_old(self, store: LocalStore) -> None:
        """What is over is read from the server: a device holds as much as one that loads everything today. Once a day, behind the start."""
        now = self.now()
        if await store.get("let_go") == now.date().isoformat():
            return
        await self._screen()
        await self.tables.whole()
        for kind in self.STAYS:
            await self._let_go_of(kind, store, now)
        if self._store is store:
            await store.tidy()
            await store.set("let_go", now.date().isoformat())

    async def _let_go_of(self, kind: type[Any], store: LocalStore, now: datetime) -> None:
        (stays, asked), table, seen = self.STAYS[kind], self.tables[kind], list[UUID]()
        for some in table.rows.in_steps(*asked):
            seen += [row.id for row in some if not stays(row, now)]
            await asyncio.sleep(_PAUSE)
        for few in (seen[at : at + _READ_AT_ONCE] for at in range(0, len(seen), _READ_AT_ONCE)):
            for row_id in few:
                table.server_row(row_id)  # whole: a device that nobody had for a month has much that is over
            await asyncio.sleep(_PAUSE)
        async with self.sync.at_rest():  # or what has just begun anew would go with the rest
            if self._store is not store:  # a round took its time: the tables may be another person's
                return
            old = [row for row in map(table.server_row, seen) if row is not None and not stays(row, now)]
            for row in old:
                table.forget(row.id)
            if old:
                await store.apply(Batch(drops=[(f"{row.entity}/{row.id}", str(row.of_site)) for row in old]))
        if old:
            self.tables.notify([kind.entity])

    async def _first_rows(self, user: SessionUser) -> None:
        if self._background and self.sync.status.is_first:
            await self._restart_sync(user)
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_ROWS_SECONDS):
                    await self._has_pulled.wait()

    def _enter(self, user: SessionUser) -> None:
        self.session.move(SessionState.signed_in, user)
        if self._background and not self.sync.is_alive:
            self._spawn(self._restart_sync(user))

    async def _restart_sync(self, user: SessionUser) -> None:
        await self.sync.stop()
        self.sync.start(str(user.id))

    async def _leave(self) -> None:
        """Let go of the person's store; what is in it stays."""
        await self.sync.stop()
        self._has_pulled.clear()
        self._http.forget()
        if self.tables.behind:
            self.tables.behind.cancel()
        store, self._store, self.me = self._store, None, None
        self.drafts.open(None)
        self.kept.open(None)
        self._files.clear()
        if self.session.state == SessionState.signed_in:
            self.session.move(SessionState.starting, None)  # screens behind the sign-in have somebody
        self.session.user = None
        await self.outbox.open(None)
        self.tables.clear()
        self.sync.forget()
        if store:
            await store.close()

    async def _finish_sign_out(self) -> None:
        """Tell the server, now or at a later start."""
        device = self._opened_device()
        if not await device.word("sign_out_due"):
            return
        with suppress(ClientError):
            await self._http.logout()
            await device.set_word("sign_out_due", None)

    async def _know(self, me: Me) -> None:
        self.me = me
        await self._opened_store().set("me", me.model_dump_json())

    def _renewed(self, pair: dict[str, Any]) -> None:
        me = Me.model_validate(pair["user"])
        if self.session.user and me.id != self.session.user.id:
            self._spawn(self._switch())
        else:
            self._spawn(self._refreshed(me))

    async def _refreshed(self, me: Me) -> None:
        if self._store is None:
            return
        user = SessionUser.of(me)
        await self._know(me)
        await self._opened_device().set_user(user)
        self.session.move(self.session.state, user)

    async def _switch(self) -> None:
        """The browser's session is another person's by now: another tab has signed in."""
        await self._leave()
        await self.start()

    def _session_ended(self) -> None:
        """Each request that was on its way may say so."""
        if self._locking is None or self._locking.done():
            self._locking = asyncio.ensure_future(self._lock())
            self._spawn(self._locking)

    async def _lock(self) -> None:
        """The server has ended the session. Work that is only here stays here."""
        user, device = self.session.user, self._opened_device()
        if user is None or self.session.state != SessionState.signed_in:
            return
        await self.sync.stop()
        self._http.forget()
        if self.unsent().total:
            await device.set_word("session_ended", "yes")
            self.session.move(SessionState.signed_out_with_unsent, user)
            return
        await device.set_user(None)
        await self._forget_rows()
        await self._leave()
        self.session.move(SessionState.signed_out, None)

    async def _forget_rows(self) -> None:
        """The phone may be a lost one. Drafts stay: their owner may come back."""
        store = self._opened_store()
        await store.apply(Batch(reset=True))
        for key in ("cursor", "today_card"):
            await store.set(key, None)
        await self.kept.forget_all()

    # inside: what changes

    def _project(self) -> None:
        """Replay the pending commands over the server's rows."""
        rows = Rows(self.tables.server_row, self.tables.server_rows, now=self.now())
        user = self.session.user
        if user is not None:
            by = By(user.id, user.role, user.name)
            for entry in self.outbox.pending():
                if entry.command is not None:
                    self._project_one(entry.command, rows, by)
        self.tables.notify(self.tables.overlay(rows.changes))
        self._draw_card()

    def _project_one(self, command: Command, rows: Rows, by: By) -> None:
        try:
            project(command, rows, by)
        except Exception as error:  # noqa: BLE001 - a rule that fails must not hide everything else
            self.report("projection", error)

    def _pulled(self, entities: set[str], keys: list[str]) -> None:
        self._has_pulled.set()
        self._project()
        self.tables.notify(entities)
        self._tabs.post({"kind": "rows", "entities": sorted(entities), "keys": keys if len(keys) <= _SAVED_KEYS else []})
        if self.sync.pull and self.sync.pull.clock_changed:
            self.sync.pull.clock_changed = False
            self._spawn(self._opened_device().set_word("clock_offset", self.clock.offset.total_seconds()))

    def _outbox_moved(self) -> None:
        self._project()
        if self._release is None and self.outbox.held:
            self._release = asyncio.ensure_future(self._release_in_time())
            self._spawn(self._release)
        if self.sync.leads:  # what was applied, refused or pulled here concerns every tab
            self._tabs.post({"kind": "outbox"})

    async def _release_in_time(self) -> None:
        """Each tab sees to it: the one that held it may have been closed."""
        while held := self.outbox.held:  # another may have come while one was waited for
            await asyncio.sleep(max(0.0, held[0].held - time.time() + 0.01))
            self.sync.refresh()
            self._outbox_changed()
        self._release = None

    def _outbox_changed(self) -> None:
        self._tabs.post({"kind": "outbox"})
        self.sync.wake()

    def _site_of(self, command: Command | None) -> UUID | None:
        """Where what the command is about is: its attachments belong there."""
        every = (table.get(row_id) for row_id in names(command) for table in self.tables.by_entity.values())
        return next((row.of_site for row in every if row and row.of_site), None)

    def _sent_by(self, command: Command | None) -> UUID | None:
        """The site by way of which its attachments go: any will do for what is everyone's."""
        sites = (table for entity, table in self.tables.by_entity.items() if ENTITIES[entity].site == "id")
        return self._site_of(command) or next((row.id for table in sites for row in table.rows.values()), None)

    def _draw_card(self) -> None:
        """At most one drawing under way, of the latest state."""
        if self.first_card and self._store and not self._card_due:
            self._card_due = True
            self._spawn(self._write_card())

    async def _write_card(self) -> None:
        await asyncio.sleep(0)
        await self._screen()
        await self.tables.whole()  # what a screen waits for comes before what the next start shows
        self._card_due = False
        if self.first_card and self._store:
            card = self.first_card(self)
            await self._store.set("today_card", json.dumps(card) if card else None)

    # inside: the page and the other tabs

    def _follow_page(self) -> None:
        if self._bridge and not self._follows_page:
            self._follows_page = True
            self._bridge.on("online", self._online_changed)
            self._bridge.on("visibility", self._visibility_changed)

    def _online_changed(self, message: dict[str, Any]) -> None:
        if message.get("online"):
            self._spawn(self.sync.now())
        else:
            self.sync.went_offline()

    def _visibility_changed(self, message: dict[str, Any]) -> None:
        self._spawn(self.sync.now() if message.get("visible") else self.release())

    def _hear(self, message: dict[str, Any]) -> None:
        kind = message.get("kind")
        if kind == "rows":
            self._spawn(self._reload(message["entities"], message["keys"]))
        elif kind == "outbox":
            self._spawn(self._reload_outbox())
        elif kind == "wake" and self.sync.leads:
            self.sync.wake()
        elif kind == "sync" and not self.sync.leads:
            self.sync.hear(message)
        elif kind == "signed_out" and self.session.state != SessionState.starting:
            self._spawn(self._signed_out_elsewhere())
        elif kind == "signed_in" and not self._is_in(message["user"]):
            self._spawn(self._switch())

    def _is_in(self, user_id: str) -> bool:
        user = self.session.user
        return self.session.state == SessionState.signed_in and user is not None and str(user.id) == user_id

    async def _reload(self, entities: list[str], keys: list[str]) -> None:
        await self.tables.whole()
        if self._store is None:
            return
        held = [entity for entity in entities if entity in self.tables.by_entity]
        if keys:
            await self._reload_keys([key for key in keys if key.partition("/")[0] in self.tables.by_entity])
        else:
            await self.tables.load(self._store, held)
        self._project()
        self.tables.notify(entities)

    async def _reload_keys(self, keys: list[str]) -> None:
        for key, text in zip(keys, await self._opened_store().rows_at(keys), strict=True):
            entity, _, row_id = key.partition("/")
            if text is None:
                self.tables.by_entity[entity].forget(UUID(row_id))
            else:
                self.tables.by_entity[entity].put({row_id: text.encode()})

    async def _reload_outbox(self) -> None:
        await self.tables.whole()  # as the rows do that show what has left the outbox
        if self._store is not None:
            await self.outbox.reload()
            if self.sync.leads:
                self.sync.wake()

    async def _signed_out_elsewhere(self) -> None:
        await self._leave()
        self.session.move(SessionState.signed_out, None)

    def _spawn(self, work: Awaitable[Any]) -> None:
        job = asyncio.ensure_future(work)
        self._jobs.add(job)
        job.add_done_callback(self._ended)

    def _ended(self, job: "asyncio.Future[Any]") -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None and not isinstance(error, Offline):
            self.report("background", error if isinstance(error, Exception) else RuntimeError(str(error)))
