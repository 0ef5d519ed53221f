"""The base of every schema and command."""

import sys
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime, StringConstraints

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

Local = NaiveDatetime
"""A site's wall clock: what is planned for eight o'clock stays at eight o'clock when the clocks change."""
