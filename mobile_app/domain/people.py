"""Who can be given work."""

from collections import Counter
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import n
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import dotted, natural
from mobile_app.ui.choices import Choice
from shared_models.interventions.lifecycle import OPEN
from shared_models.permissions import Permission, may
from shared_models.plans.rows import TeamRow
from shared_models.users import UserCard


def workers_at(client: Client, site_id: UUID | None, *, team: UUID | str | None = None, now: UUID | str | None = None) -> list[Choice]:
    """Whom the server takes for work of a site (of any, without one), each with teams and load.

    Oneself first, then whoever has it `now`, then who is of the `team`, then who has the least to do.
    """
    open_jobs = Counter(job.assigned_technician_id for job in client.interventions.having(status=OPEN))
    teams = [row for row in client.tables.teams.rows.values() if row.is_active and site_id in {None, row.site_id}]
    members = {member for row in teams if str(row.id) == str(team) for member in row.member_ids}

    def rank(user: UserCard) -> tuple[object, ...]:
        others = user.id != client.user.id, str(user.id) != str(now), user.id not in members, open_jobs[user.id]
        return *others, natural(user.last_name)

    users = [user for user in client.users.rows.values() if _fits(user, site_id)]
    return [
        Choice(str(user.id), f"{user.first_name} {user.last_name}", note=dotted(*_teams(user, teams), n("today.count", open_jobs[user.id])))
        for user in sorted(users, key=rank)
    ]


def teams_at(client: Client, site_id: UUID) -> list[Choice]:
    """Teams of the site that are in use, each with how many it has."""
    rows = sorted(client.tables.teams.rows.values(), key=lambda row: natural(row.name))
    here = [row for row in rows if row.is_active and row.site_id == site_id]
    return [Choice(str(row.id), row.name, ft.Icons.GROUPS_ROUNDED, note=n("plans.members", len(row.member_ids))) for row in here]


def may_work_at(client: Client, user_id: UUID, site_id: UUID) -> bool:
    user = client.users.get(user_id)
    return user is not None and user.works_at(site_id)


def _fits(user: UserCard, site_id: UUID | None) -> bool:
    here = user.works_at(site_id) if site_id else user.is_active
    return here and may(user.role, Permission.maintenance_update_assigned)


def _teams(user: UserCard, teams: list[TeamRow]) -> list[str]:
    return [row.name for row in teams if user.id in row.member_ids]
