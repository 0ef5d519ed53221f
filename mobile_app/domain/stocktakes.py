"""What stocktakes ask of whoever is at their site, wherever that is said."""

from uuid import UUID

import flet as ft

from mobile_app.core.i18n import n
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.lookup import dotted
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.theme import Tone
from shared_models.stocktakes.rows import StocktakeStatus


def asking(client: Client, site_id: UUID | None = None) -> list[ft.Control]:
    """Those that are to be counted; one leads to itself."""
    at_site = {"site_id": [site_id]} if site_id else {}
    takes = client.tables.stocktakes.having(status=[StocktakeStatus.open], **at_site)
    if not takes:
        return []
    one = takes[0] if len(takes) == 1 else None
    words = dotted(one.number or "", one.notes) if one else ""
    to = opener(f"/stocktakes/{one.id}" if one else "/stocktakes")
    return [NoticeCard(n("stocktakes.asks", len(takes)), words, tone=Tone.info, icon=ft.Icons.FACT_CHECK_ROUNDED, on_click=to)]
