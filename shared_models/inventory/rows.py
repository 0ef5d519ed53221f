"""What is read of spare parts: the catalogue, what lies where, what a job has taken, and the ledger."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid5

from pydantic import Field

from shared_models.base import Day, EntityRow, Id, Instant, Label, Row, Schema
from shared_models.equipment.rows import Criticality
from shared_models.inventory.quantities import NONE, Price, Quantity, each
from shared_models.numbers import NUMBER
from shared_models.paging import KeysetQuery, PageQuery
from shared_models.papers import PaperRow


class MovementType(StrEnum):
    """As they are stored; the quantity says the direction."""

    received = "in"
    taken = "out"
    adjusted = "adjustment"
    transferred = "transfer"
    given_back = "return"


class PlaceKind(StrEnum):
    """From the room to the box; a place of one kind lies in one of the kind before."""

    store = "store"
    shelf = "shelf"
    bin = "bin"


class PartCategoryRow(EntityRow, entity="part_category"):
    name: str
    description: str
    version: int


class SupplierRow(EntityRow, entity="supplier"):
    """`lang` is the language of what is sent to them."""

    name: str
    contact_person: str
    email: str
    phone: str
    address: str
    lang: str
    is_active: bool
    version: int


class Offer(Schema):
    """What a supplier sells a part as: in packs of `pack_size` units, at `price` a unit, in `lead_days`."""

    supplier_id: Id
    reference: Label = ""
    pack_size: Quantity | None = None
    lead_days: Annotated[int, Field(ge=0, le=1_000), NUMBER] | None = None
    price: Price | None = None
    is_preferred: bool = False


class PartRow(EntityRow, entity="part"):
    """A spare part of the company's catalogue; every site may keep some.

    `decimals`: how exactly it is counted, none for pieces. It fits the machines of its classes, and single ones; `equivalent_ids` are
    parts that can be taken instead.
    """

    part_number: str
    name: str
    description: str
    category_id: UUID | None
    supplier_id: UUID | None
    unit_price: Decimal | None
    currency: str
    minimum_stock: Decimal
    location: str
    unit: str
    decimals: int
    manufacturer: str
    manufacturer_reference: str
    criticality: Criticality
    specifications: dict[str, Any]
    class_ids: list[UUID]
    equipment_ids: list[UUID]
    equivalent_ids: list[UUID]
    offers: list[Offer]
    barcodes: list[str]
    label_codes: list[str] = []
    photo_id: UUID | None = None
    is_active: bool
    version: int


class PartDocumentRow(PaperRow, entity="part_document", read_by="part_id"):
    part_id: UUID


class PlaceRow(EntityRow, entity="storage_place"):
    """Where parts lie on a site; `is_default` is where a movement goes that names no place."""

    site_id: UUID
    parent_id: UUID | None
    name: str
    kind: PlaceKind
    is_default: bool
    is_active: bool
    label_codes: list[str] = []
    version: int


class PlaceStock(Row):
    """`count_since`: more was taken than the books had, so somebody has to look; `counted_at`: when somebody last did."""

    place_id: UUID
    quantity: Decimal
    count_since: Instant | None = None
    counted_at: Instant | None = None


class StockRow(EntityRow, entity="stock"):
    """What a site has of a part: the sums of its ledger. `value` is in the part's currency.

    `minimum`: the site's own; None where the part's holds. `low_since`: when on hand and on order fell to the minimum or below.
    """

    site_id: UUID
    part_id: UUID
    on_hand: Decimal
    on_order: Decimal
    value: Decimal
    minimum: Decimal | None
    low_since: Instant | None
    places: list[PlaceStock]
    version: int

    @property
    def average_price(self) -> Decimal | None:
        """The weighted average of what is on hand; None where there is nothing to average."""
        return each(self.value, self.on_hand) if self.on_hand > 0 and self.value >= 0 else None

    @property
    def to_count(self) -> list[PlaceStock]:
        return [place for place in self.places if place.count_since is not None]

    def at(self, place_id: UUID) -> PlaceStock:
        return next((each for each in self.places if each.place_id == place_id), PlaceStock(place_id=place_id, quantity=NONE))


def stock_id(part_id: UUID, site_id: UUID) -> UUID:
    """The same for whoever moves the first piece of it there."""
    return uuid5(part_id, str(site_id))


class JobPartRow(EntityRow, entity="job_part"):
    """What a job has taken of a part, less what it gave back; `cost` is what was frozen at the movements."""

    site_id: UUID
    equipment_id: UUID
    intervention_id: UUID
    spare_part_id: UUID
    quantity_used: Decimal
    cost: Decimal
    currency: str
    version: int

    @property
    def unit_price(self) -> Decimal | None:
        return each(self.cost, self.quantity_used) if self.quantity_used > 0 else None


def job_part_id(intervention_id: UUID, part_id: UUID) -> UUID:
    return uuid5(intervention_id, str(part_id))


class Movement(Row):
    """A line of the ledger. `quantity` is signed, `unit_price` and `currency` are frozen, `amount` is what it changes the value by.

    `corrects`: the movement that it takes back, or the one that came to be known after a count.
    """

    id: UUID
    site_id: UUID
    spare_part_id: UUID
    place_id: UUID
    movement_type: MovementType
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    currency: str
    intervention_id: UUID | None = None
    reference_document: str = ""
    notes: str = ""
    corrects: UUID | None = None
    occurred_at: Instant


class MonthUse(Row):
    """What was taken of a part in a month, less what came back; `month` is its first day, by UTC."""

    month: Day
    quantity: Decimal


class StockAlertRead(Row):
    """A stock fell to its minimum, once for each time that it was above."""

    id: UUID
    site_id: UUID
    part_id: UUID
    part_number: str
    part_name: str
    unit: str
    on_hand: Decimal
    minimum: Decimal
    occurred_at: Instant


class MovementRead(Movement):
    part_number: str
    part_name: str
    unit: str
    place_name: str
    intervention_number: str | None
    by: str
    created_at: Instant


class PartListItem(Row):
    """`current_stock` is what the company has, wherever it lies: whoever lacks one asks the others. `available`: what no job
    holds of it.
    """

    id: UUID
    part_number: str
    name: str
    category: str | None
    supplier: str | None
    manufacturer: str
    manufacturer_reference: str
    unit: str
    unit_price: Decimal | None
    currency: str
    minimum_stock: Decimal
    current_stock: Decimal
    available: Decimal
    location: str
    criticality: Criticality
    is_active: bool


class StockListItem(Row):
    """What one site has of one part."""

    id: UUID
    part_id: UUID
    site_id: UUID
    site_name: str
    part_number: str
    part_name: str
    unit: str
    on_hand: Decimal
    reserved: Decimal
    available: Decimal
    on_order: Decimal
    minimum: Decimal
    value: Decimal
    currency: str
    low_since: Instant | None
    to_count: bool


class PartFilter(PageQuery):
    search: Label | None = None
    category_id: UUID | None = None
    supplier_id: UUID | None = None
    class_id: UUID | None = None
    equipment_id: UUID | None = None
    is_active: bool | None = None


class PlaceFilter(Schema):
    site_id: UUID | None = None
    is_active: bool | None = None


class StockFilter(PageQuery):
    search: Label | None = None
    category_id: UUID | None = None
    site_id: UUID | None = None
    part_id: UUID | None = None
    is_low: bool | None = None
    to_count: bool | None = None


class MovementFilter(KeysetQuery):
    spare_part_id: UUID | None = None
    site_id: UUID | None = None
    place_id: UUID | None = None
    intervention_id: UUID | None = None
    movement_type: MovementType | None = None


class AlertFilter(KeysetQuery):
    site_id: UUID | None = None
    part_id: UUID | None = None
