"""“Why this date?” in one sentence, in any language of the catalogue."""

from datetime import date
from functools import reduce
from typing import Protocol

from shared_models.plans.planning import Basis, DueReason, ReferenceKind
from shared_models.plans.recurrence import LAST_WEEK


class Words(Protocol):
    """The reader's language: `shared_models.i18n.Translator` with its dates and numbers."""

    def t(self, key: str, **params: object) -> str: ...
    def n(self, key: str, count: int, **params: object) -> str: ...
    def day(self, day: date) -> str:
        """12 March, with the year where it is not the present one."""
        ...

    def number(self, value: float) -> str:
        """4 870; 9.2: as many digits as tell something."""
        ...


def why(reason: DueReason, words: Words) -> str:
    """“Last done 12 March at 4 870 h; + 500 h; 9.2 h/day → 4 May; calendar limit 12 June; first wins.”"""
    parts = [_reference(reason, words), *_meter(reason, words), *_calendar(reason, words)]
    if reason.meter_due is not None and reason.calendar_due is not None:
        parts.append(words.t("why.first_wins"))
    if reason.is_clamped:
        parts.append(words.t("why.clamped"))
    if reason.is_forecast:
        parts.append(words.t("why.forecast"))
    if reason.missed:
        parts.append(words.n("why.missed", reason.missed))
    if reason.moved_from is not None:
        parts.append(words.t("why.moved", day=words.day(reason.moved_from.date())))
    sentence = reduce(lambda first, then: words.t("why.after_that", first=first, then=then), filter(None, parts))
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _reference(reason: DueReason, words: Words) -> str:
    """What is counted from. A fixed series counts from nothing but itself."""
    kind, total = reason.reference.kind, reason.reference.total
    if reason.frequency is not None and reason.meter_interval is None and reason.basis is Basis.fixed:
        return ""
    if kind is ReferenceKind.start and reason.meter_interval is None:
        return words.t("why.start", day=words.day(reason.due.date()))
    with_total = reason.meter_interval is not None and total is not None
    at = f"{words.number(total)}\u00a0{reason.unit}" if with_total and total is not None else ""
    key = f"why.from_{kind}_at" if with_total else f"why.from_{kind}"
    return words.t(key, day=words.day(reason.reference.at.date()), total=at)


def _meter(reason: DueReason, words: Words) -> list[str]:
    if reason.meter_interval is None:
        return []
    plus = words.t("why.plus", interval=f"{words.number(reason.meter_interval)}\u00a0{reason.unit}")
    if reason.meter_due is None:
        return [plus, words.t("why.no_use")]
    day = words.day(reason.meter_due.date())
    if reason.is_reached and reason.threshold is not None:
        return [plus, words.t("why.reached", total=f"{words.number(reason.threshold)}\u00a0{reason.unit}", day=day)]
    return [plus, words.t("why.use", use=f"{words.number(reason.per_day or 0.0)}\u00a0{reason.unit}", day=day)]


def _calendar(reason: DueReason, words: Words) -> list[str]:
    if reason.calendar_due is None or reason.frequency is None or reason.every is None:
        return []
    day = words.day(reason.calendar_due.date())
    if reason.meter_interval is not None:
        return [words.t("why.limit", day=day)]
    if reason.basis is Basis.fixed:
        return [words.t("why.series", every=every(reason, words), day=day)]
    if reason.reference.kind is ReferenceKind.start:
        return []
    return [words.t("why.interval", interval=words.n(f"why.span.{reason.frequency}", reason.every), day=day)]


def every(reason: DueReason, words: Words) -> str:
    """“every 2 weeks, on Monday and Thursday”, “every month, on the last Friday”."""
    if reason.frequency is None or reason.every is None:
        return ""
    spoken = words.n(f"why.every.{reason.frequency}", reason.every)
    days = [words.t(f"why.weekday.{day}") for day in reason.weekdays]
    if reason.week is not None and days:
        which = "last" if reason.week == LAST_WEEK else str(reason.week)
        return words.t("why.on_week", every=spoken, day=words.t(f"why.week.{which}", day=days[0]))
    if days:
        listed = words.t("why.and", first=", ".join(days[:-1]), last=days[-1]) if days[1:] else days[0]
        return words.t("why.on_days", every=spoken, days=listed)
    return spoken
