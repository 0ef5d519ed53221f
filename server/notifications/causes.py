"""Causes: written in the transaction of what happens, where it happens. Who is told of it is found out afterwards."""

from collections.abc import Iterable

from server.core import row_writes
from server.core.access import Actor
from server.core.clock import now
from server.core.database import Session
from server.core.events import poke
from server.core.row_writes import Write
from server.notifications.models import NoticeCause
from shared_models.ids import uuid7
from shared_models.notices.causes import Cause


def causing(session: Session, by: Actor, causes: Iterable[Cause]) -> list[Write]:
    """To be carried out with what causes them; couriers look after the commit."""
    writes = [_write(cause, by) for cause in causes]
    if writes:
        poke(session, site_ids=())
    return writes


async def cause(session: Session, by: Actor, causes: Iterable[Cause]) -> None:
    for write in causing(session, by, causes):
        await row_writes.carry_out(session, write)


def _write(cause: Cause, by: Actor) -> Write:
    return row_writes.inserting_once(NoticeCause, {
        "id": uuid7(), "kind": cause.kind, "subject": cause.subject, "subject_id": cause.subject_id, "occurrence": cause.occurrence,
        "actor_id": by.by.account, "facts": cause.facts, "occurred_at": cause.at, "created_at": now(),
    })  # fmt: skip
