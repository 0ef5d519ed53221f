"""Maintenance types and teams."""

from server.audit import service as audit
from server.core.access import Actor, ensure_sees
from server.core.commands import carries_out
from server.core.database import Session
from server.core.kept import seen
from server.plans import repository
from server.plans.errors import NameTaken, TeamMemberUnfit
from server.plans.models import MaintenanceType, Team
from shared_models.plans import rules
from shared_models.plans.commands import WriteMaintenanceType, WriteTeam
from shared_models.plans.rows import MaintenanceTypeRow, TeamRow


@carries_out(WriteMaintenanceType)
async def write_type(session: Session, actor: Actor, cmd: WriteMaintenanceType) -> MaintenanceType:
    found = await repository.lock_type(session, cmd.maintenance_type_id)
    row = rules.write_type(seen(MaintenanceTypeRow, found) if found else None, cmd, actor.by)
    if await repository.name_is_taken(session, MaintenanceType, row.name, but=row.id):
        raise NameTaken(name=row.name)
    action = "maintenance_type.updated" if found else "maintenance_type.created"
    return await audit.keep(session, actor, action, found or MaintenanceType, row, cmd.occurred_at)


@carries_out(WriteTeam)
async def write_team(session: Session, actor: Actor, cmd: WriteTeam) -> Team:
    ensure_sees(actor, cmd.site_id)
    found = None
    if cmd.version is not None or await repository.id_is_taken(session, Team, cmd.team_id):
        found = await repository.lock_team(session, actor, cmd.team_id)
    members = await repository.member_ids(session, found.id) if found else []
    row = rules.write_team(seen(TeamRow, found, member_ids=members) if found else None, cmd, actor.by)
    if await repository.name_is_taken(session, Team, row.name, but=row.id, site_id=row.site_id):
        raise NameTaken(name=row.name)
    if not await repository.members_fit(session, row.member_ids, row.site_id):
        raise TeamMemberUnfit(field="member_ids")
    action = "team.updated" if found else "team.created"
    more = ({"member_ids": members} if found else {}, {"member_ids": row.member_ids})
    team = await audit.keep(session, actor, action, found or Team, row, cmd.occurred_at, more=more)
    await repository.replace_members(session, row.id, row.member_ids)
    return team
