"""A stocktake: how far it is, place by place, and what comes next."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_datetime, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import id_of, opener, use_tables
from mobile_app.domain.lookup import dotted, name_of, site_name
from mobile_app.domain.parts import place_name
from mobile_app.domain.scanning import scan_part
from mobile_app.domain.submit import submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.stocktakes.counting import Meant, count_sheet, scanned
from mobile_app.features.stocktakes.words import ICON, STATE, done_of, is_asked_again, lines_of, number_of, places_of
from mobile_app.ui.buttons import ActionRow, Handler, IconAction, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, KeyValues, NoticeCard, RowCard, in_twos
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, Progress, SkeletonList
from mobile_app.ui.hooks import use_maybe, use_shortcut
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Question, use_confirm, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.theme import Tone
from shared_models.permissions import Permission
from shared_models.stocktakes.commands import CancelStocktake, FinishCounting
from shared_models.stocktakes.rows import StocktakeRow, StocktakeStatus


@component
def StocktakeScreen() -> ft.Control:
    client = use_tables("stocktakes", "stocktake_lines", "places", "parts", "sites", "users")
    take = client.tables.stocktakes.get(id_of(ft.use_route_params().get("stocktake_id", "")))
    if take is None and not client.tables.stocktakes.ready:
        return Page(SkeletonList())
    if take is None:
        gone = EmptyState(ICON, t("stocktakes.gone"), t("stocktakes.gone_body"))
        return Page(PageHeader(t("stocktakes.title"), on_back=opener("/stocktakes")), gone)
    return Stocktake(client, take, key=str(take.id))


@component
def Stocktake(client: Client, take: StocktakeRow) -> ft.Control:
    meant, mean = use_maybe(Meant)
    ask = use_confirm()
    use_sheet(count_sheet(client, take, meant, mean), partial(mean, None))
    lines, may_write = lines_of(client, take), client.may(Permission.inventory_write)

    async def scan() -> None:
        found = await scan_part(client)
        if found is not None:
            mean(scanned(client, take, found))

    use_shortcut("S", scan, t("parts.scan"), enabled=take.is_under_way)
    trailing = [SyncBadge(), *([_menu(client, take, ask)] if may_write and take.is_under_way else [])]
    again = sum(map(is_asked_again, lines))
    return Page(
        PageHeader(
            take.notes or number_of(take), _said(client, take), trailing=trailing, on_back=opener("/stocktakes")
        ),
        ft.Row([STATE[take.status].chip()], wrap=True, spacing=6),
        *([Progress(t("stocktakes.progress"), done_of(lines), len(lines))] if lines and take.is_under_way else []),
        *([NoticeCard(n("stocktakes.again_notice", again), t("stocktakes.again_body"))] if again and take.is_under_way else []),
        *_judged(take),
        *(in_twos([_place_card(client, take, place_id) for place_id in places_of(client, take)])),
        _facts(client, take),
        footer=_footer(client, take, scan, partial(_ask_finish, client, take, ask)),
        max_width=860,
    )  # fmt: skip


def _said(client: Client, take: StocktakeRow) -> str:
    return dotted(number_of(take) if take.notes else "", site_name(client, take.site_id))


def _judged(take: StocktakeRow) -> list[ft.Control]:
    if take.status is StocktakeStatus.counted:
        return [NoticeCard(t("stocktakes.counted_notice"), t("stocktakes.counted_notice_body"), tone=Tone.info)]
    if take.status is StocktakeStatus.approved:
        return [NoticeCard(t("stocktakes.approved_notice"), take.reason, tone=Tone.ok)]
    return []


def _place_card(client: Client, take: StocktakeRow, place_id: UUID) -> ft.Control:
    lines = lines_of(client, take, place_id)
    done, again = done_of(lines), sum(map(is_asked_again, lines))
    far = t("stocktakes.far", done=done, total=len(lines)) if lines else t("stocktakes.nothing_short")
    is_done = bool(lines) and done == len(lines)
    return RowCard(
        place_name(client, place_id),
        meta=far,
        icon=ft.Icons.CHECK_CIRCLE_ROUNDED if is_done else ft.Icons.INBOX_OUTLINED,
        tone=Tone.ok if is_done else Tone.primary if lines else Tone.off,
        note=n("stocktakes.again_count", again) if again else "",
        on_click=opener(f"/stocktakes/{take.id}/places/{place_id}"),
    )


def _facts(client: Client, take: StocktakeRow) -> ft.Control:
    rows: list[tuple[str, str | ft.Control]] = [
        (t("stocktakes.opened"), dotted(format_datetime(take.opened_at), name_of(client, take.opened_by)))
    ]
    if take.counted_at:
        rows.append((t("stocktakes.finished_at"), format_datetime(take.counted_at)))
    if take.ended_at:
        rows.append((t("stocktakes.ended"), format_datetime(take.ended_at)))
    return Card(KeyValues(rows))


def _footer(client: Client, take: StocktakeRow, scan: Handler, finish: Callable[[], None]) -> ft.Control | None:
    """To count while it is open; then, for who may, to look at the differences."""
    review = opener(f"/stocktakes/{take.id}/review")
    may_write = client.may(Permission.inventory_write)
    looking = ft.Icons.RATE_REVIEW_OUTLINED
    if take.status is StocktakeStatus.open:
        peek = [IconAction(looking, t("stocktakes.review"), review, outlined=True, size=52)] if may_write else []
        done = SecondaryButton(t("stocktakes.finish"), finish, icon=ft.Icons.DONE_ALL_ROUNDED, expand=1)
        scanning = PrimaryButton(t("stocktakes.scan_short"), scan, icon=ft.Icons.QR_CODE_SCANNER_ROUNDED, expand=1)
        return ActionRow(done, scanning, *peek)
    if may_write and take.status is not StocktakeStatus.cancelled:
        kind = PrimaryButton if take.is_under_way else SecondaryButton
        return kind(t("stocktakes.review"), review, icon=looking)
    return None


def _ask_finish(client: Client, take: StocktakeRow, ask: Callable[[Question], None]) -> None:
    async def done() -> None:
        await submit(client, FinishCounting(stocktake_id=take.id, occurred_at=client.now()), said="stocktakes.finished")

    lines = lines_of(client, take)
    left = len(lines) - done_of(lines)
    body = n("stocktakes.finish_left", left) if left else t("stocktakes.finish_body")
    ask(Question(t("stocktakes.finish_ask"), body, t("stocktakes.finish"), done, danger=False))


def _menu(client: Client, take: StocktakeRow, ask: Callable[[Question], None]) -> ft.Control:
    async def cancel() -> None:
        await submit(client, CancelStocktake(stocktake_id=take.id, occurred_at=client.now()), said="stocktakes.cancelled")

    question = Question(t("stocktakes.cancel_ask"), t("stocktakes.cancel_body"), t("stocktakes.cancel"), cancel)
    return MoreMenu([MenuItem(t("stocktakes.cancel"), lambda: ask(question), ft.Icons.BLOCK_ROUNDED, danger=True)])
