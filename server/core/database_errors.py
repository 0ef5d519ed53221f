"""What PostgreSQL refuses, as the refusal a caller can act on."""

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.core.errors import AlreadyExists, Conflict, Invalid, Refusal, StorageFull, Unavailable

DATABASE_ERRORS: tuple[type[Exception], ...] = (
    DBAPIError, PoolTimeout, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError, TimeoutError,
)  # fmt: skip
_LOST: tuple[type[Exception], ...] = (
    PoolTimeout, InterfaceError, asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError, TimeoutError,
)  # fmt: skip
"""`InternalClientError` is what a connection says that was told of its end and has not ended yet."""


class InvalidCharacter(Invalid):
    code = "invalid_character"


class ValueOutOfRange(Invalid):
    code = "value_out_of_range"


class ReferenceBroken(Conflict):
    """A row refers to one that does not exist, or that others still refer to."""

    code = "reference_broken"


class RuleBroken(Conflict):
    code = "rule_broken"


_BY_SQLSTATE: dict[str, type[Refusal]] = {
    "22021": InvalidCharacter, "22P05": InvalidCharacter,
    "22003": ValueOutOfRange, "22008": ValueOutOfRange, "22001": ValueOutOfRange,
    "23503": ReferenceBroken, "23514": RuleBroken, "23P01": RuleBroken,
    "40001": Unavailable, "40P01": Unavailable, "55P03": Unavailable, "57014": Unavailable,
    "53100": StorageFull,
    "25006": Unavailable, "0A000": Unavailable,
}  # fmt: skip
"""The last line is what a database answers to writes, and to anything of an unlogged table, while it still recovers (the other `0A000` is
a statement prepared before a migration): it is worth asking again."""
_UNIQUE_VIOLATION = "23505"
_CONNECTION_CLASSES = ("08", "53", "57")


def refusal_of(error: Exception) -> Refusal | None:
    """None for what can only be a fault of ours, which is a 500."""
    if isinstance(error, _LOST):
        return Unavailable()
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Unavailable()
    original = error.orig if isinstance(error, DBAPIError) else error
    sqlstate = str(getattr(original, "sqlstate", None) or "")
    if sqlstate == _UNIQUE_VIOLATION:
        return AlreadyExists(field=_violated_column(original))
    if sqlstate in _BY_SQLSTATE:
        return _BY_SQLSTATE[sqlstate]()
    return Unavailable() if sqlstate.startswith(_CONNECTION_CLASSES) else None


def _violated_column(original: BaseException | None) -> str:
    """Read off the constraint's name, which our naming convention builds from the columns."""
    cause = getattr(original, "__cause__", None) or original
    constraint, table = str(getattr(cause, "constraint_name", "")), str(getattr(cause, "table_name", ""))
    return "id" if constraint.startswith("pk_") else constraint.removeprefix("uq_").removeprefix(f"{table}_")
