"""Causes that come with time: each minute, one node looks at the rows that have changed since, notes when they will be due, and lets what
is due now be told. Where nothing has changed and nothing is due, that is one search of an index for each of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from procrastinate import JobContext

from server.core.access import SYSTEM
from server.core.clock import now
from server.core.database import Database, Session
from server.core.errors import existing
from server.core.jobs import database_of, jobs
from server.core.queries import expression
from server.core.read_pool import ReadPool
from server.notifications.causes import cause
from shared_models.notices.causes import Cause
from shared_models.notices.kinds import KINDS, NoticeKind

_log = structlog.get_logger(__name__)
_MORNING = "time '06:00'"
"""When the day's notices come, on the site's clock."""
_CHANGED = """
from sites s cross join lateral (select t.* from {} t where t.site_id = s.id and t.sync_xid >= $1 and ($1 > 0 or {}) offset 0) t
"""
"""The first time, only those that have any: afterwards also those that have none any more."""
_CHANGED_OF_ALL = """
from (select clock from sites order by id limit 1) s
    cross join lateral (select t.* from {} t where t.sync_xid >= $1 and ($1 > 0 or {}) offset 0) t
"""
"""Of what is everybody's, by the clock of the first site."""
_AT = "({} + {}) at time zone s.clock"
_DAY = "to_char({}, 'YYYY-MM-DD')"
_DUE = "to_char(t.due_local, 'YYYY-MM-DD\"T\"HH24:MI:SS')"
_WAITS = "t.due_local is not null and t.status in ('pending', 'in_progress', 'on_hold')"
_TEMPORARY = "t.temporary_until is not null and t.status = 'completed'"
_COVERED = "t.warranty_expiry is not null and t.archived_at is null"
_HOLDS = "t.valid_until is not null"
_UNANSWERED = "t.is_active and t.ignored_since is not null"
_ORDERED = "t.expected_on is not null and t.status in ('ordered', 'partly_received')"
_THERE = "exists (select from equipment e where e.id = t.equipment_id and e.archived_at is null)"


def _timer(kind: NoticeKind, occurrence: str, at: str, facts: str, condition: str) -> str:
    """`d`: the days before, in which those are counted who have chosen other ones."""
    text = "select '{}' as kind, t.id, {} as occurrence, {} as at, {} as facts from t{} where {}"
    days = (
        expression(" cross join days cross join jsonb_array_elements_text(days.chosen -> '{}') d", kind)
        if KINDS[kind].days is not None
        else ""
    )
    return expression(text, kind, occurrence, at, facts, days, condition)


_BEFORE = " - d::int"
_ENDING = _timer(
    NoticeKind.document_ending, f"{_DAY.format('t.valid_until')} || ' ' || d", _AT.format(f"t.valid_until{_BEFORE}", _MORNING),
    f"jsonb_build_object('day', {_DAY.format('t.valid_until')}, 'days', d::int)", _HOLDS,
)  # fmt: skip
_SUBJECTS: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "intervention": ("maintenance_interventions", f"({_WAITS}) or ({_TEMPORARY})", (
        _timer(NoticeKind.due_soon, f"{_DUE} || ' ' || d", _AT.format(f"t.due_local::date{_BEFORE}", _MORNING),
               f"jsonb_build_object('due', {_DUE}, 'days', d::int)", f"{_WAITS} and {_THERE} and d::int > 0"),
        _timer(NoticeKind.due, _DUE, _AT.format("t.due_local::date", _MORNING), f"jsonb_build_object('due', {_DUE})",
               f"{_WAITS} and {_THERE}"),
        _timer(NoticeKind.overdue, _DUE, _AT.format("t.due_local::date + 1", _MORNING), f"jsonb_build_object('due', {_DUE})",
               f"{_WAITS} and {_THERE}"),
        _timer(NoticeKind.repair_expiring, f"{_DAY.format('t.temporary_until')} || ' ' || d",
               _AT.format(f"t.temporary_until{_BEFORE}", _MORNING),
               f"jsonb_build_object('until', {_DAY.format('t.temporary_until')}, 'days', d::int)",
               _TEMPORARY),
    )),
    "equipment": ("equipment", _COVERED, (
        _timer(NoticeKind.warranty_ending, f"{_DAY.format('t.warranty_expiry')} || ' ' || d",
               _AT.format(f"t.warranty_expiry{_BEFORE}", _MORNING),
               f"jsonb_build_object('day', {_DAY.format('t.warranty_expiry')}, 'days', d::int)",
               _COVERED),
    )),
    "document": ("document", _HOLDS, (_ENDING,)),
    "part_document": ("part_document", _HOLDS, (_ENDING,)),
    "plan": ("scheduled_maintenances", _UNANSWERED, (
        _timer(NoticeKind.plan_unanswered, "t.ignored_since::text", "t.ignored_since", "'{}'::jsonb", _UNANSWERED),
    )),
    "purchase_order": ("purchase_order", _ORDERED, (
        _timer(NoticeKind.order_overdue, _DAY.format("t.expected_on"), _AT.format("t.expected_on + 1", _MORNING),
               f"jsonb_build_object('day', {_DAY.format('t.expected_on')})",
               _ORDERED),
    )),
}  # fmt: skip
_OF_ALL = frozenset({"part_document"})


def _noting(subject: str) -> str:
    """The timers of the rows that have changed are those that they have now."""
    table, has_any, timers = _SUBJECTS[subject]
    noted = " union all ".join(timers)
    return expression(
        "with days as (select $2::jsonb as chosen), t as materialized (select t.*, s.clock as site_clock {}),"
        " gone as (delete from notice_timer n using t where n.subject_id = t.id and n.kind <> 'unacknowledged')"
        " select * from ({}) n where n.at is not null",
        expression(_CHANGED_OF_ALL if subject in _OF_ALL else _CHANGED, table, has_any), noted.replace("s.clock", "t.site_clock"),
    )  # fmt: skip


def _newer(subject: str) -> str:
    """By the newest row alone, which is the end of an index."""
    table, *_ = _SUBJECTS[subject]
    newest = "(select max(t.sync_xid) from {} t{}) >= coalesce((select low from notice_scan where subject = '{}'), 0)"
    if subject in _OF_ALL:
        return expression(newest, table, "", subject)
    return expression("exists (select from sites s where {})", expression(newest, table, " where t.site_id = s.id", subject))


_DAYS = """
select alert_type as kind, array_agg(distinct threshold_value) as days from (
    select alert_type, threshold_value from alert_settings union all select alert_type, threshold_value from alert_default
) c where threshold_value is not null group by 1
"""
_NEWS = expression(
    """
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin, coalesce((select min(at) from notice_timer) <= $1, false) as is_due,
    (select json_object_agg(d.kind, d.days) from ({}) d)::text as days,
    (select json_object_agg(n.subject, json_build_array(n.rules, n.low)) from notice_scan n)::text as scanned, {}
""",
    _DAYS, ", ".join(expression("{} as {}", _newer(subject), subject) for subject in _SUBJECTS),
)  # fmt: skip
_READ = {subject: _noting(subject) for subject in _SUBJECTS}
_NOTE = """
insert into notice_timer (kind, subject_id, occurrence, subject, at, facts)
select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[])
on conflict (kind, subject_id, occurrence) do update set at = excluded.at, facts = excluded.facts
"""
_SCANNED = """
insert into notice_scan (subject, low, rules) values ($1, $2, $3) on conflict (subject) do update set low = $2, rules = $3
"""
_FIRE = "delete from notice_timer where at <= $1 returning kind, subject_id, occurrence, subject, at, facts"


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="due notices", pass_context=True)
async def note_what_is_due(context: JobContext, timestamp: int) -> None:
    told = await scan(database_of(context))
    if told:
        _log.info("notices.due", tick=timestamp, told=told)


@dataclass(frozen=True)
class _News:
    """`lows`: from which change on a subject's rows are looked at."""

    xmin: int
    rules: str
    lows: Mapping[str, int]
    is_due: bool

    def __bool__(self) -> bool:
        return self.is_due or bool(self.lows)


async def scan(database: Database) -> int:
    """How many causes there are more. Nothing is begun where nothing is new."""
    if not await _news(database.pool):
        return 0
    async with database.session() as session:
        await session.run("select pg_advisory_xact_lock(hashtext('notice_scan'))")
        news = await _news(session)
        for subject, low in news.lows.items():
            await _note(session, subject, low, news.xmin, news.rules)
        return await _fire(session)


async def _news(asked: ReadPool | Session) -> _News:
    row = existing(await asked.fetchrow(_NEWS, now()))
    rules = json.dumps(_days(json.loads(row["days"] or "{}")), sort_keys=True)
    scanned = {subject: low for subject, (by, low) in json.loads(row["scanned"] or "{}").items() if by == rules}
    lows = {subject: scanned.get(subject, 0) for subject in _SUBJECTS if row[subject] or subject not in scanned}
    return _News(row["xmin"], rules, lows, row["is_due"])


def _days(chosen: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """How long before, for anybody, each of the kinds where that can be chosen."""
    return {kind: sorted({each.days, *chosen.get(kind, ())}) for kind, each in KINDS.items() if each.days is not None}


async def _note(session: Session, subject: str, low: int, xmin: int, rules: str) -> None:
    found = await session.fetch(_READ[subject], low, rules)
    if found:
        rows = [(row["kind"], row["id"], row["occurrence"], subject, row["at"], json.dumps(row["facts"])) for row in found]
        await session.run(_NOTE, *map(list, zip(*rows, strict=True)))
    await session.run(_SCANNED, subject, xmin, rules)


async def _fire(session: Session) -> int:
    """What has been due for long, as when everything was looked at for the first time, tells nobody anything new."""
    at = now()
    fired = await session.fetch(_FIRE, at)
    causes = [
        Cause(NoticeKind(row["kind"]), row["subject"], row["subject_id"], row["at"], row["occurrence"], row["facts"])
        for row in fired
        if row["at"] > at - KINDS[NoticeKind(row["kind"])].lasts
    ]
    await cause(session, SYSTEM, causes)
    return len(causes)
