"""A production line: its name, and what it makes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.core.limits import text_limit
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import arrived
from mobile_app.domain.submit import sender, submit
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.component import component
from mobile_app.ui.feedback import ErrorState, SkeletonLines
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import use_form
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from shared_models.ids import uuid7
from shared_models.sites import LineCreate, LineRead

OnDone = Callable[[str], None]
"""Takes the line's id."""


def new_line_sheet(client: Client, site_id: UUID, on_done: OnDone) -> Sheet:
    site = client.sites.get(site_id)
    return Sheet(t("sites.new_line", site=site.name if site else ""), LineForm(client, site_id, None, on_done, lambda: None))


def line_sheet(client: Client, line_id: UUID, on_done: OnDone) -> Sheet:
    return Sheet(t("sites.edit_line"), KnownLine(client, line_id, on_done))


@component
def KnownLine(client: Client, line_id: UUID, on_done: OnDone) -> ft.Control:
    async def load() -> LineRead:
        return LineRead.model_validate(await client.api.get(f"/lines/{line_id}"))

    answer = use_server(load, [line_id])
    if answer.data is None:
        return ErrorState(t("sites.offline"), t("sites.offline_body"), on_retry=answer.reload) if answer.error else SkeletonLines(3)
    return LineForm(client, answer.data.site_id, answer.data, on_done, answer.reload)


def _initial(line: LineRead | None) -> dict[str, Any]:
    if line is None:
        return {"id": str(uuid7()), "name": "", "description": ""}
    return {"id": str(line.id), "name": line.name, "description": line.description}


@component
def LineForm(client: Client, site_id: UUID, line: LineRead | None, on_done: OnDone, reload: Callable[[], None]) -> ft.Control:
    initial = ft.use_memo(lambda: _initial(line), [line.version if line else 0])
    form = use_form(f"line:{line.id if line else f'new:{site_id}'}", initial, line.version if line else None)

    async def save() -> None:
        if form.busy or not form.require("name"):
            return
        line_id, name = form.get("id"), form.get("name").strip()
        body = {each: form.get(each) or "" for each in ("name", "description")}
        sending = client.api.save("/lines", line_id, body, form.get("version"), new={"site_id": str(site_id)})
        if await submit(client, sending, form, newest=reload):
            lines = client.lines
            await arrived(client, lines, lambda: (row := lines.get(UUID(line_id))) is not None and row.name == name)
            on_done(line_id)

    if not form.ready:
        return SkeletonLines(3)
    button = PrimaryButton(t("sites.save_line"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    return Stack(
        TextInput(
            t("sites.line_name"), **form.field("name"), autofocus=True, on_submit=save, max_length=text_limit(LineCreate, "name"),
            placeholder=t("sites.line_example"),
        ),
        TextInput(t("sites.description"), **form.field("description"), lines=2, optional=True),
        sender(form, button)
    )  # fmt: skip
