"""Figures as they are asked for and read: each with what it was made of."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from shared_models.base import Instant, PlanDay, Row, RuleError, Schema
from shared_models.kpis.periods import Days, Period
from shared_models.kpis.registry import Because, Better, KpiKey, LeftOut, Unit
from shared_models.numbers import NUMBER
from shared_models.text import Short

MOST_DAYS = 366 * 10
EVENTS = 200
"""Of a proof's page; its file has all of them."""


class KpiQuery(Schema):
    """Of all that the reader may see, or what is chosen; `since` and `until` (both included) are the days of a custom period."""

    period: Period = Period.month
    since: PlanDay | None = None
    until: PlanDay | None = None
    site_id: UUID | None = None
    production_line_id: UUID | None = None
    class_id: UUID | None = None
    equipment_id: UUID | None = None

    @model_validator(mode="after")
    def _span(self) -> "KpiQuery":
        if self.period is Period.custom and not _fits(self.since, self.until):
            raise RuleError("days_unfit", "since", "until")
        return self


def _fits(since: date | None, until: date | None) -> bool:
    return since is not None and until is not None and 0 <= (until - since).days < MOST_DAYS


class Figure(Row):
    """`value` is None where there is none, and `because` says why. `numerator` over `denominator` is the value, unless it is the
    middle (`median`, `p90`) of what its events bring.

    `bound`: the mean time between failures that `confidence` is sure of at least. `trend`: Laplace's u of the failures, where it
    says something. `before`: the value of the period before.
    """

    key: KpiKey
    variant: str = ""
    currency: str = ""
    unit: Unit
    better: Better
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    n: int = 0
    left_out: int = 0
    because: Because | None = None
    bound: float | None = None
    trend: float | None = None
    is_estimated: bool = False
    before: float | None = None


class Board(Row):
    """`since` to `until` and the days of the period before, all included; `as_of` is when it was computed."""

    period: Period
    since: date
    until: date
    before_since: date
    before_until: date
    as_of: Instant
    confidence: float
    figures: list[Figure]


class KpiEvent(Row):
    """What has been counted, or left out for a reason; `part` says of which figure, where one is made of two. `job_id` is the job that
    tells of it, where there is one.

    `numerator` and `denominator` are what it brings to each of the two sums, in the unit of the figure: times in hours.
    """

    part: str = ""
    kind: str
    id: UUID
    job_id: UUID | None
    equipment_id: UUID | None
    equipment_code: str
    equipment_name: str
    label: str
    person: str = ""
    began: Instant | None
    ended: Instant | None
    numerator: float
    denominator: float
    currency: str = ""
    left_out: LeftOut | None


class Omitted(Row):
    reason: LeftOut
    count: int


class Proof(Row):
    """`events` are the first of `total`: those that count, then those that were left out."""

    period: Period
    since: date
    until: date
    as_of: Instant
    confidence: float
    name: str
    formula: str
    standard: str
    figure: Figure
    figures: list[Figure]
    events: list[KpiEvent]
    total: int
    omitted: list[Omitted]


class ProofQuery(KpiQuery):
    """`variant` and `currency`: of a figure that is given in several ways; the first where they are left out."""

    variant: Annotated[Short, Field(max_length=20)] = ""
    currency: Annotated[Short, Field(max_length=3)] = ""
    size: Annotated[int, Field(ge=1, le=EVENTS), NUMBER] = EVENTS


def days_asked(query: KpiQuery) -> Days | None:
    """Of a custom period."""
    if query.since is None or query.until is None or query.period is not Period.custom:
        return None
    return Days(query.since, date.fromordinal(query.until.toordinal() + 1))


class Bar(Row):
    """One of a chart: whose it is, and what it amounts to; `count` events have made it."""

    id: UUID | None
    label: str
    value: float
    count: int


class Chart(Row):
    """`key` names it for the catalogue (`kpi.chart.<key>`); longest bars first, of at most `total` that there are, whose sum is `whole`."""

    key: str
    unit: Unit
    currency: str = ""
    bars: list[Bar]
    total: int
    whole: float


class Charts(Row):
    period: Period
    since: date
    until: date
    as_of: Instant
    charts: list[Chart]


class MonthFigures(Row):
    """In hours. `mtbf` is estimated: the time in which nothing stood still counts as run, whatever a meter says."""

    month: date
    machines: int
    seen: float
    down: float
    failures: int
    restored: int
    availability: float | None
    mtbf: float | None
    mttr: float | None


class Months(Row):
    since: date
    until: date
    as_of: Instant
    months: list[MonthFigures]


class ReportQuery(KpiQuery):
    page: Annotated[int, Field(ge=1, le=100_000), NUMBER] = 1
    size: Annotated[int, Field(ge=1, le=EVENTS), NUMBER] = 50


class MachineFigures(Row):
    """One machine's, in hours; what has no value is None."""

    id: UUID
    code: str
    name: str
    seen: float
    down: float
    availability: float | None
    failures: int
    mtbf: float | None
    mttr: float | None
    jobs: int
    labour: float
    preventive_labour: float


class Report(Board):
    """Maintenance of a period: its figures, and those of each machine, the longest down first."""

    machines: list[MachineFigures]
    total: int
    page: int
    size: int
