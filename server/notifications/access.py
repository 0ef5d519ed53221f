"""What somebody may not see any more is not told to them any longer, wherever it has been told."""

from server.core.access import Actor
from server.core.clock import now
from server.core.consequences import hears
from server.core.database import Session
from server.core.events import poke_people
from server.notifications.vetting import READERS, is_in_sight, is_known, subjects_of
from server.users.consequences import AccessChanged

_HELD = "select id from notifications where user_id = $1 and gone_at is null"
_GONE = "update notifications set gone_at = $2 where id = any($1)"


@hears(AccessChanged)
async def take_away(session: Session, _: Actor, changed: AccessChanged) -> None:
    rows = await session.fetch(READERS, [row["id"] for row in await session.fetch(_HELD, changed.user_id)])
    known = await subjects_of(session, rows)
    hidden = [
        row["id"]
        for row in rows
        if is_known(row) and (subject := known.get(row["subject_id"])) is not None and not is_in_sight(row, subject)
    ]
    if hidden:
        await session.run(_GONE, hidden, now())
        poke_people(session, [changed.user_id])
