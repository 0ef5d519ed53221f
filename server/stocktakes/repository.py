"""The statements of stocktakes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from server.core import row_writes
from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.core.kept import columns_of
from server.core.queries import expression
from server.stocktakes.models import Stocktake, StocktakeCount, StocktakeLine
from server.stocktakes.rows import LINE
from shared_models.stocktakes.rows import LineCount, StocktakeLineRow


async def lock_stocktake(session: Session, actor: Actor, stocktake_id: UUID) -> Stocktake:
    """Raises `NotFound` where it is not in sight."""
    statement = select(Stocktake).where(col(Stocktake.id) == stocktake_id, visible(actor, Stocktake.site_id)).with_for_update()
    return existing(await session.scalar(statement.execution_options(populate_existing=True)))


async def stocktake_exists(session: ReadSession, stocktake_id: UUID) -> bool:
    return bool(await session.fetchval("select exists (select from stocktake where id = $1)", stocktake_id))


async def year_at(session: ReadSession, site_id: UUID, at: datetime) -> int:
    """By the site's clock."""
    found = await session.fetchval("select extract(year from $2::timestamptz at time zone clock) from sites where id = $1", site_id, at)
    return int(existing(found))


async def line(session: ReadSession, row_id: UUID) -> StocktakeLineRow | None:
    found = await lines(session, "id", [row_id])
    return found[0] if found else None


async def lines(session: ReadSession, column: str, ids: Sequence[UUID]) -> list[StocktakeLineRow]:
    found = await session.fetch(expression(_LINES, LINE.json("t"), column), list(ids))
    return [StocktakeLineRow.model_validate_json(row["line"]) for row in found]


_LINES = "select {}::text as line from stocktake_line t where t.{} = any($1) order by t.id"


async def count_exists(session: ReadSession, count_id: UUID) -> bool:
    return bool(await session.fetchval("select exists (select from stocktake_count where id = $1)", count_id))


async def add_lines(session: Session, rows: Sequence[StocktakeLineRow]) -> None:
    of = [[getattr(row, name) for row in rows] for name in ("id", "site_id", "stocktake_id", "place_id", "part_id", "is_found")]
    await session.run(_ADD_LINES, *of)


_ADD_LINES = """
insert into stocktake_line (id, site_id, stocktake_id, place_id, part_id, is_found)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::boolean[])
"""


async def keep_line(session: Session, row: StocktakeLineRow, at: datetime) -> None:
    changes = {**columns_of(StocktakeLine, row), "updated_at": at}
    await row_writes.carry_out(session, row_writes.updating(StocktakeLine, changes.pop("id"), changes))


async def add_count(session: Session, row_id: UUID, count: LineCount) -> None:
    await row_writes.carry_out(session, row_writes.inserting(StocktakeCount, {**columns_of(StocktakeCount, count), "line_id": row_id}))


async def keep_results(session: Session, results: Sequence[tuple[UUID, Decimal, Decimal | None, Decimal | None]], at: datetime) -> None:
    """Of each line: what the books had, by how much they were put right, and what that is worth."""
    await session.run(_KEEP_RESULTS, *(list(values) for values in zip(*results, strict=True)), at)


_KEEP_RESULTS = """
update stocktake_line l set expected = x.expected, difference = x.difference, amount = x.amount, version = l.version + 1, updated_at = $5
from unnest($1::uuid[], $2::numeric[], $3::numeric[], $4::numeric[]) x(id, expected, difference, amount) where l.id = x.id
"""
