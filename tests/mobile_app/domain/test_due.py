# ruff: noqa: DTZ001 - a plan's dates are on the site's wall clock
"""Late, due and soon around midnight; how plans have been kept."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mobile_app.domain.due import DueState, compliance, due_day, due_state, job_due_state, past_occurrences, plan_due_state
from mobile_app.domain.views import Reader, today_view
from shared_models.ids import uuid7
from shared_models.plans.planning import Outcome
from shared_models.plans.rows import OccurrenceRow, OccurrenceState
from tests.mobile_app.core.rows import AT, job, plan

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("days", "state"),
    [(-1, "late"), (0, "due"), (1, "soon"), (7, "soon"), (8, "later")],
)
def test_a_date_is_due_all_its_day_and_late_from_the_next(days, state):
    assert due_state(DAY + timedelta(days=days), DAY) == state


def test_the_lead_time_is_the_plans():
    assert due_state(DAY + timedelta(days=3), DAY, lead_days=2) is DueState.later
    assert due_state(DAY + timedelta(days=1), DAY, lead_days=0) is DueState.later
    assert due_state(DAY, DAY, lead_days=0) is DueState.due


@pytest.mark.parametrize("hour", [0, 8, 23])
def test_a_planned_job_keeps_its_sites_day_whatever_the_hour(hour):
    sheet = job(due_local=datetime(2026, 11, 23, hour), scheduled_end=datetime(2026, 11, 24, 5, tzinfo=UTC))
    assert due_day(sheet) == DAY
    assert job_due_state(sheet, DAY) is DueState.due
    assert job_due_state(sheet, DAY + timedelta(days=1)) is DueState.late


def test_a_job_of_a_plan_that_announces_late_is_not_soon_yet():
    own = plan(lead_days=2)
    sheet = job(due_local=datetime(2026, 11, 28, 8), scheduled_maintenance_id=own.id)
    who = Reader(uuid7(), DAY)
    assert today_view([sheet], who).soon == [sheet]
    assert today_view([sheet], who, {own.id: own}.get).later == [sheet]


def test_a_paused_plan_is_never_late():
    own = plan()
    assert plan_due_state(own, DAY + timedelta(days=100)) is DueState.late
    assert plan_due_state(own.model_copy(update={"is_active": False}), DAY + timedelta(days=100)) is None


def ended(number: int, outcome: Outcome) -> OccurrenceRow:
    state = {Outcome.missed: OccurrenceState.missed, Outcome.skipped: OccurrenceState.skipped}.get(outcome, OccurrenceState.done)
    due = datetime(2026, 1, 5, 8) + timedelta(weeks=number)
    return OccurrenceRow(id=uuid7(), original_due=due, due=due, state=state, outcome=outcome, done_at=AT)


def test_compliance_counts_missed_dates_and_leaves_skipped_ones_out():
    outcomes = [Outcome.on_time, Outcome.late, Outcome.missed, Outcome.skipped, Outcome.early, Outcome.on_time]
    kept = compliance(ended(number, outcome) for number, outcome in enumerate(outcomes))
    assert (kept.on_time, kept.judged, kept.ratio) == (2, 5, 0.4)
    assert compliance([]).ratio is None


def test_the_strip_is_the_last_twelve_that_ended_oldest_first():
    waiting = OccurrenceRow(id=uuid7(), original_due=datetime(2027, 1, 1), due=datetime(2027, 1, 1), state=OccurrenceState.open)
    rows = [waiting, *(ended(number, Outcome.on_time) for number in reversed(range(14)))]
    shown = past_occurrences(plan(occurrences=rows))
    assert [row.original_due for row in shown] == [datetime(2026, 1, 5, 8) + timedelta(weeks=number) for number in range(2, 14)]
