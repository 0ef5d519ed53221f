"""The page of reports without a network: what was known last, and what the device has kept."""

from datetime import date, timedelta
from typing import Any

from mobile_app.core.i18n import format_percent, t
from mobile_app.domain.client import Client
from mobile_app.features.reports.asking import SPANS, days_asked
from mobile_app.features.reports.list import _keep
from mobile_app.ui import environment
from shared_models.ids import uuid7
from shared_models.kpis.periods import Days
from shared_models.reports.rows import ReportRow, ReportState
from tests.mobile_app.core.rows import AT
from tests.mobile_app.features.test_whose_machine import client, show
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures


def report(**fields: Any) -> ReportRow:
    plain = {
        "id": uuid7(), "kind": "letter", "title": "", "lang": "fr", "since": date(2026, 10, 1), "until": date(2026, 10, 31),
        "site_id": None, "state": ReportState.done, "progress": 100, "pages": 2, "size_bytes": 50_000, "error": "", "created_at": AT,
        "ended_at": AT, "expires_at": AT + timedelta(days=9), "file_name": "lettre.pdf",
    }  # fmt: skip
    return ReportRow.model_validate(plain | fields)


async def test_the_list_and_what_was_opened_stay_on_the_device(screen: Screen, client: Client) -> None:
    opened, other, failed = report(), report(kind="stock"), report(state=ReportState.failed, error="no_room")
    await _keep(client, [opened, other, failed])
    await client.keep_file(opened.id, b"%PDF", "application/pdf")
    environment.install(screen.page)
    said = await show(screen, client, "/reports")
    assert {t("reports_app.as_known"), t("report.kind.letter"), t("report.kind.stock"), t("report.error.no_room")} <= set(said)
    assert list(said).count(t("reports_app.on_device")) == 1
    assert any(text.startswith("Octobre 2026 · ") for text in said)
    assert await client.kept_file(opened.id) == b"%PDF"


async def test_what_is_on_its_way_says_how_far_it_is(screen: Screen, client: Client) -> None:
    await _keep(client, [report(state=ReportState.queued), report(state=ReportState.running, progress=40)])
    environment.install(screen.page)
    said = await show(screen, client, "/reports")
    assert {t("reports_app.queued"), t("reports_app.running"), format_percent(0.4)} <= set(said)


async def test_what_the_server_has_no_more_leaves_the_device(client: Client) -> None:
    gone, left = report(), report()
    for each in (gone, left):
        await client.keep_file(each.id, b"%PDF", "application/pdf")
    await _keep(client, [gone, left])
    await _keep(client, [left])
    assert await client.kept_files() == [str(left.id)]


def test_spans_are_whole_days_of_the_calendar() -> None:
    today = date(2026, 3, 1)
    assert days_asked("last_month", today) == Days(date(2026, 2, 1), date(2026, 3, 1))
    assert days_asked("last_quarter", today) == Days(date(2025, 10, 1), date(2026, 1, 1))
    assert days_asked("last_week", today) == Days(date(2026, 2, 16), date(2026, 2, 23))
    assert days_asked("custom", today) is None
    assert all(days_asked(span, today) for span in SPANS)
