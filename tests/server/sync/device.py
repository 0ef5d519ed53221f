"""A device that does what the contract of `PullPage` says, and no more."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from server.core.access import Actor
from server.core.read_pool import ReadPool
from server.sync import pull
from shared_models.sync import USUAL_PAGE, PullPage

Rows = dict[tuple[str, str], tuple[str | None, dict[str, Any]]]


@dataclass
class Device:
    pool: ReadPool
    actor: Actor
    cursor: str | None = None
    rows: Rows = field(default_factory=dict)
    pages: list[PullPage] = field(default_factory=list)
    size: int = USUAL_PAGE

    async def pull_page(self) -> bool:
        """Whether there is more."""
        page = PullPage.model_validate(json.loads((await pull.pull(self.pool, self.actor, self.cursor, self.size)).page))
        self.pages.append(page)
        if page.reset:
            self.rows.clear()
        for change in page.changes:
            key, site = (change.entity, str(change.id)), str(change.site_id) if change.site_id else None
            if change.row is not None:
                self.rows[key] = (site, change.row)
            elif key in self.rows and self.rows[key][0] == site:
                del self.rows[key]
        if page.scope.site_ids is not None:
            kept = {None, *map(str, page.scope.site_ids)}
            self.rows = {key: held for key, held in self.rows.items() if held[0] in kept}
        self.cursor = page.cursor
        return page.more

    async def pull(self) -> list[PullPage]:
        """Until there is no more; the pages."""
        self.pages = []
        while await self.pull_page():
            assert len(self.pages) < 200
        return self.pages

    def ids(self, entity: str) -> set[str]:
        return {row_id for kind, row_id in self.rows if kind == entity}

    def row(self, entity: str, row_id: UUID) -> dict[str, Any]:
        return self.rows[entity, str(row_id)][1]


async def all_quiet(pool: ReadPool) -> None:
    """Until every transaction that is open now, in whichever database of the server, has ended."""
    newest = await pool.fetchval("select pg_current_xact_id()::text::bigint")
    async with asyncio.timeout(60):
        while await pool.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint") <= newest:
            await asyncio.sleep(0.05)
