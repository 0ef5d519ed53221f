"""Printing labels."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from shared_models.base import Row, RuleError, Schema
from shared_models.numbers import NUMBER


class LabelFormat(StrEnum):
    """What people buy: three A4 sheets by their Avery numbers, and a 62 mm continuous roll."""

    l7160 = "L7160"
    l7163 = "L7163"
    l7651 = "L7651"
    roll_62 = "roll-62"


class LabelFormatRead(Row):
    """Sizes in millimetres; a roll has one label a page."""

    format: LabelFormat
    width_mm: float
    height_mm: float
    per_page: int


class _Sheet(Schema):
    """`start`: the first free label of a sheet used before, counted from 1, row by row."""

    format: LabelFormat = LabelFormat.l7163
    start: Annotated[int, Field(ge=1, le=65), NUMBER] = 1


Labelled = Annotated[list[UUID], Field(max_length=2_000)]


class LabelSheet(_Sheet):
    """Machines, then parts, then places, each in the order in which their labels are printed, `copies` of each."""

    equipment_ids: Labelled = []
    part_ids: Labelled = []
    place_ids: Labelled = []
    copies: Annotated[int, Field(ge=1, le=20), NUMBER] = 1

    @property
    def ids(self) -> list[UUID]:
        return [*self.equipment_ids, *self.part_ids, *self.place_ids]

    @model_validator(mode="after")
    def _is_of_something(self) -> "LabelSheet":
        if not self.ids:
            raise RuleError("missing", "equipment_ids")
        return self


class BlankLabels(_Sheet):
    """New codes that a technician will link to machines by scanning them."""

    count: Annotated[int, Field(ge=1, le=650), NUMBER]


class UnprintableLabel(Row):
    """A label with characters that no font of the server has: boxes would stand in their place."""

    id: UUID
    name: str
    missing: str


class LabelledThing(StrEnum):
    """What a label is on, by the name that devices know it by."""

    machine = "equipment"
    part = "part"
    place = "storage_place"


class LabelTarget(Row):
    """What is behind a label."""

    entity: LabelledThing
    id: UUID
