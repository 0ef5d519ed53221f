"""A plan as REST takes it."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, model_validator

from shared_models.instants import PLANT_BEGAN, Moment
from shared_models.plans.commands import CreatePlan

_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


def _starts_somehow(schema: dict[str, Any]) -> None:
    schema["required"].remove("starts_on")
    schema["anyOf"] = [{"required": ["starts_on"]}, {"required": ["next_due_date"]}]


class AskedPlan(CreatePlan):
    """`next_due_date`, an instant or a time on the site's wall clock, may stand for `starts_on` and `due_time`."""

    model_config = ConfigDict(json_schema_extra=_starts_somehow)

    next_due_date: Moment | None = None
    is_active: bool = True

    @model_validator(mode="before")
    @classmethod
    def _starts_when_due(cls, body: Any) -> Any:
        """A wrong date is the field's own matter; which day an instant is on the site is said later."""
        if not isinstance(body, dict) or body.get("next_due_date") is None or body.get("starts_on") is not None:
            return body
        try:
            due = _MOMENT.validate_python(body["next_due_date"])
        except ValidationError:
            due = PLANT_BEGAN
        return {**body, "starts_on": due.date(), "due_time": due.time().replace(second=0, microsecond=0)}

    def as_command(self, *, due: datetime | None = None) -> CreatePlan:
        """With `due`, that moment of the site's wall clock as the first."""
        fields = self.model_dump(exclude={"next_due_date", "is_active"})
        if due is not None:
            fields |= {"starts_on": due.date(), "due_time": due.time().replace(second=0, microsecond=0)}
        return CreatePlan(**fields)
