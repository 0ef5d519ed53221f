"""Subscribed calendars: addresses for Outlook, Google or a phone's own calendar, each shown once and revocable."""

from collections.abc import Callable, Sequence
from typing import Final

import flet as ft

from mobile_app.core.errors import Offline
from mobile_app.core.i18n import format_date, t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_client
from mobile_app.domain.lookup import by_name_and_site, dotted
from mobile_app.domain.submit import submit
from mobile_app.ui.buttons import IconAction, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import CardHeader, LineItem, NoticeCard, Wash
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.component import component
from mobile_app.ui.feedback import ErrorState, SkeletonLines, toast
from mobile_app.ui.hooks import use_maybe, use_state
from mobile_app.ui.pickers import Picker
from mobile_app.ui.sheets import Question, use_confirm
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta, Strong
from mobile_app.ui.theme import Tone
from shared_models.ids import uuid7
from shared_models.plans.feeds import FeedCreate, FeedKind, FeedLink, FeedRead

FEEDS: Final = "/calendar/feeds"
ICONS: Final = {
    FeedKind.person: ft.Icons.PERSON_ROUNDED,
    FeedKind.team: ft.Icons.GROUPS_ROUNDED,
    FeedKind.line: ft.Icons.LINEAR_SCALE_ROUNDED,
}


@component
def Subscriptions() -> ft.Control:
    """Works with the network alone: the address is the server's to give."""
    client = use_client()

    async def read() -> list[FeedRead]:
        return [feed for feed in await client.api.list_of(FeedRead, FEEDS) if feed.revoked_at is None]

    feeds = use_server(read)
    link, set_link = use_maybe(FeedLink)
    intro = Body(t("calendar.feeds_body"))
    if isinstance(feeds.error, Offline):
        return Stack(intro, ErrorState(t("calendar.feeds_offline"), t("calendar.feeds_offline_body"), on_retry=feeds.reload))
    if feeds.error is not None:
        return Stack(intro, ErrorState(on_retry=feeds.reload))
    if feeds.data is None:
        return Stack(intro, SkeletonLines())

    def created(new: FeedLink) -> None:
        set_link(new)
        feeds.reload()

    shown = [NewLink(link)] if link else []
    return Stack(intro, *shown, NewFeed(created), FeedList(feeds.data, feeds.reload))


def NewLink(link: FeedLink) -> ft.Control:
    """The address, this once."""
    address = Wash(ft.Text(link.url, size=13))
    copy = PrimaryButton(
        t("calendar.feed_copy"),
        lambda: toast(t("calendar.feed_copied")),
        icon=ft.Icons.CONTENT_COPY_ROUNDED,
        action=ft.CopyToClipboard(link.url),
    )
    note = NoticeCard(t("calendar.feed_once"), t("calendar.feed_once_body"), tone=Tone.warning, icon=ft.Icons.KEY_ROUNDED)
    return Stack(Strong(t("calendar.feed_ready", name=link.name)), address, copy, note)


@component
def NewFeed(on_created: Callable[[FeedLink], None]) -> ft.Control:
    client = use_client()
    kind, set_kind = use_state(FeedKind.person.value)
    chosen, set_chosen = use_maybe(str)
    busy, set_busy = use_state(False)
    kinds = [Choice(each.value, t(f"calendar.feed.{each}"), ICONS[each]) for each in FeedKind]
    mine = kind == FeedKind.person

    def pick(value: str) -> None:
        set_kind(value)
        set_chosen(None)

    async def create() -> None:
        async def made() -> None:
            wanted = FeedCreate.model_validate({"id": uuid7(), "kind": kind, "target_id": None if mine else chosen})
            on_created(FeedLink.model_validate(await client.api.post(FEEDS, wanted)))

        set_busy(True)
        await submit(client, made())
        set_busy(False)

    parts: list[ft.Control] = [CardHeader(t("calendar.feed_new")), Segments(kinds, kind, pick)]
    if not mine:
        parts.append(Picker(t(f"calendar.feed.{kind}"), _targets(client, kind), chosen, set_chosen))
    may_create = mine or chosen is not None
    parts.append(SecondaryButton(t("calendar.feed_create"), create, icon=ft.Icons.ADD_LINK_ROUNDED, busy=busy, disabled=not may_create))
    return Stack(*parts)


def _targets(client: Client, kind: str) -> list[Choice]:
    teams = (row for row in client.tables.teams.rows.values() if row.is_active)
    return by_name_and_site(client, teams if kind == FeedKind.team else client.lines.rows.values())


@component
def FeedList(feeds: Sequence[FeedRead], reload: Callable[[], None]) -> ft.Control:
    client = use_client()
    ask = use_confirm()

    async def revoke(feed: FeedRead) -> None:
        await submit(client, client.api.delete(f"{FEEDS}/{feed.id}"))
        reload()

    def sure(feed: FeedRead) -> None:
        ask(
            Question(
                t("calendar.feed_revoke_title", name=feed.name),
                t("calendar.feed_revoke_body"),
                t("calendar.feed_revoke"),
                lambda: revoke(feed),
            )
        )

    if not feeds:
        return Stack(CardHeader(t("calendar.feeds_mine")), Meta(t("calendar.feeds_none")))
    lines = [
        LineItem(
            feed.name,
            meta=dotted(t(f"calendar.feed.{feed.kind}"), t("calendar.feed_since", date=format_date(feed.created_at)), _read(feed)),
            icon=ICONS[feed.kind],
            trailing=IconAction(ft.Icons.LINK_OFF_ROUNDED, t("calendar.feed_revoke_of", name=feed.name), lambda feed=feed: sure(feed)),
        )
        for feed in feeds
    ]  # fmt: skip
    return Stack(CardHeader(t("calendar.feeds_mine"), str(len(feeds))), *lines)


def _read(feed: FeedRead) -> str:
    return t("calendar.feed_read", date=format_date(feed.last_read_at)) if feed.last_read_at else t("calendar.feed_unread")
