"""The lists of the catalogue, of what lies where, and of the ledger."""

from server.core.lists import UTC, Found, List, exact, on_sites
from server.core.queries import containing, expression, rank, sql, words_of
from server.core.sql import name_of
from server.equipment.models import BY_CRITICALITY
from server.inventory.rows import CATEGORY, PLACE, SUPPLIER
from shared_models.inventory import rows

_PART = "left join spare_part_categories c on c.id = p.category_id left join suppliers s on s.id = p.supplier_id"


def parts_matching(search: str) -> Found:
    """Every word occurs in its number, its name or its maker's; or the whole is a barcode of it."""
    words = words_of(search)
    scanned = sql("exists (select from part_barcode b where b.part_id = p.id and b.code = {})", search)
    typed = [sql("p.search_text like (select etabli_fold({}))", containing(word)) for word in words]
    if not typed:
        return Found()
    every = typed[0]
    for each in typed[1:]:
        every = sql("{} and {}", every, each)
    return Found([sql("(({}) or {})", every, scanned)])


PARTS = List(
    "parts", rows.PartListItem, "spare_parts p", joins=_PART,
    carried={"category": "c.name", "supplier": "s.name"},
    columns={"current_stock": "(select coalesce(sum(x.on_hand), 0) from stock x where x.part_id = p.id)"},
    query=rows.PartFilter,
    filters={
        **exact("p", "category_id", "supplier_id", "is_active"),
        "class_id": "p.class_ids @> array[{}]::uuid[]",
        "equipment_id": (
            "exists (select from equipment e where e.id = {}"
            " and (p.equipment_ids @> array[e.id] or p.class_ids @> array[e.class_id]))"
        ),
    },
    search=parts_matching,
    sorts={
        "name": "p.name_folded",
        "part_number": "p.number_folded",
        "criticality": rank("p.criticality", BY_CRITICALITY),
        "unit_price": "p.unit_price nulls last",
        "minimum_stock": "p.minimum_stock",
    },
    order="name",
    exported=(
        "part_number", "name", "category", "supplier", "manufacturer", "manufacturer_reference", "unit", "unit_price", "currency",
        "minimum_stock", "current_stock", "location", "criticality", "is_active",
    ),
    words={"criticality": "domain.criticality"},
    clock=UTC,
)  # fmt: skip
STOCKS = List(
    "stock", rows.StockListItem, "stock x",
    joins="join spare_parts p on p.id = x.part_id join sites s on s.id = x.site_id",
    scope=on_sites("x.site_id"),
    carried={
        "site_name": "s.name", "part_number": "p.part_number", "part_name": "p.name", "unit": "p.unit", "currency": "p.currency",
        "part_minimum": "p.minimum_stock",
    },
    columns={
        "minimum": "coalesce(x.minimum, x.part_minimum)",
        "to_count": "exists (select from place_stock y where y.stock_id = x.id and y.count_since is not null)",
    },
    query=rows.StockFilter,
    filters={
        **exact("x", "site_id", "part_id"),
        **exact("p", "category_id"),
        "is_low": {True: "x.low_since is not null", False: "x.low_since is null"},
        "to_count": {
            True: "exists (select from place_stock y where y.stock_id = x.id and y.count_since is not null)",
            False: "not exists (select from place_stock y where y.stock_id = x.id and y.count_since is not null)",
        },
    },
    search=parts_matching,
    sorts={
        "part": "p.name_folded", "part_number": "p.number_folded", "site": ("s.name_folded", "s.id"), "on_hand": "x.on_hand",
        "value": "x.value", "low_since": "x.low_since nulls last",
    },
    order="part",
    exported=(
        "site_name", "part_number", "part_name", "unit", "on_hand", "on_order", "minimum", "value", "currency", "low_since", "to_count",
    ),
)  # fmt: skip
MOVEMENTS = List(
    "movements", rows.MovementRead, "stock_movements v",
    joins=(
        "join spare_parts p on p.id = v.spare_part_id join storage_place l on l.id = v.place_id"
        " left join maintenance_interventions i on i.id = v.intervention_id"
    ),
    scope=on_sites("v.site_id"),
    carried={
        "part_number": "p.part_number", "part_name": "p.name", "unit": "p.unit", "place_name": "l.name", "intervention_number": "i.number",
    },
    columns={"by": expression("coalesce({}, '')", name_of("v.created_by"))},
    query=rows.MovementFilter,
    filters=exact("v", "spare_part_id", "site_id", "place_id", "intervention_id", "movement_type"),
    sorts={"occurred_at": "v.occurred_at"},
    order="-occurred_at",
    exported=(
        "occurred_at", "part_number", "part_name", "movement_type", "quantity", "unit", "unit_price", "amount", "currency", "place_name",
        "intervention_number", "reference_document", "notes", "by", "created_at",
    ),
    words={"movement_type": "domain.movement_type"},
)  # fmt: skip
ALERTS = List(
    "stock_alerts", rows.StockAlertRead, "stock_alert a",
    joins="join spare_parts p on p.id = a.part_id",
    scope=on_sites("a.site_id"),
    carried={"part_number": "p.part_number", "part_name": "p.name", "unit": "p.unit"},
    query=rows.AlertFilter,
    filters=exact("a", "site_id", "part_id"),
    sorts={"occurred_at": "a.occurred_at"},
    order="-occurred_at",
    exported=("occurred_at", "part_number", "part_name", "on_hand", "minimum", "unit"),
)  # fmt: skip
CATEGORIES = List(
    "part_categories", rows.PartCategoryRow, "spare_part_categories g", row=CATEGORY.json("g"), sorts={"name": "etabli_fold(g.name)"},
    order="name", exported=("name", "description"), clock=UTC,
)  # fmt: skip
SUPPLIERS = List(
    "suppliers", rows.SupplierRow, "suppliers s", row=SUPPLIER.json("s"), sorts={"name": "etabli_fold(s.name)"}, order="name",
    exported=("name", "contact_person", "email", "phone", "address", "is_active"), clock=UTC,
)  # fmt: skip
PLACES = List(
    "storage_places", rows.PlaceRow, "storage_place l", row=PLACE.json("l"), scope=on_sites("l.site_id"),
    sorts={"name": "etabli_fold(l.name)"}, order="name",
    columns={
        "site_name": "(select s.name from sites s where s.id = l.site_id)",
        "within": "(select q.name from storage_place q where q.id = l.parent_id)",
    },
    exported=("site_name", "name", "kind", "within", "is_default", "is_active"), words={"kind": "domain.place_kind"},
)  # fmt: skip
