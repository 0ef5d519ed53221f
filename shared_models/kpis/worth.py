"""Whether a plan is worth what it takes: what its visits find, what fails between them, and what may be changed of it.

With few visits nearly every share can be had by chance. So a share counts as rare or frequent only where its one-sided bound (Clopper
and Pearson, 90 %) lies on that side: 11 visits without a finding are the fewest of which less than one in five is sure. What is not
sure stays as it is. Nothing here changes a plan: whoever keeps it does.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared_models.base import Instant, PlanDay, Row
from shared_models.kpis.periods import Period
from shared_models.kpis.rows import EVENTS, KpiQuery
from shared_models.kpis.statistics import share_at_least, share_at_most
from shared_models.numbers import NUMBER

FEWEST = 6
"""Visits of which it is known whether something failed after them; with fewer, nothing is said."""
RARE = 0.2
FREQUENT = 0.2


class Suggestion(StrEnum):
    """`longer` or `shorter` intervals, `drop` it for another remedy, `keep` it, or `unsure`: too few visits."""

    longer = "longer"
    shorter = "shorter"
    drop = "drop"
    keep = "keep"
    unsure = "unsure"


def suggested(visits: int, finding: int, judged: int, failed: int) -> Suggestion:
    """Of `visits` that were made, `finding` found something; of `judged`, whose interval is over, `failed` were followed by a failure."""
    if visits < FEWEST or judged < FEWEST:
        return Suggestion.unsure
    finds_little = share_at_most(finding, visits) < RARE
    if share_at_least(failed, judged) > FREQUENT:
        return Suggestion.drop if finds_little else Suggestion.shorter
    if finds_little and share_at_most(failed, judged) < RARE:
        return Suggestion.longer
    return Suggestion.keep


class WorthQuery(KpiQuery):
    """Of the twelve months that end today, unless it says otherwise: a month has too few visits."""

    period: Period = Period.rolling
    plan_id: UUID | None = None
    suggestion: Suggestion | None = None
    page: Annotated[int, Field(ge=1, le=100_000), NUMBER] = 1
    size: Annotated[int, Field(ge=1, le=EVENTS), NUMBER] = 50


class Amount(Row):
    currency: str
    value: float


class PlanWorth(Row):
    """Of one plan: `visits` that were made and `finding` something, `findings` in all; `judged` visits whose interval is
    over, `failed` those that a failure of the machine followed within it; `failures` of the machine in that time; `hours` of work and
    `costs` of labour and parts. What is `at_most` and `at_least` are the bounds that the suggestion goes by.
    """

    id: UUID
    title: str
    equipment_id: UUID
    equipment_code: str
    equipment_name: str
    days: float | None
    visits: int
    finding: int
    findings: int
    judged: int
    failed: int
    failures: int
    hours: float
    costs: list[Amount]
    finding_at_most: float | None
    failed_at_least: float | None
    failed_at_most: float | None
    suggestion: Suggestion


class PlansWorth(Row):
    period: Period
    since: PlanDay
    until: PlanDay
    as_of: Instant
    plans: list[PlanWorth]
    total: int
    page: int
    size: int
