"""Commands between the hand that gave them and the server that carries them out.

held ──the time to take it back is over──> waiting, or taken back ──> gone
waiting ──pushed──> applied ──its effect is pulled──> gone
   │ ^                          a command that depends on a refused one is held back with it
   v │ retry, edit
refused ──discard──> gone
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from pydantic import ValidationError

from mobile_app.core.errors import Unsent
from mobile_app.core.observable import Observable
from mobile_app.core.storage import LocalStore, Record
from shared_models.base import Command
from shared_models.commands import COMMANDS, creates, edited, files, instants, names
from shared_models.ids import uuid7
from shared_models.problems import Problem

SENT_FILES = "sent_files"
MOST_SENT = 30
"""Files of this device that it keeps once the server has them: of those just taken, none vanishes with the network."""
LONGEST_HOLD = 30.0


class Stage(StrEnum):
    waiting = "waiting"
    applied = "applied"
    refused = "refused"


def parse_command(payload: Mapping[str, Any]) -> Command | None:
    """None for a command that this version of the app does not know."""
    known = COMMANDS.get(str(payload.get("type")))
    try:
        return known.model_validate(dict(payload)) if known else None
    except ValidationError:
        return None


@dataclass(frozen=True)
class Entry:
    """`payload` is the command as JSON; `file_id` an attachment kept on the device until the server has it, `site_id` where it
    belongs. `xid` is the server's transaction that applied it; `offset` what was known of the clock's error when it was given.
    `builds_on`: the edit of the same row that was not answered yet when this one was made of what it would leave. Until `held`
    (by `time.time`) whoever gave it may take it back.
    """

    id: str
    seq: int
    payload: dict[str, Any]
    stage: Stage = Stage.waiting
    problem: Problem | None = None
    file_id: str | None = None
    site_id: str | None = None
    xid: int | None = None
    offset: float = 0.0
    builds_on: str | None = None
    held: float = 0.0
    command: Command | None = field(default=None, compare=False)

    @property
    def is_held(self) -> bool:
        """A clock that was put back holds nothing longer than it would have been."""
        return 0 < self.held - time.time() <= LONGEST_HOLD

    @property
    def order(self) -> tuple[int, str]:
        return self.seq, self.id

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.payload["occurred_at"])

    def record(self) -> Record:
        return {
            "id": self.id, "seq": self.seq, "command": self.payload, "stage": self.stage.value, "file": self.file_id,
            "site": self.site_id, "problem": self.problem and self.problem.model_dump(mode="json"), "xid": self.xid, "offset": self.offset,
            "builds_on": self.builds_on, "held": self.held,
        }  # fmt: skip

    @classmethod
    def read(cls, record: Record) -> "Entry":
        problem = record.get("problem")
        return cls(
            id=record["id"], seq=record.get("seq", 0), payload=record["command"], stage=Stage(record["stage"]),
            problem=Problem.model_validate(problem) if problem else None, file_id=record.get("file"),
            site_id=record.get("site"), xid=record.get("xid"), offset=record.get("offset", 0.0), builds_on=record.get("builds_on"),
            held=record.get("held", 0.0), command=parse_command(record["command"]),
        )  # fmt: skip

    def to_send(self, offset: float) -> dict[str, Any]:
        """The command, its times corrected by what has been learnt of the clock since it was given."""
        late = timedelta(seconds=offset - self.offset)
        if abs(late) < timedelta(seconds=1):
            return self.payload
        if self.command is None:
            return {**self.payload, "occurred_at": (self.at + late).isoformat()}
        payload = deepcopy(self.payload)
        for path, at in instants(self.command).items():
            _put(payload, path.split("."), (at + late).isoformat())
        return payload


@dataclass
class _Undone:
    """What refused commands leave undone: rows that they would have made, and edits that later ones build on.

    Those tell the version that the earlier one would have left; by now it may be that of a change which nobody here has seen.
    """

    rows: set[UUID] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)

    def add(self, entry: Entry) -> None:
        self.rows |= creates(entry.command)
        self.entries.add(entry.id)

    def holds_back(self, entry: Entry) -> bool:
        return entry.builds_on in self.entries or bool(names(entry.command) & self.rows)


@dataclass(frozen=True)
class Refused:
    """Waits for a person. `command` is what was asked, None when this version of the app cannot read it; `followers` wait with it."""

    id: str
    command: Command | None
    payload: dict[str, Any]
    problem: Problem
    at: datetime
    followers: tuple[Command | None, ...]


class Outbox(Observable):
    """Live. Everything is on disk before it is here."""

    def __init__(self) -> None:
        super().__init__()
        self._store: LocalStore | None = None
        self.entries: list[Entry] = []

    @property
    def store(self) -> LocalStore:
        assert self._store is not None, "nobody is signed in"
        return self._store

    def is_kept_in(self, store: LocalStore) -> bool:
        return self._store is store

    # what it holds

    @property
    def waiting(self) -> int:
        return sum(1 for _ in self.ready()) + len(self.held)

    @property
    def needs_you(self) -> list[Refused]:
        """Refused commands, oldest first; one that only failed because an earlier one did counts among its followers."""
        refused = [entry for entry in self.entries if entry.stage == Stage.refused]
        followers = {entry.id: self._followers(entry) for entry in refused}
        led = {follower.id for group in followers.values() for follower in group}
        return [_refused(entry, followers[entry.id]) for entry in refused if entry.id not in led]

    def ready(self) -> Iterator[Entry]:
        """What may be sent, in order: not what depends on something refused."""
        undone = _Undone()
        for entry in self.entries:
            if entry.stage == Stage.refused or (entry.stage == Stage.waiting and undone.holds_back(entry)):
                undone.add(entry)
            elif entry.stage == Stage.waiting and not entry.is_held:
                yield entry

    def pending(self) -> Iterator[Entry]:
        """What the screen shows as done already: not an edit that builds on a refused one."""
        undone = _Undone()
        for entry in self.entries:
            if entry.stage == Stage.refused or entry.builds_on in undone.entries:
                undone.add(entry)
            else:
                yield entry

    def is_pending(self, row_id: UUID) -> bool:
        return any(row_id in names(entry.command) | creates(entry.command) for entry in self.pending())

    def unsent(self) -> Unsent:
        kept = [entry for entry in self.entries if entry.stage != Stage.applied]
        refused = sum(entry.stage == Stage.refused for entry in kept)
        return Unsent(len(kept) - refused, refused, sum(entry.file_id is not None for entry in kept))

    def get(self, entry_id: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == entry_id), None)

    # what happens to it

    async def open(self, store: LocalStore | None) -> None:
        self._store = store
        await self.reload()

    async def reload(self) -> None:
        """Read again what is on disk: another tab may have written."""
        records = await self.store.outbox() if self._store else []
        known = {entry.id: entry for entry in self.entries}
        entries = [_same(known.get(record["id"]), record) for record in records]
        self.entries = sorted(entries, key=lambda entry: entry.order)
        self.notify()

    async def add(self, command: Command, *, site_id: UUID | None = None, offset: float = 0.0, hold: float = 0.0) -> Entry:
        """For `hold` seconds it can be taken back, unless something else is asked meanwhile."""
        await self.release()
        seq = self.entries[-1].seq + 1 if self.entries else 1
        entry = replace(
            _entry(command, seq=seq, offset=offset),
            site_id=str(site_id) if site_id else None,
            builds_on=self._unanswered(command),
            held=time.time() + hold if hold else 0.0,
        )
        if entry.file_id and entry.file_id not in await self.store.blob_ids():
            entry = replace(entry, file_id=None)
        await self.store.write_outbox(puts=[entry.record()])
        self._replace({}, [entry])
        return entry

    @property
    def held(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_held and entry.stage == Stage.waiting]

    async def release(self) -> None:
        """What is held may go."""
        await self._update([entry.id for entry in self.held], lambda entry: replace(entry, held=0.0))

    async def take_back(self, entry_id: str) -> bool:
        """Whether it was still here, and is gone now as if it had never been asked."""
        if all(entry.id != entry_id for entry in self.held):
            return False
        await self.discard(entry_id)
        return True

    async def adopt(self, records: Sequence[Record]) -> int:
        """Take over entries of another store, each behind what was asked before it; how many were not here already."""
        present = {entry.id for entry in self.entries}
        new = [Entry.read(record) for record in records if record["id"] not in present]
        placed = [replace(entry, seq=max((old.seq for old in self.entries if old.id < entry.id), default=0)) for entry in new]
        await self.store.write_outbox(puts=[entry.record() for entry in placed])
        self._replace({}, placed)
        return len(placed)

    async def applied(self, ids: Iterable[str], xid: int | None) -> None:
        """Kept until a pull shows the effect, so that the screen does not flicker back."""
        await self._update(ids, lambda entry: replace(entry, stage=Stage.applied, xid=xid))

    async def send_again(self) -> None:
        """What was applied and has not been seen since: the server answers again what it knows, and carries out the rest."""
        await self._update(
            [entry.id for entry in self.entries if entry.stage == Stage.applied],
            lambda entry: replace(entry, stage=Stage.waiting, xid=None),
        )

    async def refused(self, problems: Mapping[str, Problem]) -> None:
        await self._update(problems, lambda entry: replace(entry, stage=Stage.refused, problem=problems[entry.id]))

    async def shown(self, ids: Iterable[str]) -> None:
        """Their effect has been pulled. Their files stay a while: they are shown here, and the network may go."""
        wanted = set(ids)
        seen = [entry for entry in self.entries if entry.id in wanted]
        files = [entry.file_id for entry in seen if entry.file_id]
        await self._forget(seen, await self._keep(files) if files else [])

    async def retry(self, entry_id: str, command: Command | None = None, *, last: bool = False) -> None:
        """Send it again, with what depends on it: as new commands, because the server remembers its answers to the old ones.

        With `command`, that one instead of the refused one. In its old place, or behind everything else when what it lacked was
        done since.
        """
        entry = self.get(entry_id)
        if entry is None:
            return
        group = [entry, *self._followers(entry)]
        gone = [old.id for old in group if old.stage == Stage.refused]
        new_of = {old.id: _renewed(old, command if old is entry else None) for old in group}
        renewed = [replace(new, builds_on=new_of[new.builds_on].id) if new.builds_on in new_of else new for new in new_of.values()]
        if last:
            renewed = [replace(new, seq=self.entries[-1].seq + 1 + behind) for behind, new in enumerate(renewed)]
        await self.store.write_outbox(puts=[new.record() for new in renewed], removes=gone)
        self._replace(dict.fromkeys(gone), renewed)

    async def discard(self, entry_id: str) -> None:
        """With what depends on it."""
        entry = self.get(entry_id)
        if entry is not None:
            gone = [entry, *self._followers(entry)]
            await self._forget(gone, [each.file_id for each in gone if each.file_id])

    # inside

    def _unanswered(self, command: Command) -> str | None:
        """The last edit of the same row that is shown and has no answer yet."""
        row_id = edited(command)
        shown = [entry.id for entry in self.pending() if entry.stage == Stage.waiting and edited(entry.command) == row_id]
        return shown[-1] if row_id and shown else None

    def _followers(self, first: Entry) -> list[Entry]:
        undone, found = _Undone(), []
        undone.add(first)
        for entry in self.entries:
            if entry.order > first.order and entry.stage != Stage.applied and undone.holds_back(entry):
                undone.add(entry)
                found.append(entry)
        return found

    async def _update(self, ids: Iterable[str], change: Callable[[Entry], Entry]) -> None:
        wanted = set(ids)
        changed = [change(entry) for entry in self.entries if entry.id in wanted]
        if not changed:
            return
        await self.store.write_outbox(puts=[entry.record() for entry in changed])
        self._replace(dict.fromkeys(wanted), changed)

    async def _keep(self, files: Sequence[str]) -> list[str]:
        """Of the files that were sent, the latest are kept; the others are given back to be freed."""
        known: list[str] = json.loads(await self.store.get(SENT_FILES) or "[]")
        kept = list(dict.fromkeys([*(name for name in known if name not in files), *files]))
        await self.store.set(SENT_FILES, json.dumps(kept[-MOST_SENT:]))
        return kept[:-MOST_SENT]

    async def _forget(self, entries: Sequence[Entry], files: Sequence[str]) -> None:
        """With those files that nothing else names."""
        if not entries:
            return
        gone = {entry.id for entry in entries}
        used = {entry.file_id for entry in self.entries if entry.id not in gone}
        await self.store.write_outbox(removes=list(gone), blobs=[name for name in files if name not in used])
        self._replace(dict.fromkeys(gone), [])

    def _replace(self, gone: Mapping[str, None], new: Sequence[Entry]) -> None:
        ids = {*gone, *(entry.id for entry in new)}
        kept = [entry for entry in self.entries if entry.id not in ids]
        self.entries = sorted([*kept, *new], key=lambda entry: entry.order)
        self.notify()


def _put(payload: Any, path: Sequence[str], value: str) -> None:
    first, *rest = path
    key = int(first) if isinstance(payload, list) else first
    if rest:
        _put(payload[key], rest, value)
    else:
        payload[key] = value


def _entry(command: Command, *, seq: int, offset: float) -> Entry:
    payload = command.model_dump(mode="json", exclude_unset=False)
    file_id = next(map(str, files(command)), None)
    return Entry(id=str(command.command_id), seq=seq, payload=payload, file_id=file_id, offset=offset, command=command)


def _renewed(entry: Entry, instead: Command | None) -> Entry:
    """In the place of the old one, under a new id; what was not refused stays as it is."""
    if entry.stage != Stage.refused:
        return entry
    command = instead or entry.command
    if command is None:
        new_id = str(uuid7())
        return replace(entry, id=new_id, payload={**entry.payload, "command_id": new_id}, stage=Stage.waiting, problem=None)
    fresh = command.model_copy(update={"command_id": uuid7()})
    return replace(
        _entry(fresh, seq=entry.seq, offset=entry.offset), file_id=entry.file_id, site_id=entry.site_id, builds_on=entry.builds_on
    )


def _same(known: Entry | None, record: Record) -> Entry:
    """Spares reading a command that has not changed."""
    if known is None:
        return Entry.read(record)
    problem = record.get("problem")
    return replace(
        known, seq=record.get("seq", 0), stage=Stage(record["stage"]), xid=record.get("xid"), builds_on=record.get("builds_on"),
        held=record.get("held", 0.0), problem=Problem.model_validate(problem) if problem else None,
    )  # fmt: skip


def _refused(entry: Entry, followers: Sequence[Entry]) -> Refused:
    problem = cast("Problem", entry.problem)
    return Refused(entry.id, entry.command, entry.payload, problem, entry.at, tuple(item.command for item in followers))
