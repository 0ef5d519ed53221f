"""What is urgent climbs while nobody says that they are on it: to whoever leads the site, then to the administrators."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic_core import to_json

from server.core.clock import now
from server.core.database import ReadSession, Session
from shared_models.notices.kinds import Because, NoticeKind

STEPS = ((1, Because.supervisor), (2, Because.admin))
_WAIT = """
insert into notice_timer (kind, subject_id, occurrence, subject, at, facts) values ($1, $2, $3, $4, $5, $6) on conflict do nothing
"""
_ANSWERED = """
select exists (select from notice_cause r join notice_cause c on c.kind in (r.kind, $3) and c.subject_id = r.subject_id
    where r.id = $1::uuid and (c.kind = r.kind and c.created_at > r.created_at or (c.id = r.id or c.kind = $3 and c.facts ->> 'of' = $2)
        and exists (select from notifications n where n.cause_id = c.id and n.acknowledged_at is not null)))
"""


async def wait(session: Session, cause: Mapping[str, Any], after: timedelta) -> None:
    """Each step comes so much later than the one before."""
    at, kind = now(), NoticeKind.unacknowledged
    for step, because in STEPS:
        facts = to_json({"of": cause["id"], "because": because, "minutes": round(step * after.total_seconds() / 60)}).decode()
        await session.run(_WAIT, kind, cause["subject_id"], f"{cause['id']} {step}", cause["subject"], at + step * after, facts)


async def is_answered(session: ReadSession, facts: Mapping[str, Any]) -> bool:
    """Whether anybody who was told is on it, then or since; or it was over and has come again, which climbs by itself."""
    return bool(await session.fetchval(_ANSWERED, facts["of"], facts["of"], NoticeKind.unacknowledged))


def told(usually: frozenset[Because], facts: Mapping[str, Any]) -> frozenset[Because]:
    """At each step, those whose turn it is."""
    return frozenset({Because(facts["because"])}) if "of" in facts else usually
