"""One row for each thing that somebody did. The table refuses updates and deletes by a trigger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic_core import to_json
from sqlmodel import SQLModel

from server.audit import repository
from server.core import events
from server.core.access import Actor
from server.core.clock import now
from server.core.context import device_time, origin
from server.core.database import Session
from server.core.kept import keep as keep_columns
from server.core.row_writes import Write, carry_out
from shared_models.base import Row
from shared_models.ids import uuid7
from shared_models.instants import PLANT_BEGAN

_NEVER_RECORDED = frozenset({"password_hash", "token_hash", "previous_token_hash", "sync_xid", "updated_at", "version"})


def snapshot(row: SQLModel) -> dict[str, Any]:
    """The row's columns as they are now, to be given as `before` once they have changed."""
    return {name: getattr(row, name) for name in _recorded(type(row))}


@cache
def _recorded(model: type[SQLModel]) -> tuple[str, ...]:
    """Not what the database computes of the others."""
    columns = model.__table__.columns  # type: ignore[attr-defined]
    return tuple(name for name in model.model_fields if name not in _NEVER_RECORDED and columns[name].computed is None)


@dataclass(frozen=True)
class Target:
    """A row of `table`, where nobody has it as the ORM does."""

    table: type[SQLModel]
    id: UUID
    site_id: UUID | None


async def record(
    session: Session, actor: Actor, action: str, target: SQLModel | Target, *,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, occurred_at: datetime | None = None,
) -> None:  # fmt: skip
    """Write down `action` (`intervention.completed`) on `target`; pokes those who see the target when devices hold it.

    With `before` and without `after`, the target's present columns are compared to `before`.
    """
    await carry_out(session, recording(session, actor, action, target, before=before, after=after, occurred_at=occurred_at))


def recording(
    session: Session, actor: Actor, action: str, target: SQLModel | Target, *,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, occurred_at: datetime | None = None,
) -> Write:  # fmt: skip
    """The same, to be carried out with what it tells of."""
    if before is not None and after is None and isinstance(target, SQLModel):
        after = snapshot(target)
    at = now()
    where = origin.get()
    site_id = _site_of(target)
    changes = changes_between(before, after)
    if (by_device := device_time.get()) is not None:
        changes["device_time"] = [by_device, occurred_at]
    table = target.table if isinstance(target, Target) else type(target)
    if owner := getattr(table, "__own__", None):
        events.poke_people(session, [getattr(target, owner)])
    elif getattr(table, "__synced__", False):
        events.poke(session, site_ids=[site_id])
    return Write(repository.INSERT, [
        uuid7(), _storable(occurred_at, at), at, actor.user_id, actor.label, action, str(table.__tablename__), _id_of(target),
        site_id, to_json(changes).decode(), actor.device_id, where.request_id, where.address, where.user_agent,
    ])  # fmt: skip


T = TypeVar("T", bound=SQLModel)


async def keep(
    session: Session, actor: Actor, action: str, found: T | type[T], row: Row, at: datetime, *,
    more: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> T:  # fmt: skip
    """What a rule has made of the row that was `found`, or of a new one of that table, and who did it.

    `more`: what has changed beside its columns, before and after.
    """
    kept = found(id=row.id) if isinstance(found, type) else found  # type: ignore[attr-defined]
    before = {} if isinstance(found, type) else snapshot(found)
    keep_columns(kept, row)
    session.add(kept)
    await session.flush()
    await record(session, actor, action, kept, before={**before, **more[0]}, after={**snapshot(kept), **more[1]}, occurred_at=at)
    return kept


@dataclass(frozen=True)
class Made:
    """A row that a statement has written for itself; `changes` is `{field: [before, after]}`."""

    entity_id: UUID
    site_id: UUID
    changes: Mapping[str, Any]
    occurred_at: datetime


async def record_made(session: Session, actor: Actor, action: str, entity: str, rows: Sequence[Made]) -> None:
    """Write down what was done to many rows of a table at once, and poke those who see their sites."""
    at = now()
    where = origin.get()
    common = {
        "received_at": at, "actor_id": actor.user_id, "actor_label": actor.label, "action": action, "entity": entity,
        "device_id": actor.device_id, "request_id": where.request_id, "address": where.address, "user_agent": where.user_agent,
    }  # fmt: skip
    await repository.insert_many(session, common, [
        (uuid7(), row.entity_id, row.site_id, _storable(row.occurred_at, at), to_json(row.changes).decode()) for row in rows
    ])  # fmt: skip
    events.poke(session, site_ids={row.site_id for row in rows})


def _storable(happened: datetime | None, at: datetime) -> datetime:
    """A clock that tells of another age tells nothing, and the database could not keep it."""
    return min(happened, at) if happened is not None and happened >= PLANT_BEGAN else at


def changes_between(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    """`{field: [before, after]}` of what differs."""
    old, new = before or {}, after or {}
    return {name: [was, value] for name in {**old, **new} if (was := old.get(name)) != (value := new.get(name))}


def _id_of(target: SQLModel | Target) -> UUID | None:
    found = getattr(target, "id", None)
    return found if isinstance(found, UUID) else None


def _site_of(target: SQLModel | Target) -> UUID | None:
    """A site is its own scope: who does not see it learns nothing about it."""
    if isinstance(target, SQLModel) and target.__tablename__ == "sites":
        return _id_of(target)
    return getattr(target, "site_id", None)
