"""The page of a storage place: what lies there, and what whoever stands before it does with it."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import id_of, opener, use_tables
from mobile_app.domain.labels import LabelsOf, labels_sheet
from mobile_app.domain.lookup import dotted, natural, site_name
from mobile_app.domain.missing import Missing
from mobile_app.domain.moving import Done
from mobile_app.domain.part_cards import PartLine
from mobile_app.domain.parts import TO_COUNT, amount, place_name
from mobile_app.domain.sync_badge import top_bar
from mobile_app.domain.take_part import take_sheet
from mobile_app.features.inventory import moves
from mobile_app.features.inventory.for_whom import ForWhom, Whom
from mobile_app.features.inventory.keeping import KIND_ICON, place_sheet
from mobile_app.ui.buttons import Handler, IconAction, PrimaryButton, TextLink
from mobile_app.ui.cards import Card, CardHeader, RowCard
from mobile_app.ui.chips import IconTile
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonList
from mobile_app.ui.hooks import use_maybe, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Title
from mobile_app.ui.theme import TONES, Tone
from shared_models.inventory.rows import PartRow, PlaceRow, PlaceStock
from shared_models.permissions import TAKE_PARTS, Permission

MOST = 60
TO_COUNT_INK = TONES[TO_COUNT.tone].ink


class Opened(NamedTuple):
    """A sheet, and the part that it is about."""

    name: str
    part: PartRow | None = None


class Ask(Protocol):
    """The handler that opens a sheet."""

    def __call__(self, name: str, part: PartRow | None = None) -> Handler: ...


class Lying(NamedTuple):
    part: PartRow
    at: PlaceStock


def lying_at(client: Client, place: PlaceRow) -> list[Lying]:
    """What the books have there, and what must be counted there; by name."""
    stocks = [stock for stock in client.tables.stocks.rows.values() if stock.site_id == place.site_id]
    found = [(client.tables.parts.get(stock.part_id), stock.at(place.id)) for stock in stocks]
    lying = [Lying(part, at) for part, at in found if part is not None and (at.quantity or at.count_since)]
    return sorted(lying, key=lambda each: natural(each.part.name))


@component
def StoreScreen() -> ft.Control:
    client = use_tables("parts", "stocks", "places", "sites", "interventions", "equipment", "job_parts")
    place_id = id_of(ft.use_route_params()["place_id"])
    place = client.tables.places.get(place_id)
    if place is None:
        title, body = t("parts.place_unknown"), t("parts.place_unknown_body")
        none = EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, title, body, action=t("parts.all"), on_action=opener("/parts"))
        return Missing(none, (PlaceRow, f"/inventory/places/{place_id}"))
    return Store(client, place, key=str(place_id))


@component
def Store(client: Client, place: PlaceRow) -> ft.Control:
    opened, show = use_maybe(Opened)
    whom, take_for = use_maybe(Whom)
    most, set_most = use_state(MOST)

    def close() -> None:
        show(None)
        take_for(None)

    def ask(name: str, part: PartRow | None = None) -> Handler:
        return lambda: show(Opened(name, part))

    use_sheet(_sheet(client, place, opened, whom, take_for, close), close)
    if not (client.tables.parts.ready and client.tables.stocks.ready):
        return Page(top_bar("/stores"), SkeletonList())
    keeps = client.may(Permission.inventory_write)
    lying = lying_at(client, place)
    lines = [_line(client, each, ask, place_name(client, place.id), keeps=keeps) for each in lying[:most]]
    more = [TextLink(t("common.show_more"), lambda: set_most(most + MOST))] if len(lying) > most else []
    none = [] if lines else [Meta(t("parts.empty_place"))]
    what = Card(Stack(CardHeader(t("parts.lies_here"), str(len(lying)) if lying else ""), *lines, *none, *more, spacing=4))
    goods_in = PrimaryButton(t("parts.goods_in"), opener(f"/parts/receive?place={place.id}"), icon=ft.Icons.MOVE_TO_INBOX_ROUNDED)
    return Page(
        _bar(place, ask, keeps=keeps), _identity(client, place), what, *_inside(client, place),
        footer=goods_in if keeps and place.is_active else None, max_width=720,
    )  # fmt: skip


def _bar(place: PlaceRow, ask: Ask, *, keeps: bool) -> ft.Control:
    label = [IconAction(ft.Icons.QR_CODE_2_ROUNDED, t("machine.print_label"), ask("label"))] if place.label_codes else []
    edit = [IconAction(ft.Icons.EDIT_OUTLINED, t("parts.place_edit"), ask("edit"))] if keeps else []
    return top_bar("/stores" if keeps else "/parts", *label, *edit)


def _identity(client: Client, place: PlaceRow) -> ft.Control:
    state = t("parts.default_place") if place.is_default else "" if place.is_active else t("parts.closed_place")
    told = dotted(t(f"domain.place_kind.{place.kind}"), site_name(client, place.site_id), state)
    words = ft.Column([Title(place_name(client, place.id), max_lines=4), Meta(told, max_lines=2)], spacing=1, tight=True, expand=True)
    tile = IconTile(KIND_ICON[place.kind], Tone.primary, size=64)
    return ft.Row([tile, words], spacing=14, vertical_alignment=ft.CrossAxisAlignment.START)


def _line(client: Client, lying: Lying, ask: Ask, name: str, *, keeps: bool) -> ft.Control:
    part, at = lying
    takes = [MenuItem(t("parts.take_short"), ask("take", part), ft.Icons.OUTBOX_ROUNDED)] if any(map(client.may, TAKE_PARTS)) else []
    items = [*takes, *(moves.items_at(at, lambda verb: ask(verb, part)) if keeps else [])]
    line = PartLine(part.name, amount(part, at.quantity), meta=part.part_number, on_click=opener(f"/parts/{part.id}"))
    menu = [MoreMenu(items, label=t("parts.actions_at", place=dotted(part.name, name)))] if items else []
    row = ft.Row([ft.Container(line, expand=True), *menu], spacing=4)
    return Stack(row, Meta(t("parts.count_this"), max_lines=3, color=TO_COUNT_INK), spacing=0) if at.count_since else row


def _inside(client: Client, place: PlaceRow) -> list[ft.Control]:
    """The shelves and bins within."""
    within = sorted((row for row in client.tables.places.rows.values() if row.parent_id == place.id), key=lambda row: natural(row.name))
    return [
        RowCard(row.name, meta=t(f"domain.place_kind.{row.kind}"), icon=KIND_ICON[row.kind], on_click=opener(f"/stores/{row.id}"))
        for row in within
    ]


def _sheet(
    client: Client, place: PlaceRow, opened: Opened | None, whom: Whom | None, take_for: Callable[[Whom], None], close: Done
) -> Sheet | None:
    part = opened.part if opened else None
    if opened is None:
        return None
    if opened.name == "label":
        return labels_sheet(client, LabelsOf(place_ids=(place.id,)), close)
    if part is None:
        return place_sheet(client, place.id, close)
    if opened.name != "take":
        return moves.sheet_at(opened.name, client, part, place.id, close)
    if whom is None:
        return Sheet(t("parts.for_whom"), ForWhom(client, part, take_for), tall=True)
    return take_sheet(client, part, whom.site_id, whom.job, close, place_id=place.id)
