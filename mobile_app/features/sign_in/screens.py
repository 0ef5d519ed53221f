"""Signing in; with demonstration data, one tap is enough."""

from collections.abc import Awaitable, Callable

import flet as ft

from mobile_app.core.errors import ClientError, ProblemError
from mobile_app.core.i18n import n, t
from mobile_app.core.problems import reasons, why
from mobile_app.core.session import SessionState
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, use_client
from mobile_app.ui.buttons import Handler, PrimaryButton, TextLink
from mobile_app.ui.cards import Card, LineItem, NoticeCard
from mobile_app.ui.chips import Avatar
from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_async, use_box, use_live, use_maybe, use_state
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Heading, Meta, Title
from mobile_app.ui.theme import Space, Tone
from shared_models.auth.sessions import DemoAccount

WIDTH = 420
SHUT_OUT = {
    "account_waiting": (ft.Icons.HOURGLASS_TOP_ROUNDED, Tone.info),
    "account_inactive": (ft.Icons.LOCK_PERSON_ROUNDED, Tone.warning),
}
Enter = Callable[[str, str], Awaitable[None]]


@component
def SignInScreen() -> ft.Control:
    client = use_client()
    state = use_live(client.session).state
    name, set_name = use_state(client.me.username if client.me else "")
    password, set_password = use_state("")
    refusal, set_refusal = use_maybe(ClientError)
    missing, set_missing = use_state("")
    busy, set_busy = use_state(False)
    is_entering = use_box(lambda: False)
    demo = use_async(_demo_accounts(client))

    async def enter(who: str, secret: str) -> None:
        if is_entering.current:
            return
        is_entering.current = True
        set_busy(True)
        set_refusal(None)
        set_missing("")
        try:
            await client.sign_in(who.strip(), secret)
        except ClientError as error:
            set_refusal(error)
        finally:
            is_entering.current = False
            set_busy(False)

    async def submit() -> None:
        if name.strip() and password:
            await enter(name, password)
        else:
            set_missing(t("sign_in.both"))

    form = Stack(
        TextInput(t("sign_in.name"), name, set_name, autofill_hints=ft.AutofillHint.USERNAME, on_submit=submit),
        TextInput(
            t("sign_in.password"),
            password,
            set_password,
            password=True,
            can_reveal_password=True,
            autofill_hints=ft.AutofillHint.PASSWORD,
            error=missing or _wrong(refusal),
            on_submit=submit,
        ),
        PrimaryButton(t("sign_in.enter"), submit, busy=busy),
        ft.Row([TextLink(t("sign_in.forgotten"), lambda: go("/forgot-password"))], alignment=ft.MainAxisAlignment.CENTER),
    )
    unsent = client.unsent().total if state == SessionState.signed_out_with_unsent else 0
    parts: list[ft.Control] = [Welcome(t("sign_in.tagline"))]
    if unsent:
        parts.append(NoticeCard(t("sign_in.kept"), n("sign_in.kept_body", unsent), tone=Tone.info))
    parts += [*_shut_out(refusal), form, *([_demo(demo.data, enter)] if demo.data else [])]
    parts.append(ft.Row([TextLink(t("sign_in.register"), lambda: go("/register"))], alignment=ft.MainAxisAlignment.CENTER))
    return Door(parts)


def Door(parts: list[ft.Control]) -> ft.Control:
    """A narrow column in the middle, for whoever is not in yet."""
    column = Stack(*parts, spacing=Space.xl, width=WIDTH)
    return ft.Column(
        [ft.Container(column, padding=ft.Padding.symmetric(horizontal=Space.page, vertical=48), alignment=ft.Alignment.TOP_CENTER)],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
    )


def Welcome(tagline: str) -> ft.Control:
    """Our mark and name."""
    mark = ft.Image("/icons/icon-192.png", width=56, height=56, exclude_from_semantics=True)
    words = ft.Column([Title("Établi"), Meta(tagline)], spacing=2, tight=True, expand=True)
    return ft.Row([mark, words], spacing=16)


def _demo_accounts(client: Client) -> Callable[[], Awaitable[list[DemoAccount]]]:
    async def load() -> list[DemoAccount]:
        try:
            return await client.api.demo_accounts()
        except ClientError:
            return []

    return load


def _demo(accounts: list[DemoAccount], enter: Enter) -> ft.Control:
    lines = [
        LineItem(
            account.name,
            meta=t(f"sign_in.role.{account.role}"),
            leading=Avatar(account.name, size=40),
            on_click=_entering(enter, account),
        )
        for account in accounts
    ]
    head = [Heading(t("sign_in.demo")), Meta(t("sign_in.demo_body"))]
    return Card(Stack(*head, *lines, spacing=4))


def _entering(enter: Enter, account: DemoAccount) -> Handler:
    async def clicked() -> None:
        await enter(account.username, account.password)

    return clicked


def _wrong(refusal: ClientError | None) -> str:
    """What is said under the password."""
    return "" if refusal is None or _shut_out(refusal) else why(refusal, "sign_in.offline")


def _shut_out(refusal: ClientError | None) -> list[ft.Control]:
    """An account that waits, or was closed: the password was right, and typing it again helps nobody."""
    if not isinstance(refusal, ProblemError) or refusal.code not in SHUT_OUT:
        return []
    icon, tone = SHUT_OUT[refusal.code]
    return [NoticeCard(t(f"problem.{refusal.code}.title"), reasons(refusal.problem), tone=tone, icon=icon)]
