"""Making an account: the first administrator's, through the link of the first start, or one that an administrator activates."""

from typing import Any
from urllib.parse import parse_qs, urlparse

import flet as ft

from mobile_app.core.errors import ClientError, ProblemError
from mobile_app.core.i18n import language, t
from mobile_app.core.problems import why
from mobile_app.domain.context import go, use_client
from mobile_app.features.sign_in.screens import Door, Welcome
from mobile_app.ui.buttons import PrimaryButton, TextLink
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import SkeletonList
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import use_state
from mobile_app.ui.text import Heading
from mobile_app.ui.theme import Space, Tone
from shared_models.auth import RegisterRequest, SetupRequest

FIELDS = ("first_name", "last_name", "email", "username")


@component
def SetupScreen() -> ft.Control:
    """`/setup?token=…`"""
    asked = parse_qs(urlparse(ft.context.page.route or "").query)
    return AccountForm("setup", asked.get("token", [""])[0])


@component
def RegisterScreen() -> ft.Control:
    return AccountForm("register", "")


@component
def AccountForm(kind: str, token: str) -> ft.Control:
    client = use_client()
    form = use_form(f"account:{kind}", {})
    password, set_password = use_state("")  # never in a draft
    done, set_done = use_state(False)

    async def send() -> None:
        if not form.require(*FIELDS):
            return
        try:
            await client.api.register(_request(form.values, password, token))
        except ProblemError as error:
            form.refuse(error.problem)
        except ClientError as error:
            form.refuse_with(why(error, "sign_in.offline"))
        else:
            await form.draft.clear()
            set_done(True)

    welcome = Welcome(t(f"account.{kind}"))
    back = ft.Row([TextLink(t("account.sign_in"), lambda: go("/"))], alignment=ft.MainAxisAlignment.CENTER)
    if done:
        title = t("account.done" if token else "account.register_sent")
        return Door([welcome, NoticeCard(title, t(f"account.{kind}_done"), tone=Tone.ok), back])
    if not form.ready:
        return Door([welcome, SkeletonList(2)])
    secret = TextInput(
        t("sign_in.password"), password, set_password, password=True, can_reveal_password=True,
        hint=t("me.password_hint"), error=form.errors.get("password", ""),
    )  # fmt: skip
    fields = [TextInput(t(f"account.{name}"), **form.field(name)) for name in FIELDS]
    problem = [NoticeCard(form.problem, tone=Tone.bad)] if form.problem else []
    button = PrimaryButton(t("account.send"), send, disabled=not password)
    body = ft.Column([Heading(t(f"account.{kind}_title")), *problem, *fields, secret, button], spacing=Space.l, tight=True)
    body.horizontal_alignment = ft.CrossAxisAlignment.STRETCH
    return Door([welcome, body, back])


def _request(values: dict[str, Any], password: str, token: str) -> RegisterRequest:
    """As it was typed: the server judges, and words its refusal field by field."""
    told = {name: values.get(name, "") for name in FIELDS} | {"password": password, "language": language()}
    return SetupRequest.model_construct(**told, token=token) if token else RegisterRequest.model_construct(**told)
