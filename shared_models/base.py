"""The base of every schema and command."""

import sys
from datetime import datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime, StringConstraints, WithJsonSchema

from shared_models.ids import uuid7


def _no_control_characters(value: str) -> str:
    if any(char < " " and char not in "\n\t" for char in value):
        raise ValueError("control_character")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_no_control_characters)]
Name = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Title = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=200)]
LongText = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=10_000)]
Reason = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


# Models are built at first use where the start is slow; FastAPI's own adapters do not expect it.
ON_PHONE = sys.platform == "emscripten"


class Schema(BaseModel):
    """What is read or sent. Unknown fields are refused, so that a typing error in a client never passes silently."""

    model_config = ConfigDict(extra="forbid", defer_build=ON_PHONE)


class Row(BaseModel):
    """What the server tells of a row. Unknown fields are ignored, so that an older app can read a newer server."""

    model_config = ConfigDict(extra="ignore", defer_build=ON_PHONE, from_attributes=True)


class Made:
    """Marks the id of what a command makes: a device makes it, and REST does where the caller says nothing."""


NewId = Annotated[UUID, Made()]


class Command(Schema):
    """A named intent, the same for REST, for the offline outbox and for jobs.

    `command_id` is the idempotency key: a command pushed twice is carried out once. `occurred_at` is the device's time.
    """

    command_id: UUID = Field(default_factory=uuid7)
    occurred_at: AwareDatetime

    def payload(self) -> dict[str, Any]:
        """What the command says, without its envelope; JSON-ready."""
        return self.model_dump(mode="json", exclude={"command_id"})


Instant = Annotated[datetime, AwareDatetime]

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"

# The formats of OpenAPI's registry: JSON Schema's own `date-time` and `time` ask for an offset.
Local = Annotated[NaiveDatetime, WithJsonSchema({"type": "string", "format": "date-time-local", "pattern": f"^{_DAY}T{_CLOCK}$"})]
"""A site's wall clock: what is planned for eight o'clock stays at eight o'clock when the clocks change."""
LocalTime = Annotated[time, WithJsonSchema({"type": "string", "format": "time-local", "pattern": f"^{_CLOCK}$"})]
