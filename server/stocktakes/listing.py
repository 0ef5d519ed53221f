"""The lists of stocktakes, and of their lines with what the books say."""

from server.core.lists import List, exact, on_sites
from server.core.queries import expression
from server.core.sql import name_of
from server.inventory.listing import parts_in
from shared_models.stocktakes import rows

STOCKTAKES = List(
    "stocktakes", rows.StocktakeListItem, "stocktake t",
    joins="join sites s on s.id = t.site_id",
    scope=on_sites("t.site_id"),
    carried={"site_name": "s.name"},
    columns={
        "place_count": "cardinality(t.place_ids)",
        "line_count": "(select count(*) from stocktake_line l where l.stocktake_id = t.id)",
        "counted_count": (
            "(select count(*) from stocktake_line l where l.stocktake_id = t.id and exists (select from stocktake_count c"
            " where c.line_id = l.id and (l.again_since is null or c.counted_at > l.again_since)))"
        ),
        "amount": "(select sum(l.amount) from stocktake_line l where l.stocktake_id = t.id)",
        "opened_by": expression("coalesce({}, '')", name_of("t.opened_by")),
    },
    query=rows.StocktakeFilter,
    filters=exact("t", "site_id", "status"),
    sorts={"number": "t.number", "opened_at": "t.opened_at", "ended_at": "t.ended_at nulls last", "site": ("s.name_folded", "s.id")},
    order="-number",
    exported=(
        "number", "site_name", "status", "place_count", "line_count", "counted_count", "amount", "opened_by", "opened_at", "ended_at",
        "notes", "reason",
    ),
    words={"status": "domain.stocktake_status"},
)  # fmt: skip

_HOLDS = "(l.again_since is null or c.counted_at > l.again_since)"


def _books(instant: str) -> str:
    return expression(
        "(select coalesce(sum(m.quantity), 0) from stock_movements m"
        " where m.place_id = l.place_id and m.spare_part_id = l.part_id and m.occurred_at <= {})",
        instant,
    )


def _held(column: str) -> str:
    """Of the count that holds."""
    found = "(select c.{} from stocktake_count c where c.line_id = l.id and {} order by c.counted_at desc, c.id desc limit 1)"
    return expression(found, column, _HOLDS)


_COUNTED, _COUNTED_AT = _held("counted"), _held("counted_at")
_THEN = _books(expression("coalesce({}, 'infinity')", _COUNTED_AT))
_DIFFERENCE = expression("case when l.expected is null then {} - {} else l.difference end", _COUNTED, _THEN)
_PRICE = "case when x.on_hand > 0 and x.value >= 0 then round(x.value / x.on_hand, 4) else coalesce(p.unit_price, 0) end"
_DISPUTED = expression(
    "(l.expected is null and (select count(distinct d.counted - {}) > 1 from (select distinct on (c.counted_by) c.counted, c.counted_at"
    " from stocktake_count c where c.line_id = l.id and {} order by c.counted_by, c.counted_at desc, c.id desc) d))",
    _books("d.counted_at"), _HOLDS,
)  # fmt: skip
_OF_LINE = (
    "join spare_parts p on p.id = l.part_id join storage_place q on q.id = l.place_id"
    " left join stock x on x.part_id = l.part_id and x.site_id = l.site_id"
)
LINES = List(
    "stocktake_lines", rows.StocktakeLineItem, "stocktake_line l", joins=_OF_LINE,
    scope=on_sites("l.site_id"),
    carried={
        "part_number": "p.part_number", "part_name": "p.name", "unit": "p.unit", "currency": "p.currency", "place_name": "q.name",
        "price": _PRICE,
    },
    columns={
        "is_asked_again": expression("l.again_since is not null and {} is null", _COUNTED),
        "is_disputed": _DISPUTED,
        "count_total": "(select count(*) from stocktake_count c where c.line_id = l.id)",
        "counted": _COUNTED,
        "counted_by": expression("coalesce({}, '')", name_of(_held("counted_by"))),
        "counted_at": _COUNTED_AT,
        "expected": expression("coalesce(l.expected, {})", _THEN),
        "difference": _DIFFERENCE,
        "amount": expression("case when l.expected is null then round(({}) * l.price, 4) else l.amount end", _DIFFERENCE),
    },
    query=rows.StocktakeLineFilter,
    filters={
        **exact("l", "stocktake_id", "place_id"),
        "is_counted": {True: expression("{} is not null", _COUNTED), False: expression("{} is null", _COUNTED)},
        "differs": {True: expression("({}) <> 0", _DIFFERENCE), False: expression("coalesce(({}), 0) = 0", _DIFFERENCE)},
        "is_disputed": {True: _DISPUTED, False: expression("not {}", _DISPUTED)},
    },
    search=parts_in(expression("stocktake_line l {}", _OF_LINE)),
    sorts={
        "place": ("etabli_fold(q.name)", "p.name_folded"), "part": "p.name_folded", "part_number": "p.number_folded",
        "counted_at": expression("{} nulls last", _COUNTED_AT),
        "loss": expression("abs(case when l.expected is null then ({}) * ({}) else l.amount end) nulls last", _DIFFERENCE, _PRICE),
    },
    order="place",
    exported=(
        "place_name", "part_number", "part_name", "unit", "counted", "expected", "difference", "amount", "currency", "counted_by",
        "counted_at", "count_total", "is_found", "is_disputed",
    ),
)  # fmt: skip
