"""The rows a device holds, live: the server's, with the pending commands replayed over them."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from mobile_app.core.observable import Observable
from mobile_app.core.storage import LocalStore
from shared_models.base import EntityRow
from shared_models.entities import ENTITIES

R = TypeVar("R", bound=EntityRow)
Key = tuple[str, UUID]
Changes = Mapping[Key, EntityRow | None]
"""What pending commands make of rows; None for a row that they remove."""

Report = Callable[[str, Exception], None]


class Table(Observable, Generic[R]):
    """`rows` is what screens read; `pending` says which rows carry changes that the server has not confirmed.

    `revision` grows with each change: what a screen derives from many rows is made again only then.
    """

    def __init__(self, model: type[R], report: Report) -> None:
        super().__init__()
        self.entity = model.entity
        self.rows: dict[UUID, R] = {}
        self.pending: frozenset[UUID] = frozenset()
        self.ready = False
        self.revision = 0
        self._model = model
        self._many: TypeAdapter[list[R]] | None = None
        self._report = report
        self._server: dict[UUID, R] = {}

    def notify(self) -> None:
        self.revision += 1
        super().notify()

    def get(self, row_id: UUID | None) -> R | None:
        return self.rows.get(row_id) if row_id else None

    def __len__(self) -> int:
        return len(self.rows)

    def server_row(self, row_id: UUID) -> R | None:
        return self._server.get(row_id)

    def load(self, text: str) -> None:
        """Hold the rows of a JSON array and no others; `pending` is laid over anew."""
        self._server = {row.id: row for row in self._parse(text)}
        self.rows = dict(self._server)
        self.pending = frozenset()
        self.ready = True

    def put(self, texts: Iterable[str]) -> None:
        for row in self._parse(f"[{','.join(texts)}]"):
            self._server[row.id] = self.rows[row.id] = row

    def drop(self, row_id: UUID, site_id: str | None) -> None:
        """Unless it has moved to another site meanwhile."""
        row = self._server.get(row_id)
        if row is not None and (str(row.of_site) if row.of_site else None) == site_id:
            self.forget(row_id)

    def forget(self, row_id: UUID) -> None:
        self._server.pop(row_id, None)
        self.rows.pop(row_id, None)

    def keep_sites(self, sites: frozenset[str]) -> int:
        """Drop the rows of other sites; how many went."""
        gone = [row_id for row_id, row in self._server.items() if row.of_site and str(row.of_site) not in sites]
        for row_id in gone:
            self.forget(row_id)
        return len(gone)

    def server_rows(self) -> list[R]:
        """As the server has them, without what waits to be sent."""
        return list(self._server.values())

    def overlay(self, changes: Mapping[UUID, R | None]) -> bool:
        """Replace what pending commands make of rows; whether anything may look different."""
        if not changes and not self.pending:
            return False
        for row_id in self.pending - changes.keys():
            self._restore(row_id)
        for row_id, row in changes.items():
            if row is None:
                self.rows.pop(row_id, None)
            else:
                self.rows[row_id] = row
        self.pending = frozenset(changes)
        return True

    def _restore(self, row_id: UUID) -> None:
        if row_id in self._server:
            self.rows[row_id] = self._server[row_id]
        else:
            self.rows.pop(row_id, None)

    def _parse(self, text: str) -> list[R]:
        if self._many is None:
            self._many = TypeAdapter(list[self._model])  # type: ignore[name-defined]
        try:
            return self._many.validate_json(text)
        except ValidationError:
            return [row for item in json.loads(text) if (row := self._parse_one(item)) is not None]

    def _parse_one(self, item: Any) -> R | None:
        """A row that this version of the app cannot read must not hide the others."""
        try:
            return self._model.model_validate_json(json.dumps(item))
        except ValidationError as error:
            self._report(f"{self.entity} {item.get('id')}", error)
            return None


class Details(Observable):
    """What is read from the store on demand; notifies when some of it changed, and counts the changes."""

    version = 0

    def changed(self) -> None:
        self.version += 1
        self.notify()


class Tables:
    """The entities held in memory: `tables[MeterRow]`."""

    def __init__(self, report: Report) -> None:
        self.by_entity: dict[str, Table[Any]] = {name: Table(row, report) for name, row in ENTITIES.items() if row.read_by is None}
        self.details = Details()
        self.changes: Changes = {}

    def __getitem__(self, model: type[R]) -> Table[R]:
        return cast("Table[R]", self.by_entity[model.entity])

    async def load(self, store: LocalStore, entities: Sequence[str] | None = None) -> None:
        for entity in entities or self.by_entity:
            self.by_entity[entity].load(await store.rows(entity))

    def clear(self) -> None:
        for table in self.by_entity.values():
            table.load("[]")
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
