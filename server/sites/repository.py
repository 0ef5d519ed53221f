from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import col

from server.core.access import Actor, visible
from server.core.database import ReadSession
from server.core.errors import existing
from server.sites.models import ProductionLine, Site


async def get_site(session: ReadSession, actor: Actor, site_id: UUID, *, for_update: bool = False) -> Site:
    statement = select(Site).where(col(Site.id) == site_id, visible(actor, Site.id))
    if for_update:
        statement = statement.with_for_update()
    return existing(await session.scalar(statement))


_ON_SITE = sa.text("""
select (select count(*) from equipment where site_id = :id), (select count(*) from team where site_id = :id),
    (select count(*) from attachment where site_id = :id) + (select count(*) from reading_source where site_id = :id)
""")


async def what_is_on(session: ReadSession, site_id: UUID) -> tuple[int, int, int]:
    """Machines, teams, and files or reporting machines."""
    machines, teams, others = (await session.execute(_ON_SITE, {"id": site_id})).one()
    return machines, teams, others


async def get_line(session: ReadSession, actor: Actor, line_id: UUID, *, for_update: bool = False) -> ProductionLine:
    statement = select(ProductionLine).where(col(ProductionLine.id) == line_id, visible(actor, ProductionLine.site_id))
    if for_update:
        statement = statement.with_for_update()
    return existing(await session.scalar(statement))


_database_zones: set[str] = set()


async def database_zones(session: ReadSession) -> set[str]:
    """Asked once: PostgreSQL reads a file for each of its names."""
    if not _database_zones:
        _database_zones.update(await session.scalars(sa.text("select name from pg_timezone_names")))
    return _database_zones
