"""What commands do to maintenance types and teams."""

from shared_models.plans.commands import WriteMaintenanceType, WriteTeam
from shared_models.plans.rows import MaintenanceTypeRow, TeamRow
from shared_models.rules import By, rule, written


@rule(WriteMaintenanceType)
def write_type(known: MaintenanceTypeRow | None, cmd: WriteMaintenanceType, _: By) -> MaintenanceTypeRow:
    return written(MaintenanceTypeRow, known, cmd, id=cmd.maintenance_type_id)


@rule(WriteTeam)
def write_team(known: TeamRow | None, cmd: WriteTeam, _: By) -> TeamRow:
    """A team's site never changes."""
    return written(
        TeamRow, known, cmd, id=cmd.team_id, site_id=known.site_id if known else cmd.site_id, member_ids=sorted(set(cmd.member_ids))
    )
