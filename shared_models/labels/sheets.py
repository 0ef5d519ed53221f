"""Printing labels."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared_models.base import Row, Schema
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


class LabelSheet(_Sheet):
    """Machines in the order in which their labels are printed, `copies` of each."""

    equipment_ids: Annotated[list[UUID], Field(min_length=1, max_length=2_000)]
    copies: Annotated[int, Field(ge=1, le=20), NUMBER] = 1


class BlankLabels(_Sheet):
    """New codes that a technician will link to machines by scanning them."""

    count: Annotated[int, Field(ge=1, le=650), NUMBER]


class UnprintableLabel(Row):
    """A label with characters that no font of the server has: boxes would stand in their place."""

    equipment_id: UUID
    name: str
    missing: str
