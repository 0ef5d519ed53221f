"""A handover as its reader takes over: what somebody has to say, then the facts, each leading to what it tells of."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

import flet as ft

from mobile_app.core.i18n import format_date, format_moment, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.handovers import may_take, when
from mobile_app.domain.lookup import dotted, site_name
from mobile_app.domain.submit import made, sender, submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, Divider, LineItem, NoticeCard, SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import use_state
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta
from mobile_app.ui.theme import C, Tone
from shared_models.handovers.commands import AcknowledgeHandover, AddWord
from shared_models.handovers.rows import HandoverItem, HandoverPageRow, HandoverRow, Part
from shared_models.handovers.wording import Tongue, told
from shared_models.ids import uuid7

_I = ft.Icons
ICONS = {
    Part.degraded: (_I.ERROR_OUTLINE_ROUNDED, C.bad), Part.stuck: (_I.PAUSE_CIRCLE_OUTLINE_ROUNDED, C.warning),
    Part.opened: (_I.ADD_CIRCLE_OUTLINE_ROUNDED, C.info), Part.temporary: (_I.HOURGLASS_BOTTOM_ROUNDED, C.warning),
    Part.low: (_I.TRENDING_DOWN_ROUNDED, C.warning), Part.ahead: (_I.SCHEDULE_ROUNDED, C.primary),
    Part.closed: (_I.CHECK_CIRCLE_OUTLINE_ROUNDED, C.ok),
}  # fmt: skip


@component
def HandoverScreen() -> ft.Control:
    client = use_tables("handovers", "sites")
    wanted = ft.use_route_params()["handover_id"]
    handover = next((row for row in client.tables.handovers.rows.values() if str(row.id) == wanted), None)
    if handover is None:
        head = PageHeader(t("handovers.title"), on_back=opener("/handovers"))
        return Page(head, EmptyState(_I.HANDSHAKE_OUTLINED, t("handovers.unknown"), t("handovers.unknown_body")))
    return Read(client, handover, key=wanted)


@component
def Read(client: Client, handover: HandoverRow) -> ft.Control:
    is_writing, write = use_state(False)

    async def load() -> Sequence[HandoverItem]:
        page = await client.held(HandoverPageRow, handover.id)
        if page is None:
            page = HandoverPageRow.model_validate(await client.api.get(f"/handovers/{handover.id}/page"))
        return page.items

    async def take() -> None:
        await submit(client, AcknowledgeHandover(handover_id=handover.id, occurred_at=client.now()), said="handovers.taken")

    def close() -> None:
        write(False)

    sheet = Sheet(t("handovers.new_word"), WordForm(client, handover, close)) if is_writing else None
    use_sheet(sheet, close)
    facts = use_server(load, [handover.id, client.details.version])
    may = may_take(client, handover)
    where = dotted(site_name(client, handover.site_id), when(handover))
    head = PageHeader(t("handovers.of", shift=handover.shift), where, on_back=opener("/handovers"), trailing=[SyncBadge()])
    footer = PrimaryButton(t("handovers.take"), take, icon=_I.HANDSHAKE_OUTLINED) if may else None
    body: list[ft.Control] = [ErrorState(t("handovers.offline"), t("handovers.offline_body"), on_retry=facts.reload)]
    if facts.data is not None:
        body = _facts(client, facts.data)
    elif not facts.error:
        body = [SkeletonList(4)]
    said = _words(client, handover, partial(write, True) if may else None)
    return Page(head, *_state(client, handover), *said, *body, footer=footer, max_width=720)


def _state(client: Client, handover: HandoverRow) -> list[ft.Control]:
    shown: list[ft.Control] = []
    if handover.acknowledged_at is not None:
        at = format_moment(handover.acknowledged_at, client.now())
        shown.append(NoticeCard(t("handovers.by", name=handover.acknowledged_by), t("handovers.by_at", when=at), tone=Tone.ok))
    if handover.since < handover.begins_at:
        shown.append(Meta(t("handovers.also", when=format_moment(handover.since, client.now())), max_lines=3))
    return shown


def _words(client: Client, handover: HandoverRow, on_add: partial[None] | None) -> list[ft.Control]:
    """What somebody has to say comes first."""
    lines: list[ft.Control] = []
    for word in handover.words:
        said = Meta(dotted(word.by, format_moment(word.occurred_at, client.now())))
        lines += [*([Divider()] if lines else []), Stack(Body(word.text, max_lines=None), said, spacing=2)]
    add = [SecondaryButton(t("handovers.add_word"), on_add, icon=_I.EDIT_NOTE_ROUNDED)] if on_add else []
    if not lines and not add:
        return []
    body = lines or [Meta(t("handovers.no_word"), max_lines=3)]
    return [SectionHeader(t("handovers.words"), str(len(handover.words)) if lines else ""), Card(Stack(*body, *add, spacing=12))]


def _facts(client: Client, items: Sequence[HandoverItem]) -> list[ft.Control]:
    tongue = Tongue(t, lambda at: format_moment(at, client.now()), format_date, _wall)
    shown: list[ft.Control] = []
    for part in Part:
        lines: list[ft.Control] = []
        for item in items:
            if item.part is part:
                lines += [*([Divider()] if lines else []), _line(item, tongue)]
        if lines:
            count = sum(item.part is part for item in items)
            shown += [SectionHeader(t(f"handovers.part.{part}"), str(count)), Card(Stack(*lines, spacing=0), padding=8)]
    empty = [t(f"handovers.part.{part}") for part in Part if not any(item.part is part for item in items)]
    nothing = [Meta(t("handovers.nothing", of=" · ".join(empty)), max_lines=6)] if empty else []
    return [*shown, *nothing]


def _line(item: HandoverItem, tongue: Tongue) -> ft.Control:
    icon, color = ICONS[item.part]
    title = item.title if item.machine is None else dotted(item.machine, item.title)
    return ft.Container(
        LineItem(title, meta=told(item, tongue), icon=icon, color=color, on_click=opener(item.path)),
        padding=ft.Padding.symmetric(horizontal=8),
    )


def _wall(at: datetime) -> str:
    return t("common.date_time", date=format_date(date(at.year, at.month, at.day)), time=f"{at:%H:%M}")


@component
def WordForm(client: Client, handover: HandoverRow, on_done: Callable[[], None]) -> ft.Control:
    form = use_form(f"handover-word:{handover.id}", {"text": "", "word_id": str(uuid7())})

    async def save() -> None:
        command = made(form, AddWord, {"handover_id": handover.id, "occurred_at": client.now(), **form.values})
        if command and await submit(client, command, form, said="handovers.word_added"):
            on_done()

    if not form.ready:
        return SkeletonList(1)
    button = PrimaryButton(t("handovers.save_word"), save, busy=form.busy, icon=_I.CHECK_ROUNDED)
    return Stack(
        TextInput(
            t("handovers.word"), **form.field("text"), lines=4, autofocus=True, max_length=text_limit(AddWord, "text"),
            hint=t("handovers.word_hint"),
        ),
        sender(form, button),
    )  # fmt: skip
