"""From causes to notices: who has to do with it, may see it and wants to be told, each once, and by which ways it goes out to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from server.core.clock import now
from server.core.database import Database, ReadSession, Session
from server.core.events import poke_people
from server.core.i18n import translator
from server.core.queries import expression
from server.notifications import escalating, subjects
from server.notifications.choices import CHOICES, CHOSEN, choices_of, quiet_of, ways_of
from server.notifications.subjects import Subject
from server.outbox.service import Entry, post
from server.push.service import devices_of
from server.webhooks import service as webhooks
from shared_models.ids import uuid7
from shared_models.interventions.rows import Priority
from shared_models.notices.kinds import ESCALATES, KINDS, Because, NoticeKind, Way
from shared_models.notices.quiet import Quiet, next_digest
from shared_models.notices.settings import Choice, RoleChoice, days_of
from shared_models.outbox import Channel
from shared_models.permissions import Role, may

_log = structlog.get_logger(__name__)
AT_ONCE = 10
"""At most: what is told leaves while more is told, and the first at once."""
AGAIN = timedelta(minutes=10)
ESCALATES_AFTER = timedelta(minutes=15)
_UNFIT = asyncpg.DataError, asyncpg.IntegrityConstraintViolationError
"""What a row cannot be: of one cause, not of the database."""
_UNTOLD = """
select id, kind, subject, subject_id, occurrence, actor_id, facts, occurred_at, created_at from notice_cause
where told_at is null and (again_at is null or again_at <= now()) and kind = any($2) and subject = any($3)
order by created_at, id limit $1 for update skip locked
"""
"""What another version has to tell is left to it."""
_LATER = "update notice_cause set again_at = $1 where id = $2"
_WRITE = """
insert into notifications (id, user_id, cause_id, type, title, message, because, related_entity_type, related_entity_id, path, priority,
    created_at, digest_at)
select n.id, n.user_id, $1, $2, n.title, n.message, n.because, $3, $4, $5, $6, $7, n.digest_at
from unnest($8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::text[], $13::timestamptz[])
    n(id, user_id, title, message, because, digest_at)
on conflict do nothing returning id
"""
_TOLD = "update notice_cause set told_at = $1 where id = any($2)"
_PEOPLE = expression("""
select u.id, u.role, u.language, u.email, u.id = any($3) or t.user_id is not null as is_named, t.user_id is not null as is_in_team, {},
    (select count(*) from (select from notifications n where n.user_id = u.id and not n.is_read and n.gone_at is null
        and not n.is_muted and (n.snoozed_until is null or n.snoozed_until <= now()) limit 100) few) as unread,
    exists (select from notifications n where n.user_id = u.id and n.related_entity_id = $5 and n.type = $2 and n.is_muted) as is_muted
from users u
left join team_member t on t.user_id = u.id and t.team_id = $4
{}
where u.is_active and (u.all_sites or exists (select from user_site m where m.user_id = u.id and m.site_id = any($1)))
order by u.id
""", CHOICES, expression(CHOSEN, "$2", "$2"))  # fmt: skip


@dataclass(frozen=True)
class Reader:
    """Somebody who is told, and what they have chosen."""

    id: UUID
    lang: str
    email: str
    because: Because
    own: Choice
    roles: RoleChoice | None
    ways: frozenset[Way]
    quiet: Quiet
    digest_at: Any
    unread: int
    """100 for all that are more: to count what thousands have heaped up took longer with each notice, and a badge says 99+."""


async def tell_all(database: Database, escalates_after: timedelta = ESCALATES_AFTER) -> bool:
    """Whether there was anything to tell."""
    many = 1
    while await _tell_some(database, escalates_after, many):
        many = min(2 * many, AT_ONCE)
    return many > 1


async def _tell_some(database: Database, escalates_after: timedelta, many: int) -> bool:
    async with database.session() as session:
        causes = await session.fetch(_UNTOLD, many, list(NoticeKind), list(subjects.ENTITIES))
        known: dict[tuple[str, UUID], Subject] = {}
        for entity in {cause["subject"] for cause in causes}:
            ids = [cause["subject_id"] for cause in causes if cause["subject"] == entity]
            known |= {(entity, each.id): each for each in (await subjects.load(session, entity, ids)).values()}
        told = [cause["id"] for cause in causes if await _is_told(session, cause, known, escalates_after)]
        await session.run(_TOLD, now(), told)
        return bool(causes)


async def _is_told(session: Session, cause: Mapping[str, Any], known: Mapping[Any, Subject], escalates_after: timedelta) -> bool:
    """One that cannot be told, by a fault of ours, holds up no other, and is tried again."""
    subject = known.get((cause["subject"], cause["subject_id"]))
    if subject is None:
        return True  # there is no such thing any more
    try:
        async with session.begin_nested():
            await _tell(session, cause, subject, escalates_after)
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, *_UNFIT):
        _log.exception("notices.not_told", cause=cause["id"], kind=cause["kind"])
        await session.run(_LATER, now() + AGAIN, cause["id"])
        return False
    return True


async def _tell(session: Session, cause: Mapping[str, Any], subject: Subject, escalates_after: timedelta) -> None:
    kind, facts = NoticeKind(cause["kind"]), cause["facts"]
    if not subject.is_still(kind, facts) or (kind is NoticeKind.unacknowledged and await escalating.is_answered(session, facts)):
        return
    if facts.get("days") in (None, KINDS[kind].days):
        await webhooks.tell(session, kind, cause, lambda lang: subject.said(kind, lang, facts), _about(kind, subject, facts))
    if kind in ESCALATES and escalates_after:
        await escalating.wait(session, cause, escalates_after)
    await _write(session, kind, cause, subject, facts, await readers(session, kind, subject, facts, not_to=cause["actor_id"]))


def _about(kind: NoticeKind, subject: Subject, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What other systems are told of it beside the words."""
    return {
        "priority": KINDS[kind].priority, "site_id": subject.site_id, "site": subject.values["site"], "subject": subject.entity,
        "subject_id": subject.id, "path": subject.values["path"],
        "data": {**facts, **{name: subject.values[name] for name in ("number", "machine", "code", "part") if subject.values.get(name)}},
    }  # fmt: skip


async def readers(
    session: ReadSession, kind: NoticeKind, subject: Subject, facts: Mapping[str, Any], *, not_to: UUID | None = None
) -> list[Reader]:
    """Who sees the site, may see such things, has to do with it and wants to be told; not who has done it."""
    rule, named = KINDS[kind], subject.people
    rows = await session.fetch(_PEOPLE, subject.site_ids, kind, [*named.values()], subject.team_id, subject.id)
    rows = [row for row in rows if may(Role(row["role"]), rule.needs)]
    leads, told = _leads(rows), escalating.told(rule.told, facts)
    by_weight = [because for because in Because if because in told]
    found = []
    for row in rows:
        reasons = [because for because in by_weight if _has(row, because, named, leads)]
        if reasons and row["id"] != not_to and not row["is_muted"]:
            found.append(_reader(row, kind, reasons[0], subject))
    return [each for each in found if Way.app in each.ways and _is_on_time(kind, facts, each)]


def _leads(rows: Sequence[Mapping[str, Any]]) -> frozenset[UUID]:
    """The supervisors; where there is none, administrators do their work. One who has chosen to be told is, too."""
    supervisors = {row["id"] for row in rows if row["role"] == Role.supervisor}
    asked = {row["id"] for row in rows if row["role"] == Role.admin and True in (row["is_web_enabled"], row["is_email_enabled"])}
    return frozenset((supervisors or {row["id"] for row in rows if row["role"] == Role.admin}) | asked)


def _has(row: Mapping[str, Any], because: Because, named: Mapping[Because, UUID], leads: Collection[UUID]) -> bool:
    match because:
        case Because.team:
            return bool(row["is_in_team"])
        case Because.supervisor | Because.keeper:
            return row["id"] in leads
        case Because.admin | Because.operator:
            return bool(row["role"] == Role.admin)
        case Because.works_there:
            return bool(row["role"] == Role.technician)
        case _:
            return bool(named.get(because) == row["id"])


def _reader(row: Mapping[str, Any], kind: NoticeKind, because: Because, subject: Subject) -> Reader:
    own, roles = choices_of(row)
    quiet = quiet_of(row, subject.values["clock"])
    return Reader(
        row["id"], row["language"], row["email"], because, own, roles, ways_of(row, kind), quiet, row["digest_at"], row["unread"]
    )  # fmt: skip


def _is_on_time(kind: NoticeKind, facts: Mapping[str, Any], reader: Reader) -> bool:
    """Of what comes so many days before, each hears as many days before as they have chosen."""
    return "days" not in facts or facts["days"] == days_of(kind, reader.own, reader.roles)


async def _write(
    session: Session, kind: NoticeKind, cause: Mapping[str, Any], subject: Subject, facts: Mapping[str, Any], told: Sequence[Reader]
) -> None:  # fmt: skip
    """All of them in one statement, and what goes out to them in another: many may hear of the same."""
    if not told:
        return
    notices = {uuid7(): (reader, _digest_at(kind, reader, now())) for reader in told}
    langs = {reader.lang for reader in told}
    said, lines = {lang: subject.said(kind, lang, facts) for lang in langs}, {lang: subject.lines(lang) for lang in langs}
    texts = [(*said[reader.lang], _because(reader, subject)) for reader, _ in notices.values()]
    rows = [(id_, reader.id, *text, at) for (id_, (reader, at)), text in zip(notices.items(), texts, strict=True)]
    about = {
        "related_entity_type": subject.entity, "related_entity_id": subject.id, "path": subject.values["path"],
        "priority": KINDS[kind].priority, "created_at": cause["created_at"],
    }  # fmt: skip
    written = await session.fetch(_WRITE, cause["id"], kind, *about.values(), *map(list, zip(*rows, strict=True)))
    new = {row["id"] for row in written}
    poke_people(session, [reader.id for id_, (reader, _) in notices.items() if id_ in new])
    devices = await devices_of(session, [reader.id for reader in told])
    await post(session, *(
        entry
        for id_, user_id, title, message, because, digest_at in rows
        if id_ in new
        for entry in _entries(
            kind, {**about, "id": id_, "title": title, "message": message, "because": because, "digest_at": digest_at},
            notices[id_][0], devices[user_id], lines[notices[id_][0].lang],
        )
    ))  # fmt: skip


def _because(reader: Reader, subject: Subject) -> str:
    return translator(reader.lang).t(f"notice.because.{reader.because}", site=subject.values["site"])


def _entries(
    kind: NoticeKind, notice: Mapping[str, Any], reader: Reader, devices: Sequence[UUID], lines: Sequence[Mapping[str, str]]
) -> list[Entry]:  # fmt: skip
    """What goes out to them, by the ways that they want, when they may be disturbed; a mail has the `lines` too."""
    content = {
        **{name: notice[name] for name in ("title", "message", "because", "path", "priority")}, "notice_id": notice["id"], "kind": kind,
        "thread": f"{notice['related_entity_type']}:{notice['related_entity_id']}", "lang": reader.lang, "unread": reader.unread + 1,
        "at": notice["created_at"], "actions": actions_of(notice["related_entity_type"], kind),
    }  # fmt: skip
    at = reader.quiet.allowed(now(), notice["priority"])
    plain: dict[str, Any] = {"user_id": reader.id, "notice_id": notice["id"], "lasts": KINDS[kind].lasts}
    entries = []
    if Way.push in reader.ways:
        entries += [Entry(Channel.push, f"notice {notice['id']}", str(device), content, not_before=at, **plain) for device in devices]
    if notice["digest_at"] is None and Way.email in reader.ways:
        mail = {"template": "notice", "lang": reader.lang, "facts": {**content, "items": lines}}
        entries.append(Entry(Channel.email, f"notice {notice['id']}", reader.email, mail, not_before=at, **plain))
    return entries


def _digest_at(kind: NoticeKind, reader: Reader, at: datetime) -> datetime | None:
    """When its mail comes with the others of the day, where they have chosen so and it is not urgent."""
    if reader.digest_at is None or KINDS[kind].priority is Priority.urgent:
        return None
    if Way.email not in reader.ways:
        return None
    return reader.quiet.allowed(next_digest(at, reader.digest_at, reader.quiet.zone), KINDS[kind].priority)


def actions_of(entity: str, kind: NoticeKind) -> list[str]:
    """What can be done with it without opening it."""
    starts = entity == "intervention" and kind in {NoticeKind.due, NoticeKind.overdue, NoticeKind.job_assigned, NoticeKind.job_returned}
    return ["open", "snooze", *(["start"] if starts else [])]
