"""Reports that come by themselves: each week or month, to whom, by mail too."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener, use_client, use_tables
from mobile_app.domain.lookup import by_name, dotted, has_several_sites, natural, site_name
from mobile_app.domain.submit import sender, submit
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton
from mobile_app.ui.cards import RowCard, SectionHeader, Trailing
from mobile_app.ui.choices import Choice, ChoiceChips, Segments
from mobile_app.ui.component import component
from mobile_app.ui.feedback import DraftNotice, EmptyState, ErrorState, SkeletonList
from mobile_app.ui.fields import Field, Toggle
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.pickers import Picker
from mobile_app.ui.sheets import Question, use_confirm
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Tone
from shared_models.ids import uuid7
from shared_models.permissions import Permission, may
from shared_models.reports.rows import Every, ReportKind, ScheduleRow, WriteSchedule

WIDE: Final = 720
ADDRESS: Final = "/reports/schedules"


@component
def Schedules() -> ft.Control:
    """On the page of reports; nothing where they cannot be asked for."""
    client = use_client()

    async def load() -> list[ScheduleRow]:
        return await client.api.list_of(ScheduleRow, ADDRESS)

    found = use_server(load, []).data
    if found is None:
        return ft.Container()
    new = SecondaryButton(t("reports_app.schedule_new"), opener(f"{ADDRESS}/new"), icon=ft.Icons.SCHEDULE_SEND_ROUNDED)
    rows = [_card(client, row) for row in found] or [Meta(t("reports_app.schedules_none"), max_lines=4)]
    return Stack(SectionHeader(t("reports_app.schedules")), *rows, new)


def _card(client: Client, row: ScheduleRow) -> ft.Control:
    meta = dotted(t(f"report.every.{row.every}"), _where(client, row), n("reports_app.people", len(row.people)))
    off = "" if row.is_active else Trailing(t("reports_app.paused"), Tone.off)
    return RowCard(
        t(f"report.kind.{row.kind}"), meta=meta,
        icon=ft.Icons.SCHEDULE_SEND_ROUNDED, tone=Tone.primary if row.is_active else Tone.off, trailing=off,
        on_click=opener(f"{ADDRESS}/{row.id}"),
    )  # fmt: skip


def _where(client: Client, row: ScheduleRow) -> str:
    return site_name(client, row.site_id) or (t("reports_app.all_sites") if has_several_sites(client) and row.site_id is None else "")


@component
def ScheduleScreen() -> ft.Control:
    client = use_client()
    wanted = ft.use_route_params().get("schedule_id")

    async def load() -> list[ScheduleRow]:
        return await client.api.list_of(ScheduleRow, ADDRESS)

    found = use_server(load, [wanted])
    head = PageHeader(t("reports_app.schedule"), on_back=opener("/reports"))
    if not client.may(Permission.reports_generate):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    if wanted is None:
        return ScheduleForm(client, None, key="new")
    if found.data is None:
        state = ErrorState(t("people.offline"), t("reports_app.offline_body"), on_retry=found.reload) if found.error else SkeletonList(3)
        return Page(head, state, max_width=WIDE)
    row = next((each for each in found.data if str(each.id) == wanted), None)
    if row is None:
        unknown = EmptyState(ft.Icons.SCHEDULE_SEND_ROUNDED, t("reports_app.schedule_unknown"), t("reports_app.schedule_unknown_body"))
        return Page(head, unknown, max_width=WIDE)
    return ScheduleForm(client, row, key=f"{row.id}:{row.version}")


def _initial(client: Client, row: ScheduleRow | None) -> dict[str, Any]:
    if row is None:
        plain = {"kind": ReportKind.letter.value, "every": Every.month.value, "site_id": _first_site(client)}
        return {**plain, "people": [str(client.user.id)], "is_active": True}
    return row.model_dump(mode="json", include={"kind", "every", "people", "is_active"}) | {"site_id": str(row.site_id or "")}


def _first_site(client: Client) -> str:
    """All of them for who sees all, else the first by its name."""
    if client.me is not None and client.me.site_ids is None:
        return ""
    return next((choice.key for choice in by_name(client.sites.rows.values())), "")


@component
def ScheduleForm(client: Client, row: ScheduleRow | None) -> ft.Control:
    use_tables("sites", "users")
    form = use_form(f"report-schedule:{row.id if row else 'new'}", _initial(client, row), row.version if row else None)
    ask = use_confirm()

    async def save() -> None:
        async def sending() -> None:
            known = {"id": str(row.id), "version": row.version} if row else {"id": str(uuid7())}
            asked = {**form.values, "site_id": form.get("site_id") or None}
            await client.api.post(ADDRESS, WriteSchedule.model_validate(known | asked))

        if await submit(client, sending(), form, said="reports_app.schedule_saved"):
            go("/reports")

    async def remove() -> None:
        if row and await submit(client, client.api.delete(f"{ADDRESS}/{row.id}"), said="reports_app.schedule_removed"):
            go("/reports")

    title = t("reports_app.schedule" if row else "reports_app.schedule_new")
    head = PageHeader(title, trailing=_menu(ask, remove) if row else [], on_back=opener("/reports"))
    if not form.ready:
        return Page(head, SkeletonList(3), max_width=WIDE)
    kept = [DraftNotice(form.start_over)] if form.draft.restored else []
    button = PrimaryButton(t("reports_app.schedule_save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    return Page(head, *kept, *_fields(client, form), footer=sender(form, button), max_width=WIDE)


def _menu(ask: Callable[[Question], None], remove: Callable[[], Any]) -> list[ft.Control]:
    title, body = t("reports_app.schedule_remove_title"), t("reports_app.schedule_remove_body")
    question = Question(title, body, t("reports_app.remove"), remove)
    return [MoreMenu([MenuItem(t("reports_app.remove"), partial(ask, question), ft.Icons.DELETE_OUTLINE_ROUNDED, danger=True)])]


def _fields(client: Client, form: Form) -> list[ft.Control]:
    kinds = [Choice(kind.value, t(f"report.kind.{kind}"), note=t(f"report.kind.{kind}.body")) for kind in ReportKind]
    every = [Choice(each.value, t(f"report.every.{each}")) for each in Every]
    chosen = list(form.get("people") or [])

    def toggle(person: str) -> None:
        form.set("people", [each for each in chosen if each != person] if person in chosen else [*chosen, person])

    readers = _readers(client, form.get("site_id"))
    who = Stack(Meta(t("reports_app.people_hint"), max_lines=3), ChoiceChips(readers, chosen, toggle), spacing=8)
    fields: list[ft.Control] = [
        Picker(t("reports_app.kind"), kinds, form.get("kind"), partial(form.set, "kind")),
        Field(t("reports_app.every"), Segments(every, form.get("every"), partial(form.set, "every"))),
    ]
    if has_several_sites(client):
        sites = [Choice("", t("reports_app.all_of_reader")), *by_name(client.sites.rows.values())]
        fields.append(Picker(t("reports_app.site"), sites, form.get("site_id"), partial(form.set, "site_id"), error=form.error("site_id")))
    return [
        *fields,
        Field(t("reports_app.to"), who, error=form.error("people")),
        Toggle(t("reports_app.is_active"), bool(form.get("is_active")), partial(form.set, "is_active")),
    ]


def _readers(client: Client, site_id: str) -> Sequence[Choice]:
    """Whoever may read reports there; oneself first. Others get what is of all sites from who sees them all."""
    is_own = not site_id and client.me is not None and client.me.site_ids is not None
    users = [
        user for user in client.users.rows.values()
        if user.is_active and may(user.role, Permission.reports_generate)
        and (not site_id or user.all_sites or site_id in map(str, user.site_ids)) and (not is_own or user.id == client.user.id)
    ]  # fmt: skip
    users.sort(key=lambda user: (user.id != client.user.id, natural(user.last_name)))
    return [Choice(str(user.id), f"{user.first_name} {user.last_name}") for user in users]
