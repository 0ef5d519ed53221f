"""Deleting for good what nothing refers to; the server says what does."""

from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.core.tables import Table
from mobile_app.domain.client import Client
from mobile_app.domain.context import arrived, go
from mobile_app.domain.submit import submit
from mobile_app.ui.buttons import DangerButton
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import toast
from mobile_app.ui.hooks import use_state
from mobile_app.ui.sheets import Question, use_confirm
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import Tone


@component
def Removal(client: Client, table: Table[Any], path: str, row_id: UUID, name: str, place: str) -> ft.Control:
    """`place` is where the list of such rows is, and the catalogue of the words."""
    refusal, refuse = use_state("")
    ask = use_confirm()

    async def remove() -> None:
        if await submit(client, client.api.delete(f"{path}/{row_id}"), refuse=refuse):
            await arrived(client, table, lambda: table.get(row_id) is None)
            toast(t(f"{place}.deleted"))
            go(f"/{place}")

    question = Question(t(f"{place}.delete_title", name=name), t(f"{place}.delete_body"), t(f"{place}.delete"), remove)
    button = DangerButton(t(f"{place}.delete"), lambda: ask(question), quiet=True, icon=ft.Icons.DELETE_OUTLINE_ROUNDED)
    notice = [NoticeCard(refusal, tone=Tone.bad)] if refusal else []
    return Stack(*notice, button, spacing=10)
