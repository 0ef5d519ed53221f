"""What people do to machines, their labels, pictures and documents."""

from typing import Annotated, Literal

from pydantic import Field

from shared_models.base import (
    Command,
    Day,
    Id,
    Line,
    LongText,
    Name,
    NewId,
    Paragraph,
    Version,
)
from shared_models.equipment.rows import Code, Criticality, Currency, DocumentRow, EquipmentRow, EquipmentStatus, Specifications
from shared_models.labels.codes import LabelCode
from shared_models.numbers import NUMBER, Money
from shared_models.papers import AddPaper, DatePaper, Papers, RemovePaper, SetPhoto
from shared_models.permissions import AT_THE_MACHINE, WRITE_EQUIPMENT


class OnEquipment(Command, on=(EquipmentRow, "equipment_id")):
    equipment_id: Id


class _EquipmentFields(OnEquipment):
    model: Line = ""
    manufacturer: Line = ""
    serial_number: Line | None = None
    production_line_id: Id | None = None
    parent_id: Id | None = None
    stops_parent: Annotated[bool, Field(description="What stops it stops its parent too")] = False
    class_id: Id | None = None
    criticality: Criticality = Criticality.medium
    purchase_date: Day | None = None
    installation_date: Day | None = None
    warranty_expiry: Day | None = None
    expected_lifespan: Annotated[int, Field(ge=0, le=200, description="years"), NUMBER] | None = None
    hourly_downtime_cost: Money | None = None
    replacement_value: Money | None = None
    currency: Currency = "EUR"
    specifications: Specifications = {}
    notes: LongText = ""


class CreateEquipment(_EquipmentFields, needs=WRITE_EQUIPMENT):
    """`code` is given by the server (`EQ-0001`) when left out."""

    type: Literal["equipment.create"] = "equipment.create"
    equipment_id: NewId
    site_id: Id
    name: Name
    code: Code | None = None
    status: EquipmentStatus = EquipmentStatus.active


class UpdateEquipment(_EquipmentFields, needs=WRITE_EQUIPMENT):
    """Replaces the editable fields; `version` is the one that was read. A parent must be of the same site.

    `code` stays where it is left out: a machine entered without a network has none until the server gives it.
    """

    type: Literal["equipment.update"] = "equipment.update"
    version: Version
    site_id: Id
    name: Name
    code: Code | None = None


class PutEquipment(_EquipmentFields, needs=WRITE_EQUIPMENT, pushed=False):
    """`UpdateEquipment` as REST takes it: site, code and status stay where they are left out; without `version` the last one wins."""

    type: Literal["equipment.update"] = "equipment.update"
    name: Name
    version: Version | None = None
    site_id: Id | None = None
    code: Code | None = None
    status: EquipmentStatus | None = None


class ArchiveEquipment(OnEquipment, needs=WRITE_EQUIPMENT, pushed=False):
    """Takes a machine off every list and device; its history stays."""

    type: Literal["equipment.archive"] = "equipment.archive"


class ChangeEquipmentStatus(OnEquipment, needs=AT_THE_MACHINE):
    type: Literal["equipment.change_status"] = "equipment.change_status"
    status: EquipmentStatus
    reason: Paragraph = ""


class LinkLabel(OnEquipment, needs=AT_THE_MACHINE):
    """Binds a blank, pre-printed label to a machine."""

    type: Literal["equipment.link_label"] = "equipment.link_label"
    label_code: LabelCode


class AddDocument(OnEquipment, AddPaper, needs=WRITE_EQUIPMENT):
    type: Literal["equipment.add_document"] = "equipment.add_document"


class DateDocument(DatePaper, needs=WRITE_EQUIPMENT):
    type: Literal["equipment.date_document"] = "equipment.date_document"


class RemoveDocument(RemovePaper, needs=WRITE_EQUIPMENT):
    type: Literal["equipment.remove_document"] = "equipment.remove_document"


class SetEquipmentPhoto(OnEquipment, SetPhoto, needs=AT_THE_MACHINE):
    type: Literal["equipment.set_photo"] = "equipment.set_photo"


PAPERS = Papers(DocumentRow, AddDocument, DateDocument, RemoveDocument, SetEquipmentPhoto)
