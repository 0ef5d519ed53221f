"""SQL put together out of declared pieces; whatever else is given, text included, is bound as a parameter.

    of_site = sql("equipment e where e.site_id = {}", site_id)
    await pool.fetch(*sql("select {columns} from {} limit {}", of_site, size, columns=sql("e.code, e.name")).rendered())

A piece may be used twice: its values are then bound once. Braces of SQL's own are doubled.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from string import Formatter
from typing import Any, Final

import sqlalchemy as sa

_MAX_WORDS = 6
_FOLDED = str.maketrans({"％": "%", "﹪": "%", "＿": "_", "＼": "\\", "﹨": "\\", "∖": "\\"})


class _Bound:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Sql:
    """A piece of a statement; `sql`, `plain` and `joined` make them."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence["str | _Bound | Sql"]) -> None:
        self.parts = parts

    def __str__(self) -> str:
        """Of a piece that binds nothing."""
        text, names = self._written("{}", 0)
        if names:
            raise TypeError("a value is no text of a statement")
        return text

    @property
    def template(self) -> str:
        """What the program says of it, without the values."""
        return "".join(part if isinstance(part, str) else part.template for part in self.parts if not isinstance(part, _Bound))

    def rendered(self) -> tuple[Any, ...]:
        """The statement as asyncpg takes it, and after it what its `$1`, `$2`, … stand for."""
        text, names = self._written("${}", 1)
        return text, *(bound.value for bound in names)

    def clause(self) -> sa.TextClause:
        """The same for a session."""
        text, names = self._written("(:p{})", 0)
        return sa.text(text).bindparams(**{f"p{rank}": bound.value for rank, bound in enumerate(names)})

    def _written(self, name: str, first: int) -> tuple[str, dict[_Bound, str]]:
        text: list[str] = []
        names: dict[_Bound, str] = {}
        _write(self, text, names, name, first)
        return "".join(text), names


def _write(piece: Sql, text: list[str], names: dict[_Bound, str], name: str, first: int) -> None:
    for part in piece.parts:
        if isinstance(part, str):
            text.append(part)
        elif isinstance(part, Sql):
            _write(part, text, names, name, first)
        else:
            text.append(names.get(part) or names.setdefault(part, name.format(len(names) + first)))


@cache
def _parsed(text: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, name) for literal, name, _, _ in Formatter().parse(text))


def sql(text: str, *given: Any, **named: Any) -> Sql:
    """`text`, which the program says itself, with the pieces and values for its `{}` and `{names}`."""
    parts: list[str | _Bound | Sql] = []
    unnamed, pieces = iter(given), {name: _piece(value) for name, value in named.items()}
    for literal, name in _parsed(text):
        parts.append(literal)
        if name is not None:
            parts.append(pieces[name] if name else _piece(next(unnamed)))
    return Sql(parts)


def _piece(value: Any) -> _Bound | Sql:
    return value if isinstance(value, Sql) else _Bound(value)


def plain(text: str) -> Sql:
    """SQL that the program says itself: a table, an alias, a declared expression."""
    return Sql((text,))


def expression(text: str, *declared: str) -> str:
    """SQL of the program's own, put together of its own: nothing that somebody has sent is ever near."""
    return str(sql(text, *map(plain, declared)))


def rank(column: str, values: Iterable[str]) -> str:
    """Where the column's value stands among `values`: for a sort, and for the index that has its order."""
    listed = ", ".join(f"'{value}'::text" for value in values)
    return f"array_position(ARRAY[{listed}], {column}::text)"


def joined(pieces: Iterable[Sql], by: str) -> Sql:
    parts: list[str | Sql] = []
    for piece in pieces:
        parts += (by, piece) if parts else (piece,)
    return Sql(parts)


EVERYTHING: Final = plain("true")
NOTHING: Final = Sql(())


def words_of(search: str) -> list[str]:
    """What is looked for, word by word; who types a whole page is answered by its beginning.

    What the database folds into a wildcard is the wildcard's own letter before it is made a pattern.
    """
    return search.translate(_FOLDED).split()[:_MAX_WORDS]


def containing(text: str) -> str:
    """The pattern of LIKE that finds `text` anywhere, of which no letter is a wildcard."""
    return f"%{literally(text)}%"


def literally(word: str) -> str:
    """`word` as a part of a LIKE pattern in which nothing is a wildcard."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
