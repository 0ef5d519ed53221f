from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import SQLModel, col

from server.attachments.models import Attachment
from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.core.following import leaders, ways
from server.core.queries import expression

_KEY = "sha256"


async def get_visible(session: ReadSession, actor: Actor, attachment_id: UUID, *, for_update: bool = False) -> Attachment:
    statement = select(Attachment).where(col(Attachment.id) == attachment_id, visible(actor, Attachment.site_id))
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return existing(await session.scalar(statement))


async def site_exists(session: ReadSession, site_id: UUID) -> bool:
    return bool(await session.scalar(sa.text("select exists (select from sites where id = :id)"), {"id": site_id}))


async def lock_id(session: Session, attachment_id: UUID) -> None:
    """Two uploads of one id at once: the second waits, then finds the first one's row."""
    await session.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": str(attachment_id)})


async def forget_unused(session: Session, *, before: datetime) -> int:
    """Of what no row names; the database knows which columns may."""
    unused = " and ".join(f"not exists (select from {table} x where x.{column} = a.id)" for table, column in await _naming(session))
    statement = expression("delete from attachment a where a.created_at < :before and {} returning a.id", unused)
    return len((await session.scalars(sa.text(statement), {"before": before})).all())


_NAMING = sa.text("""
select c.conrelid::regclass::text as source, a.attname as column from pg_constraint c
join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey) where c.contype = 'f' and c.confrelid = 'attachment'::regclass
""")


async def _naming(session: ReadSession) -> list[tuple[str, str]]:
    return [(row.source, row.column) for row in await session.execute(_NAMING)]


async def move(session: Session, of: str, ids: list[UUID], site_id: UUID) -> None:
    """The files of rows of `of` go with them to another site."""
    of_row = "select {} from {} where {} = any(:ids)"
    files = " union ".join(expression(of_row, way.named, way.source, way.owner) for way in ways("attachment", of))
    statement = expression("update attachment set site_id = :site where id in ({})", files)
    await session.execute(sa.text(statement), {"ids": ids, "site": site_id})


async def owners(session: ReadSession, attachment_id: UUID) -> set[UUID]:
    """The rows that may move to another site and take the file along: it is theirs, or of what follows them."""
    of_file = "select {} from {} where {} = :file"
    every = (way for of in leaders() for way in ways("attachment", of))
    found = " union ".join(expression(of_file, way.owner, way.source, way.named) for way in every)
    return set(await session.scalars(sa.text(found), {"file": attachment_id}))


async def all_keys(session: ReadSession) -> set[str]:
    """Of every table that has files: each names them by this column."""
    tables = [table for table in SQLModel.metadata.sorted_tables if _KEY in table.columns]
    return {key for table in tables for key in await session.scalars(select(table.columns[_KEY]).distinct()) if key}
