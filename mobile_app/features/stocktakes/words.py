"""A stocktake as its list and its pages say it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_date, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import dotted, natural, site_name
from mobile_app.domain.marks import Mark
from mobile_app.domain.parts import part_name, place_name
from mobile_app.ui.buttons import Handler
from mobile_app.ui.cards import RowCard
from mobile_app.ui.theme import Tone
from shared_models.stocktakes.rows import StocktakeLineRow, StocktakeRow, StocktakeStatus

STATE: Final = {
    StocktakeStatus.open: Mark("domain.stocktake_status.open", Tone.info, ft.Icons.FACT_CHECK_ROUNDED),
    StocktakeStatus.counted: Mark("domain.stocktake_status.counted", Tone.warning, ft.Icons.RATE_REVIEW_ROUNDED),
    StocktakeStatus.approved: Mark("domain.stocktake_status.approved", Tone.ok, ft.Icons.VERIFIED_ROUNDED),
    StocktakeStatus.cancelled: Mark("domain.stocktake_status.cancelled", Tone.off, ft.Icons.BLOCK_ROUNDED),
}
ICON: Final = ft.Icons.FACT_CHECK_OUTLINED


def number_of(take: StocktakeRow) -> str:
    """The server gives numbers; one that was opened without a network has none yet."""
    return take.number or t("domain.number_pending")


def lines_of(client: Client, take: StocktakeRow, place_id: UUID | None = None) -> list[StocktakeLineRow]:
    """By the part's name."""
    wanted = {"place_id": [place_id]} if place_id else {}
    found = client.tables.stocktake_lines.having(stocktake_id=[take.id], **wanted)
    return sorted(found, key=lambda line: natural(part_name(client, line.part_id)))


def is_asked_again(line: StocktakeLineRow) -> bool:
    return line.again_since is not None and line.count is None


def done_of(lines: Sequence[StocktakeLineRow]) -> int:
    return sum(line.count is not None for line in lines)


def places_of(client: Client, take: StocktakeRow) -> list[UUID]:
    return sorted(take.place_ids, key=lambda place_id: natural(place_name(client, place_id)))


def TakeCard(client: Client, take: StocktakeRow, *, on_open: Handler) -> ft.Control:
    lines = client.tables.stocktake_lines.having(stocktake_id=[take.id])
    far = t("stocktakes.far", done=done_of(lines), total=len(lines)) if take.is_under_way and lines else ""
    return RowCard(
        take.notes or n("stocktakes.places", len(take.place_ids)),
        meta=dotted(number_of(take), site_name(client, take.site_id), format_date(take.opened_at)),
        trailing=far,
        icon=ICON,
        tone=Tone.primary if take.is_under_way else Tone.off,
        chips=[STATE[take.status].chip()],
        note=take.reason,
        on_click=on_open,
    )
