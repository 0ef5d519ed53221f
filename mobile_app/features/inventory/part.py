"""The page of a part: how many there are and where, what can be done, who took it for what, and what it fits."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_money, language, n, t
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.context import asked, go, id_of, opener, use_tables
from mobile_app.domain.labels import LabelsOf, labels_sheet
from mobile_app.domain.lookup import dotted, machine, place, site_name
from mobile_app.domain.missing import Missing
from mobile_app.domain.moving import Done
from mobile_app.domain.papers import documents_card, face, photo_sheet, use_documents
from mobile_app.domain.part_cards import PartLine
from mobile_app.domain.parts import ICON, LONGEST_BARCODE, TO_COUNT, Kept, amount, kept_one, minimum_of, place_name
from mobile_app.domain.reserved import Book, Holding, book_of_part, there, told, when
from mobile_app.domain.scanning import scan_barcode
from mobile_app.domain.specifications import told as told_spec
from mobile_app.domain.submit import submit
from mobile_app.domain.sync_badge import top_bar
from mobile_app.domain.take_part import take_sheet
from mobile_app.features.inventory import moves
from mobile_app.features.inventory.for_whom import ForWhom, Whom
from mobile_app.features.inventory.ledger import Ledger, Use
from mobile_app.features.inventory.list import Pane
from mobile_app.ui import environment
from mobile_app.ui.buttons import ActionRow, Handler, IconAction, PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import Card, CardHeader, Copyable, KeyValues, LineItem
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_breakpoint, use_maybe, use_shortcut, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, TwoPane, has_room_beside
from mobile_app.ui.stack import Columns, Stack
from mobile_app.ui.text import Body, Meta, Title
from mobile_app.ui.theme import BOLD, TONES
from shared_models.equipment.rows import Criticality, in_language
from shared_models.interventions.sheet import may_work_on
from shared_models.inventory.commands import PAPERS, LinkBarcode, UnlinkBarcode
from shared_models.inventory.rows import PartRow, PlaceStock, StockRow
from shared_models.labels.codes import grouped
from shared_models.permissions import TAKE_PARTS, Permission

SHOWN = 8
TO_COUNT_INK = TONES[TO_COUNT.tone].ink


class Opened(NamedTuple):
    """A sheet, and the place that it is about."""

    name: str
    place_id: UUID | None = None


@component
def PartScreen() -> ft.Control:
    client = use_tables(
        "parts",
        "stocks",
        "places",
        "suppliers",
        "categories",
        "equipment",
        "classes",
        "interventions",
        "sites",
        "job_parts",
        "reservations",
        "orders",
        "details",
    )
    part_id = id_of(ft.use_route_params()["part_id"])
    part = client.tables.parts.get(part_id)
    if part is None:
        return Missing(_unknown(), (PartRow, f"/inventory/parts/{part_id}"))
    detail = Part(client, part, key=str(part_id))
    return TwoPane(Pane(client, part_id), detail) if has_room_beside() else detail


def _unknown() -> ft.Control:
    title, body = t("parts.unknown"), t("parts.unknown_body")
    return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, title, body, action=t("parts.all"), on_action=opener("/parts"))


@component
def Part(client: Client, part: PartRow) -> ft.Control:
    opened, show = use_maybe(Opened)
    scanned_at = _scanned_at(client)
    whom, take_for = use_maybe(Whom, scanned_at)
    own = kept_one(client, part)
    keeps = client.may(Permission.inventory_write)
    takes = any(client.may(permission) for permission in TAKE_PARTS)

    def close() -> None:
        show(None)
        take_for(None)
        if scanned_at and scanned_at.job and whom == scanned_at:
            go(f"/jobs/{scanned_at.job.id}")

    def ask(name: str, place_id: UUID | None = None) -> Handler:
        return lambda: show(Opened(name, place_id))

    def chosen(picked: Whom) -> None:
        show(None)
        take_for(picked)

    sheet = take_sheet(client, part, whom.site_id, whom.job, close) if whom else _sheet(client, part, opened, close, chosen)
    use_sheet(sheet, close)
    use_shortcut("T", ask("take"), t("parts.take"), enabled=takes)
    use_shortcut("E", opener(f"/parts/{part.id}/edit"), t("parts.edit"), enabled=keeps)
    book = book_of_part(client, part.id)
    first = [
        _identity(client, own, book, ask("photo")),
        *([_actions(client, own, ask)] if takes else []),
        *[_stock_card(client, part, stock, ask if keeps else None) for stock in own.stocks],
        *([] if own.stocks else [_never(client)]),
        *_reserved(client, book.of_part(part.id)),
    ]
    papers = documents_card(client, use_documents(client, PAPERS, part.id))
    second = [*_facts(client, part), *papers, *_fits(client, part), *_equivalents(client, part), *_offers(client, part)]
    codes = Barcodes(client, part) if part.barcodes or keeps else ft.Container()
    past = [Use(own), Ledger(part)]
    bar = _bar(client, own, ask, keeps=keeps)
    if use_breakpoint() < Breakpoint.desktop:
        return Page(bar, *first, *past[:1], *second, codes, *past[1:], max_width=None if has_room_beside() else 720)
    return Page(bar, Columns([*first, *second, codes], past, (6, 5)), max_width=1180)


def _scanned_at(client: Client) -> Whom | None:
    """The job at which the part was scanned, where it may be taken for it."""
    job = client.interventions.get(id_of(asked("job")))
    is_theirs = job is not None and not job.is_validated and may_work_on(client.user.role, client.user.id, job)
    return Whom(job.site_id, job) if job and is_theirs else None


def _bar(client: Client, own: Kept, ask: Any, *, keeps: bool) -> ft.Control:
    part = own.part
    label = [IconAction(ft.Icons.QR_CODE_2_ROUNDED, t("machine.print_label"), ask("label"))] if part.label_codes else []
    if not keeps:
        return top_bar("/parts", *label)
    edit = IconAction(ft.Icons.EDIT_OUTLINED, t("parts.edit"), lambda: go(f"/parts/{part.id}/edit"))
    minimum = MenuItem(t("parts.minimum_title"), ask("minimum"), ft.Icons.VERTICAL_ALIGN_BOTTOM_ROUNDED)
    return top_bar("/parts", *label, edit, MoreMenu([minimum, *_stocktakes(client, own)]))


def _stocktakes(client: Client, own: Kept) -> list[MenuItem]:
    """Of where it lies: a site's places are counted together."""
    items = []
    for stock in own.stocks:
        places = [str(at.place_id) for at in stock.places if at.quantity or at.count_since]
        if places:
            words = dotted(t("parts.count_places"), site_name(client, stock.site_id) if len(own.stocks) > 1 else "")
            items.append(MenuItem(words, opener(f"/stocktakes/new?places={','.join(places)}"), ft.Icons.FACT_CHECK_OUTLINED))
    return items


def _identity(client: Client, own: Kept, book: Book, on_photo: Handler) -> ft.Control:
    """What it is, and the one figure that one came for."""
    part = own.part
    category = client.tables.categories.get(part.category_id)
    tile = face(client, PAPERS, part, ICON, on_photo)
    chips = [mark.chip() for mark in own.marks]
    if part.criticality in {Criticality.high, Criticality.critical}:
        chips.append(marks.CRITICALITY[part.criticality].chip())
    words = ft.Column(
        [Title(part.name, max_lines=4), Meta(dotted(part.part_number, category.name if category else "", part.manufacturer))],
        spacing=1, tight=True, expand=True,
    )  # fmt: skip
    row: ft.Control = ft.Row([tile, words], spacing=14, vertical_alignment=ft.CrossAxisAlignment.START)
    if environment.current().has_big_text:
        words.expand = None
        row = Stack(tile, words, spacing=10)
    figure = ft.Text(amount(part, own.on_hand), size=30, weight=BOLD)
    order = t("parts.on_order", quantity=amount(part, own.on_order)) if own.on_order else ""
    least = t("parts.minimum_is", minimum=amount(part, own.minimum)) if own.minimum else ""
    available = book.available(own.stocks)
    free = t("reserved.free", quantity=amount(part, available)) if available < own.on_hand else ""
    told = ft.Column([figure, Meta(dotted(t("parts.in_stock"), free, least, order), max_lines=3)], spacing=0, tight=True)
    under = [ft.Row(chips, spacing=6, run_spacing=6, wrap=True)] if chips else []
    return Stack(row, told, *under, spacing=10)


def _reserved(client: Client, holdings: list[Holding]) -> list[ft.Control]:
    """For which jobs, in their turn."""
    if not holdings:
        return []
    lines = [
        PartLine(
            own.job.title, told(own, own.wanted), mark=own.mark, on_click=opener(f"/jobs/{own.job.id}"),
            meta=dotted(when(own), machine(client, own.job.equipment_id), there(client, own)),
        )
        for own in holdings
    ]  # fmt: skip
    return [Card(Stack(CardHeader(t("reserved.for_jobs"), str(len(holdings))), Stack(*lines, spacing=0), spacing=4))]


def _actions(client: Client, own: Kept, ask: Any) -> ft.Control:
    take = PrimaryButton(t("parts.take_short"), ask("take"), icon=ft.Icons.OUTBOX_ROUNDED, expand=1)
    if not client.may(Permission.inventory_write):
        return ActionRow(take)
    goods_in = SecondaryButton(t("parts.goods_in"), ask("receive"), icon=ft.Icons.MOVE_TO_INBOX_ROUNDED, expand=1)
    return ActionRow(goods_in, take) if own.part.is_active else ActionRow(take)


def _sheet(client: Client, part: PartRow, opened: Opened | None, close: Done, chosen: Any) -> Sheet | None:
    if opened is None:
        return None
    if opened.name == "take":
        return Sheet(t("parts.for_whom"), ForWhom(client, part, chosen), tall=True)
    if opened.place_id is not None:
        return moves.sheet_at(opened.name, client, part, opened.place_id, close)
    return _SHEETS[opened.name](client, part, close)


_SHEETS: dict[str, Callable[[Client, PartRow, Done], Sheet]] = {
    "receive": moves.receive_sheet,
    "photo": lambda client, part, close: photo_sheet(client, PAPERS, part, close),
    "label": lambda client, part, close: labels_sheet(client, LabelsOf(part_ids=(part.id,)), close),
    "minimum": moves.minimum_sheet,
}


# What lies where


def _stock_card(client: Client, part: PartRow, stock: StockRow, ask: Any) -> ft.Control:
    """One site: each place with what can be done there."""
    places = [at for at in stock.places if at.quantity or at.count_since]
    lines = [_place_line(client, part, at, ask) for at in places]
    least = minimum_of(stock, part)
    price = stock.average_price
    told = dotted(
        t("parts.minimum_is", minimum=amount(part, least)) if least else "",
        t("parts.worth", amount=format_money(stock.value, part.currency)) if price is not None else "",
    )
    name = site_name(client, stock.site_id) or t("parts.places")
    head = CardHeader(name, amount(part, stock.on_hand))
    return Card(Stack(head, *([Meta(told)] if told else []), Stack(*(lines or [Meta(t("parts.nothing_here"))]), spacing=2), spacing=4))


def _place_line(client: Client, part: PartRow, at: PlaceStock, ask: Any) -> ft.Control:
    name, quantity = place_name(client, at.place_id), amount(part, at.quantity)
    line: ft.Control = PartLine(name, quantity)
    if ask is not None:
        items = moves.items_at(at, lambda verb: ask(verb, at.place_id))
        menu = ft.Container(MoreMenu(items, label=t("parts.actions_at", place=name)), margin=ft.Margin(left=0, top=0, right=-12, bottom=0))
        line = ft.Row([ft.Container(line, expand=True), menu], spacing=4)
    if not at.count_since:
        return line
    count = [TextLink(t("parts.count"), ask("count", at.place_id))] if ask is not None else []
    why = ft.Row([ft.Container(Meta(t("parts.count_this"), max_lines=3, color=TO_COUNT_INK), expand=True), *count], spacing=8)
    return Stack(line, why, spacing=0)


def _never(client: Client) -> ft.Control:
    """In no store yet: what whoever keeps them does next."""
    if not client.tables.places.rows and client.may(Permission.inventory_write):
        body, action, to = t("parts.first_store_body"), t("parts.first_store"), opener("/stores")
        return Card(Stack(Meta(body, max_lines=4), SecondaryButton(action, to, icon=ft.Icons.WAREHOUSE_OUTLINED), spacing=10))
    return Card(Meta(t("parts.never"), max_lines=3))


# What it is


def _facts(client: Client, part: PartRow) -> list[ft.Control]:
    supplier = client.tables.suppliers.get(part.supplier_id)
    price = format_money(part.unit_price, part.currency, exact=True) if part.unit_price is not None else ""
    plain: tuple[tuple[str, str | ft.Control], ...] = (
        ("parts.number", Copyable(part.part_number)),
        ("parts.maker", part.manufacturer),
        ("parts.maker_reference", Copyable(part.manufacturer_reference) if part.manufacturer_reference else ""),
        ("parts.supplier", supplier.name if supplier else ""),
        ("parts.price", price),
        ("parts.location", part.location),
        ("machine.label", ", ".join(grouped(code) for code in part.label_codes)),
        ("equipment_list.criticality", marks.CRITICALITY[part.criticality].word),
    )
    rows = [(t(key), value) for key, value in plain if value]
    rows += [(name, told_spec(value)) for name, value in part.specifications.items()]
    words = [Body(part.description)] if part.description else []
    return [Card(Stack(CardHeader(t("parts.facts")), *words, KeyValues(rows), spacing=12))]


def _fits(client: Client, part: PartRow) -> list[ft.Control]:
    """Where it is used: classes, then single machines."""
    classes = [found for class_id in part.class_ids if (found := client.classes.get(class_id))]
    machines = [row for row_id in part.equipment_ids if (row := client.equipment.get(row_id))]
    lines = [LineItem(in_language(of.names, language()), icon=marks.icon_named(of.icon), meta=t("parts.every_of_class")) for of in classes]
    lines += [
        LineItem(machine(client, row.id), meta=_stands(client, row.id), icon=marks.icon_named(""), on_click=opener(f"/equipment/{row.id}"))
        for row in machines[:SHOWN]
    ]
    if len(machines) > SHOWN:
        lines.append(Meta(n("common.more_matches", len(machines) - SHOWN)))
    return [Card(Stack(CardHeader(t("parts.fits")), *lines, spacing=4))] if lines else []


def _stands(client: Client, equipment_id: UUID) -> str:
    return place(client, equipment_id).partition(" · ")[2]


def _equivalents(client: Client, part: PartRow) -> list[ft.Control]:
    """What can be taken instead, and how many there are of it."""
    rows = [row for row_id in part.equivalent_ids if (row := client.tables.parts.get(row_id))]
    lines = [
        PartLine(row.name, amount(row, kept_one(client, row).on_hand), meta=row.part_number, on_click=opener(f"/parts/{row.id}"))
        for row in rows
    ]
    return [Card(Stack(CardHeader(t("parts.equivalents")), Stack(*lines, spacing=0), spacing=4))] if lines else []


def _offers(client: Client, part: PartRow) -> list[ft.Control]:
    lines = []
    for offer in sorted(part.offers, key=lambda one: not one.is_preferred):
        supplier = client.tables.suppliers.get(offer.supplier_id)
        meta = dotted(
            t("parts.preferred") if offer.is_preferred else "",
            offer.reference,
            t("parts.pack", quantity=amount(part, offer.pack_size)) if offer.pack_size else "",
            n("parts.lead_days", offer.lead_days) if offer.lead_days is not None else "",
        )
        price = format_money(offer.price, part.currency, exact=True) if offer.price is not None else ""
        lines.append(PartLine(supplier.name if supplier else t("parts.supplier_unknown"), price, meta=meta))
    return [Card(Stack(CardHeader(t("parts.offers")), Stack(*lines, spacing=0), spacing=4))] if lines else []


@component
def Barcodes(client: Client, part: PartRow) -> ft.Control:
    """What its makers have printed on it: scanned once, found by it ever after."""
    code, set_code = use_state("")
    keeps = client.may(Permission.inventory_write)

    async def link(text: str) -> None:
        if text.strip():
            command = LinkBarcode(part_id=part.id, barcode=text.strip(), occurred_at=client.now())
            if await submit(client, command, said="parts.linked"):
                set_code("")

    async def scan() -> None:
        await link(await scan_barcode())

    async def unlink(text: str) -> None:
        await submit(client, UnlinkBarcode(part_id=part.id, barcode=text, occurred_at=client.now()), said="parts.unlinked")

    def line(text: str) -> ft.Control:
        away = [IconAction(ft.Icons.LINK_OFF_ROUNDED, t("parts.unlink", code=text), partial(unlink, text))] if keeps else []
        return ft.Row([ft.Container(Body(text), expand=True), *away], spacing=4)

    head = CardHeader(t("parts.barcodes"))
    none = [] if part.barcodes else [Meta(t("parts.no_barcode"), max_lines=3)]
    field = TextInput("", code, set_code, placeholder=t("parts.barcode_type"), max_length=LONGEST_BARCODE, on_submit=partial(link, code))
    seen = IconAction(ft.Icons.QR_CODE_SCANNER_ROUNDED, t("parts.barcode_scan"), scan, outlined=True, size=52)
    send = [ft.Row([TextLink(t("parts.link"), partial(link, code))], alignment=ft.MainAxisAlignment.END)] if code.strip() else []
    typed = [ft.Row([ft.Container(field, expand=True), seen], spacing=8), *send]
    return Card(Stack(head, *[line(text) for text in part.barcodes], *none, *(typed if keeps else []), spacing=8))
