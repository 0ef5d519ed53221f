"""Reports that people have asked for: each is its reader's alone, of what they saw when it was made, for as long as they see that."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from server.audit import service as audit
from server.auth.service import actor_of
from server.core.access import SYSTEM, Actor
from server.core.clock import now
from server.core.database import ReadSession, Session
from server.core.errors import AlreadyExists, Conflict, NotFound, existing
from server.core.jobs import defer
from server.core.read_pool import ReadPool
from server.kpis.asking import asked
from server.notifications.causes import cause
from server.reports import letters  # noqa: F401 - says what a mail tells
from server.reports.models import KeptReport
from server.reports.speech import Speech
from server.sites.models import Site
from server.users import service as users
from server.users.models import User
from shared_models.kpis.periods import Days
from shared_models.kpis.rows import KpiQuery
from shared_models.notices.causes import Cause
from shared_models.notices.kinds import NoticeKind
from shared_models.permissions import Permission
from shared_models.reports.rows import IN_HAND, AskReport, ReportState

MAKE = "make_report"
ONE_AT_A_TIME = "report"
MOST_IN_HAND = 20
MOST_ATTEMPTS = 5
_A_DAY = timedelta(days=1)
_ONE_AFTER_THE_OTHER = "select pg_advisory_xact_lock(hashtextextended($1, 4))"
"""Of what one person asks for: the same twice at a time is once, too, and no more wait than may."""
_LEFT = """
select r.id from report r where r.state in ('queued', 'running') and not exists (
    select from procrastinate_jobs j where j.task_name = $1 and j.status in ('todo', 'doing') and j.args ->> 'report_id' = r.id::text
) order by r.created_at, r.id
"""


class TooManyReports(Conflict):
    """So many of one person are waiting already."""

    code = "too_many_reports"


class NotMadeYet(Conflict):
    code = "report_not_made_yet"


async def ask(session: Session, pool: ReadPool, actor: Actor, cmd: AskReport, *, kept_days: int) -> KeptReport:
    """Asked for again under the same id, it is the one that there is. Raises `NotFound` for a site that is not in sight."""
    await session.run(_ONE_AFTER_THE_OTHER, str(actor.user_id))
    if (known := await session.get(KeptReport, cmd.id)) is not None:
        return _own(actor, known)
    if cmd.site_id and (not actor.sees(cmd.site_id) or await session.get(Site, cmd.site_id) is None):
        raise NotFound
    if await _in_hand(session, actor.user_id) >= MOST_IN_HAND:
        raise TooManyReports(most=MOST_IN_HAND)
    days = await _days(pool, actor, cmd)
    return await add(session, actor, cmd, days, kept_days=kept_days)


async def add(
    session: Session, actor: Actor, cmd: AskReport, days: Days, *, kept_days: int, schedule_id: UUID | None = None
) -> KeptReport:  # fmt: skip
    """For `actor`, who reads it."""
    say, last = Speech(cmd.lang or actor.lang), days.until - _A_DAY
    name = f"{say.t(f'report.file.{cmd.kind}')}-{days.since:%Y-%m-%d}-{last:%Y-%m-%d}.pdf"
    report = KeptReport(
        id=cmd.id, user_id=actor.user_id, schedule_id=schedule_id, kind=cmd.kind, lang=say.lang, since=days.since, until=last,
        site_id=cmd.site_id, title=say.t(f"report.title.{cmd.kind}", period=say.period(days.since, last)), file_name=name,
        expires_at=now() + timedelta(days=kept_days),
    )  # fmt: skip
    session.add(report)
    await session.flush()
    await audit.record(session, actor, "report.asked", report, after=report.facts())
    await _defer(session, report.id)
    return report


async def _defer(session: Session, report_id: UUID) -> None:
    await defer(session, MAKE, lock=ONE_AT_A_TIME, report_id=str(report_id))


async def take_up(session: Session) -> int:
    """Those that wait for nobody: whose node was told to stop, or whose database came out of a backup."""
    left = await session.fetch(_LEFT, MAKE)
    for row in left:
        await _defer(session, row["id"])
    return len(left)


async def _days(pool: ReadPool, actor: Actor, cmd: AskReport) -> Days:
    if cmd.since is not None and cmd.until is not None:
        return Days(cmd.since, cmd.until + _A_DAY)
    this, _ = await asked(pool, actor, KpiQuery(site_id=cmd.site_id))
    return this.days


async def _in_hand(session: Session, user_id: UUID) -> int:
    waiting = select(func.count()).where(col(KeptReport.user_id) == user_id, col(KeptReport.state).in_(IN_HAND))
    return int(await session.scalar(waiting) or 0)


def _own(actor: Actor, report: KeptReport) -> KeptReport:
    if report.user_id != actor.user_id:
        raise AlreadyExists(field="id")
    if not _sees(actor, report):
        raise NotFound
    return report


# --- kept


async def mine(session: ReadSession, actor: Actor) -> list[KeptReport]:
    """The newest first; not those of what the actor sees no more."""
    statement = select(KeptReport).where(col(KeptReport.user_id) == actor.user_id)
    found = await session.scalars(statement.order_by(col(KeptReport.created_at).desc(), col(KeptReport.id).desc()))
    return [report for report in found if _sees(actor, report)]


async def one(session: ReadSession, actor: Actor, report_id: UUID, *, for_update: bool = False) -> KeptReport:
    """Raises `NotFound` for somebody else's, and for one of what the actor sees no more."""
    statement = select(KeptReport).where(col(KeptReport.id) == report_id, col(KeptReport.user_id) == actor.user_id)
    report: KeptReport = existing(await session.scalar(statement.with_for_update() if for_update else statement))
    if not _sees(actor, report):
        raise NotFound
    return report


def _sees(actor: Actor, report: KeptReport) -> bool:
    if report.site_id is not None:
        return actor.sees(report.site_id)
    if report.state is not ReportState.done:
        return True
    if report.site_ids is None:
        return actor.site_ids is None
    return all(map(actor.sees, report.site_ids))


async def file_of(session: ReadSession, actor: Actor, report_id: UUID) -> KeptReport:
    """One that is made. Raises `NotFound` as `one` does, and `NotMadeYet`."""
    report = await one(session, actor, report_id)
    if report.state is not ReportState.done:
        raise NotMadeYet
    return report


async def remove(session: Session, actor: Actor, report_id: UUID) -> None:
    """Of one that is being made, whoever makes it hears that nobody wants it."""
    report = await one(session, actor, report_id, for_update=True)
    await audit.record(session, actor, "report.removed", report, before=report.facts(), after={})
    await session.delete(report)
    await session.flush()


# --- made


async def begin(session: Session, report_id: UUID) -> tuple[KeptReport, Actor] | None:
    """Its turn: None where nobody wants it any more, or it cannot be."""
    report = await session.get(KeptReport, report_id, with_for_update=True)
    if report is None or report.state not in IN_HAND:
        return None
    if report.attempts >= MOST_ATTEMPTS:
        _fail(report, "broken")
        return None
    actor = await _reader(session, report)
    if actor is None:
        _fail(report, "out_of_sight")
        return None
    report.state, report.progress, report.attempts = ReportState.running, 0, report.attempts + 1
    return report, actor


async def _reader(session: Session, report: KeptReport) -> Actor | None:
    """As they are now: what they may not see any more is told to them no more."""
    user = await session.get(User, report.user_id)
    if user is None or not user.is_active:
        return None
    actor = actor_of(user, await users.site_ids_of(session, user.id))
    if not actor.may(Permission.reports_generate) or (report.site_id and not actor.sees(report.site_id)):
        return None
    return actor


async def go_on(session: Session, report: KeptReport, progress: int) -> bool:
    """Whether it is still wanted, and still this attempt's to make."""
    statement = "update report set progress = $3 where id = $1 and attempts = $2 and state = 'running'"
    return await session.run(statement, report.id, report.attempts, progress) == 1


async def finish(session: Session, of: KeptReport, actor: Actor, *, sha256: str, size_bytes: int, pages: int) -> None:
    """What came by a schedule is told in the same transaction: once, however often it was begun."""
    report = await _mine_to_end(session, of)
    if report is not None:
        report.state, report.progress, report.ended_at = ReportState.done, 100, now()
        report.sha256, report.size_bytes, report.pages, report.site_ids = sha256, size_bytes, pages, actor.site_list
        await session.flush()
        if report.schedule_id is not None:
            await cause(session, SYSTEM, [Cause(NoticeKind.report_ready, "report", report.id, report.ended_at)])


async def give_up(session: Session, of: KeptReport, error: str) -> None:
    if (report := await _mine_to_end(session, of)) is not None:
        _fail(report, error)


async def _mine_to_end(session: Session, of: KeptReport) -> KeptReport | None:
    report = await session.get(KeptReport, of.id, with_for_update=True)
    is_mine = report is not None and report.state is ReportState.running and report.attempts == of.attempts
    return report if is_mine else None


def _fail(report: KeptReport, error: str) -> None:
    report.state, report.error, report.ended_at = ReportState.failed, error, now()
