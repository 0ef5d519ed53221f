"""Reports that come by themselves: a period is over on the clocks of its sites, and everybody who is to have it gets their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from server.audit import service as audit
from server.auth.service import actor_of
from server.core.access import Actor
from server.core.clock import now
from server.core.database import ReadSession, Session
from server.core.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound, existing
from server.core.versions import claim
from server.core.zones import zone_of
from server.reports import kept
from server.reports.models import ReportSchedule
from server.sites.models import Site
from server.users import service as users
from server.users.models import User
from shared_models.ids import uuid7
from shared_models.kpis.periods import Days
from shared_models.permissions import Permission
from shared_models.reports.periods import due, last_over
from shared_models.reports.rows import AskReport, WriteSchedule

MOST = 50
_CLOCKS = "select id, clock from sites order by id"
_DUE = "select id from report_schedule where is_active order by id for update skip locked"


class TooManySchedules(Conflict):
    code = "too_many_schedules"


class RecipientUnfit(Invalid):
    """Somebody who may not read reports, or does not see the site."""

    code = "recipient_unfit"


async def everyone(session: ReadSession, actor: Actor) -> list[ReportSchedule]:
    """Those of the sites in sight; what tells of all sites is kept by who sees them all, or has made it."""
    found = await session.scalars(select(ReportSchedule).order_by(col(ReportSchedule.created_at), col(ReportSchedule.id)))
    return [each for each in found if _keeps(actor, each)]


def _keeps(actor: Actor, schedule: ReportSchedule) -> bool:
    if schedule.site_id is not None:
        return actor.sees(schedule.site_id)
    return actor.site_ids is None or schedule.created_by == actor.user_id


def _kept_by(actor: Actor, found: ReportSchedule | None) -> ReportSchedule:
    if found is None or not _keeps(actor, found):
        raise NotFound
    return found


async def write(session: Session, actor: Actor, cmd: WriteSchedule) -> ReportSchedule:
    if cmd.site_id and (not actor.sees(cmd.site_id) or await session.get(Site, cmd.site_id) is None):
        raise NotFound
    await _ensure_fit(session, actor, cmd)
    known = await session.get(ReportSchedule, cmd.id, with_for_update=True)
    if cmd.version is None:
        return await _add(session, actor, cmd, known)
    found = _kept_by(actor, known)
    before = audit.snapshot(found)
    claim(found, cmd.version)
    goes_on = found.is_active or not cmd.is_active
    for name in ("kind", "every", "site_id", "people", "is_active"):
        setattr(found, name, getattr(cmd, name))
    if not goes_on or before["every"] != cmd.every:
        found.done_until = await _done_until(session, found)
    await session.flush()
    await audit.record(session, actor, "report_schedule.updated", found, before=before)
    return found


async def _add(session: Session, actor: Actor, cmd: WriteSchedule, known: ReportSchedule | None) -> ReportSchedule:
    if known is not None:
        raise AlreadyExists(field="id")
    if len(await everyone(session, actor)) >= MOST:
        raise TooManySchedules(most=MOST)
    made = ReportSchedule(**cmd.model_dump(exclude={"version"}), created_by=actor.by.account, done_until=now().date())
    made.done_until = await _done_until(session, made)
    session.add(made)
    await session.flush()
    await audit.record(session, actor, "report_schedule.created", made, after=audit.snapshot(made))
    return made


async def remove(session: Session, actor: Actor, schedule_id: UUID) -> None:
    found = _kept_by(actor, await session.get(ReportSchedule, schedule_id, with_for_update=True))
    await audit.record(session, actor, "report_schedule.removed", found, before=audit.snapshot(found), after={})
    await session.delete(found)
    await session.flush()


async def _ensure_fit(session: ReadSession, actor: Actor, cmd: WriteSchedule) -> None:
    """Who may see some sites only gives nobody a report of others."""
    for user_id in cmd.people:
        reader = await _reader(session, user_id)
        if reader is None or not reader.sees(cmd.site_id):
            raise RecipientUnfit(field="people")
        if cmd.site_id is None and user_id != actor.user_id and actor.site_ids is not None:
            raise Forbidden(permission=Permission.reports_generate)


async def _reader(session: ReadSession, user_id: UUID) -> Actor | None:
    user = await session.get(User, user_id)
    if user is None or not user.is_active:
        return None
    actor = actor_of(user, await users.site_ids_of(session, user.id))
    return actor if actor.may(Permission.reports_generate) else None


async def _done_until(session: ReadSession, of: ReportSchedule) -> Any:
    """What is over by now is not told any more."""
    return last_over(of.every, _wall(of, await _clocks(session), now())).until


async def _clocks(session: ReadSession) -> Mapping[UUID, str]:
    return {row["id"]: row["clock"] for row in await session.fetch(_CLOCKS)}


def _wall(of: ReportSchedule, clocks: Mapping[UUID, str], at: datetime) -> datetime:
    """On the site's clock; of several sites, where the day is over last."""
    names = [clocks[of.site_id]] if of.site_id else list(clocks.values()) or ["UTC"]
    return min(at.astimezone(zone_of(name)).replace(tzinfo=None) for name in names)


# --- due


async def ask_due(session: Session, at: datetime, *, kept_days: int) -> list[UUID]:
    """The reports of schedules whose period is over: each is asked for once, whoever looks, and of what was missed only the last."""
    clocks, asked = await _clocks(session), list[UUID]()
    for row in await session.fetch(_DUE):
        schedule = existing(await session.get(ReportSchedule, row["id"]))
        days = due(schedule.every, schedule.done_until, _wall(schedule, clocks, at))
        if days is not None:
            asked += await _ask(session, schedule, days, kept_days)
            schedule.done_until = days.until
    await session.flush()
    return asked


async def _ask(session: Session, schedule: ReportSchedule, days: Days, kept_days: int) -> Sequence[UUID]:
    made = []
    for user_id in dict.fromkeys(schedule.people):
        reader = await _reader(session, user_id)
        if reader is not None and reader.sees(schedule.site_id):
            cmd = AskReport(id=uuid7(), kind=schedule.kind, site_id=schedule.site_id)
            made.append((await kept.add(session, reader, cmd, days, kept_days=kept_days, schedule_id=schedule.id)).id)
    return made
