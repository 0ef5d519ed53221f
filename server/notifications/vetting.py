"""What need not be carried any more when its hour comes: its reader is gone, may not see it, has read it or put it off, does not want it by
this way any more, or it is no longer so. What comes when they are not to be disturbed waits.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.core.clock import now
from server.core.database import ReadSession
from server.core.queries import expression
from server.notifications import subjects
from server.notifications.choices import CHOICES, CHOSEN, quiet_of, ways_of
from server.notifications.subjects import Subject
from server.outbox.carrying import Parcel, Verdict, vets
from shared_models.interventions.rows import Priority
from shared_models.notices.kinds import KINDS, NoticeKind, Way
from shared_models.outbox import Channel, ParcelState
from shared_models.permissions import Role, may

OTHER_VERSION = timedelta(minutes=10)
"""What only another version of this server knows waits for it."""
_WAYS = {Channel.push: Way.push, Channel.email: Way.email}
READERS = expression(
    """
select n.id, n.user_id, n.type as kind, n.related_entity_type as subject, n.related_entity_id as subject_id,
    n.is_read or n.is_muted or n.acknowledged_at is not null as is_done, n.snoozed_until,
    n.gone_at is not null as is_gone, u.is_active, u.role, u.all_sites, u.email, u.language, c.facts,
    n.title, n.message, n.because, n.path, n.priority, n.created_at,
    array(select m.site_id from user_site m where m.user_id = u.id) as sites, {}
from notifications n join users u on u.id = n.user_id left join notice_cause c on c.id = n.cause_id {} where n.id = any($1)
order by n.created_at, n.id
""",
    CHOICES, expression(CHOSEN, "n.type", "n.type"),
)  # fmt: skip


@vets
async def vet(session: ReadSession, parcels: Sequence[Parcel]) -> dict[UUID, Verdict]:
    told = {parcel: ids for parcel in parcels if (ids := _told(parcel))}
    if not told:
        return {}
    at, rows = now(), {row["id"]: row for row in await session.fetch(READERS, list({each for ids in told.values() for each in ids}))}
    known = await subjects_of(session, rows.values())
    verdicts = {}
    for parcel, ids in told.items():
        found = {each: _verdict(parcel, rows.get(each), known, at) for each in ids}
        if verdict := found[ids[0]] if parcel.notice_id is not None else _of_several(parcel, found):
            verdicts[parcel.id] = verdict
    return verdicts


def _told(parcel: Parcel) -> list[UUID]:
    """The notices that it tells of."""
    if parcel.notice_id is not None:
        return [parcel.notice_id]
    return [UUID(each["id"]) for each in parcel.content.get("facts", {}).get("notices", ()) if "id" in each]


def _of_several(parcel: Parcel, found: Mapping[UUID, Verdict | None]) -> Verdict | None:
    """What is left of them goes."""
    stopped = {str(each): verdict for each, verdict in found.items() if verdict is not None}
    if len(stopped) in {0, len(found)}:
        return next(iter(stopped.values()), None)
    facts = parcel.content["facts"]
    left = [each for each in facts["notices"] if each["id"] not in stopped]
    return Verdict(ParcelState.waiting, after=timedelta(), content={**parcel.content, "facts": {**facts, "notices": left}})


async def subjects_of(session: ReadSession, rows: Collection[Mapping[str, Any]]) -> dict[UUID, Subject]:
    known: dict[UUID, Subject] = {}
    for entity in {row["subject"] for row in rows} & subjects.ENTITIES:
        known |= await subjects.load(session, entity, [row["subject_id"] for row in rows if row["subject"] == entity])
    return known


def _verdict(parcel: Parcel, row: Mapping[str, Any] | None, known: Mapping[UUID, Subject], at: datetime) -> Verdict | None:
    if row is None:
        return Verdict(ParcelState.withheld, "gone")
    if not is_known(row):
        return Verdict(ParcelState.waiting, "of another version", OTHER_VERSION)
    subject = known.get(row["subject_id"])
    if why := against(row, subject, _WAYS[parcel.channel], at):
        return Verdict(ParcelState.withheld, why)
    assert subject is not None
    wait = None if parcel.notice_id is None else until_heard(row, subject, at)
    if wait is None:
        return None
    return Verdict(ParcelState.waiting, "not now", wait) if at + wait < parcel.expires_at else Verdict(ParcelState.expired, "not now")


def until_heard(row: Mapping[str, Any], subject: Subject, at: datetime) -> timedelta | None:
    """Until they may be disturbed; what they have put off until now comes now."""
    if row["snoozed_until"] is not None:
        return None
    allowed = quiet_of(row, subject.values["clock"]).allowed(at, Priority(row["priority"]))
    return allowed - at if allowed > at else None


def is_known(row: Mapping[str, Any]) -> bool:
    return row["kind"] in KINDS and row["subject"] in subjects.ENTITIES


def is_in_sight(row: Mapping[str, Any], subject: Subject) -> bool:
    is_there = row["all_sites"] or not {*subject.site_ids}.isdisjoint(row["sites"])
    return bool(is_there and may(Role(row["role"]), KINDS[NoticeKind(row["kind"])].needs))


def against(row: Mapping[str, Any], subject: Subject | None, way: Way, at: datetime) -> str:
    kind = NoticeKind(row["kind"])
    if not row["is_active"] or subject is None or row["is_gone"]:
        return "gone"
    if not is_in_sight(row, subject):
        return "out of sight"
    if row["is_done"]:
        return "read"
    if row["snoozed_until"] is not None and row["snoozed_until"] > at:
        return "put off"
    if not {Way.app, way} <= ways_of(row, kind):
        return "not wanted"
    return "" if subject.is_still(kind, row["facts"] or {}) else "no longer so"
