"""The list of orders."""

from server.core.lists import List, every_word, exact, on_sites
from server.core.queries import expression
from shared_models.buying import rows
from shared_models.buying.rows import OrderShow

_UNDER_WAY = "o.status in ('ordered', 'partly_received')"

ORDERS = List(
    "purchase_orders", rows.OrderListItem, "purchase_order o",
    joins="join suppliers p on p.id = o.supplier_id join sites s on s.id = o.site_id",
    scope=on_sites("o.site_id"),
    carried={"supplier": "p.name", "site_name": "s.name"},
    columns={
        "total": (
            "(select coalesce(sum(round(y.quantity * y.unit_price, 4)), 0) from purchase_order_line y where y.order_id = o.id)"
        ),
        "line_count": "(select count(*) from purchase_order_line y where y.order_id = o.id)",
    },
    query=rows.OrderFilter,
    filters={
        **exact("o", "site_id", "supplier_id", "status"),
        "show": {
            OrderShow.open: _UNDER_WAY, OrderShow.draft: "o.status = 'draft'", OrderShow.over: "o.status in ('closed', 'cancelled')",
            OrderShow.late: expression("({} and o.expected_on < (now() at time zone s.clock)::date)", _UNDER_WAY),
        },
    },
    search=every_word("(etabli_fold(o.number) like (select etabli_fold({word})) or etabli_fold(p.name) like (select etabli_fold({word})))"),
    sorts={
        "number": "o.number", "supplier": ("etabli_fold(p.name)", "p.id"), "expected_on": "o.expected_on nulls last",
        "ordered_at": "o.ordered_at nulls last", "created_at": "o.created_at",
    },
    order="-number",
    exported=(
        "number", "site_name", "supplier", "status", "line_count", "total", "currency", "expected_on", "ordered_at", "closed_at",
        "notes", "created_at",
    ),
    words={"status": "domain.order_status"},
)  # fmt: skip
