"""Every figure, declared once: its key, which stays whatever the standards' numbers become, its unit, and which way is better.

Its name and formula are worded by the catalogues: `kpi.<key>`, `kpi.<key>.formula`. A figure is a sum over a sum unless it says
otherwise, of events that each bring something to one of them: so are exports recomputed, and so are figures of several machines.
"""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    hours = "hours"
    share = "share"
    days = "days"
    weeks = "weeks"
    money = "money"
    turns = "turns"
    number = "number"


class Better(StrEnum):
    """Which way a figure had better go."""

    more = "more"
    less = "less"
    neither = "neither"


class KpiKey(StrEnum):
    availability = "availability"
    mtbf = "mtbf"
    mttr = "mttr"
    mrt = "mrt"
    mdt = "mdt"
    availability_inherent = "availability_inherent"
    availability_required = "availability_required"
    preventive_share = "preventive_share"
    pm_compliance = "pm_compliance"
    pm_success = "pm_success"
    schedule_compliance = "schedule_compliance"
    lateness = "lateness"
    backlog_weeks = "backlog_weeks"
    cost = "cost"
    cost_to_value = "cost_to_value"
    utilisation = "utilisation"
    repeat_rate = "repeat_rate"
    stock_turns = "stock_turns"


@dataclass(frozen=True)
class Kpi:
    """`variants` are the ways in which it is given; `per_currency`: apart for each currency, none of which is added to another."""

    key: KpiKey
    unit: Unit
    better: Better
    standard: str
    variants: tuple[str, ...] = ("",)
    per_currency: tuple[str, ...] = ()


_ALL = (
    Kpi(KpiKey.availability, Unit.share, Better.more, "EN 15341:2007 T2 · SMRP 2.2"),
    Kpi(KpiKey.mtbf, Unit.hours, Better.more, "EN 15341:2007 T17 · SMRP 3.5.1"),
    Kpi(KpiKey.mttr, Unit.hours, Better.less, "EN 15341:2007 T21 · SMRP 3.5.2"),
    Kpi(KpiKey.mrt, Unit.hours, Better.less, "ISO 14224 MART"),
    Kpi(KpiKey.mdt, Unit.hours, Better.less, "SMRP 3.5.4"),
    Kpi(KpiKey.availability_inherent, Unit.share, Better.more, "IEC 60050-192"),
    Kpi(KpiKey.availability_required, Unit.share, Better.more, "EN 15341:2007 T1"),
    Kpi(KpiKey.preventive_share, Unit.share, Better.more, "EN 15341:2007 O18", ("count", "hours", "cost"), ("cost",)),
    Kpi(KpiKey.pm_compliance, Unit.share, Better.more, "SMRP 5.4.14"),
    Kpi(KpiKey.pm_success, Unit.share, Better.more, "EN 13306"),
    Kpi(KpiKey.schedule_compliance, Unit.share, Better.more, "EN 15341:2007 O22 · SMRP 5.4.4"),
    Kpi(KpiKey.lateness, Unit.days, Better.less, "SMRP 5.4.14", ("mean", "median", "p90")),
    Kpi(KpiKey.backlog_weeks, Unit.weeks, Better.neither, "SMRP 5.4.8"),
    Kpi(
        KpiKey.cost, Unit.money, Better.less, "EN 15341:2007 E1",
        ("total", "labour", "parts", "downtime"), ("total", "labour", "parts", "downtime"),
    ),
    Kpi(KpiKey.cost_to_value, Unit.share, Better.less, "EN 15341:2007 E1 · SMRP 1.5", per_currency=("",)),
    Kpi(KpiKey.utilisation, Unit.share, Better.neither, "SMRP 5.6.1"),
    Kpi(KpiKey.repeat_rate, Unit.share, Better.less, "ISO 14224"),
    Kpi(KpiKey.stock_turns, Unit.turns, Better.more, "SMRP 5.5.31", per_currency=("",)),
)  # fmt: skip
KPIS = {kpi.key: kpi for kpi in _ALL}
OF_COSTS = frozenset(
    (kpi.key, variant) for kpi in _ALL for variant in kpi.per_currency if kpi.key is not KpiKey.stock_turns
)  # fmt: skip
"""The ways in which work is paid for, with what they need: `shared_models.permissions.COSTS`."""

WITHOUT_NUMBER = ("machine", "meter", "opening", "standing", "crew")
"""Kinds of events that bring an amount, but of which a figure has no n."""


class LeftOut(StrEnum):
    """Why an event does not count: `kpi.left_out.<reason>`."""

    not_a_failure = "not_a_failure"
    began_before = "began_before"
    unfinished = "unfinished"
    cancelled = "cancelled"
    out_of_service = "out_of_service"
    undecided = "undecided"
    missed = "missed"
    no_calendar = "no_calendar"
    no_interval = "no_interval"
    no_estimate = "no_estimate"
    no_rate = "no_rate"
    not_crew = "not_crew"
    no_value = "no_value"


class Because(StrEnum):
    """Why there is no figure: `kpi.because.<reason>`."""

    nothing_seen = "nothing_seen"
    no_failures = "no_failures"
    nothing_restored = "nothing_restored"
    nothing_down = "nothing_down"
    nothing_done = "nothing_done"
    nothing_due = "nothing_due"
    nothing_scheduled = "nothing_scheduled"
    no_costs = "no_costs"
    no_stock = "no_stock"
    no_replacement_value = "no_replacement_value"
    no_calendar = "no_calendar"
    no_capacity = "no_capacity"
    no_rates = "no_rates"
