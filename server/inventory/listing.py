"""The lists of the catalogue, of what lies where, and of the ledger."""

from server.core.lists import UTC, List, Of, exact, on_sites
from server.core.queries import NOTHING, Sql, expression, rank, sql
from server.core.searches import Search
from server.core.sql import name_of
from server.equipment.models import BY_CRITICALITY
from server.inventory.rows import CATEGORY, PART_DOCUMENT, PLACE, SUPPLIER
from shared_models.inventory import reservations, rows
from shared_models.labels.codes import label_code_in

_WANTED = (
    "(select coalesce(sum(r.quantity - r.issued), 0) from part_reservation r join maintenance_interventions i on i.id = r.intervention_id"
    " where r.part_id = x.part_id and r.site_id = x.site_id and r.quantity > r.issued"
    " and i.status in ('pending', 'in_progress', 'on_hold'))"
)
AVAILABLE = expression("greatest(x.on_hand - {}, 0)", _WANTED)
_RESERVED = expression("least(greatest(x.on_hand, 0), {})", _WANTED)
_PART = "left join spare_part_categories c on c.id = p.category_id left join suppliers s on s.id = p.supplier_id"


def _scanned(search: str) -> Sql:
    """A barcode of the part, or the code of its label."""
    codes = "p.id in (select b.part_id from part_barcode b where b.code = {}{})"
    label = label_code_in(search)
    return sql(codes, search, sql(" union all select k.part_id from label_code k where k.code = {}", label) if label else NOTHING)


def parts_in(source: str) -> Search:
    exact = "p.number_folded = (select etabli_fold({whole})) or upper(p.manufacturer_reference) = {capitals}"
    return Search(source, "p", exact=exact, scanned=_scanned)


PARTS = List(
    "parts", rows.PartListItem, "spare_parts p", joins=_PART,
    carried={"category": "c.name", "supplier": "s.name"},
    columns={
        "current_stock": "(select coalesce(sum(x.on_hand), 0) from stock x where x.part_id = p.id)",
        "available": expression("(select coalesce(sum({}), 0) from stock x where x.part_id = p.id)", AVAILABLE),
    },
    still=("category", "supplier"),
    query=rows.PartFilter,
    filters={
        **exact("p", "category_id", "supplier_id", "is_active"),
        "class_id": "p.class_ids @> array[{}]::uuid[]",
        "equipment_id": (
            "exists (select from equipment e where e.id = {}"
            " and (p.equipment_ids @> array[e.id] or p.class_ids @> array[e.class_id]))"
        ),
    },
    search=parts_in("spare_parts p"),
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
        "minimum_stock", "current_stock", "available", "location", "criticality", "is_active",
    ),
    words={"criticality": "domain.criticality"},
    clock=UTC,
)  # fmt: skip
DOCUMENTS = List(
    "documents", rows.PartDocumentRow, "part_document d", of=Of("spare_parts p", "part_id", site=None), row=PART_DOCUMENT.json("d"),
    columns={"mime_type": "(select f.mime_type from attachment f where f.id = d.attachment_id)"},
    sorts={"title": "d.title"}, order="title", exported=("title", "mime_type", "valid_until"), clock=UTC,
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
        "reserved": _RESERVED,
        "available": AVAILABLE,
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
    search=parts_in("stock x join spare_parts p on p.id = x.part_id"),
    sorts={
        "part": "p.name_folded", "part_number": "p.number_folded", "site": ("s.name_folded", "s.id"), "on_hand": "x.on_hand",
        "value": "x.value", "low_since": "x.low_since nulls last",
    },
    order="part",
    exported=(
        "site_name", "part_number", "part_name", "unit", "on_hand", "reserved", "available", "on_order", "minimum", "value", "currency",
        "low_since", "to_count",
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
# Who holds what of a part at a site, as `shared_models.inventory.reservations.held` says it: what lies ready first, then by turn.
HELD = """
coalesce((select h.held from (
    select q.id, least(q.picked, greatest(x.on_hand - (sum(q.picked) over turn - q.picked), 0))
        + least(q.rest, greatest(x.on_hand - sum(q.picked) over () - (sum(q.rest) over turn - q.rest), 0)) as held
    from (
        select y.id, y.picked, y.quantity - y.issued - y.picked as rest, y.reserved_at,
            coalesce(j.due_at, j.scheduled_start, j.scheduled_end) as needed_at
        from part_reservation y join maintenance_interventions j on j.id = y.intervention_id
        where y.part_id = r.part_id and y.site_id = r.site_id and y.quantity > y.issued
            and j.status in ('pending', 'in_progress', 'on_hold')
    ) q cross join (
        select greatest(coalesce((select s.on_hand from stock s where s.part_id = r.part_id and s.site_id = r.site_id), 0), 0) as on_hand
    ) x
    window turn as (order by q.needed_at nulls last, q.reserved_at, q.id)
) h where h.id = r.id), 0)
"""
RESERVATIONS = List(
    "reservations", reservations.ReservationListItem, "part_reservation r",
    joins=(
        "join spare_parts p on p.id = r.part_id join sites s on s.id = r.site_id join equipment e on e.id = r.equipment_id"
        " join maintenance_interventions i on i.id = r.intervention_id"
    ),
    where=(
        "r.quantity > r.issued and exists (select from maintenance_interventions o where o.id = r.intervention_id"
        " and o.status in ('pending', 'in_progress', 'on_hold'))"
    ),
    scope=on_sites("r.site_id"),
    carried={
        "part_number": "p.part_number", "part_name": "p.name", "unit": "p.unit", "site_name": "s.name", "equipment_name": "e.name",
        "title": "i.title", "intervention_number": "i.number", "needed_at": "coalesce(i.due_at, i.scheduled_start, i.scheduled_end)",
    },
    columns={"outstanding": "(r.quantity - r.issued)", "held": HELD},
    query=reservations.ReservationFilter,
    filters={
        **exact("r", "site_id", "part_id", "intervention_id"),
        "is_lacking": {True: expression("{} < r.quantity - r.issued", HELD), False: expression("{} >= r.quantity - r.issued", HELD)},
        "needed_before": "coalesce(i.due_at, i.scheduled_start, i.scheduled_end) < {}",
    },
    sorts={"needed_at": "coalesce(i.due_at, i.scheduled_start, i.scheduled_end) nulls last", "part": "p.name_folded"},
    order="needed_at",
    exported=(
        "needed_at", "site_name", "intervention_number", "title", "equipment_name", "part_number", "part_name", "quantity", "outstanding",
        "held", "picked", "issued", "unit",
    ),
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
    query=rows.PlaceFilter, filters=exact("l", "site_id", "is_active"),
    sorts={"name": "etabli_fold(l.name)"}, order="name",
    columns={
        "site_name": "(select s.name from sites s where s.id = l.site_id)",
        "within": "(select q.name from storage_place q where q.id = l.parent_id)",
    },
    exported=("site_name", "name", "kind", "within", "is_default", "is_active"), words={"kind": "domain.place_kind"},
)  # fmt: skip
