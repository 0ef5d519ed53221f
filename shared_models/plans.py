"""Planned maintenance: types, teams, plans and their occurrences."""

from datetime import datetime, time
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared_models.base import (
    ONE_LINE,
    Command,
    Hour,
    Instant,
    Label,
    Line,
    Local,
    LongText,
    Name,
    NewId,
    PlanDay,
    Reason,
    Row,
    RuleError,
    Schema,
    Title,
    Version,
    Wall,
)
from shared_models.interventions import InterventionType, Priority, RequiredPart
from shared_models.numbers import NUMBER, NotNegative, SomeMinutes
from shared_models.paging import PageQuery
from shared_models.planning import Basis, DueReason, MeterView, Outcome, PlanRule, Reference
from shared_models.recurrence import BY_METER, CalendarRule, FrequencyType, MonthEnd, first

STRIP = 12
"""Past occurrences that a plan's compliance strip shows."""

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$"), ONE_LINE]
Days = Annotated[int, Field(ge=0, le=3_650), NUMBER]


class OccurrenceState(StrEnum):
    """`planned` until its job exists, `open` while the job is, then one of the last three."""

    planned = "planned"
    open = "open"
    done = "done"
    missed = "missed"
    skipped = "skipped"


# ---------------------------------------------------------------- types and teams


class MaintenanceTypeRow(Row):
    id: UUID
    name: str
    description: str
    color: str
    is_active: bool
    version: int


class WriteMaintenanceType(Command):
    """Creates a type, or changes it when `version` is given."""

    type: Literal["maintenance_type.write"] = "maintenance_type.write"
    maintenance_type_id: NewId
    version: Version | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=50), ONE_LINE]
    description: LongText = ""
    color: Colour = "#1F5FBF"
    is_active: bool = True


class TeamRow(Row):
    id: UUID
    site_id: UUID
    name: str
    is_active: bool
    member_ids: list[UUID]
    version: int


class WriteTeam(Command):
    """Creates a team of a site, or changes it when `version` is given."""

    type: Literal["team.write"] = "team.write"
    team_id: NewId
    version: Version | None = None
    site_id: UUID
    name: Name
    is_active: bool = True
    member_ids: Annotated[list[UUID], Field(max_length=200)] = []


# ---------------------------------------------------------------- plans


class OccurrenceRow(Row):
    """One date of a plan; `original_due` is its identity, `due` where it is now."""

    id: UUID
    original_due: Local
    due: Local
    state: OccurrenceState
    outcome: Outcome | None = None
    assigned_technician_id: UUID | None = None
    intervention_id: UUID | None = None
    done_at: Instant | None = None
    missed: int = 0
    reason: str = ""


class PlanRow(Row):
    """A plan with what a device needs to draw its future: `upcoming` are the due dates of the next thirteen months by the
    rule, the first being the next; `occurrences` are those with something of their own (moved, assigned, open) and the last
    twelve that have ended.
    """

    id: UUID
    site_id: UUID
    equipment_id: UUID
    maintenance_type_id: UUID | None
    title: str
    description: str
    intervention_type: InterventionType
    frequency_type: FrequencyType
    frequency_value: int
    weekdays: list[int]
    week_of_month: int | None
    month_end: MonthEnd
    basis: Basis
    starts_at: Local
    rrule: str
    meter_id: UUID | None
    limit_type: FrequencyType | None
    limit_value: int | None
    tolerance_days: float | None
    lead_days: int
    horizon_days: int
    estimated_duration: int | None
    priority: Priority
    assigned_technician_id: UUID | None
    team_id: UUID | None
    checklist_id: UUID | None
    parts: list[RequiredPart]
    needs_photo: bool
    needs_signature: bool
    needs_validation: bool
    is_active: bool
    inactive_reason: str
    reference: Reference
    meter: MeterView | None
    next_due_date: Instant | None
    next_due: Local | None
    reason: DueReason | None
    upcoming: list[Local]
    occurrences: list[OccurrenceRow]
    ignored_since: Instant | None
    version: int

    def rule(self) -> PlanRule:
        return rule_of(self)


class PlanListItem(Row):
    id: UUID
    site_id: UUID
    equipment_id: UUID
    equipment_name: str
    equipment_code: str
    maintenance_type_id: UUID | None
    title: str
    frequency_type: FrequencyType
    frequency_value: int
    basis: Basis
    next_due_date: Instant | None
    next_due: Local | None
    priority: Priority
    assigned_technician_id: UUID | None
    team_id: UUID | None
    is_active: bool
    ignored_since: Instant | None
    on_time: int
    judged: int


class PlanFilter(PageQuery):
    search: Label | None = None
    site_id: UUID | None = None
    production_line_id: UUID | None = None
    equipment_id: UUID | None = None
    maintenance_type_id: UUID | None = None
    assigned_technician_id: UUID | None = None
    team_id: UUID | None = None
    is_active: bool | None = None
    is_ignored: bool | None = None


class PlanFields(Schema):
    """What a planner decides.

    `frequency_type` in hours or cycles needs `meter_id`; with `limit_type` and `limit_value` beside it, whichever comes first
    counts. `starts_on` is the first due date, and the day of the month or week that a calendar rule keeps. `last_done_on` and
    `last_done_total` tell of maintenance before the plan: the first date is counted from there. `tolerance_days` None is a
    tenth of the interval. `lead_days`: from when on it is announced as due soon; `horizon_days`: when its job is made.
    """

    equipment_id: UUID
    maintenance_type_id: UUID | None = None
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
    meter_id: UUID | None = None
    limit_type: FrequencyType | None = None
    limit_value: Annotated[int, Field(ge=1, le=1_000), NUMBER] | None = None
    last_done_on: PlanDay | None = None
    last_done_total: NotNegative | None = None
    tolerance_days: Annotated[float, Field(ge=0, le=366, allow_inf_nan=False), NUMBER] | None = None
    lead_days: Days = 7
    horizon_days: Days = 7
    estimated_duration: SomeMinutes | None = None
    priority: Priority = Priority.medium
    assigned_technician_id: UUID | None = None
    team_id: UUID | None = None
    checklist_id: UUID | None = None
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


def rule_of(plan: "PlanFields | PlanRow") -> PlanRule:
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


# ---------------------------------------------------------------- commands


class OnPlan(Command):
    plan_id: UUID


class CreatePlan(PlanFields, OnPlan):
    type: Literal["plan.create"] = "plan.create"
    plan_id: NewId


class UpdatePlan(PlanFields, OnPlan):
    """Replaces every field; `version` is the one that was read. A changed rule counts anew from the last completion."""

    type: Literal["plan.update"] = "plan.update"
    version: Version


class SetPlanActive(OnPlan):
    """A plan that is paused says why; taken up again, what was due meanwhile is not made up for."""

    type: Literal["plan.set_active"] = "plan.set_active"
    is_active: bool
    reason: Line = ""


class OnOccurrence(OnPlan):
    """`original_due` names the occurrence, wherever it has been moved."""

    original_due: Wall


class MoveOccurrence(OnOccurrence):
    """Moves this date alone, its job with it; the series stays. `to` equal to `original_due` moves it back."""

    type: Literal["plan.move_occurrence"] = "plan.move_occurrence"
    to: Wall


class AssignOccurrence(OnOccurrence):
    type: Literal["plan.assign_occurrence"] = "plan.assign_occurrence"
    technician_id: UUID | None


class SkipOccurrence(OnOccurrence):
    """Leaves this date out, with a reason; it does not count against compliance."""

    type: Literal["plan.skip_occurrence"] = "plan.skip_occurrence"
    reason: Reason


class GeneratePlan(OnPlan):
    """Makes the job of the next date now; `intervention_id` is the job's."""

    type: Literal["plan.generate"] = "plan.generate"
    intervention_id: NewId


class PreviewItem(Row):
    """`reason` is the sentence's parts, `sentence` the sentence in the reader's language."""

    due: Local
    due_at: Instant
    reason: DueReason
    sentence: str


# ---------------------------------------------------------------- calendar


class CalendarQuery(Schema):
    """Local days, both included, at most 400."""

    since: PlanDay
    until: PlanDay
    site_id: UUID | None = None
    production_line_id: UUID | None = None
    equipment_id: UUID | None = None
    technician_id: UUID | None = None
    team_id: UUID | None = None
    maintenance_type_id: UUID | None = None

    @model_validator(mode="after")
    def _span(self) -> "CalendarQuery":
        if not 0 <= (self.until - self.since).days <= 400:  # noqa: PLR2004 - thirteen months
            raise RuleError("span_unfit", "since", "until")
        return self


class CalendarEntry(Row):
    """An occurrence to come, or a job. `original_due` and `plan_id` name an occurrence; `intervention_id` a job."""

    plan_id: UUID | None
    intervention_id: UUID | None
    original_due: Local | None
    due: Local
    site_id: UUID
    equipment_id: UUID
    equipment_name: str
    title: str
    maintenance_type_id: UUID | None
    assigned_technician_id: UUID | None
    team_id: UUID | None
    priority: Priority
    estimated_duration: int | None
    status: str
    is_forecast: bool


# ---------------------------------------------------------------- subscribed calendars


class FeedKind(StrEnum):
    person = "person"
    team = "team"
    line = "line"


class FeedCreate(Schema):
    """`target_id`: the user, team or line; one's own when left out."""

    id: NewId
    kind: FeedKind
    target_id: UUID | None = None


class FeedRead(Row):
    id: UUID
    kind: FeedKind
    target_id: UUID
    name: str
    created_at: Instant
    last_read_at: Instant | None
    revoked_at: Instant | None


class FeedLink(FeedRead):
    """`url` holds the secret and is told once."""

    url: str
