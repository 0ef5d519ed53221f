"""What people of each role are told who have not chosen, and what they cannot choose: an administrator's page."""

from collections.abc import Sequence
from functools import partial

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_client
from mobile_app.domain.submit import sender, submit
from mobile_app.features.notifications import values as v
from mobile_app.features.notifications.matrix import matrix
from mobile_app.features.notifications.settings import WIDE, failed, head
from mobile_app.ui.address import Asked, use_place
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.choices import Choice, ChoiceChips
from mobile_app.ui.component import component
from mobile_app.ui.feedback import DraftNotice, EmptyState, SkeletonList
from mobile_app.ui.forms import use_form
from mobile_app.ui.shell import Page
from shared_models.notices.settings import DefaultRead
from shared_models.permissions import Permission, Role


class Filters(Asked):
    """Of nobody in particular: the technician's, whom there are most of."""

    role: Role | None = None


@component
def DefaultsScreen() -> ft.Control:
    client = use_client()
    place = use_place(Filters)
    role = place.asked.role or Role.technician

    async def load() -> tuple[Role, list[DefaultRead]]:
        return role, await client.api.list_of(DefaultRead, "/notifications/defaults", role=role.value)

    found = use_server(load, [role])
    if not client.may(Permission.settings_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    roles = [Choice(each.value, t(f"sign_in.role.{each}")) for each in (Role.technician, Role.supervisor, Role.admin)]
    above = [
        head(t("notifications.defaults"), t("notifications.defaults_body"), "/organisation"),
        ChoiceChips(roles, role.value, place.pick("role")),
    ]
    if found.error is not None:
        return Page(*above, failed(found.error, found.reload), max_width=WIDE)
    if found.data is None or found.data[0] is not role:
        return Page(*above, SkeletonList(4), max_width=WIDE)
    return DefaultsForm(client, role, found.data[1], above, key=role.value)


@component
def DefaultsForm(client: Client, role: Role, read: Sequence[DefaultRead], above: Sequence[ft.Control]) -> ft.Control:
    form = use_form(f"notifications:defaults:{role.value}", {"kinds": v.chosen(read)})

    async def save() -> None:
        async def sending() -> None:
            await client.api.put(f"/notifications/defaults?role={role.value}", {"kinds": form.get("kinds")})

        await submit(client, sending(), form, said="notifications.defaults_saved")

    if not form.ready:
        return Page(*above, SkeletonList(4), max_width=WIDE)
    button = PrimaryButton(t("notifications.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    return Page(
        *above,
        *([DraftNotice(form.start_over)] if form.draft.restored else []),
        *matrix(read, form.values, partial(form.set, "kinds"), decides=True),
        footer=sender(form, button),
        max_width=WIDE,
    )
