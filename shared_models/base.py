"""The base of every schema and command, and the roots of what their fields hold: `text`, `instants`, `numbers`."""

import sys
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from shared_models.ids import uuid7
from shared_models.instants import Bound, Day, Happened, Hour, Instant, Local, PlanDay, Planned, Wall
from shared_models.marks import FileId, Id, NewId
from shared_models.numbers import Number, Version
from shared_models.permissions import Needs
from shared_models.text import LINES, ONE_LINE, Key, Label, Line, LongText, Name, Paragraph, Reason, Short, Text, Title, Token

__all__ = [
    "LINES", "ONE_LINE", "ON_PHONE", "Bound", "Command", "Day", "EntityRow", "FileId", "Happened", "Hour", "Id", "Instant", "Item",
    "Key", "Label", "Line", "Local", "LongText", "Name", "NewId", "Number", "Paragraph", "PlanDay", "Planned", "Reason", "Row",
    "RuleError", "Schema", "Short", "Text", "Title", "Token", "Version", "Wall",
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


class EntityRow(Row):
    """A row that devices hold.

        class MeterRow(EntityRow, entity="meter"): …
        class DocumentRow(EntityRow, entity="document", read_by="equipment_id"): …
        class NoticeRow(EntityRow, entity="notice", person="user_id"): …

    `read_by`: left in the store until a screen asks for those with a value of this field; without, it is in memory. `site`: the field
    that says whose site it is of; a row without it is everyone's, or with `person`, which says whose, theirs alone. `found_by`: what
    else the store finds it by, before the app has started: a name, and the field with the values.
    """

    known: ClassVar[dict[str, type["EntityRow"]]] = {}
    """Every entity by its name; `shared_models.entities` brings them all."""
    entity: ClassVar[str]
    read_by: ClassVar[str | None] = None
    site: ClassVar[str] = "site_id"
    person: ClassVar[str | None] = None
    found_by: ClassVar[tuple[str, str] | None] = None

    id: UUID

    def __init_subclass__(
        cls, *, entity: str | None = None, read_by: str | None = None, site: str | None = None, person: str | None = None,
        found_by: tuple[str, str] | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init_subclass__(**options)
        if entity is not None:
            cls.entity, cls.read_by, cls.site, cls.person, cls.found_by = entity, read_by, site or cls.site, person, found_by
            EntityRow.known[entity] = cls

    @property
    def is_whole(self) -> bool:
        """False for one that lies on the device since before there were some of its fields: what it says of them is a guess."""
        return type(self).model_fields.keys() <= self.model_fields_set

    @property
    def of_site(self) -> UUID | None:
        found: UUID | None = getattr(self, self.site, None)
        return found


Item = Annotated[Any, WithJsonSchema({"type": "object", "additionalProperties": True})]
"""One of a list of which each is read for itself, so that one that is nothing of the kind stops none of the others."""


class Command(Schema):
    """A named intent, the same for REST, for the offline outbox and for jobs.

    `command_id` is the idempotency key: a command pushed twice is carried out once. `occurred_at` is the device's time.

        class CountStock(OnPart, needs=COUNT, done="counted"):
            type: Literal["part.count"] = "part.count"
            counted: Number

    `needs`: one of these permissions is enough. One that is `pushed=False` is REST's own way to say another. `on`: the row that it
    changes, and the field that names it; what is derived from `OnPart` need not say so again. `done`: what the history
    calls it (`part.counted`), where the verb of all that is done to such a row writes it down.
    """

    needs: ClassVar[Needs] = ()
    on: ClassVar[tuple[type[EntityRow], str] | None] = None
    done: ClassVar[str]
    known: ClassVar[dict[str, type["Command"]]] = {}
    """Every command that a device may send, by its type; `shared_models.commands` brings them all."""

    command_id: UUID = Field(default_factory=uuid7)
    occurred_at: Happened

    def __init_subclass__(
        cls, *, needs: Needs | None = None, on: tuple[type[EntityRow], str] | None = None, done: str = "", pushed: bool = True,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init_subclass__(**options)
        cls.needs = cls.needs if needs is None else needs
        cls.on = on or cls.on
        if done:
            cls.done = done

    @classmethod
    def __pydantic_init_subclass__(cls, *, needs: Needs | None = None, pushed: bool = True, **_: Any) -> None:
        if needs is not None and pushed:
            Command.known[str(cls.model_fields["type"].default)] = cls

    @property
    def subject_id(self) -> UUID:
        """The id of the row that it changes."""
        assert self.on is not None
        found: UUID = getattr(self, self.on[1])
        return found

    def payload(self) -> dict[str, Any]:
        """What the command says, without its envelope; JSON-ready."""
        return self.model_dump(mode="json", exclude={"command_id"})
