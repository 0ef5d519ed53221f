"""Parts and what lies on the shelves, as the server writes them, for tests."""

from decimal import Decimal
from uuid import UUID

from mobile_app.domain.client import Client
from shared_models.ids import uuid7
from shared_models.inventory.commands import WritePart
from shared_models.inventory.rows import PartRow, PlaceKind, PlaceRow, PlaceStock, StockRow, stock_id
from shared_models.inventory.rules import judged, nothing_of, write_part
from tests.mobile_app.core.rows import AT, PAUL, SITE


def part(name: str = "Roulement 6204", **fields: object) -> PartRow:
    part_id = uuid7()
    told = {"part_id": part_id, "part_number": f"P-{part_id.hex[-6:]}", "name": name, "unit_price": "10.00", "occurred_at": AT}
    own = {name: fields.pop(name) for name in [*fields] if name in WritePart.model_fields}
    row = write_part(None, WritePart.model_validate({**told, **own}), PAUL)
    return row.model_copy(update={"version": 1, **fields})


def place(name: str = "Magasin", site_id: UUID = SITE, **fields: object) -> PlaceRow:
    told = {"id": uuid7(), "site_id": site_id, "parent_id": None, "name": name, "kind": PlaceKind.store, "is_default": False}
    return PlaceRow.model_validate({**told, "is_active": True, "version": 1, **fields})


def stock(of: PartRow, lies: dict[PlaceRow, int | str] | list[tuple[PlaceRow, int | str]], **fields: object) -> StockRow:
    """So many at each of these places, which are of one site."""
    pairs = list(lies.items()) if isinstance(lies, dict) else lies
    at = [PlaceStock(place_id=row.id, quantity=Decimal(str(many))) for row, many in pairs]
    site = pairs[0][0].site_id if pairs else SITE
    many = sum((one.quantity for one in at), Decimal(0))
    blank = nothing_of(of, site).model_copy(update={"places": at, "on_hand": many, "value": many * (of.unit_price or 0), "version": 1})
    assert blank.id == stock_id(of.id, site)
    return judged(blank.model_copy(update=fields), of, AT)


def hold(client: Client, *rows: PartRow | PlaceRow | StockRow) -> None:
    for row in rows:
        client.tables[type(row)].rows[row.id] = row
