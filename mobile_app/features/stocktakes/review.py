"""The differences of a stocktake, with what they are worth: asked for again, or approved."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Literal, NamedTuple
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_datetime, format_exact, format_money, measure, n, t
from mobile_app.core.limits import text_limit
from mobile_app.core.problems import why
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import id_of, opener, use_tables
from mobile_app.domain.exports import exports
from mobile_app.domain.lookup import dotted, natural
from mobile_app.domain.moving import Done
from mobile_app.domain.parts import bin_first
from mobile_app.domain.submit import made, sender, submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.stocktakes.words import STATE, number_of
from mobile_app.ui.address import Asked, Place, use_place
from mobile_app.ui.buttons import ActionRow, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import KeyValues, NoticeCard, RowCard, Trailing
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.choices import FilterBar, FilterChip
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonLines, SkeletonList
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import use_state
from mobile_app.ui.menus import MoreMenu
from mobile_app.ui.numbers import parse_exact
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.table import BulkAction, Cell, Column, Sorting, Table, TablePage, is_tabular
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import C, Space, Tone
from shared_models.inventory.quantities import NONE
from shared_models.permissions import Permission
from shared_models.stocktakes.commands import ApproveStocktake, AskAgain
from shared_models.stocktakes.rows import StocktakeLineItem, StocktakeRow, StocktakeStatus

PAGE = 200
SHOWS = ("differs", "disputed", "left", "all")
MOST_AGAIN = 2_000


class Filters(Asked):
    show: Literal["differs", "disputed", "left", "all"] = "differs"


class Looked(NamedTuple):
    """What the server said, and the version of the stocktake that it said it of."""

    version: int
    lines: list[StocktakeLineItem]


def shown(lines: Sequence[StocktakeLineItem], show: str) -> list[StocktakeLineItem]:
    """What costs most first."""
    found = [line for line in lines if _shows(line, show)]
    return sorted(found, key=lambda line: (-abs(line.amount or NONE), natural(line.part_name)))


def _shows(line: StocktakeLineItem, show: str) -> bool:
    return {"differs": bool(line.difference), "disputed": line.is_disputed, "left": line.counted is None}.get(show, True)


def beyond(lines: Sequence[StocktakeLineItem], limit: Decimal) -> list[StocktakeLineItem]:
    """What is to be counted again: where two people differ, and what differs by as much as this or more."""
    return [line for line in lines if line.is_disputed or (line.difference and abs(line.amount or NONE) >= limit)]


def total_of(lines: Sequence[StocktakeLineItem]) -> str:
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.amount:
            sums[line.currency] = sums.get(line.currency, NONE) + line.amount
    return " + ".join(format_money(amount, currency) for currency, amount in sums.items())


@component
def StocktakeReviewScreen() -> ft.Control:
    client = use_tables("stocktakes", "places")
    take = client.tables.stocktakes.get(id_of(ft.use_route_params().get("stocktake_id", "")))
    if take is None or not client.may(Permission.inventory_write):
        gone = EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("stocktakes.gone"), t("stocktakes.gone_body"))
        return Page(PageHeader(t("stocktakes.review"), on_back=opener("/stocktakes")), gone)
    return Review(client, take, key=str(take.id))


async def looked_at(client: Client, take: StocktakeRow) -> Looked:
    """All of its lines: the version first, so that a count that comes in between is noticed."""
    version = (await client.api.get(f"/inventory/stocktakes/{take.id}"))["version"]
    lines: list[StocktakeLineItem] = []
    while len(lines) % PAGE == 0:
        page = len(lines) // PAGE + 1
        asked = {"stocktake_id": str(take.id), "size": PAGE, "page": page}
        found = await client.api.list_of(StocktakeLineItem, "/inventory/stocktake-lines", **asked)
        lines += found
        if not found:
            break
    return Looked(version, lines)


@component
def Review(client: Client, take: StocktakeRow) -> ft.Control:
    place = use_place(Filters)
    opened, show = use_state("")
    chosen, choose = use_state(frozenset[str]())
    answer = use_server(lambda: looked_at(client, take), [take.id, take.version])
    close = partial(show, "")
    looked = None if answer.error else answer.data
    use_sheet(_sheet(client, take, looked, opened, close, answer.reload), close)
    menu = MoreMenu(exports(client, "/inventory/stocktake-lines", number_of(take), stocktake_id=take.id))
    title = PageHeader(
        t("stocktakes.differences_title"), dotted(number_of(take), take.notes), on_back=opener(f"/stocktakes/{take.id}"),
        trailing=[] if is_tabular() else [SyncBadge(), menu],
    )  # fmt: skip
    if answer.error:
        return Page(title, ErrorState(t("stocktakes.review_offline"), why(answer.error), on_retry=answer.reload))
    if looked is None:
        return Page(title, SkeletonList())

    async def again(keys: Sequence[str]) -> None:
        await ask_again(client, take, [UUID(key) for key in keys])
        choose(frozenset())

    lines = shown(looked.lines, place.asked.show)
    bar = FilterBar([_chip(looked, place, name) for name in SHOWS])
    notes = _notes(take, looked)
    under_way = take.is_under_way
    if not is_tabular():
        footer = _footer(take, lines, chosen, again, show) if under_way else None
        cards = [_card(line, chosen, choose if under_way else None) for line in lines]
        return Page(title, *notes, bar, *(cards or [_nothing(place.asked.show)]), footer=footer, max_width=860)
    actions = [BulkAction(t("stocktakes.again_do"), ft.Icons.REPLAY_ROUNDED, again)] if under_way else []
    buttons = _buttons(take, show) if under_way else []
    table = Table(
        _columns(client), lines, lambda line: str(line.id), place=place, sorting=Sorting(""), selected=chosen,
        on_select=choose if under_way else None, actions=actions, empty=_nothing(place.asked.show),
        route=None if under_way else lambda key: _part_of(lines, key), row_label=lambda line: dotted(line.part_name, line.place_name),
    )  # fmt: skip
    head = ft.Row([ft.Container(title, expand=True), *buttons, menu, SyncBadge()], spacing=Space.m)
    return TablePage(head, *notes, bar, table=table)


def _part_of(lines: Sequence[StocktakeLineItem], key: str) -> str:
    return next(f"/parts/{line.part_id}" for line in lines if str(line.id) == key)


def _notes(take: StocktakeRow, looked: Looked) -> list[ft.Control]:
    """What it comes to, in a sentence."""
    differing = shown(looked.lines, "differs")
    left = len(shown(looked.lines, "left"))
    total = total_of(differing)
    said = n("stocktakes.differences", len(differing)) if differing else t("stocktakes.no_difference")
    body = dotted(t("stocktakes.worth", amount=total) if total else "", n("stocktakes.left_alone", left) if left else "")
    if is_tabular() and take.status is StocktakeStatus.open:
        body = " ".join(filter(None, (body and f"{body}.", t("stocktakes.finish_first"))))
    tone = STATE[take.status].tone if not differing else Tone.warning if take.is_under_way else Tone.info
    return [NoticeCard(said, body, tone=tone)]


def _chip(looked: Looked, place: Place[Filters], name: str) -> ft.Control:
    def ask() -> None:
        place.ask(show=name)

    return FilterChip(t(f"stocktakes.show.{name}"), ask, active=place.asked.show == name, count=len(shown(looked.lines, name)))


def _buttons(take: StocktakeRow, show: Callable[[str], None]) -> list[ft.Control]:
    approve = PrimaryButton(
        t("stocktakes.approve"), partial(show, "approve"), icon=ft.Icons.VERIFIED_ROUNDED, height=48,
        disabled=take.status is not StocktakeStatus.counted,
    )  # fmt: skip
    return [SecondaryButton(t("stocktakes.again_beyond"), partial(show, "again"), icon=ft.Icons.REPLAY_ROUNDED, height=48), approve]


def _footer(
    take: StocktakeRow, lines: Sequence[StocktakeLineItem], chosen: frozenset[str], again: Callable[[Sequence[str]], Awaitable[None]],
    show: Callable[[str], None],
) -> ft.Control:  # fmt: skip
    picked = [str(line.id) for line in lines if str(line.id) in chosen]
    if picked:
        return PrimaryButton(n("stocktakes.again_chosen", len(picked)), partial(again, picked), icon=ft.Icons.REPLAY_ROUNDED)
    second = SecondaryButton(t("stocktakes.again_beyond"), partial(show, "again"), icon=ft.Icons.REPLAY_ROUNDED, expand=1)
    is_counted = take.status is StocktakeStatus.counted
    approve = PrimaryButton(
        t("stocktakes.approve"), partial(show, "approve"), icon=ft.Icons.VERIFIED_ROUNDED, expand=1, disabled=not is_counted
    )
    why_not = [] if is_counted else [Meta(t("stocktakes.finish_first"), max_lines=2)]
    return Stack(*why_not, ActionRow(second, approve), spacing=6)


def _card(line: StocktakeLineItem, chosen: frozenset[str], choose: Callable[[frozenset[str]], None] | None) -> ft.Control:
    key = str(line.id)
    picked = key in chosen
    box = ft.Icon(ft.Icons.CHECK_BOX_ROUNDED if picked else ft.Icons.CHECK_BOX_OUTLINE_BLANK_ROUNDED, color=C.primary if picked else C.ink2)
    tone = _tone(line)
    difference = _signed(line)
    return RowCard(
        line.part_name,
        meta=dotted(line.part_number, line.place_name, _against(line)),
        trailing=Trailing(difference, tone) if tone else difference,
        leading=box if choose else None,
        chips=_chips(line),
        note=format_money(line.amount, line.currency) if line.amount else "",
        on_click=partial(choose, chosen ^ {key}) if choose else opener(f"/parts/{line.part_id}"),
        selected=picked,
    )


def _against(line: StocktakeLineItem) -> str:
    if line.counted is None:
        return t("stocktakes.books_now", expected=_of(line, line.expected))
    return t("stocktakes.against", counted=_of(line, line.counted), expected=_of(line, line.expected))


def _chips(line: StocktakeLineItem) -> list[ft.Control]:
    marks = (
        (line.is_disputed, "stocktakes.disputed", Tone.warning), (line.is_asked_again, "stocktakes.again", Tone.warning),
        (line.is_found, "stocktakes.not_listed", Tone.info),
    )  # fmt: skip
    return [StatusChip(t(key), tone) for is_so, key, tone in marks if is_so]


def _tone(line: StocktakeLineItem) -> Tone | None:
    return None if not line.difference else Tone.bad if line.difference < 0 else Tone.ok


def _signed(line: StocktakeLineItem) -> str:
    if line.difference is None:
        return "–"
    sign = "+" if line.difference > 0 else ""
    return f"{sign}{_of(line, line.difference)}"


def _of(line: StocktakeLineItem, quantity: Decimal) -> str:
    return measure(format_exact(quantity), line.unit)


def _columns(client: Client) -> list[Column]:
    def where(line: StocktakeLineItem) -> str:
        return bin_first(client, line.place_id)

    def counted(line: StocktakeLineItem) -> str:
        return "–" if line.counted is None else _of(line, line.counted)

    def expected(line: StocktakeLineItem) -> str:
        return _of(line, line.expected)

    def worth(line: StocktakeLineItem) -> Cell:
        return Cell(format_money(line.amount, line.currency) if line.amount is not None else "–", _tone(line))

    def who(line: StocktakeLineItem) -> str:
        return dotted(line.counted_by, format_datetime(line.counted_at) if line.counted_at else "")

    return [
        Column("number", t("parts.number"), lambda line: line.part_number, sort=lambda line: natural(line.part_number), width=130),
        Column("name", t("parts.name"), lambda line: line.part_name, sort=lambda line: natural(line.part_name), flex=5, strong=True),
        Column("place", t("parts.place"), where, sort=lambda line: natural(where(line)), flex=4),
        Column("counted", t("stocktakes.counted_column"), counted, sort=lambda line: line.counted, width=90, number=True),
        Column("expected", t("stocktakes.expected"), expected, sort=lambda line: line.expected, width=90, number=True),
        Column(
            "difference", t("stocktakes.difference"), lambda line: Cell(_signed(line), _tone(line), strong=True),
            sort=lambda line: line.difference, width=90, number=True,
        ),
        Column("amount", t("stocktakes.value"), worth, sort=lambda line: line.amount, width=110, number=True),
        Column("marks", t("stocktakes.marks"), lambda line: ft.Row(_chips(line)[:1], spacing=4), width=190),
        Column("who", t("stocktakes.who"), who, sort=lambda line: line.counted_at, flex=4, roomy=True),
    ]  # fmt: skip


def _nothing(show: str) -> ft.Control:
    return EmptyState(ft.Icons.TASK_ALT_ROUNDED, t(f"stocktakes.nothing.{show}"))


# --- what comes of it


async def ask_again(client: Client, take: StocktakeRow, line_ids: Sequence[UUID]) -> bool:
    command = AskAgain(stocktake_id=take.id, line_ids=list(line_ids)[:MOST_AGAIN], occurred_at=client.now())
    return await submit(client, command, said="stocktakes.asked_again")


def _sheet(client: Client, take: StocktakeRow, looked: Looked | None, opened: str, close: Done, reload: Callable[[], None]) -> Sheet | None:
    if looked is None or not opened:
        return None
    if opened == "again":
        return Sheet(t("stocktakes.again_beyond"), AgainForm(client, take, looked, close))
    return Sheet(t("stocktakes.approve"), ApproveForm(client, take, looked, close, reload, key=str(looked.version)))


@component
def AgainForm(client: Client, take: StocktakeRow, looked: Looked, on_done: Done) -> ft.Control:
    """From which value on a difference is counted once more; where two people differ, always."""
    form = use_form(f"stocktake-again:{take.id}", {"limit": "50"})
    limit = parse_exact(form.get("limit") or "")
    found = [] if limit is None else beyond(looked.lines, abs(limit))

    async def ask() -> None:
        if await ask_again(client, take, [line.id for line in found]):
            on_done()

    if not form.ready:
        return SkeletonLines(2)
    return Stack(
        TextInput(
            t("stocktakes.limit"), **form.field("limit"), keyboard_type=ft.KeyboardType.NUMBER, hint=t("stocktakes.limit_hint"),
            on_submit=ask,
        ),
        PrimaryButton(n("stocktakes.again_chosen", len(found)), ask, disabled=not found, icon=ft.Icons.REPLAY_ROUNDED),
        spacing=Space.m,
    )  # fmt: skip


@component
def ApproveForm(client: Client, take: StocktakeRow, looked: Looked, on_done: Done, reload: Callable[[], None]) -> ft.Control:
    """What it comes to, what it leaves alone, and why."""
    form = use_form(f"stocktake-approve:{take.id}", {"reason": ""})
    differing, left = shown(looked.lines, "differs"), len(shown(looked.lines, "left"))

    async def approve() -> None:
        if form.busy or not form.require("reason"):
            return
        fields = {"stocktake_id": take.id, "version": looked.version, "reason": form.get("reason").strip(), "occurred_at": client.now()}
        command = made(form, ApproveStocktake, fields)
        if command is None:
            return
        if await submit(client, client.api.post(f"/inventory/stocktakes/{take.id}/approve", command), form, said="stocktakes.approved"):
            client.sync.wake()
            on_done()
        else:
            reload()

    if not form.ready:
        return SkeletonLines(3)
    rows: list[tuple[str, str | ft.Control]] = [
        (t("stocktakes.differences_head"), str(len(differing))),
        (t("stocktakes.value"), total_of(differing) or "–"),
        (t("stocktakes.left_head"), str(left)),
    ]
    return Stack(
        KeyValues(rows),
        *([Meta(t("stocktakes.left_body"), max_lines=3)] if left else []),
        TextInput(
            t("stocktakes.reason"), **form.field("reason"), placeholder=t("stocktakes.reason_example"), on_submit=approve,
            max_length=text_limit(ApproveStocktake, "reason"),
        ),
        sender(form, PrimaryButton(t("stocktakes.approve_do"), approve, busy=form.busy, icon=ft.Icons.VERIFIED_ROUNDED)),
        spacing=Space.m,
    )  # fmt: skip
