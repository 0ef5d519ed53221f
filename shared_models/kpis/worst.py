"""Machines that take most: by what, and on which side of the means they lie."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared_models.base import Instant, PlanDay, Row
from shared_models.kpis.periods import Period
from shared_models.kpis.rows import EVENTS, KpiQuery
from shared_models.numbers import NUMBER
from shared_models.text import Short


class WorstBy(StrEnum):
    downtime = "downtime"
    stops = "stops"
    failures = "failures"
    cost = "cost"
    repeats = "repeats"


class Knife(StrEnum):
    """Of a jack-knife: `chronic` fails oftener than the mean, `acute` takes longer to restore than the mean."""

    acute_chronic = "acute_chronic"
    acute = "acute"
    chronic = "chronic"
    calm = "calm"


def knife(failures: int, mttr: float | None, mean_failures: float | None, mean_mttr: float | None) -> Knife | None:
    """None where there is nothing to compare; the limits are the means of the machines that failed."""
    if not failures or mttr is None or mean_failures is None or mean_mttr is None:
        return None
    is_chronic, is_acute = failures > mean_failures, mttr > mean_mttr
    if is_acute:
        return Knife.acute_chronic if is_chronic else Knife.acute
    return Knife.chronic if is_chronic else Knife.calm


class WorstQuery(KpiQuery):
    """`currency`: of the costs; the one in which there is most where it is left out."""

    by: WorstBy = WorstBy.downtime
    currency: Annotated[Short, Field(max_length=3)] = ""
    page: Annotated[int, Field(ge=1, le=100_000), NUMBER] = 1
    size: Annotated[int, Field(ge=1, le=EVENTS), NUMBER] = 50


class BadActor(Row):
    """Times in hours. `value` is what it is ranked by, `until` the sum of it down to here. `trend`: Laplace's u of its failures, where
    there are enough and it says something: above 0 they come closer together. `cost`: None to who may not know it.
    """

    id: UUID
    code: str
    name: str
    site_id: UUID
    value: float
    until: float
    stops: int
    failures: int
    down: float
    mttr: float | None
    jobs: int
    repeats: int
    repeat_rate: float | None
    cost: float | None
    trend: float | None = None
    knife: Knife | None = None


class Worst(Row):
    """The machines of which there is something, most first; `amount` is the sum of all `total`."""

    period: Period
    since: PlanDay
    until: PlanDay
    as_of: Instant
    by: WorstBy
    currency: str
    mean_failures: float | None
    mean_mttr: float | None
    amount: float
    machines: list[BadActor]
    total: int
    page: int
    size: int
