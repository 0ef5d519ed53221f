"""Sites and their production lines."""

from uuid import UUID

from server.audit import service as audit
from server.core.access import Actor, ensure_sees
from server.core.consequences import tell
from server.core.database import ReadSession, Session
from server.core.versions import claim, wanted
from server.core.zones import TimeZoneUnknown
from server.sites import repository
from server.sites.consequences import ClockChanged
from server.sites.errors import SiteInUse
from server.sites.models import ProductionLine, Site
from server.users import service as users
from shared_models.sites import LineCreate, LineUpdate, SiteCreate, SiteUpdate
from shared_models.zones import zone_names


async def create_site(session: Session, actor: Actor, cmd: SiteCreate) -> Site:
    """Whoever creates a site and does not see all of them becomes a member of it."""
    await _check_zone(session, cmd.time_zone)
    site = Site(**cmd.model_dump())
    session.add(site)
    await session.flush()
    if actor.site_ids is not None:
        await users.join_site(session, actor.user_id, site.id)
    await audit.record(session, actor, "site.created", site, after=cmd.model_dump())
    return site


async def update_site(session: Session, actor: Actor, site_id: UUID, cmd: SiteUpdate) -> Site:
    site = await repository.get_site(session, actor, site_id, for_update=True)
    zone = site.time_zone
    if cmd.time_zone is not None and cmd.time_zone != zone:
        await _check_zone(session, cmd.time_zone)
    await _change(session, actor, site, cmd, "site.updated")
    if site.time_zone != zone:
        await tell(session, actor, ClockChanged(site.id))
    return site


async def time_zones(session: ReadSession) -> list[str]:
    """What a site's clock may be: plain names that this server's Python and its database both know."""
    return sorted(zone_names() & await repository.database_zones(session))


async def _check_zone(session: Session, name: str) -> None:
    if name not in await repository.database_zones(session):
        raise TimeZoneUnknown(field="time_zone")


async def delete_site(session: Session, actor: Actor, site_id: UUID) -> None:
    """Refused while machines, teams or files belong to the site; its lines go with it."""
    site = await repository.get_site(session, actor, site_id, for_update=True)
    machines, teams, others = await repository.what_is_on(session, site_id)
    if machines or teams or others:
        raise SiteInUse(site=site.name, machines=machines, teams=teams, files=others)
    await _delete(session, actor, site, "site.deleted")


async def create_line(session: Session, actor: Actor, cmd: LineCreate) -> ProductionLine:
    ensure_sees(actor, cmd.site_id)
    await repository.get_site(session, actor, cmd.site_id)
    line = ProductionLine(**cmd.model_dump())
    session.add(line)
    await session.flush()
    await audit.record(session, actor, "line.created", line, after=cmd.model_dump())
    return line


async def update_line(session: Session, actor: Actor, line_id: UUID, cmd: LineUpdate) -> ProductionLine:
    line = await repository.get_line(session, actor, line_id, for_update=True)
    await _change(session, actor, line, cmd, "line.updated")
    return line


async def delete_line(session: Session, actor: Actor, line_id: UUID) -> None:
    """Its machines stay, without a line."""
    line = await repository.get_line(session, actor, line_id, for_update=True)
    await _delete(session, actor, line, "line.deleted")


async def _change(session: Session, actor: Actor, row: Site | ProductionLine, cmd: SiteUpdate | LineUpdate, action: str) -> None:
    claim(row, cmd.version)
    before = audit.snapshot(row)
    for name, value in wanted(cmd, "labour_rate").items():
        setattr(row, name, value)
    await session.flush()
    await audit.record(session, actor, action, row, before=before)


async def _delete(session: Session, actor: Actor, row: Site | ProductionLine, action: str) -> None:
    await audit.record(session, actor, action, row, before=audit.snapshot(row), after={})
    await session.delete(row)
    await session.flush()
