"""What the last shift has left, wherever that is said."""

from collections.abc import Mapping
from datetime import timedelta

import flet as ft

from mobile_app.core.i18n import format_date, format_moment, format_time, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.due import local_day
from mobile_app.domain.lookup import dotted, site_name
from mobile_app.ui.cards import RowCard, Trailing
from mobile_app.ui.theme import Tone
from shared_models.handovers.rows import HandoverRow, Part
from shared_models.permissions import WORK

PRESSES = timedelta(hours=12)
"""So long a handover that nobody has taken up is asked for."""


def newest_first(client: Client) -> list[HandoverRow]:
    return sorted(client.tables.handovers.rows.values(), key=lambda row: row.ends_at, reverse=True)


def may_take(client: Client, handover: HandoverRow) -> bool:
    return handover.acknowledged_at is None and any(map(client.may, WORK))


def when(handover: HandoverRow) -> str:
    """`4 déc., 05:00 – 13:00`."""
    hours = f"{format_time(handover.begins_at)} – {format_time(handover.ends_at)}"
    return dotted(format_date(local_day(handover.begins_at)), hours)


def counted(counts: Mapping[Part, int]) -> str:
    """What there is of each part, in few words."""
    return dotted(*(n(f"handovers.count.{part}", counts[part]) for part in Part if counts.get(part)))


def handover_card(client: Client, handover: HandoverRow) -> ft.Control:
    is_open = handover.acknowledged_at is None
    taken = "" if is_open else t("handovers.by", name=handover.acknowledged_by)
    meta = dotted(site_name(client, handover.site_id), when(handover))
    return RowCard(
        t("handovers.of", shift=handover.shift), meta=meta, note=dotted(counted(handover.counts) or t("handovers.calm"), taken),
        trailing=Trailing(t("handovers.open"), Tone.warning) if is_open else "",
        icon=ft.Icons.HANDSHAKE_OUTLINED, tone=Tone.warning if is_open else Tone.off, on_click=opener(f"/handovers/{handover.id}"),
    )  # fmt: skip


def waiting(client: Client) -> list[ft.Control]:
    """Of each site the last, while it waits for somebody who comes in."""
    last = {handover.site_id: handover for handover in reversed(newest_first(client))}
    pressing = [each for each in last.values() if may_take(client, each) and each.ends_at > client.now() - PRESSES]
    return [handover_card(client, each) for each in pressing]


def earlier(client: Client) -> list[ft.Control]:
    """The way to all of them, for sites that have shifts."""
    if not any(site.shifts for site in client.sites.rows.values()):
        return []
    last = next(iter(newest_first(client)), None)
    said = t("handovers.last", shift=last.shift, when=format_moment(last.ends_at, client.now())) if last else t("handovers.first")
    return [RowCard(t("handovers.title"), meta=said, icon=ft.Icons.HANDSHAKE_OUTLINED, tone=Tone.off, on_click=opener("/handovers"))]
