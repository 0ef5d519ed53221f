"""The rows a device holds, live: the server's, with the pending commands replayed over them."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from mobile_app.core.observable import Observable
from mobile_app.core.rows import Report, Rows, Texts
from mobile_app.core.storage import LocalStore
from shared_models.base import EntityRow
from shared_models.entities import ENTITIES

R = TypeVar("R", bound=EntityRow)
Key = tuple[str, UUID]
Changes = Mapping[Key, EntityRow | None]
"""What pending commands make of rows; None for a row that they remove."""


class Table(Observable, Generic[R]):
    """`rows` is what screens read; `pending` says which rows carry changes that the server has not confirmed.

    `revision` grows with each change: what a screen derives from many rows is made again only then.
    """

    def __init__(self, model: type[R], report: Report) -> None:
        super().__init__()
        self.entity = model.entity
        self.rows: Rows[R] = Rows(model, report)
        self.pending: frozenset[UUID] = frozenset()
        self.ready = False
        self.revision = 0
        self._counts: dict[str, int] = {}

    def notify(self) -> None:
        self.revision += 1
        self._counts.clear()
        super().notify()

    def get(self, row_id: UUID | None) -> R | None:
        found: R | None = self.rows.get(row_id) if row_id else None
        return found

    def having(self, **wanted: Collection[Any]) -> list[R]:
        return self.rows.having(**wanted)

    def count(self, **wanted: Collection[Any]) -> int:
        """How many `having` would give, counted once until the next change is told."""
        asked = repr(wanted)
        if asked not in self._counts:
            self._counts[asked] = self.rows.count(**wanted)
        return self._counts[asked]

    def __len__(self) -> int:
        return len(self.rows)

    def server_row(self, row_id: UUID) -> R | None:
        return self.rows.server(row_id)

    def load(self, texts: Texts) -> None:
        """Hold these rows and no others; `pending` is laid over anew."""
        self.rows.clear()
        self.rows.put(texts)
        self.pending = frozenset()
        self.ready = True

    def put(self, texts: Texts) -> None:
        self.rows.put(texts)

    def drop(self, row_id: UUID, site_id: str | None) -> None:
        """Unless it has moved to another site meanwhile."""
        row = self.rows.server(row_id)
        if row is not None and (str(row.of_site) if row.of_site else None) == site_id:
            self.forget(row_id)

    def forget(self, row_id: UUID) -> None:
        self.rows.forget(row_id)

    def keep_sites(self, sites: frozenset[str]) -> int:
        """Drop the rows of other sites; how many went."""
        gone = [row.id for row in self.rows.of_server() if row.of_site and str(row.of_site) not in sites]
        for row_id in gone:
            self.forget(row_id)
        return len(gone)

    def server_rows(self) -> list[R]:
        """As the server has them, without what waits to be sent."""
        return self.rows.of_server()

    def overlay(self, changes: Mapping[UUID, R | None]) -> bool:
        """Replace what pending commands make of rows; whether anything may look different."""
        if not changes and not self.pending:
            return False
        self.rows.laid = dict(changes)
        self.pending = frozenset(changes)
        return True


class Details(Observable):
    """What is read from the store on demand; notifies when some of it changed, and counts the changes."""

    version = 0

    def changed(self) -> None:
        self.version += 1
        self.notify()


class Tables:
    """The entities held in memory: `tables[MeterRow]`."""

    BEHIND: ClassVar[frozenset[str]] = frozenset()
    """Entities of which there are so many that the first screen does not wait for them."""

    def __init__(self, report: Report) -> None:
        self.by_entity: dict[str, Table[Any]] = {name: Table(row, report) for name, row in ENTITIES.items() if row.read_by is None}
        self.details = Details()
        self.behind: asyncio.Future[None] | None = None
        self.changes: Changes = {}

    def __getitem__(self, model: type[R]) -> Table[R]:
        return cast("Table[R]", self.by_entity[model.entity])

    async def load(self, store: LocalStore, entities: Sequence[str] | None = None) -> None:
        wanted = list(self.by_entity) if entities is None else entities
        for entity, texts in zip(wanted, await asyncio.gather(*map(store.rows, wanted)), strict=True):
            self.by_entity[entity].load(texts)

    async def whole(self) -> None:
        """Wait for what is loaded behind the first screen: who writes to the tables earlier would be written over."""
        if self.behind:
            await asyncio.wait([self.behind])

    def clear(self) -> None:
        for table in self.by_entity.values():
            table.load({})
            table.ready = False
        self.overlay({})
        self.notify(self.by_entity)

    def server_row(self, entity: str, row_id: UUID) -> EntityRow | None:
        table = self.by_entity.get(entity)
        return table.server_row(row_id) if table else None

    def server_rows(self, entity: str) -> Iterable[EntityRow]:
        table = self.by_entity.get(entity)
        return table.server_rows() if table else ()

    def overlay(self, changes: Changes) -> set[str]:
        """Lay the pending changes over all tables; which of them may look different."""
        split: dict[str, dict[UUID, Any]] = {entity: {} for entity in self.by_entity}
        for (entity, row_id), row in changes.items():
            split.setdefault(entity, {})[row_id] = row
        touched = {entity for entity, table in self.by_entity.items() if table.overlay(split[entity])}
        others = {entity for entity, _ in {*changes, *self.changes} if entity not in self.by_entity}
        self.changes = changes
        return touched | others

    def notify(self, entities: Iterable[str]) -> None:
        names = set(entities)
        for entity, table in self.by_entity.items():
            if entity in names:
                table.notify()
        if names - self.by_entity.keys():
            self.details.changed()
