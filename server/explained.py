"""What keeps the program from its work, as one sentence for whoever can mend it. A trace is for faults of ours."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer
from pydantic import ValidationError

from server.backup.errors import BackupError
from server.core.errors import Refusal
from server.core.postgres import EmbeddedPostgresError
from server.core.settings import Settings, UnsafeSettingsError
from server.core.start_errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_SQLSTATE = {
    "28P01": "the user or the password in DATABASE_URL is wrong",
    "28000": "the database server does not let this user in from here, or not without TLS: try DATABASE_URL with ?sslmode=require",
    "3D000": "the database that DATABASE_URL names does not exist: create it, owned by its user",
    "53300": "the database server has no connection left: raise max_connections, or start fewer processes",
    "42501": "the user in DATABASE_URL may not do what is needed: make it the owner of its database",
    "0A000": "the database server lacks an extension: install pg_trgm and unaccent (PostgreSQL's contrib)",
    "58P01": "the database server lacks an extension: install pg_trgm and unaccent (PostgreSQL's contrib)",
    "25006": "the database only lets itself be read: DATABASE_URL must name the primary server",
    "57P03": "the database server is still starting: try again in a moment",
    "53100": "the disk of the database is full",
}
_BY_WORDS = {
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    "does not exist": "3D000",
    "too many clients": "53300",
    "starting up": "57P03",
}


@contextmanager
def explained() -> Iterator[None]:
    """Leave with a sentence on what can be mended from outside."""
    try:
        yield
    except (UnsafeSettingsError, EmbeddedPostgresError, StartError, BackupError) as error:
        give_up(str(error))
    except ValidationError as error:
        give_up(_settings(error) if error.title == Settings.__name__ else str(error))
    except Refusal as error:
        give_up(f"refused: {error.code}")
    except OSError as error:
        give_up(_system(error))
    except typer.Exit:  # somebody has said why
        raise
    except Exception as error:
        if (sentence := _database(error)) is None:
            raise
        give_up(sentence)


def give_up(message: str) -> NoReturn:
    typer.secho(message, fg=typer.colors.RED, err=True)
    raise typer.Exit(2)


def _settings(error: ValidationError) -> str:
    lines = [f"{_variable(found['loc'])}: {found['msg']} (it is {found['input']!r:.60})" for found in error.errors()]
    return "settings that cannot be read:\n" + "\n".join(f"  - {line}" for line in lines)


def _variable(place: tuple[int | str, ...]) -> str:
    name = str(place[0]) if place else "a setting"
    return name if name.isupper() else f"ETABLI_{name.upper()}"


def _database(error: Exception) -> str | None:
    """None for what is no error of a database. Its drivers are imported here: a process that uses no database does without their memory."""
    import psycopg
    from asyncpg import InterfaceError, PostgresError
    from sqlalchemy.exc import DBAPIError

    from server.demo import DatabaseNotEmptyError

    if isinstance(error, DatabaseNotEmptyError):
        return "the database is not empty: demonstration data goes into an empty one"
    if not isinstance(error, (psycopg.Error, DBAPIError, PostgresError, InterfaceError)):
        return None
    return _of_driver(error.orig if isinstance(error, DBAPIError) and error.orig else error)


def _of_driver(cause: BaseException) -> str:
    """Drivers tell of a refused connection in words only."""
    said = " ".join(str(cause).split())
    state = getattr(cause, "sqlstate", None) or next((state for words, state in _BY_WORDS.items() if words in said), "")
    return f"{_BY_SQLSTATE.get(state, 'the database cannot be used: is it running, and is DATABASE_URL right?')} ({said})"


def _system(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"
