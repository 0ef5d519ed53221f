"""Rows as they came, each read when somebody looks at it: a plant's are many, a screen's are few."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Generic, TypeVar, cast, get_args, overload
from uuid import UUID

from pydantic import BaseModel, ValidationError, create_model

from shared_models.base import EntityRow, Row

R = TypeVar("R", bound=EntityRow)
Report = Callable[[str, Exception], None]
Texts = Mapping[str, bytes]
"""The JSON of rows, as the store keeps it, by their ids."""


class Rows(MutableMapping[UUID, R], Generic[R]):
    """The server's rows by id, and `laid` over them what pending commands make of some; None for one that they remove."""

    def __init__(self, model: type[R], report: Report) -> None:
        self._model = model
        self._report = report
        self._unread: dict[str, bytes] = {}
        self._read: dict[UUID, R] = {}
        self._parts: dict[type[BaseModel], dict[str, Any]] = {}
        self.laid: Mapping[UUID, R | None] = {}

    # what screens see

    def __getitem__(self, row_id: UUID) -> R:
        found = self.laid[row_id] if row_id in self.laid else self.server(row_id)
        if found is None:
            raise KeyError(row_id)
        return found

    def get(self, row_id: UUID, default: Any = None) -> Any:
        found = self.laid[row_id] if row_id in self.laid else self.server(row_id)
        return default if found is None else found

    def __iter__(self) -> Iterator[UUID]:
        return iter([row.id for row in self.values()])

    def values(self) -> Collection[R]:  # type: ignore[override]
        """Reads them all."""
        for row_id in list(self._unread):
            self._look(row_id)
        return self._over(self._read.values())

    def __len__(self) -> int:
        added = sum((row is not None) - self._has(row_id) for row_id, row in self.laid.items())
        return len(self._unread) + len(self._read) + added

    def __contains__(self, row_id: object) -> bool:
        return self.laid[row_id] is not None if row_id in self.laid else self._has(row_id)  # type: ignore[index]

    def __setitem__(self, row_id: UUID, row: R) -> None:
        self._unread.pop(str(row_id), None)
        self._read[row_id] = row

    def __delitem__(self, row_id: UUID) -> None:
        if not self.forget(row_id):
            raise KeyError(row_id)

    def having(self, **wanted: Collection[Any]) -> list[R]:
        """Those of which each of these fields has one of its values; what cannot be among them is not read.

        Of fields that no part of the row has by the same name.
        """
        asked = _asked(wanted)
        for row_id in [row_id for row_id, text in self._unread.items() if all(_may_have(text, *one) for one in asked)]:
            self._look(row_id)
        return [row for row in self._over(self._read.values()) if _is_among(row, wanted)]

    def parts(self, *names: str, **wanted: Collection[Any]) -> list[Any]:
        """What `having` gives, each with the fields called `names` alone, where nobody has looked at it: read in a quarter of the time,
        once until it changes.
        """
        asked, in_part = _asked(wanted), _in_part(self._model, frozenset({"id", *names, *wanted}))
        known = self._parts.setdefault(in_part, {})
        found: list[Any] = []
        unreadable: list[str] = []
        for row_id, text in self._unread.items():
            if all(_may_have(text, *one) for one in asked):
                try:
                    if row_id not in known:
                        known[row_id] = in_part.model_validate_json(text)
                    found.append(known[row_id])
                except ValidationError:
                    unreadable.append(row_id)
        for row_id in unreadable:
            self._look(row_id)
        return [row for row in self._over([*found, *self._read.values()]) if _is_among(row, wanted)]

    def part_of(self, row_id: UUID | None, *names: str) -> Any:
        """What `get` gives, with the fields called `names` alone where nobody has looked at it."""
        if row_id is None:
            return None
        text = None if row_id in self.laid else self._unread.get(str(row_id))
        if text is None:
            return self.get(row_id)
        in_part = _in_part(self._model, frozenset({"id", *names}))
        known = self._parts.setdefault(in_part, {})
        found = known.get(str(row_id)) or _told(in_part, text)
        if found is None:
            return self._look(str(row_id))
        known[str(row_id)] = found
        return found

    def in_steps(self, *names: str, many: int = 100) -> Iterator[list[Any]]:
        """All that the server has, some at each step, for work behind the screens: in part, and none of it is kept."""
        in_part, texts = _in_part(self._model, frozenset({"id", *names})), list(self._unread.values())
        yield list(self._read.values())
        for at in range(0, len(texts), many):
            yield [part for part in (_told(in_part, text) for text in texts[at : at + many]) if part is not None]

    def in_order(self, key: Callable[[Any], Any], *names: str, **wanted: Collection[Any]) -> "InOrder[R]":
        """What `having` gives, sorted by `key`, which asks for the fields called `names` alone: whole, each is read as it is shown."""
        return InOrder(self, sorted(self.parts(*names, **wanted), key=key))

    def count(self, **wanted: Collection[Any]) -> int:
        """How many `having` would give; for the number alone none is read that says it."""
        asked = _asked(wanted)
        for row_id in [row_id for row_id, text in self._unread.items() if not all(name in text for name, _ in asked)]:
            self._look(row_id)
        laid = set(map(str, self.laid))
        unread = sum(row_id not in laid and all(_may_have(text, *one) for one in asked) for row_id, text in self._unread.items())
        return unread + sum(_is_among(row, wanted) for row in self._over(self._read.values()))

    def telling(self, name: str) -> list[R]:
        """Those in which this field is not null."""
        lacking = f'"{name}":null'.encode()
        for row_id in [row_id for row_id, text in self._unread.items() if lacking not in text]:
            self._look(row_id)
        return [row for row in self._over(self._read.values()) if getattr(row, name) is not None]

    def mentioning(self, word: str) -> Collection[R]:
        """Those that have this word somewhere, plain letters and digits, and what has been read anyway."""
        sought = word.encode()
        for row_id in [row_id for row_id, text in self._unread.items() if sought in text]:
            self._look(row_id)
        return self._over(self._read.values())

    def held(self) -> Mapping[str | UUID, bytes | R]:
        """Each as it is: by its text's id what nobody has looked at, by the row's what has been read."""
        found = cast("dict[str | UUID, bytes | R]", {**self._unread, **self._read})
        for row_id, row in self.laid.items():
            found.pop(str(row_id), None)
            found.pop(row_id, None)
            if row is not None:
                found[row_id] = row
        return found

    def _over(self, rows: Collection[R]) -> Collection[R]:
        if not self.laid:
            return rows
        return [*(row for row in rows if row.id not in self.laid), *(row for row in self.laid.values() if row is not None)]

    # as the server has them

    def server(self, row_id: UUID) -> R | None:
        found = self._read.get(row_id)
        return self._look(str(row_id)) if found is None and self._unread else found

    def of_server(self) -> list[R]:
        for row_id in list(self._unread):
            self._look(row_id)
        return list(self._read.values())

    def put(self, texts: Texts) -> None:
        """What somebody has looked at is read again at once, and keeps its place."""
        self._unread.update(texts)
        for known in self._parts.values():
            for row_id in texts.keys() & known.keys():
                del known[row_id]
        for row_id in [row_id for row_id in texts if UUID(row_id) in self._read] if self._read else ():
            self._look(row_id)

    def reading(self, many: int = 20) -> Iterator[None]:
        """Read them all, some at each step, for work behind the screens."""
        while some := list(islice(self._unread, many)):
            for row_id in some:
                self._look(row_id)
            yield

    def forget(self, row_id: UUID) -> bool:
        was_unread = self._unread.pop(str(row_id), None) is not None
        for known in self._parts.values():
            known.pop(str(row_id), None)
        return self._read.pop(row_id, None) is not None or was_unread

    def clear(self) -> None:
        self._unread.clear()
        self._read.clear()
        self._parts.clear()
        self.laid = {}

    def _has(self, row_id: object) -> bool:
        return row_id in self._read or str(row_id) in self._unread

    def _look(self, row_id: str) -> R | None:
        """A row that this version of the app cannot read must not hide the others."""
        text = self._unread.pop(row_id, None)
        for known in self._parts.values():
            known.pop(row_id, None)
        if text is None:
            return None
        try:
            row = self._model.model_validate_json(text)
        except ValidationError as error:
            self._report(f"{self._model.entity} {row_id}", error)
            return None
        self._read[row.id] = row
        return row


class InOrder(Sequence[R]):
    """Rows in an order, each read when somebody looks at it; one that cannot be read, or has gone, makes room for the next.

    `parts` is what is known of each without: its `id`, and what the order was told by.
    """

    def __init__(self, rows: Rows[R], parts: Sequence[Any]) -> None:
        self._rows, self.parts = rows, parts
        self._all: list[R] | None = None

    def __len__(self) -> int:
        return len(self.parts)

    def keys(self) -> list[str]:
        """Their ids; for these none is read."""
        return [str(part.id) for part in self.parts]

    def of(self, parts: Sequence[Any]) -> "InOrder[R]":
        """Some of them, or in another order."""
        return InOrder(self._rows, parts)

    @overload
    def __getitem__(self, at: int) -> R: ...
    @overload
    def __getitem__(self, at: slice) -> list[R]: ...
    def __getitem__(self, at: int | slice) -> R | list[R]:
        if isinstance(at, int):
            return self[at : at + 1 or None][0]
        found = [self._rows.get(part.id) for part in self.parts[at]]
        while any(row is None for row in found):
            self.parts = [part for part in self.parts if part.id in self._rows]
            found = [self._rows.get(part.id) for part in self.parts[at]]
        return found

    def __iter__(self) -> Iterator[R]:
        if self._all is None:
            self._all = self[:]
        return iter(self._all)


@lru_cache
def _in_part(model: type[BaseModel], names: frozenset[str]) -> type[BaseModel]:
    """A row of which only these fields are read: a quarter of the time. It says of itself what the row does, as far as these tell.

    Of a list of rows in it by the fields of each: `occurrences.due`.
    """
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        within = frozenset(each.partition(".")[2] for each in names if each.partition(".")[0] == name)
        if within:
            kind: Any = field.annotation
            fields[name] = (kind if "" in within else list[_in_part(get_args(kind)[0], within)], field)  # type: ignore[misc]
    made = create_model(f"{model.__name__}InPart", __base__=Row, **fields)
    for name, value in vars(model).items():
        if isinstance(value, property):
            setattr(made, name, value)
    return made


def _told(in_part: type[BaseModel], text: bytes) -> BaseModel | None:
    try:
        return in_part.model_validate_json(text)
    except ValidationError:
        return None


def _asked(wanted: Mapping[str, Collection[Any]]) -> list[tuple[bytes, tuple[bytes, ...]]]:
    return [(f'"{name}":'.encode(), tuple(map(_written, values))) for name, values in wanted.items()]


def _is_among(row: Any, wanted: Mapping[str, Collection[Any]]) -> bool:
    return all(getattr(row, name) in values for name, values in wanted.items())


def _written(value: Any) -> bytes:
    return json.dumps(value, default=str, ensure_ascii=False).encode()


def _may_have(text: bytes, name: bytes, values: tuple[bytes, ...]) -> bool:
    at = text.find(name)
    return at < 0 or text.startswith(values, at + len(name))
