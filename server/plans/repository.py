from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import defer
from sqlmodel import SQLModel, col

from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.core.tables import same_name
from server.core.zones import zone_of
from server.plans.models import MaintenanceType, Plan, Team
from shared_models.plans.rows import OccurrenceRow

# --- plans


async def get_visible(session: Session, actor: Actor, plan_id: UUID) -> Plan:
    """Locked until the transaction ends."""
    return existing(await session.scalar(_locking(col(Plan.id) == plan_id, visible(actor, Plan.site_id))))


async def lock(session: Session, plan_id: UUID) -> Plan:
    return existing(await session.scalar(_locking(col(Plan.id) == plan_id)))


def _locking(*conditions: Any) -> sa.Select[Plan]:
    return select(Plan).where(*conditions).order_by(col(Plan.id)).with_for_update().execution_options(populate_existing=True)


async def lock_of_meter(session: Session, meter_id: UUID) -> list[Plan]:
    return list(await session.scalars(_locking(col(Plan.meter_id) == meter_id)))


async def lock_to_refresh(session: Session, now: datetime, limit: int) -> list[Plan]:
    """Those whose dates are to be looked at again; what somebody else has locked comes with the next round."""
    return list(await session.scalars(_next(Plan.refresh_at, now, limit)))


async def lock_due(session: Session, now: datetime, limit: int) -> list[Plan]:
    """What another generator or a person has locked is theirs, or comes with the next round."""
    return list(await session.scalars(_next(Plan.generate_at, now, limit).options(defer(cast("Any", Plan.upcoming)))))


def _next(when: Any, now: datetime, limit: int) -> sa.Select[Plan]:
    statement = select(Plan).where(col(Plan.is_active), col(when) <= now).order_by(col(when), col(Plan.id)).limit(limit)
    return statement.with_for_update(skip_locked=True).execution_options(populate_existing=True)


_LATER = {
    "refresh_at": sa.text("update scheduled_maintenances set refresh_at = :at where id = :id"),
    "generate_at": sa.text("update scheduled_maintenances set generate_at = :at where id = :id"),
}


async def put_off(session: Session, plan_id: UUID, what: Literal["refresh_at", "generate_at"], until: datetime) -> None:
    """A plan that cannot be read waits, so that the others do not."""
    await session.execute(_LATER[what], {"id": plan_id, "at": until})


async def id_is_taken(session: ReadSession, table: type[SQLModel], row_id: UUID) -> bool:
    column = table.__table__.c.id  # type: ignore[attr-defined]
    return bool(await session.scalar(select(sa.exists().where(column == row_id))))


# --- occurrences


_COLUMNS = """o.plan_id, o.id, o.original_due, o.due, o.due_at, o.state, o.outcome, o.assigned_technician_id, o.intervention_id, o.done_at,
o.missed, o.reason"""
_LIVE = sa.text(f"""
select {_COLUMNS} from plan_occurrence o where o.plan_id = any(:ids) and o.state in ('planned', 'open')
union all
select o.* from unnest(cast(:by_meter as uuid[])) a(id) cross join lateral (
    select {_COLUMNS} from plan_occurrence o where o.plan_id = a.id and o.done_at is not null order by o.done_at desc limit 2
) o
""")  # noqa: S608
_ENDED = sa.text(f"""
select {_COLUMNS} from unnest(cast(:ids as uuid[]), cast(:since as timestamp[])) a(id, since)
join plan_occurrence o on o.plan_id = a.id and o.original_due >= a.since and o.state not in ('planned', 'open')
""")  # noqa: S608
_NAMED = sa.text(f"select {_COLUMNS} from plan_occurrence o where o.plan_id = :id and o.original_due = :due")  # noqa: S608
_OF_JOB = sa.text(f"select {_COLUMNS} from plan_occurrence o where o.intervention_id = :id")  # noqa: S608
_LAST_ENDED = sa.text(f"""
select {_COLUMNS} from plan_occurrence o where o.plan_id = :id and o.state not in ('planned', 'open')
order by coalesce(o.done_at, o.due_at) desc limit 1
""")  # noqa: S608
_LAST_OF_SERIES = sa.text(f"""
select {_COLUMNS} from plan_occurrence o where o.plan_id = :id and o.state not in ('planned', 'open') and o.original_due <= :until
order by o.original_due desc limit 1
""")  # noqa: S608


async def live_dates(session: ReadSession, plan_ids: Sequence[UUID], by_meter: Sequence[UUID]) -> Sequence[Any]:
    """The dates that have not ended, and the last two of each of `by_meter` that were done."""
    return (await session.execute(_LIVE, {"ids": plan_ids, "by_meter": by_meter})).all()


async def ended_dates(session: ReadSession, since: Mapping[UUID, datetime]) -> Sequence[Any]:
    return (await session.execute(_ENDED, {"ids": list(since), "since": list(since.values())})).all()


async def named_date(session: ReadSession, plan_id: UUID, original_due: datetime) -> Sequence[Any]:
    return (await session.execute(_NAMED, {"id": plan_id, "due": original_due})).all()


async def date_of_job(session: ReadSession, intervention_id: UUID) -> Sequence[Any]:
    return (await session.execute(_OF_JOB, {"id": intervention_id})).all()


async def last_ended(session: ReadSession, plan_id: UUID, series_until: datetime | None) -> Sequence[Any]:
    """What has ended last. Of a series, the date that it has come to: later ones may have been left out beforehand."""
    if series_until is not None:
        return (await session.execute(_LAST_OF_SERIES, {"id": plan_id, "until": series_until})).all()
    return (await session.execute(_LAST_ENDED, {"id": plan_id})).all()


@dataclass(frozen=True)
class Date:
    """`due_at` is the instant of `row.due`."""

    plan_id: UUID
    row: OccurrenceRow
    due_at: datetime

    @property
    def values(self) -> tuple[Any, ...]:
        row = self.row
        return (
            row.id, self.plan_id, row.original_due, row.due, self.due_at, row.state.value, row.outcome and row.outcome.value,
            row.assigned_technician_id, row.intervention_id, row.done_at, row.missed, row.reason,
        )  # fmt: skip


_WRITTEN_DATE = (
    "id", "plan_id", "original_due", "due", "due_at", "state", "outcome", "assigned_technician_id", "intervention_id", "done_at", "missed",
    "reason",
)  # fmt: skip
_TYPES = ("uuid", "uuid", "timestamp", "timestamp", "timestamptz", "text", "text", "uuid", "uuid", "timestamptz", "int", "text")
_WRITE_DATES = sa.text(f"""
insert into plan_occurrence ({", ".join(_WRITTEN_DATE)})
select * from unnest({", ".join(f"cast(:{name} as {kind}[])" for name, kind in zip(_WRITTEN_DATE, _TYPES, strict=True))})
on conflict (plan_id, original_due) do update set {", ".join(f"{name} = excluded.{name}" for name in _WRITTEN_DATE[3:])}
""")  # noqa: S608


async def write_dates(session: Session, dates: Sequence[Date]) -> None:
    """All at once; those that exist keep their ids."""
    if dates:
        columns = zip(*(date.values for date in dates), strict=True)
        await session.execute(_WRITE_DATES, dict(zip(_WRITTEN_DATE, map(list, columns), strict=True)))


async def delete_dates(session: Session, ids: Sequence[UUID]) -> None:
    if ids:
        await session.execute(sa.text("delete from plan_occurrence where id = any(:ids)"), {"ids": ids})


_DECIDED = ("id", "reference", "reason", "next_due", "next_due_date", "since", "generate_at", "refresh_at")
_WRITE_DECIDED = sa.text("""
update scheduled_maintenances p set reference = coalesce(r.reference::jsonb, p.reference), reason = coalesce(r.reason::jsonb, p.reason),
    next_due = coalesce(r.next_due, p.next_due), next_due_date = coalesce(r.next_due_date, p.next_due_date),
    upcoming = case when r.since is null then p.upcoming else array(select u from unnest(p.upcoming) u where u >= r.since order by u) end,
    generate_at = r.generate_at, refresh_at = coalesce(r.refresh_at, p.refresh_at)
from unnest(cast(:id as uuid[]), cast(:reference as text[]), cast(:reason as text[]), cast(:next_due as timestamp[]),
    cast(:next_due_date as timestamptz[]), cast(:since as timestamp[]), cast(:generate_at as timestamptz[]),
    cast(:refresh_at as timestamptz[]))
    as r(id, reference, reason, next_due, next_due_date, since, generate_at, refresh_at)
where p.id = r.id
""")


async def write_decided(session: Session, rows: Sequence[tuple[Any, ...]]) -> None:
    """Each as `_DECIDED`; `since` is the first of the dates that are still to come."""
    columns = zip(*rows, strict=True)
    await session.execute(_WRITE_DECIDED, dict(zip(_DECIDED, map(list, columns), strict=True)))


# --- the site's clock


async def site_zone(session: ReadSession, site_id: UUID) -> ZoneInfo:
    return zone_of(str(await session.scalar(sa.text("select clock from sites where id = :id"), {"id": site_id})))


# --- what a plan refers to

_FITS = {
    "maintenance_type": "select exists (select from maintenance_types where id = :id and is_active)",
    "checklist": "select exists (select from checklist where id = :id and is_active)",
    "team": "select exists (select from team where id = :id and site_id = :of and is_active)",
    "technician": (
        "select exists (select from users u where u.id = :id and u.is_active"
        " and (u.all_sites or exists (select from user_site s where s.user_id = u.id and s.site_id = :of)))"
    ),
    "meter": "select exists (select from meter where id = :id and equipment_id = :of and kind = 'counter' and is_active)",
}


async def fits(session: ReadSession, what: str, row_id: UUID, of: UUID | None = None) -> bool:
    """Whether such a row is in use, of the site (teams) or of the machine (meters) `of`."""
    return bool(await session.scalar(sa.text(_FITS[what]), {"id": row_id} | ({"of": of} if of else {})))


_PARTS = sa.text("select id, decimals, is_active from spare_parts where id = any(:ids)")


async def parts_counted(session: ReadSession, ids: Sequence[UUID], known: Collection[UUID]) -> dict[UUID, int]:
    """The decimals of those that are in use, or were `known` before."""
    rows = await session.execute(_PARTS, {"ids": list(ids)})
    return {row.id: row.decimals for row in rows if row.is_active or row.id in known}


_MEMBERS = sa.text("""
select count(*) from users u where u.id = any(:ids) and u.is_active
and (u.all_sites or exists (select from user_site s where s.user_id = u.id and s.site_id = :site))
""")


async def members_fit(session: ReadSession, user_ids: Iterable[UUID], site_id: UUID) -> bool:
    """Whether all of them are active and of the site."""
    wanted = list(set(user_ids))
    return bool(await session.scalar(_MEMBERS, {"ids": wanted, "site": site_id}) == len(wanted))


# --- the job of a date, which belongs to another domain

_LOCK_JOB = sa.text("select number from maintenance_interventions where id = :id for update")
_OPEN_JOB = sa.text("select intervention_id from plan_occurrence where plan_id = :id and state = 'open'")


async def lock_open_job(session: Session, plan_id: UUID) -> str | None:
    """Before the plan is locked: whoever closes a job locks the job first and its plan after it. Its number."""
    job_id = await session.scalar(_OPEN_JOB, {"id": plan_id})
    return None if job_id is None else await session.scalar(_LOCK_JOB, {"id": job_id})


# --- types and teams


async def lock_type(session: Session, type_id: UUID) -> MaintenanceType | None:
    return await session.scalar(select(MaintenanceType).where(col(MaintenanceType.id) == type_id).with_for_update())


async def lock_team(session: Session, actor: Actor, team_id: UUID) -> Team:
    return existing(await session.scalar(select(Team).where(col(Team.id) == team_id, visible(actor, Team.site_id)).with_for_update()))


async def name_is_taken(
    session: ReadSession, table: type[MaintenanceType | Team], name: str, *, but: UUID, site_id: UUID | None = None
) -> bool:
    columns = table.__table__.c  # type: ignore[union-attr]
    condition = same_name(columns.name, name) & (columns.id != but)
    return bool(await session.scalar(select(sa.exists().where(condition if site_id is None else condition & (columns.site_id == site_id)))))


async def member_ids(session: ReadSession, team_id: UUID) -> list[UUID]:
    return list(await session.scalars(sa.text("select user_id from team_member where team_id = :id order by user_id"), {"id": team_id}))


async def replace_members(session: Session, team_id: UUID, user_ids: Iterable[UUID]) -> None:
    values = {"id": team_id, "users": list(set(user_ids))}
    await session.execute(sa.text("delete from team_member where team_id = :id and user_id <> all(:users)"), values)
    await session.execute(
        sa.text("insert into team_member (team_id, user_id) select :id, u from unnest(cast(:users as uuid[])) u on conflict do nothing"),
        values,
    )
