"""The reports that there are: how far those in hand are, and those that are made, which stay on the device once they were opened."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

import flet as ft
from pydantic import ValidationError

from mobile_app.core.api import BASE
from mobile_app.core.bridge import bridge
from mobile_app.core.errors import ClientError
from mobile_app.core.i18n import format_date, format_size, n, t
from mobile_app.core.problems import why
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.lookup import dotted, has_several_sites, site_name
from mobile_app.domain.submit import submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.reports.schedules import Schedules
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import Card, LineItem, NoticeCard
from mobile_app.ui.chips import IconTile, StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, Progress, SkeletonList, toast
from mobile_app.ui.hooks import use_interval, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Question, use_confirm
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import Tone
from shared_models.kpis.periods import months_later
from shared_models.permissions import Permission
from shared_models.reports.rows import IN_HAND, ReportRow, ReportState

WIDE: Final = 720
LOOK_SECONDS: Final = 1.5
PDF: Final = "application/pdf"
ADDRESS: Final = "/reports"
_TONES: Final = {
    ReportState.queued: Tone.off, ReportState.running: Tone.primary, ReportState.done: Tone.info, ReportState.failed: Tone.bad,
}  # fmt: skip


@component
def ReportsScreen() -> ft.Control:
    client = use_tables("sites")
    known, remember = use_state(tuple[ReportRow, ...]())
    held, hold = use_state(frozenset[str]())

    async def load() -> list[ReportRow]:
        found = await client.api.list_of(ReportRow, ADDRESS)
        await _keep(client, found)
        hold(frozenset(await client.kept_files()))
        return found

    async def recall() -> None:
        """What was last known of them, for who has no network."""
        remember(await _kept(client))
        hold(frozenset(await client.kept_files()))

    answer = use_server(load, [])
    ft.use_effect(recall, [])
    rows = known if answer.data is None else answer.data

    def look() -> None:
        if any(row.state in IN_HAND for row in rows):
            answer.reload()

    use_interval(look, LOOK_SECONDS)
    if not client.may(Permission.reports_generate):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    head = PageHeader(t("reports_app.title"), t("reports_app.body"), trailing=[SyncBadge()])
    if not rows and answer.data is None:
        waiting = SkeletonList(3) if answer.error is None else None
        offline = ErrorState(t("people.offline"), t("reports_app.offline_body"), on_retry=answer.reload)
        return Page(head, waiting or offline, max_width=WIDE)
    if not rows:
        none = EmptyState(
            ft.Icons.PICTURE_AS_PDF_OUTLINED, t("reports_app.none"), t("reports_app.none_body"), action=t("reports_app.new"),
            on_action=opener("/reports/new"),
        )  # fmt: skip
        return Page(head, none, Schedules(), max_width=WIDE)
    told = [NoticeCard(t("reports_app.as_known"), t("reports_app.as_known_body"), tone=Tone.off)] if answer.error else []
    cards = [ReportCard(client, row, str(row.id) in held, answer.reload, key=str(row.id)) for row in rows]
    new = PrimaryButton(t("reports_app.new"), opener("/reports/new"), icon=ft.Icons.ADD_ROUNDED)
    return Page(head, *told, *cards, Schedules(), footer=new, max_width=WIDE)


async def _keep(client: Client, found: Sequence[ReportRow]) -> None:
    """The list; and the files of those that are no more leave the device."""
    gone = {row.id for row in await _kept(client)} - {row.id for row in found}
    if gone:
        await client.forget_files(gone)
    await client.kept.keep(ADDRESS, [row.model_dump(mode="json") for row in found], client.now())


async def _kept(client: Client) -> tuple[ReportRow, ...]:
    """Nothing of what another version of the app has kept."""
    try:
        return tuple(map(ReportRow.model_validate, await client.kept.of(ADDRESS) or ()))
    except ValidationError:
        return ()


@component
def ReportCard(client: Client, report: ReportRow, is_held: bool, changed: Callable[[], None]) -> ft.Control:  # noqa: FBT001 - plain data
    is_busy, set_busy = use_state(False)
    ask = use_confirm()

    async def open_it() -> None:
        set_busy(True)
        await show(client, report)
        set_busy(False)
        changed()

    async def remove() -> None:
        await client.forget_files([report.id])
        await submit(client, client.api.delete(f"/reports/{report.id}"), said="reports_app.removed")
        changed()

    question = Question(t("reports_app.remove_title"), t("reports_app.remove_body"), t("reports_app.remove"), remove)
    removing = MenuItem(t("reports_app.remove"), partial(ask, question), ft.Icons.DELETE_OUTLINE_ROUNDED, danger=True)
    name = report.title or t(f"report.kind.{report.kind}")
    menu = MoreMenu([removing], label=t("reports_app.more_of", name=name))
    is_done = report.state is ReportState.done
    held = [StatusChip(t("reports_app.on_device"), Tone.ok, icon=ft.Icons.OFFLINE_PIN_OUTLINED)] if is_held else []
    line = LineItem(
        t(f"report.kind.{report.kind}"), meta=_meta(client, report), chips=held, trailing=menu, is_head=True,
        leading=IconTile(ft.Icons.PICTURE_AS_PDF_OUTLINED, _TONES[report.state]),
        on_click=open_it if is_done and not is_busy else None,
    )  # fmt: skip
    return Card(Stack(line, *_state(report, is_busy=is_busy), spacing=6))


def _meta(client: Client, report: ReportRow) -> str:
    where = site_name(client, report.site_id) or (t("reports_app.all_sites") if has_several_sites(client) else "")
    is_done = report.state is ReportState.done
    return dotted(
        _days(report), where, dotted(n("reports_app.pages", report.pages or 0), format_size(report.size_bytes or 0)) if is_done else ""
    )


def _days(report: ReportRow) -> str:
    """A whole month by its name."""
    is_month = report.since.day == 1 and report.until == months_later(report.since, 1) - timedelta(days=1)
    if is_month:
        name = t("common.months").split(",")[report.since.month - 1]
        return f"{name[:1].upper()}{name[1:]} {report.since.year}"
    return t("reports_app.days", since=format_date(report.since), until=format_date(report.until))


def _state(report: ReportRow, *, is_busy: bool) -> list[ft.Control]:
    if report.state is ReportState.failed:
        return [NoticeCard(t("reports_app.failed"), t(f"report.error.{report.error}"), tone=Tone.bad)]
    if is_busy:
        return [Progress(t("reports_app.fetching"), 0, None)]
    if report.state is ReportState.queued:
        return [Progress(t("reports_app.queued"), 0, None)]
    return [Progress(t("reports_app.running"), report.progress, 100, as_share=True)] if report.state is ReportState.running else []


async def show(client: Client, report: ReportRow) -> None:
    """From this device, else from the server, and then from this device."""
    try:
        content = await client.kept_file(report.id)
        if content is None:
            content = (await client.api.send("GET", f"{BASE}/reports/{report.id}/file")).body
            await client.keep_file(report.id, content, PDF)
    except ClientError as error:
        toast(why(error, "domain.download_offline"))
        return
    await bridge.request("file.show", {"bytes": content, "mime": PDF, "name": report.file_name, "close": t("file.close")})
