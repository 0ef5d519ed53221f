"""Where the time of breakdowns goes: the moments of each, as far as anybody told them, and the sums of what lies between."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from server.core.access import Actor, in_sight
from server.core.cells import Formula, Value
from server.core.errors import NotFound
from server.core.i18n import translator
from server.core.queries import Sql, plain, sql
from server.core.read_pool import ReadPool
from server.kpis.asking import asked, spanned
from server.kpis.facts import Asked, facts
from server.kpis.files import Line, Table, days_of, in_row, titled
from shared_models.kpis.reliability import HOUR
from shared_models.kpis.waiting import AFTERWARDS, Breakdown, Moment, TimedPhase, Waiting, WaitingQuery, lasted, moments, timed, waited_for

_PHASES: Final = tuple(Moment)[1:]
_COLUMNS: Final = (
    "code", "machine", "event", *(f"moment.{moment}" for moment in Moment), *(f"phase.{until}" for until in _PHASES), "lasted",
)  # fmt: skip
_MOMENTS = """
select i.id, i.number, i.title, i.equipment_id, e.code as equipment_code, e.name as equipment_name, s.clock,
    i.stopped_at, i.reported_at, i.restarted_at, i.validated_at, i.status = 'completed' as is_completed, least(
        (select r.decided_at from work_request r where r.id = i.request_id),
        (select min(least(n.read_at, n.acknowledged_at)) from notifications n where n.related_entity_id = i.id)
    ) as seen_at, least(i.actual_start, a.starts) as starts, a.ends, a.is_running,
    (select max(m.occurred_at) from stock_movements m where m.intervention_id = i.id and m.movement_type = 'out') as parts_at
from {source} t join maintenance_interventions i on i.id = t.id join equipment e on e.id = i.equipment_id join sites s on s.id = i.site_id
cross join lateral (
    select min(a.started_at) as starts, max(a.ended_at) as ends, coalesce(bool_or(a.ended_at is null), false) as is_running
    from intervention_action a where a.intervention_id = i.id
) a
"""
_FAILED = plain(
    "(select distinct id from told where stop_kind = 'failure' and not is_cancelled and stopped_at >= seen_from)"
)  # fmt: skip


def _told(of: Asked) -> Sql:
    """The moments of each breakdown that began in that time, in the order of their stops."""
    return sql("{} {} order by i.stopped_at, i.id", facts(of), sql(_MOMENTS, source=_FAILED))


async def waiting(pool: ReadPool, actor: Actor, query: WaitingQuery) -> Waiting:
    return await _waiting(pool, *await asked(pool, actor, query, is_time_required=False), query)


async def _waiting(pool: ReadPool, this: Asked, earlier: Asked, query: WaitingQuery) -> Waiting:
    found = [_breakdown(row) for row in await pool.fetch(*_told(this).rendered())]
    days = spanned(this, earlier)
    return Waiting(
        period=days["period"], since=days["since"], until=days["until"], as_of=this.now, phases=waited_for(found),
        breakdowns=sorted(found, key=lambda each: -each.hours)[: query.size], total=len(found),
    )  # fmt: skip


async def breakdown(pool: ReadPool, actor: Actor, job_id: UUID) -> Breakdown:
    """One job's moments; raises `NotFound` for one that is out of sight."""
    source = sql("(select i.id from maintenance_interventions i where i.id = {} and {})", job_id, in_sight(actor, "i.site_id"))
    rows = await pool.fetch(*sql(_MOMENTS, source=source).rendered())
    if not rows:
        raise NotFound
    return _breakdown(rows[0])


def _known(row: Mapping[str, Any]) -> dict[Moment, Any]:
    return moments(
        stopped_at=row["stopped_at"], reported_at=row["reported_at"], seen_at=row["seen_at"], starts=[row["starts"]],
        parts_at=row["parts_at"], ends=[None] if row["is_running"] else [row["ends"]] if row["ends"] else [],
        is_completed=row["is_completed"], restarted_at=row["restarted_at"], validated_at=row["validated_at"],
    )  # fmt: skip


def _breakdown(row: asyncpg.Record) -> Breakdown:
    known = _known(row)
    parts = timed(known)
    return Breakdown(
        id=row["id"], number=row["number"], title=row["title"], equipment_id=row["equipment_id"], equipment_code=row["equipment_code"],
        equipment_name=row["equipment_name"], known={moment: at for moment, at in known.items() if at is not None},
        unknown=[moment for moment, at in known.items() if at is None], phases=parts, hours=lasted(parts),
    )  # fmt: skip


# --- as a file


async def whole(pool: ReadPool, actor: Actor, query: WaitingQuery) -> Table:
    """The moments of all breakdowns, and what lies between them."""
    (this, earlier), t = await asked(pool, actor, query, is_time_required=False), translator(actor.lang).t

    async def figures() -> list[Line]:
        return _figures(await _waiting(pool, this, earlier, query.model_copy(update={"size": 1})), t)

    titles = [*titled(_COLUMNS[: -len(_PHASES) - 1], actor.lang), *(t(f"kpis.phase.{until}") for until in _PHASES), t("kpi.column.lasted")]
    return Table("waiting", titles, _COLUMNS, _told(this), _cells, t("kpi.file.rows"), figures)


def _cells(row: asyncpg.Record) -> Sequence[Value]:
    """Instants on the site's clock, empty where they are not known; the hours of each phase out of these cells."""
    known = _known(row)
    parts = timed(known)
    local = {moment: _local(known.get(moment), row["clock"]) for moment in Moment}
    phases = {part.until: Formula(_hours(local, part), part.hours) for part in parts}
    return (
        row["equipment_code"], row["equipment_name"], f"{row['number']} · {row['title']}", *local.values(), *map(phases.get, _PHASES),
        Formula(_LASTED, lasted(parts)),
    )  # fmt: skip


def _local(at: datetime | None, clock: str) -> datetime | None:
    return at.astimezone(ZoneInfo(clock)).replace(tzinfo=None) if at else None


_BEFORE: Final = dict(zip(_PHASES, Moment, strict=False))
_LASTED: Final = in_row(_COLUMNS, f"SUM([phase.{_PHASES[0]}]:[phase.{_BEFORE[AFTERWARDS]}])")


def _hours(local: Mapping[Moment, datetime | None], part: TimedPhase) -> str:
    """From the latest moment before it; where clocks were changed in between, that is put right."""
    before = [at for moment, at in local.items() if at is not None and moment in _EARLIER[part.until]]
    ends = local[part.until]
    assert ends is not None
    changed = round(part.hours - max(0, (ends - max(before)) / HOUR), 4)
    return _SPANS[part.until] + (f"{changed:+g}" if changed else "")


def _span(until: Moment) -> str:
    return in_row(_COLUMNS, f"MAX(0,[moment.{until}]-MAX([moment.stopped]:[moment.{_BEFORE[until]}]))*24")


_SPANS: Final = {until: _span(until) for until in _PHASES}
_EARLIER: Final = {until: frozenset(tuple(Moment)[:rank]) for rank, until in enumerate(Moment)}


def _figures(found: Waiting, t: Callable[[str], str]) -> list[Line]:
    """As on the page: what took longest first."""
    phases = [
        Line(t(f"kpis.phase.{each.until}"), [
            Formula(f"SUM([phase.{each.until}])", each.hours), Formula(f"COUNT([phase.{each.until}])", each.count),
            Formula(_unclear(each.until), each.unclear),
        ]) for each in found.phases
    ]  # fmt: skip
    return [
        Line(t("kpi.file.figure"), [t("kpis.waiting")]), *days_of(t, found.since, found.until),
        Line(t("kpi.file.breakdowns"), [Formula("COUNTA([code])", found.total)]),
        Line(t("kpi.column.lasted"), [Formula("SUM([lasted])", lasted(found.phases))]),
        Line(t("kpi.file.phase"), [t(f"kpi.file.{name}") for name in ("hours", "breakdowns", "unclear")]), *phases,
    ]  # fmt: skip


def _unclear(until: Moment) -> str:
    """Of how many the moment before it is not known. Where no part was taken, none was waited for."""
    before = [_BEFORE[until]] + ([Moment.arrived] if _BEFORE[until] is Moment.parts else [])
    blank = "".join(f'*([moment.{moment}]="")' for moment in before)
    return f'SUMPRODUCT(([phase.{until}]<>""){blank})'
