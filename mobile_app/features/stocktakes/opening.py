"""A new stocktake: of which site, and which of its places."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.client import Client
from mobile_app.domain.context import asked, go, id_of, opener, use_tables
from mobile_app.domain.lookup import by_name, natural
from mobile_app.domain.submit import made, sender, submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.ui.buttons import PrimaryButton, spoken, tap
from mobile_app.ui.cards import Card
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonList
from mobile_app.ui.fields import Field, TextInput
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.pickers import Picker
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import SEMIBOLD, C, Size
from shared_models.ids import uuid7
from shared_models.inventory.rows import PlaceRow
from shared_models.permissions import Permission
from shared_models.stocktakes.commands import OpenStocktake

STEP = 22
"""By which what lies within something else is set in."""


def within(places: Sequence[PlaceRow], place_id: UUID) -> set[str]:
    """The place, and all that lies in it."""
    inner = [child for child in places if child.parent_id == place_id]
    return {str(place_id)}.union(*(within(places, child.id) for child in inner))


def in_order(places: Sequence[PlaceRow], parent_id: UUID | None = None, depth: int = 0) -> list[tuple[PlaceRow, int]]:
    """Each below what it lies in; what lies in a closed place comes with the stores."""
    known = {place.id for place in places}
    own = [place for place in places if (place.parent_id if place.parent_id in known else None) == parent_id]
    rows: list[tuple[PlaceRow, int]] = []
    for place in sorted(own, key=lambda row: natural(row.name)):
        rows += [(place, depth), *in_order(places, place.id, depth + 1)]
    return rows


@component
def StocktakeFormScreen() -> ft.Control:
    client = use_tables("places", "sites", "stocks")
    title = PageHeader(t("stocktakes.new"), t("stocktakes.new_body"), on_back=opener("/stocktakes"), trailing=[SyncBadge()])
    if not client.may(Permission.inventory_write):
        return Page(title, EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("parts.read_only"), t("parts.read_only_body")))
    if not client.tables.places.rows:
        none = EmptyState(
            ft.Icons.WAREHOUSE_OUTLINED,
            t("parts.stores_none"),
            t("parts.stores_none_body"),
            action=t("parts.stores"),
            on_action=opener("/stores"),
        )
        return Page(title, none)
    return StocktakeForm(client, title)


@component
def StocktakeForm(client: Client, title: ft.Control) -> ft.Control:
    sites, stocktake_id = by_name(client.sites.rows.values()), ft.use_memo(uuid7, [])
    wanted = asked("places")
    meant = [place for each in wanted.split(",") if (place := client.tables.places.get(id_of(each)))]
    site = str(meant[0].site_id) if meant else sites[0].key if sites else None
    form = use_form(f"stocktake:new:{wanted[:36]}", {"site_id": site, "place_ids": [str(place.id) for place in meant], "notes": ""})

    async def open_() -> None:
        if form.busy or not form.require("site_id", "place_ids"):
            return
        fields: dict[str, Any] = {name: form.get(name) for name in ("site_id", "place_ids", "notes")}
        command = made(form, OpenStocktake, {**fields, "stocktake_id": stocktake_id, "occurred_at": client.now()})
        if command and await submit(client, command, form, said="stocktakes.opened_done"):
            go(f"/stocktakes/{stocktake_id}")

    if not form.ready:
        return Page(title, SkeletonList())
    pick = Picker(t("equipment_list.site"), sites, form.get("site_id"), partial(_move, form), error=form.error("site_id"))
    button = PrimaryButton(_said(form), open_, busy=form.busy, icon=ft.Icons.FACT_CHECK_ROUNDED)
    return Page(
        title,
        *([pick] if len(sites) > 1 else []),
        TextInput(
            t("stocktakes.notes"), **form.field("notes"), optional=True, placeholder=t("stocktakes.notes_example"),
            max_length=text_limit(OpenStocktake, "notes"),
        ),
        Field(t("stocktakes.places_head"), _places(client, form), error=form.error("place_ids")),
        footer=sender(form, button),
        max_width=640,
    )  # fmt: skip


def _said(form: Form) -> str:
    chosen = len(form.get("place_ids") or [])
    return n("stocktakes.open_do", chosen) if chosen else t("stocktakes.open_none")


def _move(form: Form, site_id: str) -> None:
    """Another site has other places."""
    if site_id != form.get("site_id"):
        form.set("place_ids", [])
    form.set("site_id", site_id)


def _places(client: Client, form: Form) -> ft.Control:
    places = [row for row in client.tables.places.rows.values() if row.is_active and str(row.site_id) == form.get("site_id")]
    chosen = set(form.get("place_ids") or [])
    kept: dict[UUID, int] = {}
    for stock in client.tables.stocks.rows.values():
        for at in stock.places:
            if at.quantity:
                kept[at.place_id] = kept.get(at.place_id, 0) + 1
    rows = [_row(form, places, place, depth, chosen, kept) for place, depth in in_order(places)]
    return Card(Stack(*(rows or [Meta(t("parts.stores_none"))]), spacing=0), padding=8)


def _row(form: Form, places: Sequence[PlaceRow], place: PlaceRow, depth: int, chosen: set[str], kept: dict[UUID, int]) -> ft.Control:
    inner = within(places, place.id)
    many, is_all, is_some = sum(kept.get(UUID(each), 0) for each in inner), inner <= chosen, bool(inner & chosen)
    icons = ft.Icons
    some = icons.INDETERMINATE_CHECK_BOX_ROUNDED if is_some else icons.CHECK_BOX_OUTLINE_BLANK_ROUNDED
    box = icons.CHECK_BOX_ROUNDED if is_all else some
    name = ft.Text(place.name, size=Size.body, weight=SEMIBOLD if not depth else None, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS)
    row = ft.Row(
        [
            ft.Icon(box, color=C.primary if is_some else C.ink2),
            ft.Container(name, expand=True),
            *([Meta(n("parts.lying", many))] if many else []),
        ],
        spacing=10,
    )
    left = 8 + depth * STEP
    inside = ft.Container(
        row, padding=ft.Padding(left=left, top=11, right=8, bottom=11), border_radius=10, ink=True,
        on_click=tap(lambda: form.set("place_ids", sorted(chosen - inner if is_all else chosen | inner))),
    )  # fmt: skip
    return spoken(inside, button=False, picked=is_all)
