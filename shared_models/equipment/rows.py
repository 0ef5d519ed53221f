"""Equipment (EN 13306 “item”), its classes with ISO 14224-shaped failure catalogues, status and documents."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared_models.base import (
    ONE_LINE,
    EntityRow,
    Instant,
    Label,
    Name,
    NewId,
    Row,
    Schema,
    Short,
    Version,
)
from shared_models.numbers import NUMBER, Specified
from shared_models.paging import PageQuery
from shared_models.papers import PaperRow


class EquipmentStatus(StrEnum):
    active = "active"
    inactive = "inactive"
    maintenance = "maintenance"
    broken = "broken"


class Criticality(StrEnum):
    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"


class FailureItemKind(StrEnum):
    """The four pick-lists of ISO 14224, clause 8: what was seen, by which process, why, and what was done."""

    mode = "mode"
    mechanism = "mechanism"
    cause = "cause"
    remedy = "remedy"


Names = Annotated[dict[Literal["fr", "en"], Name], Field(min_length=1)]
"""In one language at least; the other falls back on it."""

Code = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,39}$"), ONE_LINE]

Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$"), ONE_LINE]

Icon = Annotated[str, StringConstraints(max_length=40), ONE_LINE]

SpecKey = Annotated[str, StringConstraints(min_length=1, max_length=60), ONE_LINE]

Specifications = Annotated[dict[SpecKey, Specified], Field(max_length=100)]


def in_language(names: dict[str, str] | Names, lang: str) -> str:
    """The name in `lang`, else in any language there is."""
    return names.get(lang) or next(iter(names.values()), "")  # type: ignore[call-overload]


class FailureItem(Row):
    """One entry of a pick-list; `code` is the ISO 14224 abbreviation where there is one (ELP, VIB, …)."""

    id: UUID
    kind: FailureItemKind
    code: str
    names: dict[str, str]
    icon: str = ""


class ModeCount(Row):
    """How often a failure mode was recorded over the last three years."""

    mode_id: UUID
    count: int


class SpecField(Row):
    """A specification that machines of a class have, such as flow in m³/h."""

    key: str
    names: dict[str, str]
    unit: str = ""


class EquipmentClassRow(EntityRow, entity="equipment_class"):
    """`retired_items` are offered no more; sheets of the past name them."""

    code: str
    names: dict[str, str]
    icon: str
    spec_fields: list[SpecField]
    failure_items: list[FailureItem]
    retired_items: list[FailureItem] = []
    mode_counts: list[ModeCount]
    is_active: bool = True
    version: int


class ReadyItem(Row):
    kind: FailureItemKind
    code: str
    names: dict[str, str]
    icon: str


class ReadyClass(Row):
    """A class of machines as it can be taken over, with its failure catalogue; afterwards it is one's own."""

    code: str
    names: dict[str, str]
    icon: str
    spec_fields: list[SpecField]
    failure_items: list[ReadyItem]


class FailureItemWrite(Schema):
    id: NewId
    kind: FailureItemKind
    code: Code
    names: Names
    icon: Icon = ""


class SpecFieldWrite(Schema):
    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"), ONE_LINE]
    names: Names
    unit: Short = ""


class EquipmentClassWrite(Schema):
    """Creates a class, or replaces one when `version` is given. Failure items left out are retired, not erased.

    A class that is not active stays on the machines that have it, and is offered to no other.
    """

    id: NewId
    version: Version | None = None
    code: Code
    names: Names
    icon: Icon = ""
    spec_fields: list[SpecFieldWrite] = Field(default=[], max_length=50)
    failure_items: list[FailureItemWrite] = Field(default=[], max_length=200)
    is_active: bool = True


class ReadyClassesTake(Schema):
    """The ready-made classes to take over, by their codes."""

    codes: Annotated[list[Code], Field(min_length=1, max_length=100)]


class EquipmentRow(EntityRow, entity="equipment", found_by=("label", "label_codes")):
    """What a device holds of a machine."""

    code: str
    name: str
    model: str
    manufacturer: str
    serial_number: str | None
    site_id: UUID
    production_line_id: UUID | None
    parent_id: UUID | None
    class_id: UUID | None
    status: EquipmentStatus
    status_since: Instant
    status_reason: str
    criticality: Criticality
    label_codes: list[str]
    photo_id: UUID | None
    warranty_expiry: date | None
    installation_date: date | None
    specifications: dict[str, Any]
    purchase_date: date | None = None
    expected_lifespan: int | None = None
    hourly_downtime_cost: Decimal | None = None
    replacement_value: Decimal | None = None
    currency: str = "EUR"
    notes: str = ""
    stops_parent: bool = False
    version: int


class EquipmentRead(EquipmentRow):
    created_at: Instant
    updated_at: Instant


class EquipmentListItem(Row):
    """A row of the equipment table."""

    id: UUID
    code: str
    name: str
    model: str
    manufacturer: str
    serial_number: str | None
    site_id: UUID
    site_name: str
    production_line_id: UUID | None
    line_name: str | None
    class_id: UUID | None
    status: EquipmentStatus
    status_since: Instant
    criticality: Criticality
    open_interventions: int


class EquipmentFilter(PageQuery):
    search: Label | None = None
    site_id: UUID | None = None
    production_line_id: UUID | None = None
    class_id: UUID | None = None
    parent_id: UUID | None = None
    status: EquipmentStatus | None = None
    criticality: Criticality | None = None


class StatusChange(Row):
    """One row of the status log; the current status is the last one's `to_status`."""

    id: UUID
    from_status: EquipmentStatus | None
    to_status: EquipmentStatus
    occurred_at: Instant
    received_at: Instant
    by: str
    reason: str


class StatusLogQuery(Schema):
    limit: Annotated[int, Field(ge=1, le=1_000), NUMBER] = 200


class DocumentRow(PaperRow, entity="document", read_by="equipment_id"):
    site_id: UUID
    equipment_id: UUID
