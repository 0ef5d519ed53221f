"""Maintenance types and teams."""

from typing import Any

from server.audit import service as audit
from server.core.access import Actor, ensure_sees
from server.core.database import Session
from server.core.errors import AlreadyExists, Forbidden, StaleVersion
from server.core.versions import claim
from server.plans import repository
from server.plans.errors import NameTaken, TeamMemberUnfit
from server.plans.models import MaintenanceType, Team
from shared_models.permissions import Permission
from shared_models.plans.commands import WriteMaintenanceType, WriteTeam


def need(actor: Actor, permission: Permission) -> None:
    """Devices' commands come here without passing a router."""
    if not actor.may(permission):
        raise Forbidden(permission=permission)


async def write_type(session: Session, actor: Actor, cmd: WriteMaintenanceType) -> MaintenanceType:
    need(actor, Permission.settings_write)
    found = await repository.lock_type(session, cmd.maintenance_type_id)
    if await repository.name_is_taken(session, MaintenanceType, cmd.name, but=cmd.maintenance_type_id):
        raise NameTaken(name=cmd.name)
    before = _claimed(found, cmd.version, "maintenance_type_id")
    row = found or MaintenanceType(id=cmd.maintenance_type_id, name=cmd.name)
    _write(row, cmd.model_dump(include={"name", "description", "color", "is_active"}))
    session.add(row)
    await session.flush()
    action = "maintenance_type.updated" if found else "maintenance_type.created"
    await audit.record(session, actor, action, row, before=before, after=audit.snapshot(row), occurred_at=cmd.occurred_at)
    return row


async def write_team(session: Session, actor: Actor, cmd: WriteTeam) -> Team:
    """A team's site never changes."""
    need(actor, Permission.maintenance_write)
    ensure_sees(actor, cmd.site_id)
    found = None
    if cmd.version is not None or await repository.id_is_taken(session, Team, cmd.team_id):
        found = await repository.lock_team(session, actor, cmd.team_id)
    site_id = found.site_id if found else cmd.site_id
    if await repository.name_is_taken(session, Team, cmd.name, but=cmd.team_id, site_id=site_id):
        raise NameTaken(name=cmd.name)
    if not await repository.people_fit(session, cmd.member_ids, site_id):
        raise TeamMemberUnfit(field="member_ids")
    return await _write_team(session, actor, cmd, found)


async def _write_team(session: Session, actor: Actor, cmd: WriteTeam, found: Team | None) -> Team:
    before = _claimed(found, cmd.version, "team_id")
    if found is not None:
        before["member_ids"] = await repository.member_ids(session, found.id)
    row = found or Team(id=cmd.team_id, site_id=cmd.site_id, name=cmd.name)
    _write(row, {"name": cmd.name, "is_active": cmd.is_active})
    session.add(row)
    await session.flush()
    await repository.replace_members(session, row.id, cmd.member_ids)
    after = audit.snapshot(row) | {"member_ids": sorted(set(cmd.member_ids))}
    action = "team.updated" if found else "team.created"
    await audit.record(session, actor, action, row, before=before, after=after, occurred_at=cmd.occurred_at)
    return row


def _claimed(row: MaintenanceType | Team | None, version: int | None, field: str) -> dict[str, Any]:
    """The row as it was; what is new has no version, what exists needs one."""
    if row is None:
        if version is not None:
            raise StaleVersion(current=None)
        return {}
    if version is None:
        raise AlreadyExists(field=field)
    claim(row, version)
    return audit.snapshot(row)


def _write(row: MaintenanceType | Team, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
