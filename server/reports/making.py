"""A report is made: gathered, set in a process of its own, and kept, once. Whoever begins again after a node that died begins anew."""

import time
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from uuid import UUID

import structlog

from server.core.access import Actor
from server.core.apart import WorkFailedError, apart_of_lines
from server.core.database import Database
from server.core.errors import StorageFull
from server.core.storage import Storage
from server.reports import kept, printing
from server.reports.gathering import gathered, lines_of
from server.reports.models import KeptReport

_MOST_MIB, _MOST_SECONDS = 768, 900
_IN_MEMORY_BYTES = 2**20
_GATHERED, _SET = 15, 95
"""How far it is with all that it tells read, and with all of that set."""
_TELLING_SECONDS = 0.7
_log = structlog.get_logger(__name__)


class _NotWantedError(Exception):
    """Somebody has taken it away, or another node makes it."""


async def make(database: Database, storage: Storage, report_id: UUID) -> None:
    async with database.session() as session:
        begun = await kept.begin(session, report_id)
    if begun is None:
        return
    report, actor = begun
    try:
        pages, content = await _printed(database, actor, report)
        key = await storage.put(content)
    except _NotWantedError:
        return
    except (WorkFailedError, StorageFull) as error:
        _log.warning("report.failed", report=report.id, kind=report.kind, error=repr(error))
        async with database.session() as session:
            await kept.give_up(session, report, "no_room" if isinstance(error, StorageFull) else "not_printed")
        return
    async with database.session() as session:
        await kept.finish(session, report, actor, sha256=key, size_bytes=len(content), pages=pages)


async def _printed(database: Database, actor: Actor, report: KeptReport) -> tuple[int, bytes]:
    """How many pages, and the document."""
    lines = _told(database, actor, report)
    answer = await apart_of_lines(printing.printed, lines, most_mib=_MOST_MIB, most_seconds=_MOST_SECONDS)
    pages, _, content = answer.partition(b"\n")
    return int(pages), content


async def _told(database: Database, actor: Actor, report: KeptReport) -> AsyncIterator[bytes]:
    """Gathered while the process starts."""
    with SpooledTemporaryFile(_IN_MEMORY_BYTES) as spool:
        found = await gathered(database.pool, actor, report, spool)
        telling = _Telling(database, report)
        await telling.tell(_GATHERED)
        async for line in lines_of(found, telling.hear):
            yield line


class _Telling:
    """Writes down now and then how far it is, and hears whether it is still wanted."""

    def __init__(self, database: Database, report: KeptReport) -> None:
        self._database, self._report = database, report
        self._told_at = 0.0

    async def hear(self, share: float) -> None:
        if time.monotonic() - self._told_at > _TELLING_SECONDS:
            await self.tell(round(_GATHERED + (_SET - _GATHERED) * share))

    async def tell(self, progress: int) -> None:
        self._told_at = time.monotonic()
        async with self._database.session() as session:
            if not await kept.go_on(session, self._report, progress):
                raise _NotWantedError
