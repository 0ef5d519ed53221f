"""The dates to come of a plan, or of one that is being written; computed here, without a network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from mobile_app.core.projection import project
from mobile_app.domain.agenda import next_original
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import shown_rows
from shared_models.plans.commands import CreatePlan, UpdatePlan
from shared_models.plans.fields import PlanFields, rule_of
from shared_models.plans.planning import DueReason, Reference, ReferenceKind, forecast
from shared_models.plans.rows import OccurrenceRow, OccurrenceState, PlanRow
from shared_models.rules import By

MOST = 12
_ENDED = {OccurrenceState.done, OccurrenceState.missed, OccurrenceState.skipped}


@dataclass(frozen=True)
class NextDate:
    """`original_due` names the occurrence; `may_move` is False for what is only a forecast."""

    original_due: datetime
    due: datetime
    reason: DueReason
    occurrence: OccurrenceRow | None
    may_move: bool


def next_dates(plan: PlanRow, most: int = MOST) -> list[NextDate]:
    """The next date with all that is known of it, then what the rule makes of the future."""
    if plan.reason is None:
        return []
    known = {row.original_due: row for row in plan.occurrences}
    first_due = next_original(plan) or plan.reason.due
    first = NextDate(first_due, plan.reason.due, plan.reason, known.get(first_due), may_move=True)
    return [first, *islice(_later(plan, first_due, known), most - 1)]


def _later(plan: PlanRow, first_due: datetime, known: Mapping[datetime, OccurrenceRow]) -> Iterator[NextDate]:
    series = plan.rule().is_series
    for number, reason in enumerate(forecast(plan.rule(), plan.reference, plan.meter)):
        own = known.get(reason.due) if series else None
        if number == 0 or (series and reason.due <= first_due) or (own is not None and own.state in _ENDED):
            continue
        due, why = reason.due, reason
        if own is not None and own.due != reason.due:
            due, why = own.due, reason.model_copy(update={"due": own.due, "moved_from": own.original_due})
        yield NextDate(reason.due, due, why, own, may_move=series)


def previewed(client: Client, command: CreatePlan | UpdatePlan, most: int = MOST) -> list[DueReason]:
    """What the plan would be due, as the device's own forecast of the command says."""
    rows = shown_rows(client)
    project(command, rows, By(client.user.id, client.user.role))
    plan = rows.get(PlanRow, command.plan_id)
    return [date.reason for date in next_dates(plan, most)] if plan else by_rule(command, most)


def by_rule(fields: PlanFields, most: int = MOST) -> list[DueReason]:
    """Before a machine is chosen: by the calendar alone."""
    start = Reference(kind=ReferenceKind.start, at=fields.starts_at)
    if fields.last_done_on is not None:
        start = Reference(kind=ReferenceKind.done, at=datetime.combine(fields.last_done_on, fields.due_time))
    return list(islice(forecast(rule_of(fields), start), most))
