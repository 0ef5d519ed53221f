"""What need not be carried any more when its hour comes: its reader is gone, may not see it, has read it, or it is no longer so."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from server.core.database import ReadSession
from server.notifications import subjects
from server.notifications.subjects import Subject
from server.outbox.carrying import Parcel, Verdict, vets
from shared_models.notices.kinds import KINDS, NoticeKind
from shared_models.outbox import ParcelState
from shared_models.permissions import Role, may

READERS = """
select n.id, n.user_id, n.type as kind, n.related_entity_type as subject, n.related_entity_id as subject_id,
    n.is_read or n.is_muted or n.acknowledged_at is not null as is_done,
    n.gone_at is not null as is_gone, u.is_active, u.role, u.all_sites, u.email, u.language, c.facts,
    n.title, n.message, n.because, n.path, n.priority, n.created_at, n.digest_at,
    array(select m.site_id from user_site m where m.user_id = u.id) as sites
from notifications n join users u on u.id = n.user_id left join notice_cause c on c.id = n.cause_id where n.id = any($1)
order by n.created_at, n.id
"""


@vets
async def vet(session: ReadSession, parcels: Sequence[Parcel]) -> dict[UUID, Verdict]:
    of_notices = [parcel for parcel in parcels if parcel.notice_id is not None]
    if not of_notices:
        return {}
    rows = {row["id"]: row for row in await session.fetch(READERS, list({parcel.notice_id for parcel in of_notices}))}
    known = await subjects_of(session, rows.values())
    withheld = {}
    for parcel in of_notices:
        row = rows.get(parcel.notice_id)
        if why := "gone" if row is None else against(row, known.get(row["subject_id"])):
            withheld[parcel.id] = Verdict(ParcelState.withheld, why)
    return withheld


async def subjects_of(session: ReadSession, rows: Collection[Mapping[str, Any]]) -> dict[UUID, Subject]:
    known: dict[UUID, Subject] = {}
    for entity in {row["subject"] for row in rows}:
        known |= await subjects.load(session, entity, [row["subject_id"] for row in rows if row["subject"] == entity])
    return known


def against(row: Mapping[str, Any], subject: Subject | None) -> str:
    kind = NoticeKind(row["kind"])
    if not row["is_active"] or subject is None or row["is_gone"]:
        return "gone"
    if not (row["all_sites"] or {*subject.site_ids} & {*row["sites"]}) or not may(Role(row["role"]), KINDS[kind].needs):
        return "out of sight"
    if row["is_done"]:
        return "read"
    return "" if subject.is_still(kind, row["facts"] or {}) else "no longer so"
