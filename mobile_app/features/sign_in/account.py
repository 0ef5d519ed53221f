"""Making an account: the first administrator's, one by invitation, or one that waits for an administrator; and a new password."""

from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Any, Final

import flet as ft

from mobile_app.core.errors import ClientError, Offline, ProblemError
from mobile_app.core.i18n import format_date, language, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.client import Client
from mobile_app.domain.context import asked, go, use_client
from mobile_app.domain.lookup import dotted
from mobile_app.domain.submit import sender, submit
from mobile_app.features.sign_in.screens import Door, Welcome
from mobile_app.ui.buttons import Handler, PrimaryButton, TextLink
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import ErrorState, SkeletonList, toast
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import use_async, use_box, use_maybe, use_state
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Heading
from mobile_app.ui.theme import Tone
from shared_models.auth.invitations import JoinRequest, LinkKind, LinkOffer, Mailed, PasswordForgotten, PasswordReset
from shared_models.auth.sessions import RegisterRequest, SetupRequest

FIELDS: Final = ("first_name", "last_name", "email", "username")
AUTOFILL: Final = {
    "first_name": ft.AutofillHint.GIVEN_NAME,
    "last_name": ft.AutofillHint.FAMILY_NAME,
    "email": ft.AutofillHint.EMAIL,
    "username": ft.AutofillHint.NEW_USERNAME,
}
NOTED: Final = {Mailed.leaves: ft.Icons.MARK_EMAIL_READ_OUTLINED, Mailed.kept: ft.Icons.OUTBOX_ROUNDED}
Send = Callable[[dict[str, Any]], Awaitable[None]]


@component
def SetupScreen() -> ft.Control:
    client = use_client()
    token = use_box(lambda: asked("token")).current

    async def send(account: dict[str, Any]) -> None:
        await client.api.register(SetupRequest.model_construct(**account, token=token))
        await _enter(client, account["username"], account["password"])

    return AccountForm("setup", send, [Body(t("account.setup_body"))], mark=_mark(token))


@component
def RegisterScreen() -> ft.Control:
    client = use_client()
    done, set_done = use_state(False)

    async def send(account: dict[str, Any]) -> None:
        await client.api.register(RegisterRequest.model_construct(**account))
        set_done(True)

    if done:
        note = NoticeCard(t("account.register_sent"), t("account.register_done"), tone=Tone.ok, icon=ft.Icons.HOURGLASS_TOP_ROUNDED)
        return Door([Welcome(t("account.register")), note, _back()])
    return AccountForm("register", send, [Body(t("account.register_body"))])


@component
def JoinScreen() -> ft.Control:
    """By the link that an administrator sent: role and sites are chosen already."""
    return LinkScreen(LinkKind.invitation, JoinForm)


@component
def NewPasswordScreen() -> ft.Control:
    return LinkScreen(LinkKind.password, PasswordForm)


@component
def ForgottenScreen() -> ft.Control:
    """Nobody is told whether there is such an account; a server that sends no mail says so."""
    client = use_client()
    form = use_form("account:forgotten")
    name, set_name = use_state("")
    mailed, set_mailed = use_maybe(Mailed)

    async def send() -> None:
        set_mailed(await client.api.forget_password(PasswordForgotten.model_construct(username=name.strip())))

    async def ask() -> None:
        if name.strip() and not form.busy:
            await submit(client, send(), form)

    welcome = Welcome(t("account.forgotten"))
    if mailed is not None:
        note = NoticeCard(t(f"account.forgotten_{mailed}"), t(f"account.forgotten_{mailed}_body"), tone=Tone.info, icon=NOTED[mailed])
        return Door([welcome, note, _back()])
    field = TextInput(
        t("sign_in.name"),
        name,
        set_name,
        error=form.error("username"),
        autofill_hints=ft.AutofillHint.USERNAME,
        on_submit=ask,
        autofocus=True,
    )
    button = PrimaryButton(t("account.forgotten_send"), ask, busy=form.busy, disabled=not name.strip())
    return Door(
        [welcome, Stack(Heading(t("account.forgotten_title")), Body(t("account.forgotten_intro")), field, sender(form, button)), _back()]
    )


@component
def LinkScreen(kind: LinkKind, form: Callable[..., ft.Control]) -> ft.Control:
    """What the link offers, or why it is worth nothing."""
    client = use_client()
    token = use_box(lambda: asked("token")).current

    async def look() -> LinkOffer:
        return await client.api.look_at_link(token)

    answer = use_async(look, [token])
    welcome = Welcome(t(f"account.{kind}"))
    if isinstance(answer.error, ProblemError) or (answer.data and answer.data.kind != kind):
        note = NoticeCard(t("problem.link_spent.title"), t("problem.link_spent.detail"), icon=ft.Icons.LINK_OFF_ROUNDED)
        return Door([welcome, note, _back()])
    if isinstance(answer.error, ClientError):
        title = t("account.offline" if isinstance(answer.error, Offline) else "common.server_trouble")
        return Door([welcome, ErrorState(title, "", on_retry=answer.reload)])
    if answer.data is None:
        return Door([welcome, SkeletonList(2)])
    return form(client, token, answer.data)


@component
def JoinForm(client: Client, token: str, offer: LinkOffer) -> ft.Control:
    async def send(account: dict[str, Any]) -> None:
        await client.api.join(JoinRequest.model_construct(**account, token=token))
        await _enter(client, account["username"], account["password"])

    places = t("account.all_sites") if offer.all_sites else ", ".join(offer.site_names)
    words = dotted(t(f"sign_in.role.{offer.role}"), places, t("account.until", day=format_date(offer.expires_at)))
    note = NoticeCard(t("account.invited_by", name=offer.invited_by), words, tone=Tone.info, icon=ft.Icons.WAVING_HAND_ROUNDED)
    first, _, last = offer.name.partition(" ")
    return AccountForm("join", send, [note], {"first_name": first, "last_name": last, "email": offer.email}, _mark(token))


@component
def PasswordForm(client: Client, token: str, offer: LinkOffer) -> ft.Control:
    """Whoever holds the link learns the user name too: it was forgotten as easily."""
    form = use_form(f"account:password:{_mark(token)}")
    password, set_password = use_state("")

    async def send() -> None:
        await client.api.reset_password(PasswordReset.model_construct(token=token, new_password=password))
        await _enter(client, offer.username, password)

    async def save() -> None:
        if password and not form.busy:
            await submit(client, send(), form)

    name = TextInput(t("account.username"), offer.username, lambda _: None, read_only=True, autofill_hints=ft.AutofillHint.USERNAME)
    secret = Secret(password, set_password, form.error("new_password"), save)
    button = PrimaryButton(t("account.password_save"), save, busy=form.busy, disabled=not password)
    title = Heading(t("account.password_title", name=offer.name))
    return Door([Welcome(t("account.password")), Stack(title, name, secret, sender(form, button)), _back()])


@component
def AccountForm(kind: str, send: Send, intro: Sequence[ft.Control], initial: dict[str, Any] | None = None, mark: str = "") -> ft.Control:
    """The password is kept in no draft. What was typed goes as it is: the server judges, and words its refusal field by field.

    `mark` tells one link's draft from another's: the next person on a shared device begins with an empty form.
    """
    client = use_client()
    form = use_form(f"account:{kind}{mark and ':'}{mark}", initial)
    password, set_password = use_state("")

    async def save() -> None:
        if not form.busy and form.require(*FIELDS) and password:
            await submit(client, send(_account(form.values, password)), form)

    welcome = Welcome(t(f"account.{kind}"))
    if not form.ready:
        return Door([welcome, SkeletonList(2)])
    fields = [
        TextInput(
            t(f"account.{name}"), **form.field(name), max_length=text_limit(RegisterRequest, name), autofill_hints=AUTOFILL[name],
            hint=t("account.username_hint") if name == "username" else "", on_submit=save,
        )
        for name in FIELDS
    ]  # fmt: skip
    secret = Secret(password, set_password, form.error("password"), save)
    button = PrimaryButton(t(f"account.{kind}_send"), save, busy=form.busy, disabled=not password)
    return Door([welcome, Stack(Heading(t(f"account.{kind}_title")), *intro, *fields, secret, sender(form, button)), _back()])


async def _enter(client: Client, username: str, password: str) -> None:
    """The account is made by now: whoever does not get in signs in later."""
    try:
        await client.sign_in(username, password)
    except ClientError:
        toast(t("account.made"))
    go("/")


def _mark(token: str) -> str:
    """Enough to tell links apart, and not enough to use one."""
    return sha256(token.encode()).hexdigest()[:12]


def Secret(password: str, on_change: Callable[[str], None], error: str, on_submit: Handler) -> ft.Control:
    return TextInput(
        t("sign_in.password"), password, on_change, password=True, can_reveal_password=True, hint=t("me.password_hint"), error=error,
        autofill_hints=ft.AutofillHint.NEW_PASSWORD, on_submit=on_submit,
    )  # fmt: skip


def _account(values: dict[str, Any], password: str) -> dict[str, Any]:
    return {name: values.get(name, "") for name in FIELDS} | {"password": password, "language": language()}


def _back() -> ft.Control:
    return ft.Row([TextLink(t("account.sign_in"), lambda: go("/"))], alignment=ft.MainAxisAlignment.CENTER)
