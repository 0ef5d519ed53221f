"""A machine's whole history: asked of the server, which says so when it can't be."""

from datetime import datetime
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.errors import ClientError, Offline
from mobile_app.core.i18n import format_date, format_duration, t
from mobile_app.domain import marks
from mobile_app.domain.answers import use_server
from mobile_app.domain.context import opener, use_client
from mobile_app.domain.lookup import dotted
from mobile_app.ui.buttons import TextLink
from mobile_app.ui.cards import Card, CardHeader, LineItem
from mobile_app.ui.component import component
from mobile_app.ui.feedback import SkeletonLines, toast
from mobile_app.ui.text import Meta
from shared_models.interventions.rows import InterventionType

FIRST, MORE = 20, 40


@component
def HistorySection(equipment_id: UUID) -> ft.Control:
    """Closed until asked for: most days nobody needs more than the digest above."""
    is_open, set_open = ft.use_state(False)
    if not is_open:
        return ft.Row([TextLink(t("machine.history_show"), lambda: set_open(True))], alignment=ft.MainAxisAlignment.CENTER)
    return History(equipment_id)


@component
def History(equipment_id: UUID) -> ft.Control:
    client = use_client()
    older: Any = ft.use_state(None)
    pages, set_pages = older
    path = f"/equipment/{equipment_id}/interventions"
    answer = use_server(lambda: client.api.get(path, size=FIRST), [equipment_id])
    if answer.error:
        return Card(_trouble(answer.error, answer.reload))
    if answer.data is None:
        return Card(SkeletonLines(4))
    older_items, following = pages or ([], answer.data["next"])

    async def load_more() -> None:
        try:
            page = await client.api.get(path, size=MORE, cursor=following)
        except ClientError as error:
            toast(t("machine.history_offline" if isinstance(error, Offline) else "machine.history_failed"))
        else:
            set_pages(([*older_items, *page["items"]], page["next"]))

    lines: list[ft.Control] = [_line(item) for item in [*answer.data["items"], *older_items]]
    if following:
        lines.append(TextLink(t("machine.history_more"), load_more))
    if not lines:
        lines.append(Meta(t("machine.history_none")))
    return Card(ft.Column([CardHeader(t("machine.history")), *lines], spacing=2, tight=True))


def _line(item: dict[str, Any]) -> ft.Control:
    mark = marks.TYPE[InterventionType(item["intervention_type"])]
    when = format_date(datetime.fromisoformat(item["actual_end"] or item["created_at"]))
    meta = dotted(when, format_duration(item["labour_minutes"]), item["technician"] or "", item.get("parts") or "")
    return LineItem(item["title"], meta=meta, icon=mark.icon, on_click=opener(f"/jobs/{item['id']}"))


def _trouble(error: Exception, reload: Any) -> ft.Control:
    offline = isinstance(error, Offline)
    return ft.Column(
        [
            CardHeader(t("machine.history")),
            Meta(t("machine.history_offline" if offline else "machine.history_failed")),
            TextLink(t("common.try_again"), reload),
        ],
        spacing=4,
        tight=True,
    )
