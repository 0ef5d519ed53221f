"""Inviting somebody: role and sites chosen beforehand, then a link to show or send."""

from typing import Any

import flet as ft

from mobile_app.core.i18n import language, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.access_links import LinkToShow, mail_note
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.submit import sender, submit
from mobile_app.features.people.access import AccessFields, default_access
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.component import component
from mobile_app.ui.feedback import DraftNotice, EmptyState, SkeletonList
from mobile_app.ui.fields import Field, TextInput
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_maybe
from mobile_app.ui.shell import Page, PageHeader
from shared_models.auth.invitations import DEFAULT_DAYS, MOST_DAYS, InvitationCreate, InvitationLink
from shared_models.ids import uuid7
from shared_models.permissions import Permission

DAYS = (1, DEFAULT_DAYS, MOST_DAYS)


@component
def InviteScreen() -> ft.Control:
    client = use_tables("sites")
    initial = {**default_access(client), "name": "", "email": "", "language": language(), "days": DEFAULT_DAYS}
    form = use_form("invite:new", initial)
    link, set_link = use_maybe(InvitationLink)
    head = PageHeader(t("people.invite"), on_back=opener("/people"))

    async def send() -> None:
        answer = await client.api.post("/invitations", {"id": str(uuid7()), **_asked(form.values)})
        set_link(InvitationLink.model_validate(answer))

    async def create() -> None:
        if not (form.get("all_sites") or form.get("site_ids")):
            form.refuse_with(t("people.choose_site"))
        else:
            await submit(client, send(), form)

    if not client.may(Permission.users_write):
        return Page(head, EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body")))
    if link is not None:
        again = SecondaryButton(t("people.invite_another"), lambda: set_link(None), icon=ft.Icons.PERSON_ADD_ALT_1_ROUNDED)
        done = PrimaryButton(t("people.done"), opener("/people"), icon=ft.Icons.CHECK_ROUNDED)
        intro = t("people.invited_named", name=link.name) if link.name else t("people.invited")
        return Page(head, *mail_note(link, link.email), LinkToShow(link, intro, t("people.link_subject")), again, done, max_width=560)
    if not form.ready:
        return Page(head, SkeletonList(3))
    kept = [DraftNotice(form.start_over)] if form.draft.restored else []
    days = [Choice(str(count), t(f"people.days.{count}")) for count in DAYS]
    fields = [
        TextInput(
            t("people.for_whom"), **form.field("name"), max_length=text_limit(InvitationCreate, "name"), optional=True,
            hint=t("people.for_whom_hint"), autofocus=True, on_submit=create,
        ),
        TextInput(
            t("people.invite_email"), **form.field("email"), max_length=text_limit(InvitationCreate, "email"), optional=True,
            hint=t("people.invite_email_hint"), on_submit=create,
        ),
        *_language(form),
        AccessFields(client, form),
        Field(t("people.good_for"), Segments(days, str(form.get("days")), lambda key: form.set("days", int(key)))),
    ]  # fmt: skip
    word, icon = (
        ("people.send_invitation", ft.Icons.SEND_ROUNDED) if _address(form.values) else ("people.make_link", ft.Icons.ADD_LINK_ROUNDED)
    )
    button = PrimaryButton(t(word), create, icon=icon, busy=form.busy)
    return Page(head, *kept, *fields, footer=sender(form, button), max_width=640)


def _language(form: Form) -> list[ft.Control]:
    """Of the mail: it is read before anybody can choose one in the app."""
    if not _address(form.values):
        return []
    languages = [Choice("fr", "Français"), Choice("en", "English")]
    return [Field(t("people.mail_language"), Segments(languages, form.get("language"), lambda key: form.set("language", key)))]


def _address(values: dict[str, Any]) -> str:
    return str(values.get("email") or "").strip()


def _asked(values: dict[str, Any]) -> dict[str, Any]:
    sites = [] if values.get("all_sites") else values.get("site_ids") or []
    plain = {name: values[name] for name in ("name", "role", "days", "language")} | {"email": _address(values) or None}
    return {**plain, "all_sites": bool(values.get("all_sites")), "site_ids": sites}
