"""What planners do to plans, their dates, maintenance types and teams."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared_models.base import (
    ONE_LINE,
    Command,
    Id,
    Line,
    LongText,
    Name,
    NewId,
    Reason,
    Version,
    Wall,
)
from shared_models.permissions import PLAN, SETTINGS
from shared_models.plans.fields import PlanFields
from shared_models.plans.rows import MaintenanceTypeRow, PlanRow, TeamRow

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$"), ONE_LINE]


class WriteMaintenanceType(Command, needs=SETTINGS, on=(MaintenanceTypeRow, "maintenance_type_id")):
    """Creates a type, or changes it when `version` is given."""

    type: Literal["maintenance_type.write"] = "maintenance_type.write"
    maintenance_type_id: NewId
    version: Version | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=50), ONE_LINE]
    description: LongText = ""
    color: Colour = "#1F5FBF"
    is_active: bool = True


class WriteTeam(Command, needs=PLAN, on=(TeamRow, "team_id")):
    """Creates a team of a site, or changes it when `version` is given."""

    type: Literal["team.write"] = "team.write"
    team_id: NewId
    version: Version | None = None
    site_id: Id
    name: Name
    is_active: bool = True
    member_ids: Annotated[list[Id], Field(max_length=200)] = []


class OnPlan(Command, on=(PlanRow, "plan_id")):
    plan_id: Id


class CreatePlan(PlanFields, OnPlan, needs=PLAN):
    type: Literal["plan.create"] = "plan.create"
    plan_id: NewId


class UpdatePlan(PlanFields, OnPlan, needs=PLAN, done="updated"):
    """Replaces every field; `version` is the one that was read. A changed rule counts anew from the last completion."""

    type: Literal["plan.update"] = "plan.update"
    version: Version


class SetPlanActive(OnPlan, needs=PLAN, done="paused"):
    """A plan that is paused says why; taken up again, what was due meanwhile is not made up for."""

    type: Literal["plan.set_active"] = "plan.set_active"
    is_active: bool
    reason: Line = ""


class OnOccurrence(OnPlan):
    """`original_due` names the occurrence, wherever it has been moved."""

    original_due: Wall


class MoveOccurrence(OnOccurrence, needs=PLAN, done="occurrence_moved"):
    """Moves this date alone, its job with it; the series stays. `to` equal to `original_due` moves it back."""

    type: Literal["plan.move_occurrence"] = "plan.move_occurrence"
    to: Wall


class AssignOccurrence(OnOccurrence, needs=PLAN, done="occurrence_assigned"):
    type: Literal["plan.assign_occurrence"] = "plan.assign_occurrence"
    technician_id: Id | None


class SkipOccurrence(OnOccurrence, needs=PLAN, done="occurrence_skipped"):
    """Leaves this date out, with a reason; it does not count against compliance."""

    type: Literal["plan.skip_occurrence"] = "plan.skip_occurrence"
    reason: Reason


class GeneratePlan(OnPlan, needs=PLAN, done="generated"):
    """Makes the job of the next date now; `intervention_id` is the job's."""

    type: Literal["plan.generate"] = "plan.generate"
    intervention_id: NewId
