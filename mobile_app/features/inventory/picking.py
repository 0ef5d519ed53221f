"""What is reserved for the jobs to come, place by place: the storekeeper goes once along the shelves and lays it ready."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.due import due_day, local_day
from mobile_app.domain.lookup import by_name, dotted, has_several_sites, machine, natural, number_of
from mobile_app.domain.parts import part_name, places_with, whole_place
from mobile_app.domain.reserved import Book, Holding, coming, told, when
from mobile_app.domain.submit import submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import spoken, tap
from mobile_app.ui.cards import Card, CardHeader, Divider
from mobile_app.ui.choices import Choice, FilterBar, FilterMenu, Segments
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import SEMIBOLD, C, Size
from shared_models.inventory.quantities import NONE
from shared_models.inventory.reserving import PickPart
from shared_models.permissions import Permission

WIDE = 820
DAYS = {"today": 0, "week": 7}


class Filters(Asked):
    """`when`: for jobs due until then, and for what is late."""

    when: Literal["today", "week"] = "today"
    site: Key | None = None


def to_pick(holdings: Sequence[Holding], filters: Filters, today: date) -> list[Holding]:
    until = today + timedelta(days=DAYS[filters.when])
    return [own for own in holdings if _is_due(own, until) and filters.site in {None, str(own.row.site_id)}]


def _is_due(own: Holding, until: date) -> bool:
    day = due_day(own.job)
    return day is not None and day <= until


def by_place(client: Client, holdings: Sequence[Holding]) -> list[tuple[str, list[Holding]]]:
    """As one goes along: what is there, where most of it lies."""
    found = defaultdict[str, list[Holding]](list)
    for own in holdings:
        if own.held > 0 and own.part is not None:
            places = places_with(client, own.part, own.row.site_id)
            found[whole_place(client, places[0]) if places else t("parts.place_unknown")].append(own)
    return sorted(found.items(), key=lambda pair: natural(pair[0]))


@component
def PickingScreen() -> ft.Control:
    client = use_tables("reservations", "parts", "stocks", "places", "interventions", "equipment", "orders", "sites")
    place = use_place(Filters)
    found = to_pick(Book(client).everything(), place.asked, local_day(client.now()))
    there = [own for own in found if own.held > 0]
    ready = sum(1 for own in there if own.row.picked >= own.held)
    count = t("picking.count", ready=ready, total=len(there))
    head = PageHeader(t("picking.title"), count, trailing=[SyncBadge()], on_back=opener("/parts"))
    cards = [_card(client, name, lines) for name, lines in by_place(client, found)]
    lacking = [own for own in found if not own.is_whole]
    none = EmptyState(ft.Icons.CHECK_CIRCLE_OUTLINE_ROUNDED, t("picking.none"), t("picking.none_body"))
    return Page(head, *_bar(client, place), *(cards or [none]), *_lacking(client, lacking), max_width=WIDE)


def _bar(client: Client, place: Place[Filters]) -> list[ft.Control]:
    spans = [Choice("today", t("picking.today")), Choice("week", t("picking.week"))]
    sites = by_name(client.sites.rows.values()) if has_several_sites(client) else []
    menu = [FilterBar([FilterMenu(t("equipment_list.site"), sites, place.asked.site, place.pick("site"))])] if sites else []
    return [Segments(spans, place.asked.when, place.pick("when")), *menu]


def _card(client: Client, name: str, lines: Sequence[Holding]) -> ft.Control:
    rows: list[ft.Control] = []
    for own in sorted(lines, key=lambda own: natural(part_name(client, own.row.part_id))):
        rows += [*([Divider()] if rows else []), _line(client, own)]
    return Card(Stack(CardHeader(name, n("picking.lines", len(lines))), Stack(*rows, spacing=0), spacing=4))


def _line(client: Client, own: Holding) -> ft.Control:
    """The box, what and for which job; how many at the right, whole."""
    may_pick = client.may(Permission.inventory_write)
    is_picked = own.row.picked >= own.held

    async def pick() -> None:
        quantity = NONE if is_picked else own.held
        command = PickPart(intervention_id=own.job.id, part_id=own.row.part_id, quantity=quantity, occurred_at=client.now())
        await submit(client, command, said="picking.put_back" if is_picked else "picking.done")

    sign = ft.Icons.CHECK_BOX_ROUNDED if is_picked else ft.Icons.CHECK_BOX_OUTLINE_BLANK_ROUNDED
    box = [ft.Icon(sign, color=C.primary if is_picked else C.ink2)] if may_pick else []
    name = ft.Text(part_name(client, own.row.part_id), size=Size.body, weight=SEMIBOLD, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS)
    unsent = t("domain.unsent") if own.row.id in client.tables.reservations.pending else ""
    job = Meta(dotted(own.part.part_number if own.part else "", own.job.title, when(own), unsent), max_lines=3)
    words = ft.Column(
        [name, job, Meta(dotted(number_of(own.job), machine(client, own.job.equipment_id)))], spacing=1, tight=True, expand=True
    )
    row = ft.Row([*box, words, ft.Text(told(own, own.held), size=Size.body, weight=SEMIBOLD, no_wrap=True)], spacing=12)
    on_click = pick if may_pick else opener(f"/jobs/{own.job.id}")
    inside = ft.Container(row, padding=ft.Padding.symmetric(vertical=10), border_radius=10, ink=True, on_click=tap(on_click))
    return spoken(inside, button=not may_pick, picked=is_picked if may_pick else None)


def _lacking(client: Client, lacking: Sequence[Holding]) -> list[ft.Control]:
    """What the shelves do not have, and whether it is on its way."""
    if not lacking:
        return []
    lines = [_lacking_line(client, own) for own in lacking]
    return [Card(Stack(CardHeader(t("picking.lacking"), str(len(lacking))), Stack(*lines, spacing=0), spacing=4))]


def _lacking_line(client: Client, own: Holding) -> ft.Control:
    missing = told(own, own.wanted - own.held)
    what = Meta(dotted(own.job.title, when(own), coming(client, own)), max_lines=3)
    name = ft.Text(part_name(client, own.row.part_id), size=Size.body, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS)
    words = ft.Column([name, what], spacing=1, tight=True, expand=True)
    row = ft.Row([words, ft.Text(missing, size=Size.body, weight=SEMIBOLD, no_wrap=True)], spacing=12)
    inside = ft.Container(
        row, padding=ft.Padding.symmetric(vertical=10), border_radius=10, ink=True, on_click=tap(opener(f"/parts/{own.row.part_id}"))
    )
    return spoken(inside)
