"""What a job has taken of the stock, at cost: on its page, where it is judged, and long after."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.part_cards import PartChoice, PartLine, cost_of, used_line
from mobile_app.domain.parts import likely_for, part_name, taken_by
from mobile_app.domain.reserve_part import reserve_sheet
from mobile_app.domain.reserved import Holding, book_of_jobs, is_known, there, told
from mobile_app.domain.scanning import scan_part
from mobile_app.domain.take_part import give_back_sheet, take_sheet
from mobile_app.ui.buttons import ActionRow, IconAction, SecondaryButton, TextLink
from mobile_app.ui.cards import Card, CardHeader
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_maybe, use_state
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.interventions.lifecycle import OPEN
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.quantities import NONE
from shared_models.inventory.reservations import reservation_id
from shared_models.inventory.rows import JobPartRow, MovementRead, PartRow, job_part_id

MOST = 100
"""Movements of a job, of which few have ten."""


def job_parts_card(client: Client, job: InterventionRow) -> list[ft.Control]:
    """To be read only."""
    used = taken_by(client, job.id)
    if not used:
        return []
    lines = [used_line(client, row, opener(f"/parts/{row.spare_part_id}")) for row in used]
    return [Card(Stack(CardHeader(t("parts.title"), cost_of(used)), Stack(*lines, spacing=0), spacing=6))]


@component
def JobParts(client: Client, job: InterventionRow, *, may_take: bool) -> ft.Control:
    """With the way to take one more, and to give back what is left."""
    use_tables("parts", "stocks", "places", "job_parts", "reservations", "orders")
    choosing, choose = use_state("")
    taking, take = use_maybe(PartRow)
    reserving, reserve = use_maybe(PartRow)
    returning, give_back = use_maybe(JobPartRow)
    used = taken_by(client, job.id)
    known = is_known(client)
    wanted = book_of_jobs(client, [job]).of_job(job.id) if known else []

    def close() -> None:
        choose("")
        take(None)
        reserve(None)
        give_back(None)

    def picked(part: PartRow) -> None:
        choose("")
        (reserve if choosing == "reserve" else take)(part)

    def change(part: PartRow) -> None:
        take(None)
        reserve(part)

    async def scan() -> None:
        found = await scan_part(client)
        if found is not None:
            take(found)

    use_sheet(_sheet(client, job, close, picked, taking, returning, reserving, change, choosing), close)
    if not used and not wanted and not may_take:
        return ft.Container()
    waits = [_wanted_line(client, own, take if may_take else None) for own in wanted]
    lines = [used_line(client, row, partial(give_back, row) if may_take else opener(f"/parts/{row.spare_part_id}")) for row in used]
    none = [] if used or wanted or not known else [Meta(t("parts.job_none"))]
    buttons = [
        ActionRow(
            SecondaryButton(t("parts.take"), partial(choose, "take"), icon=ft.Icons.OUTBOX_ROUNDED, expand=1),
            *([_reserve_button(choose)] if job.status in OPEN else []),
            IconAction(ft.Icons.QR_CODE_SCANNER_ROUNDED, t("parts.scan"), scan, outlined=True, size=52),
        )
    ]
    body = Stack(*waits, *lines, *none, spacing=0)
    return Card(Stack(CardHeader(t("parts.title"), cost_of(used)), body, *(buttons if may_take else []), spacing=10))


def _reserve_button(choose: Any) -> ft.Control:
    return IconAction(ft.Icons.BOOKMARK_ADD_OUTLINED, t("reserved.title"), partial(choose, "reserve"), outlined=True, size=52)


def _wanted_line(client: Client, own: Holding, take: Callable[[PartRow], None] | None) -> ft.Control:
    """What it still waits for; a tap takes it."""
    part = own.part
    on_click = partial(take, part) if take and part else opener(f"/parts/{own.row.part_id}")
    meta = dotted(part.part_number if part else "", there(client, own))
    return PartLine(part_name(client, own.row.part_id), told(own, own.wanted), meta=meta, mark=own.mark, on_click=on_click)


def _sheet(
    client: Client, job: InterventionRow, close: Any, picked: Any, taking: PartRow | None, returning: JobPartRow | None,
    reserving: PartRow | None, change: Callable[[PartRow], None], choosing: str,
) -> Sheet | None:  # fmt: skip
    if reserving is not None:
        return reserve_sheet(client, reserving, job, close)
    if taking is not None:
        known = client.tables.reservations.get(reservation_id(job.id, taking.id))
        more = [ft.Row([TextLink(t("reserved.change"), partial(change, taking))])] if known and known.outstanding else []
        return take_sheet(client, taking, job.site_id, job, close, *more)
    part = client.tables.parts.get(returning.spare_part_id) if returning else None
    if part is not None and returning is not None:
        return give_back_sheet(client, part, job, returning, close)
    if choosing:
        title = t("reserved.title" if choosing == "reserve" else "parts.take")
        return Sheet(title, PartChoice(client, picked, likely_for(client, job), t("parts.likely")), tall=True)
    return None


@component
def PastParts(job: InterventionRow) -> ft.Control:
    """Of a job that ended long ago: from the server's ledger, with what was taken and given back in one line."""
    client = use_tables("parts")

    async def load() -> list[MovementRead]:
        return await client.api.list_of(MovementRead, "/inventory/movements", intervention_id=str(job.id), size=MOST)

    lines = use_server(load, [job.id]).data or []
    used = ledger_of(job, lines)
    if not used:
        return ft.Container()
    shown = [used_line(client, row, opener(f"/parts/{row.spare_part_id}")) for row in used]
    return Card(Stack(CardHeader(t("parts.title"), cost_of(used)), Stack(*shown, spacing=0), spacing=6))


def ledger_of(job: InterventionRow, lines: Sequence[MovementRead]) -> list[JobPartRow]:
    """What the movements of a job come to, part by part; what was all given back is left out."""
    sums: dict[UUID, JobPartRow] = {}
    for line in lines:
        known = sums.get(line.spare_part_id) or JobPartRow(
            id=job_part_id(job.id, line.spare_part_id), site_id=job.site_id, equipment_id=job.equipment_id, intervention_id=job.id,
            spare_part_id=line.spare_part_id, quantity_used=NONE, cost=NONE, currency=line.currency, version=0,
        )  # fmt: skip
        more = {"quantity_used": known.quantity_used - line.quantity, "cost": known.cost - line.amount}
        sums[line.spare_part_id] = known.model_copy(update=more)
    return [row for row in sums.values() if row.quantity_used > 0]
