"""What a job has taken of the stock, at cost: on its page, where it is judged, and long after."""

from functools import partial
from typing import Any

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.part_cards import PartChoice, cost_of, used_line
from mobile_app.domain.parts import likely_for, taken_by
from mobile_app.domain.scanning import scan_part
from mobile_app.domain.take_part import give_back_sheet, take_sheet
from mobile_app.ui.buttons import ActionRow, IconAction, SecondaryButton
from mobile_app.ui.cards import Card, CardHeader
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_maybe, use_state
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.rows import JobPartRow, PartRow


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
    use_tables("parts", "stocks", "places", "job_parts")
    choosing, choose = use_state(False)
    taking, take = use_maybe(PartRow)
    returning, give_back = use_maybe(JobPartRow)
    used = taken_by(client, job.id)

    def close() -> None:
        choose(False)
        take(None)
        give_back(None)

    def picked(part: PartRow) -> None:
        choose(False)
        take(part)

    async def scan() -> None:
        found = await scan_part(client)
        if found is not None:
            take(found)

    use_sheet(_sheet(client, job, close, picked, taking, returning, choosing=choosing), close)
    if not used and not may_take:
        return ft.Container()
    lines = [used_line(client, row, partial(give_back, row) if may_take else opener(f"/parts/{row.spare_part_id}")) for row in used]
    none = [] if used else [Meta(t("parts.job_none"))]
    buttons = [
        ActionRow(
            SecondaryButton(t("parts.take"), partial(choose, True), icon=ft.Icons.OUTBOX_ROUNDED, expand=1),
            IconAction(ft.Icons.QR_CODE_SCANNER_ROUNDED, t("parts.scan"), scan, outlined=True, size=52),
        )
    ]
    body = Stack(*lines, *none, spacing=0)
    return Card(Stack(CardHeader(t("parts.title"), cost_of(used)), body, *(buttons if may_take else []), spacing=10))


def _sheet(
    client: Client, job: InterventionRow, close: Any, picked: Any, taking: PartRow | None, returning: JobPartRow | None, *, choosing: bool
) -> Sheet | None:
    if taking is not None:
        return take_sheet(client, taking, job.site_id, job, close)
    part = client.tables.parts.get(returning.spare_part_id) if returning else None
    if part is not None and returning is not None:
        return give_back_sheet(client, part, job, returning, close)
    if choosing:
        return Sheet(t("parts.take"), PartChoice(client, picked, likely_for(client, job), t("parts.likely")), tall=True)
    return None
