"""Figures on paper: the page as it stands, or the report that the server typesets."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import language, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import go
from mobile_app.domain.printing import Printed, print_page
from mobile_app.domain.submit import submit
from mobile_app.features.kpis.asking import Asked
from mobile_app.features.kpis.frame import when_said
from mobile_app.ui.menus import MenuItem
from shared_models.ids import uuid7
from shared_models.permissions import Permission
from shared_models.reports.rows import AskReport


def menu(client: Client, asked: Asked, data: Any, parts: Sequence[Printed]) -> list[MenuItem]:
    printed = partial(print_page, t("kpis.title"), when_said(client, asked, data), parts)
    items = [MenuItem(t("kpis.print"), printed, ft.Icons.PRINT_OUTLINED)]
    if client.may(Permission.reports_generate) and set(asked.scope) <= {"site"}:
        items.append(MenuItem(t("kpis.report"), partial(_ask_report, client, asked, data), ft.Icons.PICTURE_AS_PDF_ROUNDED))
    return items


async def _ask_report(client: Client, asked: Asked, data: Any) -> None:
    """Of the same days and the same site: a report knows no smaller part of the plant."""
    site = UUID(asked.site) if asked.site else None
    report = AskReport(id=uuid7(), since=data.since, until=data.until, site_id=site, lang=language())
    if await submit(client, client.api.post("/reports", report), said="reports_app.asked"):
        go("/reports")
