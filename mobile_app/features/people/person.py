"""One person: letting in, role and sites, capacity, devices, a new password, closing the account."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import flet as ft

from mobile_app.core.errors import ProblemError
from mobile_app.core.i18n import format_moment, t
from mobile_app.core.limits import text_limit
from mobile_app.core.problems import why
from mobile_app.domain.access_links import LinkToShow, mail_note
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.labour import rate_fields
from mobile_app.domain.submit import sender, submit
from mobile_app.features.people.access import AccessFields, default_access
from mobile_app.features.people.words import STATES, state_of
from mobile_app.ui.buttons import ActionRow, DangerButton, PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import Card, CardHeader, LineItem, NoticeCard
from mobile_app.ui.chips import Avatar, StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import DraftNotice, EmptyState, ErrorState, SkeletonLines, SkeletonList
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_breakpoint, use_maybe, use_state
from mobile_app.ui.numbers import NumberInput
from mobile_app.ui.sheets import Question, Sheet, use_confirm, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space, Tone
from shared_models.auth.invitations import AccessLink
from shared_models.auth.sessions import SessionRead
from shared_models.permissions import Permission
from shared_models.users import UserRead, UserUpdate

NAMES: Final = ("first_name", "last_name", "email")
ACCESS: Final = ("role", "all_sites", "site_ids")
WORK: Final = ("weekly_capacity", "labour_rate", "labour_currency")
Reload = Callable[[], None]


@component
def PersonScreen() -> ft.Control:
    client = use_tables("sites")
    user_id = ft.use_route_params().get("user_id")

    async def load() -> UserRead:
        return UserRead.model_validate(await client.api.get(f"/users/{user_id}"))

    answer = use_server(load, [user_id])
    back = PageHeader(t("people.person"), on_back=opener("/people"))
    if not client.may(Permission.users_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    if isinstance(answer.error, ProblemError):
        return Page(back, EmptyState(ft.Icons.PERSON_OFF_ROUNDED, t("people.unknown"), t("people.unknown_body")))
    if answer.data is None:
        state = ErrorState(t("people.offline"), t("people.offline_body"), on_retry=answer.reload) if answer.error else SkeletonList(3)
        return Page(back, state)
    return Person(client, answer.data, answer.reload, key=f"{answer.data.id}:{answer.data.version}")


@component
def Person(client: Client, user: UserRead, reload: Reload) -> ft.Control:
    name = f"{user.first_name} {user.last_name}"
    is_me = user.id == client.user.id
    mark = STATES[state_of(user)]
    head = PageHeader(name, user.username, trailing=[mark.chip(), Avatar(name, size=40)], on_back=opener("/people"))
    parts: list[ft.Control] = [PersonForm(client, user, reload, is_me=is_me)]
    if user.is_active and not is_me:
        parts += [Devices(client, user), Password(client, user)]
    if not is_me:
        parts.append(Closing(client, user, reload))
    return Page(head, *([NoticeCard(t("people.is_me"), t("people.is_me_body"), tone=Tone.info)] if is_me else []), *parts, max_width=640)


def _initial(user: UserRead) -> dict[str, Any]:
    return user.model_dump(mode="json", include={*NAMES, *ACCESS, *WORK})


def _suggested(client: Client, user: UserRead) -> dict[str, Any]:
    """The only site there is, for who waits."""
    sites = default_access(client)["site_ids"]
    return {"site_ids": sites} if user.is_waiting and not user.site_ids and sites else {}


@component
def PersonForm(client: Client, user: UserRead, reload: Reload, *, is_me: bool) -> ft.Control:
    """Who waits is let in by saving: role and sites are looked at first."""
    initial = _initial(user)
    suggested = {**initial, **_suggested(client, user)}
    form = use_form(f"person:{user.id}", suggested, user.version)

    async def save() -> None:
        if form.busy or not form.require(*NAMES):
            return
        if not (is_me or form.get("all_sites") or form.get("site_ids")):
            form.refuse_with(t("people.choose_site"))
            return
        changed = {name: form.get(name) for name in initial if form.get(name) != initial[name]}
        let_in = {"is_active": True} if user.is_waiting else {}
        sending = client.api.save("/users", str(user.id), {**changed, **let_in}, form.get("version"))
        if await submit(client, sending, form, said="people.let_in_done" if user.is_waiting else "people.saved", newest=reload):
            reload()

    if not form.ready:
        return SkeletonList(2)
    waiting = [NoticeCard(t("people.waits"), t("people.waits_body"), icon=ft.Icons.HOURGLASS_TOP_ROUNDED)] if user.is_waiting else []
    kept = [DraftNotice(form.start_over)] if form.draft.restored else []
    word, icon = ("people.let_in", ft.Icons.HOW_TO_REG_ROUNDED) if user.is_waiting else ("people.save", ft.Icons.CHECK_ROUNDED)
    is_changed = user.is_waiting or any(form.get(name) != initial[name] for name in initial)
    save_button = PrimaryButton(t(word), save, icon=icon, busy=form.busy, disabled=not is_changed)
    access = AccessFields(client, form, locked=is_me)
    send_button = sender(form, save_button)
    rate = rate_fields(form, "labour_currency", t("people.rate_hint"))
    return Stack(*waiting, *kept, access, *_names(form), _capacity(form), *rate, send_button)


def _names(form: Form) -> list[ft.Control]:
    return [TextInput(t(f"account.{name}"), **form.field(name), max_length=text_limit(UserUpdate, name)) for name in NAMES]


def _capacity(form: Form) -> ft.Control:
    hours = form.get("weekly_capacity", 0) / 60
    return NumberInput(
        t("people.capacity"), hours, lambda typed: form.set("weekly_capacity", round((typed or 0) * 60)), unit=t("people.hours"),
        hint=t("people.capacity_hint"), error=form.error("weekly_capacity"),
    )  # fmt: skip


@component
def Devices(client: Client, user: UserRead) -> ft.Control:
    """Where the person is signed in; a lost phone is shut out from here."""
    ask = use_confirm()
    path = f"/users/{user.id}/sessions"

    async def read() -> list[SessionRead]:
        return await client.api.list_of(SessionRead, path)

    answer = use_server(read, [user.id])

    def end(where: str, device: str) -> Callable[[], None]:
        async def ended() -> None:
            if await submit(client, client.api.delete(where), said="people.device_ended"):
                answer.reload()

        return lambda: ask(Question(t("people.end_title", name=device), t("people.end_body"), t("me.end"), ended))

    parts: list[ft.Control] = [CardHeader(t("people.devices"), str(len(answer.data)) if answer.data else "")]
    if answer.error is not None:
        parts.append(Meta(why(answer.error)))
    elif answer.data is None:
        parts.append(SkeletonLines(2))
    else:
        parts += [_device(client, held, end(f"{path}/{held.id}", held.device_name or t("me.unknown_device"))) for held in answer.data]
        parts += [] if answer.data else [Meta(t("people.no_device"))]
        everywhere = end(path, t("people.all_devices"))
        parts += [ft.Row([TextLink(t("people.end_all"), everywhere)])] if len(answer.data) > 1 else []
    return Card(Stack(*parts, spacing=6))


def _device(client: Client, held: SessionRead, end: Callable[[], None]) -> ft.Control:
    meta = t("me.last_used", when=format_moment(held.last_used_at, client.now()))
    trailing = StatusChip(t("me.this_device"), Tone.ok) if held.is_current else TextLink(t("me.end"), end)
    return LineItem(held.device_name or t("me.unknown_device"), meta=meta, icon=ft.Icons.DEVICES_ROUNDED, trailing=trailing)


@component
def Password(client: Client, user: UserRead) -> ft.Control:
    """A link by mail, or to show or send by whoever helps."""
    link, set_link = use_maybe(AccessLink)
    busy, set_busy = use_state("")
    beside = use_breakpoint() >= Breakpoint.tablet
    intro = t("people.password_intro", name=user.first_name)
    shown = [Stack(*mail_note(link, user.email), LinkToShow(link, intro, t("people.link_subject")))] if link else []
    use_sheet(Sheet(t("people.password"), shown[0], tall=True) if shown else None, lambda: set_link(None))

    def make(*, by_mail: bool) -> Callable[[], Awaitable[None]]:
        async def made() -> None:
            answer = await client.api.post(f"/users/{user.id}/password-link", {"by_mail": by_mail})
            set_link(AccessLink.model_validate(answer))

        async def pressed() -> None:
            set_busy("mail" if by_mail else "link")
            await submit(client, made())
            set_busy("")

        return pressed

    mail = SecondaryButton(t("people.password_mail"), make(by_mail=True), icon=ft.Icons.SEND_ROUNDED, busy=busy == "mail", expand=beside)
    show = SecondaryButton(t("people.password_make"), make(by_mail=False), icon=ft.Icons.KEY_ROUNDED, busy=busy == "link", expand=beside)
    buttons = ActionRow(mail, show) if beside else Stack(mail, show)
    return Card(Stack(CardHeader(t("people.password")), Meta(t("people.password_body")), buttons, spacing=Space.m))


@component
def Closing(client: Client, user: UserRead, reload: Reload) -> ft.Control:
    """An account is never deleted: what the person did keeps a name."""
    ask = use_confirm()

    def move(*, is_active: bool) -> Callable[[], Awaitable[None]]:
        async def moved() -> None:
            change = {"version": user.version, "is_active": is_active}
            sending = client.api.patch(f"/users/{user.id}", change)
            await submit(client, sending, said="people.opened" if is_active else "people.closed")
            reload()  # refused too: somebody else may have changed the account

        return moved

    name = f"{user.first_name} {user.last_name}"
    if not (user.is_active or user.is_waiting):
        return SecondaryButton(t("people.open_again"), move(is_active=True), icon=ft.Icons.LOCK_OPEN_ROUNDED)
    key = "decline" if user.is_waiting else "close"
    question = Question(t(f"people.{key}_title", name=name), t(f"people.{key}_body"), t(f"people.{key}"), move(is_active=False))
    return DangerButton(t(f"people.{key}"), lambda: ask(question), quiet=True, icon=ft.Icons.LOCK_ROUNDED)
