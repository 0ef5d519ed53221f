"""Goods in, one after the other; and a barcode that nobody knows yet."""

from functools import partial
from urllib.parse import quote

import flet as ft

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import t
from mobile_app.domain.context import asked, go, id_of, opener, use_tables
from mobile_app.domain.part_cards import PartChoice
from mobile_app.domain.parts import LONGEST_BARCODE, part_said, place_name
from mobile_app.domain.submit import submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.inventory.moves import receive_sheet
from mobile_app.ui.buttons import SecondaryButton
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonList
from mobile_app.ui.hooks import use_maybe
from mobile_app.ui.sheets import Question, use_confirm, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from shared_models.inventory.commands import LinkBarcode
from shared_models.inventory.rows import PartRow
from shared_models.permissions import Permission


@component
def GoodsInScreen() -> ft.Control:
    """Scan or search, say how many; then the next."""
    client = use_tables("parts", "stocks", "places")
    coming, receive = use_maybe(PartRow)
    close = lambda: receive(None)  # noqa: E731 - one line, used twice
    place = client.tables.places.get(id_of(asked("place")))
    use_sheet(receive_sheet(client, coming, close, place) if coming else None, close)
    where = t("parts.into_place", place=place_name(client, place.id)) if place else t("parts.goods_in_body")
    back = opener(f"/stores/{place.id}" if place else "/parts")
    title = PageHeader(t("parts.goods_in"), where, on_back=back, trailing=[SyncBadge()])
    if not client.may(Permission.inventory_write):
        return Page(title, EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("parts.read_only"), t("parts.read_only_body")))
    return Page(title, PartChoice(client, receive), max_width=640)


@component
def LinkScreen() -> ft.Control:
    """The part that carries this barcode: chosen once."""
    client = use_tables("parts", "stocks")
    code = asked("code")[:LONGEST_BARCODE]
    ask = use_confirm()
    known = part_said(client, code) if code else None

    def move() -> None:
        if known:
            go(f"/parts/{known.id}")

    ft.use_effect(move, [known and known.id])

    async def link(part: PartRow) -> None:
        if await submit(client, LinkBarcode(part_id=part.id, barcode=code, occurred_at=client.now()), said="parts.linked"):
            bridge.send("feedback", {"sound": "ok", "vibrate": [40]})
            go(f"/parts/{part.id}")

    def choose(part: PartRow) -> None:
        words = t("parts.link_ask", code=code, part=part.name)
        ask(Question(words, t("parts.link_ask_body"), t("parts.link"), partial(link, part), danger=False))

    title = PageHeader(t("parts.link_title", code=code), t("parts.link_body"), on_back=opener("/parts"))
    if not client.may(Permission.inventory_write) or not code:
        return Page(title, EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("parts.read_only"), t("parts.read_only_body")))
    if known:
        return Page(title, SkeletonList())
    new = SecondaryButton(t("parts.new_with_code"), opener(f"/parts/new?code={quote(code, safe='')}"), icon=ft.Icons.ADD_ROUNDED)
    return Page(title, PartChoice(client, choose), footer=new, max_width=640)
