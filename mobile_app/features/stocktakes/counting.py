"""Counting on the phone: place by place, part by part, without a word of what should be there."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import flet as ft

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import id_of, opener, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.moving import Done, movement, quantity_field
from mobile_app.domain.part_cards import PartLine
from mobile_app.domain.parts import amount, part_name, place_name, place_path
from mobile_app.domain.scanning import scan_part
from mobile_app.domain.search import search_parts
from mobile_app.domain.submit import sender, submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.stocktakes.words import is_asked_again, lines_of, number_of
from mobile_app.ui import environment
from mobile_app.ui.buttons import Handler, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import RowCard, SectionHeader
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, Progress, SkeletonLines
from mobile_app.ui.fields import SearchField
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import use_maybe, use_shortcut, use_state
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import Space, Tone
from shared_models.ids import uuid7
from shared_models.inventory.quantities import NONE
from shared_models.inventory.rows import PartRow
from shared_models.stocktakes.commands import CountLine
from shared_models.stocktakes.rows import StocktakeLineRow, StocktakeRow

SHOWN = 30


class Meant(NamedTuple):
    """What is being counted: a part, once it is known which, at a place, once it is known where."""

    part: PartRow | None = None
    place_id: UUID | None = None


def count_sheet(client: Client, take: StocktakeRow, meant: Meant | None, go_on: Callable[[Meant | None], None]) -> Sheet | None:
    """The next question: which part, at which of its places, how many."""
    if meant is None:
        return None
    close = partial(go_on, None)
    if meant.part is None:
        return Sheet(t("stocktakes.which"), WhichPart(client, lambda part: go_on(Meant(part, meant.place_id))), tall=True)
    if meant.place_id is None:
        return Sheet(t("stocktakes.where"), _where(client, take, meant.part, go_on), tall=True)
    form = CountForm(client, take, meant.part, meant.place_id, close, key=f"{meant.part.id}:{meant.place_id}")
    return Sheet(t("stocktakes.count_title"), form)


def places_meant(client: Client, take: StocktakeRow, part: PartRow) -> list[UUID]:
    """Where the list has the part, those first that nobody has counted; all of the stocktake's places where it has it nowhere."""
    lines = [line for line in lines_of(client, take) if line.part_id == part.id]
    found = [line.place_id for line in sorted(lines, key=lambda line: line.count is not None)]
    return found or list(take.place_ids)


def scanned(client: Client, take: StocktakeRow, part: PartRow) -> Meant:
    """A part that is at one place only asks no more where."""
    places = places_meant(client, take, part)
    return Meant(part, places[0] if len(places) == 1 else None)


def _where(client: Client, take: StocktakeRow, part: PartRow, go_on: Callable[[Meant | None], None]) -> ft.Control:
    lines = [
        PartLine(place_name(client, place_id), "", on_click=partial(go_on, Meant(part, place_id)))
        for place_id in places_meant(client, take, part)
    ]
    return Stack(_head(part), Stack(*lines, spacing=0), spacing=Space.s)


def _head(part: PartRow) -> ft.Control:
    return Stack(Strong(part.name, max_lines=3), Meta(dotted(part.part_number, part.manufacturer_reference), max_lines=2), spacing=2)


@component
def WhichPart(client: Client, on_pick: Callable[[PartRow], None]) -> ft.Control:
    """Scanned, or searched; how many there should be is not said."""
    query, set_query = use_state("")

    async def scan() -> None:
        found = await scan_part(client)
        if found is not None:
            on_pick(found)

    rows = client.tables.parts.rows
    found = search_parts((part for part in rows.values() if part.is_active), query, SHOWN) if query.strip() else []
    lines = [PartLine(part.name, "", meta=part.part_number, on_click=partial(on_pick, part)) for part in found]
    none = [Meta(t("common.no_match", query=query) if query.strip() else n("parts.search_more", len(rows)))]
    return Stack(
        SecondaryButton(t("parts.scan"), scan, icon=ft.Icons.QR_CODE_SCANNER_ROUNDED),
        SearchField(query, set_query, placeholder=t("parts.search"), autofocus=not environment.current().has_touch),
        Stack(*(lines or none), spacing=0),
        spacing=Space.s,
    )


@component
def CountForm(client: Client, take: StocktakeRow, part: PartRow, place_id: UUID, on_done: Done) -> ft.Control:
    """How many lie there; without a network it is a fact all the same."""
    form = use_form(f"stocktake-count:{take.id}:{place_id}:{part.id}", {"counted": ""})

    async def count() -> None:
        if form.busy or not form.require("counted"):
            return
        fields: dict[str, Any] = {"stocktake_id": take.id, "count_id": uuid7(), "place_id": place_id, "occurred_at": client.now()}
        command = movement(form, part, CountLine, "counted", **fields)
        if command and await submit(client, command, form, said="stocktakes.counted"):
            bridge.send("feedback", {"sound": "ok", "vibrate": [40]})
            on_done()

    if not form.ready:
        return SkeletonLines(3)
    return Stack(
        _head(part),
        Meta(t("parts.count_where", place=place_name(client, place_id)), max_lines=3),
        quantity_field(form, part, t("parts.counted_quantity"), "counted", least=NONE, on_submit=count),
        sender(form, PrimaryButton(t("parts.count_do"), count, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)),
        spacing=Space.m,
    )


@component
def StocktakePlaceScreen() -> ft.Control:
    client = use_tables("stocktakes", "stocktake_lines", "places", "parts")
    params = ft.use_route_params()
    take = client.tables.stocktakes.get(id_of(params.get("stocktake_id", "")))
    place = client.tables.places.get(id_of(params.get("place_id", "")))
    if take is None or place is None or place.id not in take.place_ids:
        gone = EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("stocktakes.gone"), t("stocktakes.gone_body"))
        return Page(PageHeader(t("stocktakes.title"), on_back=opener("/stocktakes")), gone)
    return CountedPlace(client, take, place.id, key=str(place.id))


@component
def CountedPlace(client: Client, take: StocktakeRow, place_id: UUID) -> ft.Control:
    meant, mean = use_maybe(Meant)
    use_sheet(count_sheet(client, take, meant, mean), partial(mean, None))
    lines = lines_of(client, take, place_id)
    waiting = [line for line in lines if line.count is None]
    counted = [line for line in lines if line.count is not None]

    async def scan() -> None:
        found = await scan_part(client)
        if found is not None:
            mean(Meant(found, place_id))

    use_shortcut("S", scan, t("parts.scan"), enabled=take.is_under_way)
    *within, name = place_path(client, place_id) or [t("parts.place_unknown")]
    title = PageHeader(name, dotted(*within, number_of(take)), on_back=opener(f"/stocktakes/{take.id}"), trailing=[SyncBadge()])
    ask = mean if take.is_under_way else None
    scanning = PrimaryButton(t("stocktakes.scan"), scan, icon=ft.Icons.QR_CODE_SCANNER_ROUNDED)
    return Page(
        title,
        *([Progress(t("stocktakes.progress"), len(counted), len(lines))] if lines else []),
        *_nothing_here(lines),
        *[_line_card(client, line, ask) for line in waiting],
        *([SecondaryButton(t("stocktakes.found"), partial(mean, Meant(None, place_id)), icon=ft.Icons.ADD_ROUNDED)] if ask else []),
        *([SectionHeader(t("stocktakes.counted_here"), str(len(counted)))] if counted else []),
        *[_line_card(client, line, ask) for line in counted],
        footer=scanning if ask else None,
        max_width=720,
    )


def _nothing_here(lines: Sequence[StocktakeLineRow]) -> list[ft.Control]:
    if lines:
        return []
    return [EmptyState(ft.Icons.INBOX_OUTLINED, t("stocktakes.nothing_listed"), t("stocktakes.nothing_listed_body"))]


def _line_card(client: Client, line: StocktakeLineRow, mean: Callable[[Meant], None] | None) -> ft.Control:
    """What this person has counted is said again, so that a slip is put right; what somebody else has, is not."""
    part = client.tables.parts.get(line.part_id)
    held = line.count
    own = amount(part, held.counted) if part and held and held.counted_by == client.user.id else ""
    chips = [StatusChip(t("stocktakes.again"), Tone.warning)] if is_asked_again(line) else []
    chips += [StatusChip(t("stocktakes.not_listed"), Tone.info)] if line.is_found else []
    unsent = t("domain.unsent") if line.id in client.tables.stocktake_lines.pending else ""
    click: Handler | None = partial(mean, Meant(part, line.place_id)) if mean and part else None
    done = ft.Icons.CHECK_CIRCLE_ROUNDED if held else ft.Icons.RADIO_BUTTON_UNCHECKED_ROUNDED
    return RowCard(
        part_name(client, line.part_id),
        meta=dotted(part.part_number if part else "", unsent),
        trailing=own,
        icon=done,
        tone=Tone.ok if held else Tone.off,
        chips=chips,
        on_click=click,
    )
