"""What a planner decides of a plan, and the rule that follows from it."""

from datetime import datetime, time
from typing import Annotated, Literal, Protocol

from pydantic import Field, model_validator

from shared_models.base import (
    Hour,
    Id,
    LongText,
    PlanDay,
    RuleError,
    Schema,
    Title,
)
from shared_models.interventions.rows import InterventionType, Priority, RequiredPart
from shared_models.numbers import NUMBER, NotNegative, SomeMinutes
from shared_models.plans.planning import Basis, PlanRule
from shared_models.plans.recurrence import BY_METER, CalendarRule, FrequencyType, MonthEnd, first

Days = Annotated[int, Field(ge=0, le=3_650), NUMBER]


class PlanFields(Schema):
    """What a planner decides.

    `frequency_type` in hours or cycles needs `meter_id`; with `limit_type` and `limit_value` beside it, whichever comes first
    counts. `starts_on` is the first due date, and the day of the month or week that a calendar rule keeps. `last_done_on` and
    `last_done_total` tell of maintenance before the plan: the first date is counted from there. `tolerance_days` None is a
    tenth of the interval. `lead_days`: from when on it is announced as due soon; `horizon_days`: when its job is made.
    """

    equipment_id: Id
    maintenance_type_id: Id | None = None
    title: Title
    description: LongText = ""
    intervention_type: InterventionType = InterventionType.preventive
    frequency_type: FrequencyType
    frequency_value: Annotated[int, Field(ge=1, le=10_000_000), NUMBER]
    weekdays: Annotated[list[Annotated[int, Field(ge=0, le=6), NUMBER]], Field(max_length=7)] = []
    week_of_month: Literal[1, 2, 3, 4, -1] | None = None
    month_end: MonthEnd = MonthEnd.clamp
    basis: Basis = Basis.floating
    starts_on: PlanDay
    due_time: Hour = time(8)
    meter_id: Id | None = None
    limit_type: FrequencyType | None = None
    limit_value: Annotated[int, Field(ge=1, le=1_000), NUMBER] | None = None
    last_done_on: PlanDay | None = None
    last_done_total: NotNegative | None = None
    tolerance_days: Annotated[float, Field(ge=0, le=366, allow_inf_nan=False), NUMBER] | None = None
    lead_days: Days = 7
    horizon_days: Days = 7
    estimated_duration: SomeMinutes | None = None
    priority: Priority = Priority.medium
    assigned_technician_id: Id | None = None
    team_id: Id | None = None
    checklist_id: Id | None = None
    parts: Annotated[list[RequiredPart], Field(max_length=100)] = []
    needs_photo: bool = False
    needs_signature: bool = False
    needs_validation: bool = True

    @model_validator(mode="after")
    def _frequency(self) -> "PlanFields":
        by_meter = self.frequency_type in BY_METER
        if by_meter and self.meter_id is None:
            raise RuleError("frequency_needs_meter", "meter_id")
        if not by_meter and (self.meter_id or self.limit_type or self.limit_value):
            raise RuleError("calendar_has_no_meter", "frequency_type")
        if (self.limit_type is None) != (self.limit_value is None) or self.limit_type in BY_METER:
            raise RuleError("limit_incomplete", "limit_type", "limit_value")
        if not by_meter and self.frequency_value > 1_000:  # noqa: PLR2004 - beyond any calendar
            raise RuleError("frequency_too_long", "frequency_value")
        return self

    @model_validator(mode="after")
    def _parts(self) -> "PlanFields":
        known = [part.part_id for part in self.parts if part.part_id is not None]
        if len(set(known)) < len(known):
            raise RuleError("part_twice", "parts")
        return self

    @model_validator(mode="after")
    def _days(self) -> "PlanFields":
        weekly = self.frequency_type is FrequencyType.weekly
        if self.weekdays and not weekly and (self.week_of_month is None or len(self.weekdays) != 1):
            raise RuleError("weekdays_unfit", "weekdays")
        if self.week_of_month is not None and (weekly or self.frequency_type in BY_METER or self.frequency_type is FrequencyType.daily):
            raise RuleError("week_of_month_unfit", "week_of_month")
        if self.basis is Basis.floating and (self.weekdays or self.week_of_month is not None):
            raise RuleError("floating_has_no_weekdays", "basis", "weekdays")
        return self

    @model_validator(mode="after")
    def _has_dates(self) -> "PlanFields":
        rule = rule_of(self)
        if rule.calendar is not None and first(rule.calendar, rule.starts_at) is None:
            raise RuleError("never_due", "starts_on")
        return self

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.starts_on, self.due_time)


class Ruled(Protocol):
    """What a rule is made of: a planner's fields, or a plan."""

    @property
    def frequency_type(self) -> FrequencyType: ...
    @property
    def frequency_value(self) -> int: ...
    @property
    def limit_type(self) -> FrequencyType | None: ...
    @property
    def limit_value(self) -> int | None: ...
    @property
    def weekdays(self) -> list[int]: ...
    @property
    def week_of_month(self) -> int | None: ...
    @property
    def month_end(self) -> MonthEnd: ...
    @property
    def basis(self) -> Basis: ...
    @property
    def starts_at(self) -> datetime: ...


def rule_of(plan: Ruled) -> PlanRule:
    """The rule as `shared_models.planning` takes it."""
    by_meter = plan.frequency_type in BY_METER
    frequency = plan.limit_type if by_meter else plan.frequency_type
    every = plan.limit_value if by_meter else plan.frequency_value
    calendar = None
    if frequency is not None and every is not None:
        calendar = CalendarRule(frequency, every, tuple(sorted(set(plan.weekdays))), plan.week_of_month, plan.month_end)
    return PlanRule(
        starts_at=plan.starts_at, basis=plan.basis, calendar=calendar, meter_interval=float(plan.frequency_value) if by_meter else None
    )
