"""What somebody may not see any more is not told to them any longer, wherever it has been told."""

from collections.abc import Collection, Sequence
from uuid import UUID

from server.core.access import Actor
from server.core.clock import now
from server.core.consequences import hears
from server.core.database import Session
from server.core.events import poke_people
from server.notifications.vetting import READERS, is_in_sight, is_known, subjects_of
from server.users.consequences import AccessChanged

_HELD = "select id from notifications where user_id = $1 and gone_at is null"
_OF_MACHINES = """
select n.id from notifications n where n.gone_at is null and n.related_entity_id in (
    select unnest($1::uuid[])
    union all select id from maintenance_interventions where equipment_id = any($1)
    union all select id from scheduled_maintenances where equipment_id = any($1)
    union all select id from work_request where equipment_id = any($1)
    union all select id from document where equipment_id = any($1))
"""
_GONE = "update notifications set gone_at = $2 where id = any($1)"


@hears(AccessChanged)
async def follow_access(session: Session, _: Actor, changed: AccessChanged) -> None:
    await _take_away(session, [row["id"] for row in await session.fetch(_HELD, changed.user_id)])


async def follow_machines(session: Session, moved: Collection[UUID]) -> None:
    """What follows them is on the new site already."""
    await _take_away(session, [row["id"] for row in await session.fetch(_OF_MACHINES, list(moved))])


async def _take_away(session: Session, held: Sequence[UUID]) -> None:
    """Of these, what its reader does not see."""
    rows = await session.fetch(READERS, held)
    known = await subjects_of(session, rows)
    hidden = [
        row for row in rows if is_known(row) and (subject := known.get(row["subject_id"])) is not None and not is_in_sight(row, subject)
    ]
    if hidden:
        await session.run(_GONE, [row["id"] for row in hidden], now())
        poke_people(session, {row["user_id"] for row in hidden})
