"""Whether this database is the one that was here before: `etabli_recognise` in the database knows, and acts on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import psycopg
import structlog

from server.core.migrations import libpq_url

if TYPE_CHECKING:
    from collections.abc import Mapping

Recognised = Literal["known", "restarted", "copied"]
_SAID: Mapping[str, str] = {
    "copied": "this database is a copy: devices load everything again, and everybody signs in again",
}
_log = structlog.get_logger(__name__)


def recognise(dsn: str, *, anew: bool = False) -> Recognised:
    """Look at the database before anybody is served; `anew` begins a new history whatever it looks like."""
    with psycopg.connect(libpq_url(dsn)) as connection:
        row = connection.execute("select etabli_recognise(%s)", (anew,)).fetchone()
    assert row is not None
    found = cast("Recognised", row[0])
    if found in _SAID:
        _log.warning("database.recognised", found=found, meaning=_SAID[found])
    return found
