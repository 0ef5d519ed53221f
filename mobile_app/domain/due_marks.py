"""Due dates in words and marks: late, due, soon; why a date is what it is; how a plan has been kept."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from math import pi
from typing import Final

import flet as ft

from mobile_app.core.i18n import capital, format_date, format_late, format_number, measure, n, ordinal_day, t
from mobile_app.domain.due import Compliance, DueState, compliance, due_day, due_state, job_due_state, local_day, plan_due_state
from mobile_app.domain.marks import Mark
from mobile_app.ui.cards import Trailing
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import FONT, SEMIBOLD, TONES, C, Tone
from shared_models.interventions.rows import InterventionRow
from shared_models.plans.fields import PlanFields, rule_of
from shared_models.plans.planning import Basis, DueReason, Outcome, Reference, ReferenceKind, Trigger
from shared_models.plans.recurrence import BY_METER, CalendarRule
from shared_models.plans.rows import STRIP, OccurrenceRow, PlanRow
from shared_models.plans.why import every, why

__all__ = [
    "DUE", "IGNORED", "OUTCOME", "PAUSED", "ComplianceMarks", "ComplianceStrip", "DueLine", "compliance_words", "due_chip", "due_state",
 "frequency_words", "job_due", "job_due_state", "local_day", "plan_due", "plan_due_state", "short_why", "spoken_day",
    "why_sentence",
]  # fmt: skip

DUE: Final = {
    DueState.late: Mark("due.late", Tone.bad, ft.Icons.EVENT_BUSY_ROUNDED),
    DueState.due: Mark("due.due", Tone.warning, ft.Icons.TODAY_ROUNDED),
    DueState.soon: Mark("due.soon", Tone.info, ft.Icons.UPCOMING_ROUNDED),
    DueState.later: Mark("due.later", Tone.off, ft.Icons.EVENT_ROUNDED),
}
PAUSED: Final = Mark("due.paused", Tone.off, ft.Icons.PAUSE_CIRCLE_ROUNDED)
OUT_OF_SERVICE: Final = Mark("domain.equipment.inactive", Tone.off, ft.Icons.PAUSE_CIRCLE_ROUNDED)
IGNORED: Final = Mark("due.ignored", Tone.bad, ft.Icons.NOTIFICATIONS_OFF_ROUNDED)
OUTCOME: Final = {
    Outcome.on_time: Mark("due.outcome.on_time", Tone.ok, ft.Icons.CIRCLE),
    Outcome.late: Mark("due.outcome.late", Tone.warning, ft.Icons.PLAY_ARROW_ROUNDED),
    Outcome.early: Mark("due.outcome.early", Tone.info, ft.Icons.SQUARE_ROUNDED),
    Outcome.missed: Mark("due.outcome.missed", Tone.bad, ft.Icons.CLOSE_ROUNDED),
    Outcome.skipped: Mark("due.outcome.skipped", Tone.off, ft.Icons.REMOVE_ROUNDED),
}
_GLYPH: Final = {Outcome.on_time: "●", Outcome.late: "▲", Outcome.early: "◆", Outcome.missed: "×", Outcome.skipped: "–"}
_STRIP_SIZE: Final = 12
_TURN: Final = {Outcome.late: -pi / 2, Outcome.early: pi / 4}
"""A triangle that points up, a square on its corner."""

_WHOLE: Final = 100
_TENTHS: Final = 1


# Why


class _Words:
    """The reader's language, as `shared_models.plans.why` wants it."""

    def t(self, key: str, **params: object) -> str:
        return t(key, **params)

    def n(self, key: str, count: int, **params: object) -> str:
        return n(key, count, **params)

    def day(self, day: date) -> str:
        return spoken_day(day)

    def number(self, value: float) -> str:
        return sensible(value)


def spoken_day(day: date) -> str:
    """12 mars, with the year where it is not the present one; for sentences."""
    month = t("common.months").split(",")[day.month - 1]
    key = "common.date" if day.year == local_day(datetime.now(UTC)).year else "common.date_year"
    return t(key, day=ordinal_day(day), month=month, year=day.year)


WORDS: Final = _Words()


def sensible(value: float) -> str:
    """4 870; 9,2; 0,35; 0,6: as many digits as tell something."""
    size = abs(value)
    digits = 0 if size >= _WHOLE else 1 if size >= _TENTHS else 2
    while digits and round(value, digits) == round(value, digits - 1):
        digits -= 1
    return format_number(value, digits)


def why_sentence(reason: DueReason) -> str:
    """“Last done 12 March at 4 870 h; + 500 h; 9.2 h/day → 4 May; calendar limit 12 June; first wins.”"""
    return why(reason, WORDS)


def short_why(reason: DueReason) -> str:
    """The same in the few words a card has room for: “500 h reached”, “every month”."""
    if reason.wins is Trigger.meter and reason.meter_interval is not None:
        interval = measure(sensible(reason.meter_interval), reason.unit)
        return t("due.short.reached" if reason.is_reached else "due.short.meter", interval=interval)
    if reason.meter_interval is not None:
        return t("due.short.limit")
    if reason.basis is Basis.fixed:
        return every(reason, WORDS)
    if reason.reference.kind is ReferenceKind.start or reason.frequency is None or reason.every is None:
        return t("due.short.first")
    return t("due.short.since", interval=n(f"why.span.{reason.frequency}", reason.every))


def frequency_words(plan: PlanRow | PlanFields) -> str:
    """“every 3 months”, “every 500 h or 6 months”."""
    calendar = rule_of(plan).calendar
    if plan.frequency_type not in BY_METER:
        assert calendar
        return _every(calendar)
    unit = plan.meter.unit if isinstance(plan, PlanRow) and plan.meter else t(f"due.unit.{plan.frequency_type}")
    interval = measure(sensible(plan.frequency_value), unit)
    if calendar is None:
        return t(f"due.every_{plan.frequency_type}", interval=interval)
    return t(f"due.every_{plan.frequency_type}_or", interval=interval, limit=n(f"why.span.{calendar.frequency}", calendar.every))


def _every(rule: CalendarRule) -> str:
    never = datetime(1, 1, 1)  # noqa: DTZ001 - said of no date
    start = Reference(kind=ReferenceKind.start, at=never)
    spoken = DueReason(
        due=never, wins=Trigger.calendar, basis=Basis.fixed, reference=start,
        frequency=rule.frequency, every=rule.every, weekdays=list(rule.weekdays), week=rule.week,
    )  # fmt: skip
    return every(spoken, WORDS)


# When


def job_due(job: InterventionRow, today: date, plan: PlanRow | None = None) -> Trailing | None:
    """The word at the right of a job's card; None without a date."""
    day, state = due_day(job), job_due_state(job, today, plan)
    return Trailing(capital(format_late(day, today)), DUE[state].tone) if day and state else None


def plan_due(plan: PlanRow, today: date, *, is_out: bool = False) -> Trailing | None:
    """None while paused; a machine that is out of service keeps its plans waiting."""
    if is_out:
        return Trailing(OUT_OF_SERVICE.word, OUT_OF_SERVICE.tone)
    state = plan_due_state(plan, today)
    return Trailing(capital(format_late(plan.next_due.date(), today)), DUE[state].tone) if state and plan.next_due else None


def due_chip(plan: PlanRow, today: date, *, is_out: bool = False) -> ft.Control:
    """Late since, due today, soon, the date; or why there is none."""
    if is_out and plan.is_active:
        return OUT_OF_SERVICE.chip()
    if not plan.is_active:
        return StatusChip(PAUSED.word, PAUSED.tone, icon=PAUSED.icon, tooltip=plan.inactive_reason or None)
    state = plan_due_state(plan, today)
    if state is None or plan.next_due is None:
        return StatusChip(t("due.unknown"), Tone.off, icon=ft.Icons.HELP_OUTLINE_ROUNDED)
    mark = DUE[state]
    return StatusChip(
        capital(format_late(plan.next_due.date(), today)), mark.tone, icon=mark.icon, tooltip=format_date(plan.next_due.date())
    )


def DueLine(due: date, today: date, lead_days: int, reason: DueReason | None = None) -> ft.Control:
    """The mark of a date, the date itself where the mark tells the days, and in small print why."""
    mark = DUE[due_state(due, today, lead_days)]
    chip = StatusChip(capital(format_late(due, today)), mark.tone, icon=mark.icon)
    exact = [Meta(format_date(due, today))] if format_late(due, today) != format_date(due, today) else []
    head = ft.Row([chip, *exact], spacing=8, wrap=True)
    said: list[ft.Control] = [Meta(why_sentence(reason), max_lines=None)] if reason else []
    return ft.Column([head, *said], spacing=6, tight=True)


# How it has been kept


def compliance_words(kept: Compliance) -> str:
    """“9 sur 12 à l’heure”."""
    if not kept.judged:
        return t("due.compliance_none")
    return n("due.compliance", kept.judged, on_time=format_number(kept.on_time), judged=format_number(kept.judged))


def ComplianceStrip(occurrences: Sequence[OccurrenceRow]) -> ft.Control:
    """The last dates of a plan in one line of a table, oldest first, each a shape; points stand for dates not reached yet.

    One text, whose parts are runs of the same: a table has fifty of them.
    """
    shown = _judged(occurrences)
    runs = [(outcome, len(list(group))) for outcome, group in groupby(row.outcome for row in shown)]
    spans = [
        ft.TextSpan(_GLYPH[outcome] * count, ft.TextStyle(color=TONES[OUTCOME[outcome].tone].ink)) for outcome, count in runs if outcome
    ]
    empty = ft.TextSpan("·" * (STRIP - len(shown)), ft.TextStyle(color=C.ink2))
    style = ft.TextStyle(font_family=FONT, size=_STRIP_SIZE, letter_spacing=2, weight=SEMIBOLD)
    text = ft.Text(spans=[empty, *spans], style=style, max_lines=1, no_wrap=True)
    return ft.Semantics(content=text, label=spoken_strip(shown), image=True, exclude_semantics=True)


def ComplianceMarks(occurrences: Sequence[OccurrenceRow], *, size: float = 22) -> ft.Control:
    """The same with room: each tells its date."""
    shown = _judged(occurrences)
    row = ft.Row([_outcome(one, size) for one in shown], spacing=2, run_spacing=2, wrap=True)
    return ft.Semantics(content=row, label=spoken_strip(shown), image=True, exclude_semantics=True)


def _judged(occurrences: Sequence[OccurrenceRow]) -> list[OccurrenceRow]:
    return [row for row in occurrences if row.outcome is not None][-STRIP:]


def spoken_strip(occurrences: Sequence[OccurrenceRow]) -> str:
    """“9 of 12 on time; 2 late, 1 missed”."""
    counts = [(outcome, sum(1 for row in occurrences if row.outcome is outcome)) for outcome in Outcome if outcome is not Outcome.on_time]
    others = ", ".join(n(f"due.counted.{outcome}", count) for outcome, count in counts if count)
    words = compliance_words(compliance(occurrences))
    return t("due.strip_spoken", kept=words, others=others) if others else words


def _shape(outcome: Outcome, size: float) -> ft.Control:
    mark = OUTCOME[outcome]
    fitting = size * (0.72 if outcome in {Outcome.on_time, Outcome.early} else 1.15)
    return ft.Icon(mark.icon, size=fitting, color=TONES[mark.tone].ink, rotate=_TURN.get(outcome))


def ended_because(row: OccurrenceRow) -> str:
    """Why a date was left out: what somebody wrote, or the catalogue's own word."""
    return t(row.reason) if row.reason.startswith("plan.reason.") else row.reason


def _outcome(row: OccurrenceRow, size: float) -> ft.Control:
    assert row.outcome
    said = t("due.outcome_on", day=format_date(row.due.date()), outcome=OUTCOME[row.outcome].word)
    tooltip = t("due.with_reason", said=said, reason=ended_because(row)) if row.reason else said
    return ft.Container(_shape(row.outcome, size), width=size, height=size, alignment=ft.Alignment.CENTER, tooltip=tooltip)


def StripLegend(size: float = 14) -> ft.Control:
    """What the shapes mean."""
    parts = [ft.Row([_shape(outcome, size), Meta(mark.word)], spacing=4, tight=True) for outcome, mark in OUTCOME.items()]
    return ft.Row(list[ft.Control](parts), spacing=14, run_spacing=4, wrap=True)
