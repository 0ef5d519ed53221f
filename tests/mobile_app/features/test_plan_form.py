# ruff: noqa: DTZ001 - a plan's dates are on the site's wall clock
"""What the editor's answers come to, and the dates beside them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from mobile_app.features.plans.dates import by_rule, next_dates
from mobile_app.features.plans.values import blank, command_of, errors_of, has_weekdays, may_clamp, of_plan
from shared_models.ids import uuid7
from shared_models.plans.planning import forecast
from shared_models.plans.recurrence import FrequencyType
from shared_models.plans.rows import OccurrenceRow, OccurrenceState
from tests.mobile_app.core.rows import AT, machine, plan

TODAY = date(2026, 11, 23)
HOURS = SimpleNamespace(unit="h")


def answers(**changes: object) -> dict[str, object]:
    return {**blank(TODAY, str(uuid7())), "title": "Graissage", **changes}


class TestAnswers:
    def test_the_fewest_make_a_plan(self):
        made = command_of(answers(), None, AT)
        assert (made.frequency_type, made.frequency_value, made.basis, made.starts_on) == ("monthly", 1, "floating", date(2026, 11, 30))

    def test_what_no_longer_applies_is_left_out(self):
        """A weekday chosen before one thought better of it, a limit of a meter that was given up."""
        made = command_of(answers(weekdays=[4], week=-1, limit=True, meter_id=str(uuid7()), interval=500), None, AT)
        assert (made.weekdays, made.week_of_month, made.meter_id, made.limit_type) == ([], None, None, None)

    def test_the_last_friday(self):
        made = command_of(answers(basis="fixed", weekdays=[4], week=-1), None, AT)
        dates = [reason.due for reason in by_rule(made, 3)]
        assert dates == [datetime(2026, 12, 25, 8), datetime(2027, 1, 29, 8), datetime(2027, 2, 26, 8)]

    def test_hours_and_at_the_latest_every_six_months(self):
        made = command_of(answers(by="meter", meter_id=str(uuid7()), interval=500, limit=True), HOURS, AT)
        assert (made.frequency_type, made.frequency_value, made.limit_type, made.limit_value) == ("hours", 500, "monthly", 6)

    def test_anything_else_a_machine_counts_is_cycles(self):
        made = command_of(answers(by="meter", meter_id=str(uuid7()), interval=500), SimpleNamespace(unit="palettes"), AT)
        assert made.frequency_type is FrequencyType.cycles

    def test_lines_without_a_part_are_no_parts(self):
        made = command_of(answers(parts=[{"name": "  "}, {"name": "Graisse", "quantity": 0.6, "unit": "kg"}]), None, AT)
        assert [(part.name, part.quantity) for part in made.parts] == [("Graisse", Decimal("0.6"))]

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"title": " "}, {"title": "missing"}),
            ({"equipment_id": None}, {"equipment_id": "missing"}),
            ({"by": "meter", "interval": 500}, {"meter_id": "frequency_needs_meter"}),
            ({"by": "meter", "meter_id": str(uuid7())}, {"every": "missing"}),
            ({"basis": "fixed", "unit": "yearly", "starts_on": "2027-02-29"}, {"starts_on": "unfit"}),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, changes, found):
        with pytest.raises(ValidationError) as wrong:
            command_of(answers(**changes), None, AT)
        assert errors_of(wrong.value) == found

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"basis": "floating", "weekdays": [], "frequency_type": "quarterly", "frequency_value": 3, "estimated_duration": 45},
            {"weekdays": [4], "week_of_month": -1, "frequency_type": "yearly", "parts": [{"name": "Joint", "quantity": 2}]},
            {
                "frequency_type": "hours",
                "frequency_value": 500,
                "weekdays": [],
                "meter_id": uuid7(),
                "limit_type": "monthly",
                "limit_value": 6,
            },
        ],
    )
    def test_a_plan_opened_and_saved_again_stays_what_it_is(self, changes):
        own = plan(**changes)
        said = command_of(of_plan(own), HOURS, AT, own.version)
        kept = said.model_dump(
            exclude={"command_id", "occurred_at", "type", "plan_id", "version", "starts_on", "due_time", "last_done_on", "last_done_total"}
        )
        assert kept == {name: own.model_dump()[name] for name in kept}
        assert said.starts_at == own.starts_at


class TestQuestions:
    def test_weekdays_are_for_fixed_dates(self):
        assert not has_weekdays(answers(unit="weekly"))
        assert has_weekdays(answers(unit="weekly", basis="fixed"))
        assert not has_weekdays(answers(unit="daily", basis="fixed"))

    def test_the_end_of_the_month_is_asked_about_from_the_29th(self):
        assert may_clamp(answers(starts_on="2026-11-30"))
        assert not may_clamp(answers(starts_on="2026-11-28"))
        assert not may_clamp(answers(starts_on="2026-11-30", unit="weekly"))


class TestNextDates:
    def test_of_a_series_are_the_rules_with_what_was_moved_where_it_is(self):
        own = plan()
        second = own.upcoming[1]
        moved = OccurrenceRow(id=uuid7(), original_due=second, due=second + timedelta(days=1), state=OccurrenceState.planned)
        dates = next_dates(own.model_copy(update={"occurrences": [moved]}))
        assert [date.original_due for date in dates] == own.upcoming[:12]
        assert (dates[1].due, dates[1].reason.moved_from) == (second + timedelta(days=1), second)
        assert all(date.may_move for date in dates)

    def test_what_passed_while_a_job_stayed_open_is_no_date_to_come(self):
        own = plan()
        first, second, *rest = own.upcoming[:4]
        opened = OccurrenceRow(id=uuid7(), original_due=first, due=first, state=OccurrenceState.open)
        missed = OccurrenceRow(id=uuid7(), original_due=second, due=second, state=OccurrenceState.missed)
        dates = next_dates(own.model_copy(update={"occurrences": [opened, missed]}), 3)
        assert [date.original_due for date in dates] == [first, *rest]

    def test_after_the_first_a_floating_plan_only_forecasts(self):
        own = plan(machine(), basis="floating", weekdays=[], frequency_type="monthly", frequency_value=1)
        dates = next_dates(own)
        expected = list(zip(range(12), forecast(own.rule(), own.reference), strict=False))
        assert [date.due for date in dates] == [reason.due for _, reason in expected]
        assert [date.may_move for date in dates] == [True] + [False] * 11
        assert [date.reason.is_forecast for date in dates] == [False] + [True] * 11
