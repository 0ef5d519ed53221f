"""What people do to the catalogue of parts and to what lies on the shelves."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from shared_models.base import (
    ONE_LINE,
    Command,
    Id,
    Label,
    Line,
    LongText,
    Name,
    NewId,
    Paragraph,
    RuleError,
    Short,
    Title,
    Version,
)
from shared_models.email_address import Email
from shared_models.equipment.rows import Criticality, Currency, Specifications
from shared_models.inventory.quantities import FINEST, NONE, Counted, Difference, Price, Quantity
from shared_models.inventory.rows import Offer, PartCategoryRow, PartDocumentRow, PartRow, PlaceKind, PlaceRow, SupplierRow
from shared_models.numbers import NUMBER
from shared_models.papers import AddPaper, DatePaper, Papers, RemovePaper, SetPhoto
from shared_models.permissions import KEEP_STOCK, TAKE_PARTS

PartNumber = Annotated[str, StringConstraints(min_length=1, max_length=100), ONE_LINE]
Barcode = Annotated[str, StringConstraints(min_length=1, max_length=100), ONE_LINE]
Ids = Annotated[list[Id], Field(max_length=200)]


# --- the catalogue


class WritePartCategory(Command, needs=KEEP_STOCK, on=(PartCategoryRow, "category_id")):
    """Creates a category, or changes it when `version` is given; so do the commands below."""

    type: Literal["part_category.write"] = "part_category.write"
    category_id: NewId
    version: Version | None = None
    name: Name
    description: LongText = ""


class WriteSupplier(Command, needs=KEEP_STOCK, on=(SupplierRow, "supplier_id")):
    type: Literal["supplier.write"] = "supplier.write"
    supplier_id: NewId
    version: Version | None = None
    name: Name
    contact_person: Label = ""
    email: Email | Literal[""] = ""
    phone: Annotated[str, StringConstraints(max_length=40), ONE_LINE] = ""
    address: Paragraph = ""
    lang: Literal["fr", "en"] = "fr"
    is_active: bool = True


class WritePart(Command, needs=KEEP_STOCK, on=(PartRow, "part_id")):
    """`minimum_stock` holds for every site that keeps the part and has no minimum of its own; none is no minimum."""

    type: Literal["part.write"] = "part.write"
    part_id: NewId
    version: Version | None = None
    part_number: PartNumber
    name: Title
    description: LongText = ""
    category_id: Id | None = None
    supplier_id: Id | None = None
    unit_price: Price | None = None
    currency: Currency = "EUR"
    minimum_stock: Counted = NONE
    location: Label = ""
    unit: Short = ""
    decimals: Annotated[int, Field(ge=0, le=FINEST), NUMBER] = 0
    manufacturer: Label = ""
    manufacturer_reference: Label = ""
    criticality: Criticality = Criticality.medium
    specifications: Specifications = {}
    class_ids: Ids = []
    equipment_ids: Ids = []
    equivalent_ids: Ids = []
    offers: Annotated[list[Offer], Field(max_length=50)] = []
    is_active: bool = True

    @model_validator(mode="after")
    def _offers_agree(self) -> "WritePart":
        suppliers = [offer.supplier_id for offer in self.offers]
        if len(set(suppliers)) < len(suppliers):
            raise RuleError("supplier_twice", "offers")
        if sum(offer.is_preferred for offer in self.offers) > 1:
            raise RuleError("two_preferred", "offers")
        return self


class OnPart(Command, on=(PartRow, "part_id")):
    part_id: Id


class LinkBarcode(OnPart, needs=KEEP_STOCK):
    """Whoever scans this code from now on has found the part."""

    type: Literal["part.link_barcode"] = "part.link_barcode"
    barcode: Barcode


class UnlinkBarcode(OnPart, needs=KEEP_STOCK):
    type: Literal["part.unlink_barcode"] = "part.unlink_barcode"
    barcode: Barcode


class AddPartDocument(OnPart, AddPaper, needs=KEEP_STOCK):
    type: Literal["part.add_document"] = "part.add_document"


class DatePartDocument(DatePaper, needs=KEEP_STOCK):
    type: Literal["part.date_document"] = "part.date_document"


class RemovePartDocument(RemovePaper, needs=KEEP_STOCK):
    type: Literal["part.remove_document"] = "part.remove_document"


class SetPartPhoto(OnPart, SetPhoto, needs=KEEP_STOCK):
    type: Literal["part.set_photo"] = "part.set_photo"


PAPERS = Papers(PartDocumentRow, AddPartDocument, DatePartDocument, RemovePartDocument, SetPartPhoto)


class WritePlace(Command, needs=KEEP_STOCK, on=(PlaceRow, "place_id")):
    """A site's first place is its default, and another one only by being made so."""

    type: Literal["storage_place.write"] = "storage_place.write"
    place_id: NewId
    version: Version | None = None
    site_id: Id
    parent_id: Id | None = None
    name: Name
    kind: PlaceKind = PlaceKind.store
    is_default: bool = False
    is_active: bool = True


# --- the ledger


class OnStock(OnPart):
    """Of a part at a place: what a site has of it follows from both. `movement_id` is the line that it makes in the ledger."""

    movement_id: NewId
    place_id: Id
    reference_document: Label = ""
    notes: Line = ""


class ReceiveStock(OnStock, needs=KEEP_STOCK, done="received"):
    """Goods in, at the price paid for a unit; without one, at the part's."""

    type: Literal["stock.receive"] = "stock.receive"
    quantity: Quantity
    unit_price: Price | None = None
    currency: Currency | None = None


class TakeStock(OnStock, needs=TAKE_PARTS, done="taken"):
    """From the shelf, for a job or without one. `is_taken`: the part is in somebody's hand, whatever the books say of the place;
    without, more than there is there is refused.
    """

    type: Literal["stock.take"] = "stock.take"
    quantity: Quantity
    intervention_id: Id | None = None
    is_taken: bool = False


class GiveBackStock(OnStock, needs=TAKE_PARTS, done="given_back"):
    """What a job has not used, at what it was taken for."""

    type: Literal["stock.give_back"] = "stock.give_back"
    quantity: Quantity
    intervention_id: Id


class AdjustStock(OnStock, needs=KEEP_STOCK, done="adjusted"):
    """By a signed quantity; the notes say why."""

    type: Literal["stock.adjust"] = "stock.adjust"
    quantity: Difference
    notes: Annotated[str, StringConstraints(min_length=1, max_length=200), ONE_LINE]


class CountStock(OnStock, needs=KEEP_STOCK, done="counted"):
    """What lay there at `occurred_at`: what the books had then is made to agree, whatever has moved since or is told of later."""

    type: Literal["stock.count"] = "stock.count"
    counted: Counted


class TransferStock(OnStock, needs=KEEP_STOCK, done="transferred"):
    """From `place_id` to another place, of this site or of another; `arrival_id` is the line that it makes there."""

    type: Literal["stock.transfer"] = "stock.transfer"
    quantity: Quantity
    to_place_id: Id
    arrival_id: NewId


class SetMinimum(OnPart, needs=KEEP_STOCK):
    """A site's own minimum of a part; None goes back to the part's."""

    type: Literal["stock.set_minimum"] = "stock.set_minimum"
    site_id: Id
    minimum: Counted | None = None
