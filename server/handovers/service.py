"""Handovers write themselves, and are taken over once."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import server.handovers.letters  # noqa: F401 - says what a mail tells
from server.audit import service as audit
from server.core.access import SYSTEM, Actor
from server.core.commands import carries_out
from server.core.database import Session
from server.core.zones import zone_of
from server.handovers import facts, repository
from server.handovers.models import Handover, HandoverPage
from server.notifications.causes import cause
from shared_models.handovers.commands import OnHandover
from shared_models.handovers.rows import HandoverRow
from shared_models.ids import uuid7
from shared_models.notices.causes import Cause
from shared_models.notices.kinds import NoticeKind
from shared_models.rules import apply
from shared_models.shifts import Hours, OnShift, Shift

CAUGHT_UP = timedelta(days=4)
"""Over a week-end that is longer by a day, somebody coming in still wants to know."""


@carries_out(OnHandover)
async def deal_with(session: Session, actor: Actor, cmd: OnHandover) -> None:
    handover = await repository.take(session, actor, cmd.handover_id)
    row = apply(HandoverRow.model_validate(handover), cmd, actor.by).row
    if row.version != handover.version:
        await audit.keep(session, actor, f"handover.{cmd.done}", handover, row, cmd.occurred_at)


async def write_due(session: Session, at: datetime) -> list[UUID]:
    """The handover of each site's last shift, where there is none yet: those before it, while nobody was there to write them, are over.

    So is one that ended before its site was there.
    """
    await repository.alone(session)
    written = []
    for site in await repository.working(session):
        hours = _hours(site)
        over, since = hours.last_over(at), max(at - CAUGHT_UP, site["created_at"])
        if over is None or over.ends_at < since or await repository.is_covered(session, site["id"], over.begins_at):
            continue
        written.append(await _write(session, site["id"], over, hours))
    return written


def _hours(site: Mapping[str, Any]) -> Hours:
    shifts = [Shift.model_validate(shift) for shift in site["shifts"]]
    return Hours(shifts, {date.fromisoformat(holiday["day"]) for holiday in site["holidays"]}, zone_of(site["clock"]))


async def _write(session: Session, site_id: UUID, over: OnShift, hours: Hours) -> UUID:
    """What nobody worked through, as a night or a Sunday, is told with the shift that comes after it."""
    before = hours.last_over(over.begins_at)
    since = before.ends_at if before else over.begins_at
    items = await facts.gather(session, site_id, since, over.begins_at, over.ends_at)
    counts = facts.counted(items)
    handover = Handover(
        id=uuid7(), site_id=site_id, shift=over.name, since=since, begins_at=over.begins_at, ends_at=over.ends_at, counts=counts,
    )  # fmt: skip
    session.add(handover)
    await session.flush()
    page = [item.model_dump(mode="json", exclude_none=True) for item in items]
    session.add(HandoverPage(id=handover.id, site_id=site_id, items=page))
    await session.flush()
    await audit.record(session, SYSTEM, "handover.written", handover, after={"shift": over.name, **counts})
    await cause(session, SYSTEM, [Cause(NoticeKind.shift_handover, "handover", handover.id, over.ends_at)])
    return handover.id
