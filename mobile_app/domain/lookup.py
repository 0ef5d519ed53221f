"""Names behind ids, in the few words a card has room for."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from mobile_app.core.folding import fold
from mobile_app.core.i18n import format_duration, language, t
from mobile_app.core.projection import Rows
from mobile_app.domain.client import Client
from mobile_app.ui.choices import Choice
from shared_models.equipment.rows import FailureItem, in_language
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import labour


def name_of(client: Client, user_id: UUID | None) -> str:
    """`K. Benali`; empty for nobody."""
    user = client.users.get(user_id) if user_id else None
    return f"{user.first_name[:1]}. {user.last_name}" if user else ""


def doer(client: Client, technician_id: UUID | None, team_id: UUID | None) -> str:
    """Whose work it is: the technician's, else the team's; empty for nobody's."""
    team = client.tables.teams.get(team_id)
    return name_of(client, technician_id) or (team.name if team else "")


def machine(client: Client, equipment_id: UUID) -> str:
    row = client.equipment.get(equipment_id)
    return row.name if row else t("domain.machine_unknown")


def line_of(client: Client, equipment_id: UUID) -> str:
    row = client.equipment.get(equipment_id)
    line = client.lines.get(row.production_line_id) if row and row.production_line_id else None
    return line.name if line else ""


def place(client: Client, equipment_id: UUID) -> str:
    """`Palettiseur 2 · Ligne B`."""
    return dotted(machine(client, equipment_id), line_of(client, equipment_id))


def dotted(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def natural(name: str) -> list[tuple[bool, int, str]]:
    """For sorting: `Ligne 2` before `Ligne 10`, accents or not."""
    parts = re.split(r"(\d+)", fold(name))
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts if part]


def by_name(rows: Iterable[Any]) -> list[Choice]:
    """Rows to choose from."""
    return [Choice(str(row.id), row.name) for row in sorted(rows, key=lambda row: row.name)]


def failure_item(client: Client, equipment_id: UUID, item_id: UUID | None) -> FailureItem | None:
    """Also one that is retired by now, or of a class that the machine had before."""
    if item_id is None:
        return None
    row = client.equipment.get(equipment_id)
    own = client.classes.get(row.class_id) if row else None
    kinds = [*([own] if own else []), *client.classes.rows.values()]
    return next((item for kind in kinds for item in (*kind.failure_items, *kind.retired_items) if item.id == item_id), None)


def item_name(item: FailureItem | None) -> str:
    return in_language(item.names, language()) if item else ""


def living(client: Client) -> list[InterventionRow]:
    """The jobs that are not over: open, or done and not validated."""
    done = client.interventions.having(status=[InterventionStatus.completed], is_validated=[False])
    return [*client.interventions.having(status=OPEN), *done]


def number_of(job: InterventionRow) -> str:
    """The server gives numbers; a job made offline has none yet."""
    return job.number or t("domain.number_pending")


def labour_of(job: InterventionRow, now: datetime) -> str:
    return format_duration(labour(job.actions, now))


def my_running_action(job: InterventionRow, user_id: UUID) -> UUID | None:
    return next((action.id for action in job.actions if action.user_id == user_id and action.ended_at is None), None)


def running_since(job: InterventionRow) -> datetime | None:
    """The instant from which a clock must count to show all labour so far; None while nobody works."""
    if not any(action.ended_at is None for action in job.actions):
        return None
    done = labour((action for action in job.actions if action.ended_at), job.created_at)
    started = min(action.started_at for action in job.actions if action.ended_at is None)
    return started - done


def shown_rows(client: Client) -> Rows:
    """What this device shows, for a rule to go by."""
    return Rows(lambda entity, row_id: client.tables.by_entity[entity].get(row_id))
