"""What the browser's tab, its history and a screen reader call a page: the thing that is looked at, else the place."""

from collections.abc import Callable
from typing import Any, Final

from mobile_app.core.i18n import language, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import id_of
from mobile_app.domain.lookup import dotted, machine, site_name, site_of
from shared_models.equipment.rows import in_language
from shared_models.kpis.registry import KPIS

APP: Final = "Établi"
Naming = Callable[[Client, Any], str]


def _machine(client: Client, row: Any) -> str:
    return dotted(row.name, site_of(client, row.id))


def _on_machine(client: Client, row: Any) -> str:
    return dotted(row.title, machine(client, row.equipment_id))


def _supplier(client: Client, row: Any) -> str:
    supplier = client.tables.suppliers.get(row.supplier_id)
    return supplier.name if supplier else ""


THINGS: Final[dict[str, tuple[str, Naming]]] = {
    "equipment": ("equipment", _machine),
    "jobs": ("interventions", _on_machine),
    "validate": ("interventions", _on_machine),
    "plans": ("plans", _on_machine),
    "requests": ("requests", lambda client, row: dotted(row.number, machine(client, row.equipment_id))),
    "orders": ("orders", lambda client, row: dotted(row.number or "", _supplier(client, row))),
    "stocktakes": ("stocktakes", lambda _, row: dotted(row.number or "", row.notes)),
    "checklists": ("checklists", lambda _, row: row.name),
    "parts": ("parts", lambda _, row: row.name),
    "stores": ("places", lambda _, row: row.name),
    "sites": ("sites", lambda _, row: row.name),
    "handovers": ("handovers", lambda client, row: dotted(t("handovers.of", shift=row.shift), site_name(client, row.site_id))),
    "classes": ("classes", lambda _, row: in_language(row.names, language())),
    "people": ("users", lambda _, row: f"{row.first_name} {row.last_name}"),
}
"""By the first part of the address: the table of what the second names, and its name."""

PAGES: Final = {
    "sites": "sites.title", "classes": "classes.title", "people": "people.title", "mails": "mails.title",
    "webhooks": "webhooks.title", "handovers": "handovers.title", "checklists": "checklists.title",
    "orders": "orders.title", "purchase-list": "purchase_list.title", "picking": "picking.title",
    "stocktakes": "stocktakes.title", "stocktakes/new": "stocktakes.new",
    "needs-you": "needs_you.title", "notifications": "notifications.title",
    "notifications/settings": "notifications.settings", "organisation/notifications": "notifications.defaults",
    "reports/new": "reports_app.new", "reports/schedules": "reports_app.schedule",
    "scan": "scan.title", "equipment/new": "machine_form.new",
    "plans/new": "plans.new",
    "parts": "parts.title", "parts/new": "parts.new", "parts/receive": "parts.goods_in",
    "parts/link": "parts.link_page",
    "stores": "parts.stores", "suppliers": "parts.suppliers", "part-categories": "parts.categories",
    "checklists/new": "checklists.new",
    **{f"kpis/{key}": f"kpi.{key}" for key in KPIS}, "kpis/worst": "kpis.worst", "kpis/waiting": "kpis.waiting", "kpis/plans": "kpis.plans",
    "sites/new": "sites.new", "classes/new": "classes.new", "classes/ready": "classes.catalogue", "people/invite": "people.invite",
}  # fmt: skip
"""Of those that are no destination."""


def title_of(path: str, places: dict[str, str], client: Client) -> str:
    """`Presse 4 · Usine de Lyon · Établi`; `places` are the destinations' names by their keys."""
    first, *rest = path.strip("/").split("/")
    name = _thing(first, rest, client)
    if not name:
        known = PAGES.get("/".join([first, *rest[:1]])) or PAGES.get(first)
        name = t(known) if known else places.get(first, "")
    return dotted(name, APP)


def _thing(first: str, rest: list[str], client: Client) -> str:
    if not rest or first not in THINGS:
        return ""
    table, naming = THINGS[first]
    row = getattr(client.tables, table).get(id_of(rest[0]))
    return naming(client, row) if row else ""
