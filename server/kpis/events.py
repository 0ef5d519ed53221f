"""What each figure counts and leaves out: rows that bring something to its numerator and its denominator, made of `facts`.

Times are brought in hours, and whole down times as what they take away.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from server.core.queries import Sql, expression, joined, plain, sql
from shared_models.kpis.registry import KpiKey

Way = tuple[KpiKey, str]
"""A figure, and the way in which it is given."""
NEVER = "null::timestamptz"


@dataclass(frozen=True)
class Kind:
    """What is said of a fact, whatever it brings: its id and words, the job that it is of, and when it began and ended."""

    kind: str
    row: str
    at: tuple[str, str]
    label: str = "''"
    equipment_id: str = "equipment_id"
    person: str = "null::uuid"
    job: str = "null::uuid"

    def named(self, kind: str) -> "Kind":
        return replace(self, kind=kind)

    def of(self, source: str, numerator: str = "0", denominator: str = "0", *, currency: str = "''", left_out: str = "null") -> Sql:
        return sql(
            "select {}::text as kind, {} as id, {} as equipment_id, {}::text as label, {} as person, {} as job_id, {} as began,"
            " {} as ended, ({})::numeric as numerator, ({})::numeric as denominator, {}::text as currency, {}::text as left_out from {}",
            *map(plain, (
                f"'{self.kind}'", self.row, self.equipment_id, self.label, self.person, self.job, *self.at, numerator, denominator,
                currency, left_out, source,
            )),
        )  # fmt: skip


def _hours(begin: str, end: str) -> str:
    return f"extract(epoch from {end} - {begin}) / 3600"


# --- how long machines run, stand still, and are mended

_SEEN, _LASTING = _hours("m.seen_from", "m.seen_until"), _hours("lower(d.span)", "upper(d.span)")
MACHINE = Kind("machine", "m.id", ("m.seen_from", "m.seen_until"), equipment_id="m.id")
UNMETERED = Kind("machine", "u.equipment_id", ("lower(s)", "upper(s)"))
METER = Kind("meter", "c.equipment_id", ("c.begins", "c.ends"), label="c.name")
_STOP_IN = "t.equipment_id = d.equipment_id and not t.is_cancelled and t.began < upper(d.span) and t.ended > lower(d.span)"
_FIRST_STOP = expression("(select t.id from told t where {} order by t.stopped_at, t.id limit 1)", _STOP_IN)
DOWN = Kind(
    "down",
    _FIRST_STOP,
    ("lower(d.span)", "upper(d.span)"),
    label=expression("(select string_agg(t.number, ', ' order by t.stopped_at, t.number) from told t where {})", _STOP_IN),
    equipment_id="d.equipment_id",
    job=_FIRST_STOP,
)
STOP = Kind("stop", "t.id", ("t.stopped_at", "t.restarted_at"), label="t.number || ' · ' || t.title", job="t.id")
FAILURE = STOP.named("failure")
_IS_FAILURE = "t.stop_kind = 'failure' and not t.is_cancelled"
_RESTORED = "t.restarted_at >= t.seen_from and t.restarted_at < t.seen_until"
_UNMETERED_DOWN = (
    "(select d.equipment_id, unnest(tstzmultirange(d.span) * u.spans) as span from down d join unmetered u using (equipment_id)) d"
)
REQUIRED = Kind("machine", "n.equipment_id", ("n.seen_from", "n.seen_until"))
_REQUIRED = "coalesce((select sum(extract(epoch from upper(s) - lower(s))) from unnest(n.spans) s), 0) / 3600"
_REQUIRED_DOWN = (
    "(select d.equipment_id, unnest(tstzmultirange(d.span) * n.spans) as span from down d join needed n using (equipment_id)) d"
)
_WORKED = (
    "coalesce((select sum(extract(epoch from upper(s) - lower(s))) from unnest((select range_agg(tstzrange(a.started_at,"
    " coalesce(a.ended_at, greatest(a.started_at, t.ends)))) from intervention_action a where a.intervention_id = t.id)"
    " * tstzmultirange(tstzrange(t.began, t.ended))) s), 0) / 3600"
)

_CANCELLED = STOP.of("told t where t.is_cancelled", left_out="'cancelled'")
_NO_FAILURE = STOP.of(f"told t where not ({_IS_FAILURE})", left_out="case when t.is_cancelled then 'cancelled' else 'not_a_failure' end")
_UNFINISHED = STOP.of(f"told t where {_IS_FAILURE} and not coalesce({_RESTORED}, false)", left_out="'unfinished'")
_RELIABILITY: dict[Way, tuple[Sql, ...]] = {
    (KpiKey.availability, ""): (MACHINE.of("machine m", _SEEN, _SEEN), DOWN.of("down d", f"-({_LASTING})"), _CANCELLED),
    (KpiKey.mtbf, ""): (
        UNMETERED.of("unmetered u cross join unnest(u.spans) s", _hours("lower(s)", "upper(s)")),
        DOWN.named("standing").of(_UNMETERED_DOWN, f"-({_LASTING})"),
        METER.of("counter c", "c.ran / 3600"),
        FAILURE.of(f"told t where {_IS_FAILURE} and t.stopped_at >= t.seen_from", denominator="1"),
        STOP.of(f"told t where {_IS_FAILURE} and t.stopped_at < t.seen_from", left_out="'began_before'"),
        _NO_FAILURE,
    ),
    (KpiKey.mttr, ""): (
        FAILURE.of(f"told t where {_IS_FAILURE} and {_RESTORED}", _hours("t.began", "t.ended"), "1"), _UNFINISHED, _NO_FAILURE,
    ),
    (KpiKey.mrt, ""): (FAILURE.of(f"told t where {_IS_FAILURE} and {_RESTORED}", _WORKED, "1"), _UNFINISHED, _NO_FAILURE),
    (KpiKey.mdt, ""): (DOWN.of("down d", _LASTING, "1"), _CANCELLED),
    (KpiKey.availability_required, ""): (
        REQUIRED.of("needed n", _REQUIRED, _REQUIRED, left_out="case when n.spans is null then 'no_calendar' end"),
        DOWN.of(_REQUIRED_DOWN, f"-({_LASTING})"),
        _CANCELLED,
    ),
}  # fmt: skip


# --- what is done, for how long and for how much

JOB = Kind("job", "j.id", ("j.actual_start", "j.actual_end"), label="j.number || ' · ' || j.title", job="j.id")
SCHEDULED = replace(JOB, at=("j.scheduled_start", "j.actual_end"))
WAITING = replace(JOB, at=("j.created_at", NEVER))
WORK = Kind("work", "j.id", ("j.began", "j.ended"), label="j.number || ' · ' || j.title", person="j.user_id", job="j.job_id")
PAID = replace(WORK, person="null::uuid")
"""What somebody costs an hour is not listed under their name."""
CREW = Kind("crew", "k.id", ("k.begins", "k.ends"), equipment_id="null::uuid", person="k.id")
ISSUE = Kind("part", "j.id", ("j.occurred_at", NEVER), label="concat_ws(' · ', j.number, j.part_number, j.name)", job="j.job_id")
_PREVENTIVE = "(j.intervention_type in ('preventive', 'predictive'))::integer"
_AT_WORK = _hours("j.counts_from", "j.ended")
_PAID = f"{_AT_WORK} * coalesce(j.rate, 0)"
_UNPAID = "case when j.rate is null then 'no_rate' end"
_LABOUR = PAID.of("work j", _PAID, currency="j.currency", left_out=_UNPAID)
_PARTS = ISSUE.of("issued j", "j.amount", currency="j.currency")
_STANDING = DOWN.of(
    "down d join chosen c on c.id = d.equipment_id", f"{_LASTING} * coalesce(c.hourly_downtime_cost, 0)", currency="c.currency",
    left_out="case when c.hourly_downtime_cost is null then 'no_rate' end",
)  # fmt: skip
_VALUED = "join chosen c on c.id = j.equipment_id and c.currency = j.currency and c.replacement_value is not null"
_AGAIN = (
    "(exists (select from maintenance_interventions f where f.equipment_id = j.equipment_id and f.mode_id = j.mode_id"
    " and f.intervention_type = 'corrective' and f.status = 'completed'"
    " and (f.actual_end, f.id) < (j.actual_end, j.id) and f.actual_end >= j.actual_end - interval '90 days'))::integer"
)
_WORK: dict[Way, tuple[Sql, ...]] = {
    (KpiKey.preventive_share, "count"): (JOB.of("done j", _PREVENTIVE, "1"),),
    (KpiKey.preventive_share, "hours"): (WORK.of("work j", f"{_AT_WORK} * {_PREVENTIVE}", _AT_WORK),),
    (KpiKey.preventive_share, "cost"): (
        PAID.of("work j", f"{_PAID} * {_PREVENTIVE}", _PAID, currency="j.currency", left_out=_UNPAID),
        ISSUE.of("issued j", f"j.amount * {_PREVENTIVE}", "j.amount", currency="j.currency"),
    ),
    (KpiKey.schedule_compliance, ""): (
        SCHEDULED.of(
            "scheduled j", "(j.status = 'completed' and j.actual_end < j.ends)::integer", "1",
            left_out="case when j.status = 'cancelled' then 'cancelled' end",
        ),
    ),
    (KpiKey.backlog_weeks, ""): (
        WAITING.of(
            "waiting j", "coalesce(j.estimated_duration, 0) / 60.0",
            left_out="case when j.estimated_duration is null then 'no_estimate' end",
        ),
        CREW.of("crew k", denominator="k.weekly"),
    ),
    (KpiKey.cost, "total"): (_LABOUR, _PARTS, _STANDING),
    (KpiKey.cost, "labour"): (_LABOUR,),
    (KpiKey.cost, "parts"): (_PARTS,),
    (KpiKey.cost, "downtime"): (_STANDING,),
    (KpiKey.cost_to_value, ""): (
        PAID.of(f"work j {_VALUED}", _PAID, currency="j.currency", left_out=_UNPAID),
        ISSUE.of(f"issued j {_VALUED}", "j.amount", currency="j.currency"),
        MACHINE.of(
            "machine m", denominator="coalesce(m.replacement_value, 0)", currency="m.currency",
            left_out="case when m.replacement_value is null then 'no_value' end",
        ),
    ),
    (KpiKey.utilisation, ""): (
        WORK.of("work j", _AT_WORK, left_out="case when not exists (select from crew k where k.id = j.user_id) then 'not_crew' end"),
        CREW.of("crew k where k.begins < k.ends", denominator=f"k.weekly * {_hours('k.begins', 'k.ends')} / 168"),
    ),
    (KpiKey.repeat_rate, ""): (JOB.of("done j where j.intervention_type = 'corrective'", _AGAIN, "1"),),
}  # fmt: skip


# --- preventive work by its dates, and the stock

DATE = Kind("date", "d.id", ("d.due_at", "d.done_at"), label="concat_ws(' · ', d.number, d.title)", job="d.job_id")
SERVED = replace(DATE, at=("d.done_at", "d.held_until"))
OPENING = Kind("opening", "j.site_id", ("j.begins", "j.ends"), equipment_id="null::uuid")
MOVEMENT = Kind("movement", "j.id", ("j.occurred_at", NEVER), label="j.part_number || ' · ' || j.name", equipment_id="null::uuid")
_ON_TIME = "(d.state = 'done' and d.outcome = 'on_time')::integer"
_IN_TIME_YET = "case when d.state in ('planned', 'open') and d.today - d.due::date <= d.tolerance then 'undecided' else d.excused end"
_LATE_DAYS = "greatest(0, extract(epoch from coalesce(d.done_at, d.ends) - d.due_at)) / 86400"
FAILED_AFTER = (
    "exists (select from maintenance_interventions f where f.equipment_id = d.equipment_id and f.stop_kind = 'failure'"
    " and f.status <> 'cancelled' and f.stopped_at > d.done_at and f.stopped_at <= least(d.held_until, d.ends))"
)
_UNDECIDED = f"case when d.held_until is null then 'no_interval' when d.held_until > d.ends and not {FAILED_AFTER} then 'undecided' end"
_LATENESS = DATE.of("due d", _LATE_DAYS, "1", left_out="case when d.state = 'missed' then 'missed' else d.excused end")
_DATES: dict[Way, tuple[Sql, ...]] = {
    (KpiKey.pm_compliance, ""): (DATE.of("due d", _ON_TIME, "1", left_out=_IN_TIME_YET),),
    (KpiKey.pm_success, ""): (SERVED.of("served d", f"(not {FAILED_AFTER})::integer", "1", left_out=_UNDECIDED),),
    (KpiKey.lateness, "mean"): (_LATENESS,),
    (KpiKey.lateness, "median"): (_LATENESS,),
    (KpiKey.lateness, "p90"): (_LATENESS,),
    (KpiKey.stock_turns, ""): (
        OPENING.of("lain j", denominator="coalesce(j.amount, 0)", currency="j.currency"),
        MOVEMENT.of(
            "moved j", "case when j.movement_type in ('out', 'return') then -j.amount else 0 end",
            "j.amount * extract(epoch from j.ends - j.occurred_at) / extract(epoch from j.ends - j.begins)", currency="j.currency",
        ),
    ),
}  # fmt: skip

SUMMED = "kind, numerator, denominator, currency, left_out, began"
EVENTS = _RELIABILITY | _WORK | _DATES
PARTS_OF: dict[Way, tuple[tuple[str, Way], ...]] = {
    (KpiKey.availability_inherent, ""): (("mtbf", (KpiKey.mtbf, "")), ("mrt", (KpiKey.mrt, ""))),
}
"""Of a figure that is made of two, what their events are told apart by."""


def _made_of(way: Way) -> tuple[tuple[str, Way], ...]:
    return PARTS_OF.get(way, (("", way),))


def events_of(way: Way, kept: Mapping[int, Sql] | None = None) -> Sql:
    """`select part, kind, id, …`, unordered. With `kept`, which says where some of it is read from, only what is summed."""
    tagged = []
    for part, each in _made_of(way):
        pieces = joined([_read(piece, kept) for piece in EVENTS[each]], " union all ")
        tagged.append(sql("select {}::text as part, e.* from ({}) e", plain(f"'{part}'"), pieces))
    return joined(tagged, " union all ")


def _read(piece: Sql, kept: Mapping[int, Sql] | None) -> Sql:
    if kept is None:
        return piece
    return kept.get(id(piece)) or sql("select {} from ({}) e", plain(SUMMED), piece)


def shared(ways: Iterable[Way]) -> tuple[Sql, dict[int, Sql]]:
    """What several of the figures are made of, each once: `, made_0 as …` after the facts, and where it is read from then.

    Only what is summed: what an event is called takes longer than what it brings.
    """
    used = [piece for way in ways for _, each in _made_of(way) for piece in EVENTS[each]]
    counts = Counter(map(id, used))
    often = {id(piece): piece for piece in used if counts[id(piece)] > 1}
    names = {key: f"made_{number}" for number, key in enumerate(often)}
    made = [sql(", {} as materialized (select {} from ({}) e)", plain(names[key]), plain(SUMMED), piece) for key, piece in often.items()]
    return joined(made, "") if made else plain(""), {key: sql("select * from {}", plain(name)) for key, name in names.items()}
