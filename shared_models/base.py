"""The base of every schema and command, and the roots of what their fields hold: `text`, `instants`, `numbers`."""

import sys
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from shared_models.ids import uuid7
from shared_models.instants import Bound, Day, Happened, Hour, Instant, Local, PlanDay, Planned, Wall
from shared_models.numbers import Number, Version
from shared_models.text import LINES, ONE_LINE, Key, Label, Line, LongText, Name, Paragraph, Reason, Short, Text, Title, Token

__all__ = [
    "LINES", "ONE_LINE", "ON_PHONE", "Bound", "Command", "Day", "Happened", "Hour", "Instant", "Item", "Key", "Label", "Line", "Local",
    "LongText", "Made",
    "Name", "NewId", "Number", "Paragraph", "PlanDay", "Planned", "Reason", "Row", "RuleError", "Schema", "Short", "Text",
    "Title", "Token", "Version", "Wall",
]  # fmt: skip

# Models are built at first use where the start is slow; FastAPI's own adapters do not expect it.
ON_PHONE = sys.platform == "emscripten"


class RuleError(ValueError):
    """A rule about several fields of what was sent: its code, and the fields that can be changed to meet it."""

    def __init__(self, code: str, *fields: str) -> None:
        super().__init__(code)
        self.fields = fields


class Schema(BaseModel):
    """What is read or sent. Unknown fields are refused, so that a typing error in a client never passes silently."""

    model_config = ConfigDict(extra="forbid", defer_build=ON_PHONE)


class Row(BaseModel):
    """What the server tells of a row. Unknown fields are ignored, so that an older app can read a newer server."""

    model_config = ConfigDict(extra="ignore", defer_build=ON_PHONE, from_attributes=True)


class Made:
    """Marks the id of what a command makes: a device makes it, and REST does where the caller says nothing."""


NewId = Annotated[UUID, Made()]
Item = Annotated[Any, WithJsonSchema({"type": "object", "additionalProperties": True})]
"""One of a list of which each is read for itself, so that one that is nothing of the kind stops none of the others."""


class Command(Schema):
    """A named intent, the same for REST, for the offline outbox and for jobs.

    `command_id` is the idempotency key: a command pushed twice is carried out once. `occurred_at` is the device's time.
    """

    command_id: UUID = Field(default_factory=uuid7)
    occurred_at: Happened

    def payload(self) -> dict[str, Any]:
        """What the command says, without its envelope; JSON-ready."""
        return self.model_dump(mode="json", exclude={"command_id"})
