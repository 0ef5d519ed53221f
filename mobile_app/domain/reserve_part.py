"""Saying how many of a part a job is to have: one sheet, from the job or from what it has reserved."""

from typing import Any

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.moving import Done, movement, part_head, quantity_field
from mobile_app.domain.parts import amount, stock_at
from mobile_app.domain.reserved import book_of_part
from mobile_app.domain.submit import sender, submit
from mobile_app.ui.buttons import PrimaryButton, TextLink
from mobile_app.ui.component import component
from mobile_app.ui.feedback import SkeletonLines
from mobile_app.ui.forms import use_form
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.quantities import NONE
from shared_models.inventory.reservations import reservation_id
from shared_models.inventory.reserving import ReservePart
from shared_models.inventory.rows import PartRow


def reserve_sheet(client: Client, part: PartRow, job: InterventionRow, on_done: Done) -> Sheet:
    return Sheet(t("reserved.title"), ReserveForm(client, part, job, on_done))


@component
def ReserveForm(client: Client, part: PartRow, job: InterventionRow, on_done: Done) -> ft.Control:
    known = client.tables.reservations.get(reservation_id(job.id, part.id))
    is_known = known is not None and known.outstanding > 0
    form = use_form(f"reserve:{job.id}:{part.id}", {"quantity": f"{known.quantity.normalize():f}" if known and is_known else "1"})
    fields: dict[str, Any] = {"intervention_id": job.id, "occurred_at": client.now()}

    async def reserve() -> None:
        command = movement(form, part, ReservePart, **fields)
        if command and not form.busy and await submit(client, command, form, said="reserved.saved"):
            on_done()

    async def release() -> None:
        taken = known.issued if known else NONE
        if await submit(client, ReservePart(part_id=part.id, quantity=taken, **fields), form, said="reserved.released"):
            on_done()

    if not form.ready:
        return SkeletonLines(3)
    stock = stock_at(client, part.id, job.site_id)
    free = book_of_part(client, part.id).free_for(stock, known) if stock else NONE
    give_up = [ft.Row([TextLink(t("reserved.release"), release)])] if is_known else []
    return Stack(
        part_head(client, part, job.site_id),
        Meta(t("reserved.available", quantity=amount(part, free)), max_lines=None),
        quantity_field(form, part, t("reserved.quantity")),
        sender(form, PrimaryButton(t("reserved.save"), reserve, busy=form.busy, icon=ft.Icons.BOOKMARK_ADD_OUTLINED)),
        *give_up,
        spacing=Space.m,
    )  # fmt: skip
