"""Names behind ids, in the few words a card has room for."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol
from uuid import UUID

from mobile_app.core.folding import fold
from mobile_app.core.i18n import format_duration, language, t
from mobile_app.core.projection import Rows
from mobile_app.domain.client import Client
from mobile_app.ui.choices import Choice
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus, FailureItem, in_language
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import labour

_DIGITS: Final = re.compile(r"\d+")


class HasNumber(Protocol):
    number: str | None


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


def has_several_sites(client: Client) -> bool:
    """Whether whoever reads has to be told which site is meant."""
    return len(client.sites.rows) > 1


def site_name(client: Client, site_id: UUID | None) -> str:
    """Empty for who has one site only."""
    site = client.sites.get(site_id) if site_id and has_several_sites(client) else None
    return site.name if site else ""


def site_of(client: Client, equipment_id: UUID) -> str:
    row = client.equipment.get(equipment_id)
    return site_name(client, row.site_id) if row else ""


def stands(client: Client, equipment_id: UUID) -> str:
    """`Ligne B · Usine de Lyon`."""
    return dotted(line_of(client, equipment_id), site_of(client, equipment_id))


def place(client: Client, equipment_id: UUID) -> str:
    """`Palettiseur 2 · Ligne B · Usine de Lyon`."""
    return dotted(machine(client, equipment_id), stands(client, equipment_id))


def dotted(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


@lru_cache(maxsize=1 << 16)
def natural(name: str) -> str:
    """For sorting: `Ligne 2` before `Ligne 10`, accents or not. Text, which is compared in a quarter of the time that its parts take."""
    return _DIGITS.sub(_as_number, fold(name))


def _as_number(digits: re.Match[str]) -> str:
    """Before all letters; the shorter number is the smaller one; equal ones in the order of how they are written, whatever follows."""
    told = digits[0]
    number = told.lstrip("0") if told.isascii() else str(int(told))
    return f"\0{chr(len(number))}{number}\0{told}\0"


DOWN_FIRST: Final = ("status", "name", "code")
"""What `down_first` asks of a row."""


def down_first(row: EquipmentRow) -> tuple[bool, str, str]:
    """For sorting machines: what stands still on top, then by name; two of one name in the order of their codes."""
    return row.status is not EquipmentStatus.broken, natural(row.name), row.code


def by_name(rows: Iterable[Any]) -> list[Choice]:
    """Rows to choose from."""
    return [Choice(str(row.id), row.name) for row in sorted(rows, key=lambda row: natural(row.name))]


def by_name_and_site(client: Client, rows: Iterable[Any]) -> list[Choice]:
    """Lines or teams to choose from: `Ligne A · Usine de Lyon`."""
    named = sorted(((row.name, site_name(client, row.site_id), row.id) for row in rows), key=lambda one: (natural(one[0]), one[1]))
    return [Choice(str(row_id), dotted(name, site)) for name, site, row_id in named]


def machines_to_choose(client: Client, rows: Iterable[EquipmentRow]) -> list[Choice]:
    """What stands still first: whoever looks for a machine mostly looks for that one."""
    return [
        Choice(str(row.id), dotted(row.name, site_name(client, row.site_id)), note=dotted(row.code, line_of(client, row.id)))
        for row in sorted(rows, key=down_first)
    ]


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


def parts_of_job(client: Client, job_id: UUID) -> list[str]:
    """The names of what it has taken, where the device knows."""
    used = [row for row in client.tables.job_parts.having(intervention_id=[job_id]) if row.quantity_used > 0]
    return sorted((part.name for row in used if (part := client.tables.parts.get(row.spare_part_id))), key=natural)


def number_of(job: HasNumber) -> str:
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
