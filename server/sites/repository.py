from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import col

from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import NotFound
from server.core.pages import paginate
from server.sites.models import ProductionLine, Site
from shared_models.paging import Page, PageQuery
from shared_models.sites import LineRead, SiteRead

_SITE_SORTS = {"name": col(Site.name), "location": col(Site.location), "created_at": col(Site.created_at)}
_LINE_SORTS = {"name": col(ProductionLine.name), "created_at": col(ProductionLine.created_at)}


async def list_sites(session: ReadSession, actor: Actor, page: PageQuery) -> Page[SiteRead]:
    statement = select(Site).where(visible(actor, Site.id))
    return await paginate(session, statement, page, sorts=_SITE_SORTS, default="name", tie=col(Site.id), read=SiteRead)


async def get_site(session: ReadSession, actor: Actor, site_id: UUID, *, for_update: bool = False) -> Site:
    statement = select(Site).where(col(Site.id) == site_id, visible(actor, Site.id))
    if for_update:
        statement = statement.with_for_update()
    site = await session.scalar(statement)
    if site is None:
        raise NotFound
    return site


_ON_SITE = sa.text("""
select (select count(*) from equipment where site_id = :id), (select count(*) from team where site_id = :id),
    (select count(*) from attachment where site_id = :id) + (select count(*) from reading_source where site_id = :id)
""")


async def what_is_on(session: ReadSession, site_id: UUID) -> tuple[int, int, int]:
    """Machines, teams, and files or reporting machines."""
    machines, teams, others = (await session.execute(_ON_SITE, {"id": site_id})).one()
    return machines, teams, others


async def list_lines(session: ReadSession, actor: Actor, site_id: UUID, page: PageQuery) -> Page[LineRead]:
    statement = select(ProductionLine).where(col(ProductionLine.site_id) == site_id, visible(actor, ProductionLine.site_id))
    return await paginate(session, statement, page, sorts=_LINE_SORTS, default="name", tie=col(ProductionLine.id), read=LineRead)


async def get_line(session: ReadSession, actor: Actor, line_id: UUID, *, for_update: bool = False) -> ProductionLine:
    statement = select(ProductionLine).where(col(ProductionLine.id) == line_id, visible(actor, ProductionLine.site_id))
    if for_update:
        statement = statement.with_for_update()
    line = await session.scalar(statement)
    if line is None:
        raise NotFound
    return line


_database_zones: set[str] = set()


async def database_zones(session: ReadSession) -> set[str]:
    """Asked once: PostgreSQL reads a file for each of its names."""
    if not _database_zones:
        _database_zones.update(await session.scalars(sa.text("select name from pg_timezone_names")))
    return _database_zones


_LOOK_AGAIN = sa.text("update scheduled_maintenances set refresh_at = 'epoch' where site_id = :site and is_active")
# An hour that the clocks repeat is the first one; one that they leave out is taken with the offset before, as PostgreSQL does.
_KEEP_WALL_TIME = (
    """with live as (
        select o.id, o.due, o.due at time zone s.clock as at, s.clock as zone
        from scheduled_maintenances p join plan_occurrence o on o.plan_id = p.id join sites s on s.id = p.site_id
        where p.site_id = :site and not p.is_active and o.state in ('planned', 'open')
    ), told as (
        select live.id, coalesce(min(e.at) filter (where e.at at time zone live.zone = live.due), min(live.at)) as at
        from live cross join lateral unnest(array[live.at, live.at - interval '30 minutes', live.at - interval '1 hour']) e(at) group by 1
    ) update plan_occurrence o set due_at = told.at from told where o.id = told.id and o.due_at <> told.at""",
    """update maintenance_interventions i set due_at = o.due_at, scheduled_start = o.due_at,
        scheduled_end = o.due_at + make_interval(mins => i.estimated_duration), version = i.version + 1
    from plan_occurrence o join scheduled_maintenances p on p.id = o.plan_id
    where i.id = o.intervention_id and p.site_id = :site and not p.is_active and o.state = 'open' and i.due_at <> o.due_at""",
    """update scheduled_maintenances p set next_due_date = o.due_at from plan_occurrence o
    where o.plan_id = p.id and p.site_id = :site and not p.is_active and o.state = 'open' and p.next_due_date <> o.due_at""",
)


async def look_at_plans_again(session: Session, site_id: UUID) -> None:
    """The site's wall clock has changed: the generator works out its plans' instants within the minute."""
    await session.execute(_LOOK_AGAIN, {"site": site_id})


async def keep_wall_time(session: Session, site_id: UUID) -> None:
    """Dates that paused plans of the site still have are at its wall clock, wherever they were before: nobody looks at these again."""
    for statement in _KEEP_WALL_TIME:
        await session.execute(sa.text(statement), {"site": site_id})
