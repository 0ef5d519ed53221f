"""A supervisor has reports made and reads without a network those that were opened; others come by themselves."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pypdfium2
import pytest

from tests.e2e.app import DESKTOP, App
from tests.e2e.conftest import Device
from tests.e2e.product import Product, User
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_reports_are_asked_for_seen_made_and_read_without_a_network(lent: Device, product: Product) -> None:
    reader, desk = product.as_user("supervisor"), lent("supervisor", DESKTOP)
    site = reader.get("/sites")["items"][0]
    desk.go(f"/kpis?{urlencode({'period': 'week', 'site': site['id']})}").see("kpis.group.machines")
    desk.tap("common.more").tap("kpis.report").at("/reports")
    desk.tap("reports_app.new").at("/reports/new").tap("reports_app.span.last_month").tap("reports_app.ask").at("/reports")
    monthly, weekly = reader.get("/reports")[:2]
    board = reader.get("/dashboard/kpis", period="week", site_id=site["id"])
    assert [weekly[name] for name in ("kind", "since", "until", "site_id")] == ["maintenance", board["since"], board["until"], site["id"]]

    until(lambda: states_of(reader, monthly, weekly) == {"done"}, lambda: f"both made, not {states_of(reader, monthly, weekly)}")
    desk.see_no("reports_app.queued").see_no("reports_app.running")
    found = opened(desk, monthly)
    with pypdfium2.PdfDocument(found) as document:
        assert len(document) == reader.get(f"/reports/{monthly['id']}")["pages"]
        assert monthly["title"] in " ".join(document[0].get_textpage().get_text_range().split())

    desk.context.set_offline(True)
    desk.reload().at("/reports").see("reports_app.as_known")
    assert opened(desk, monthly) == found
    desk.tap(f"{desk.words('report.kind.maintenance')} du ").see("domain.download_offline")
    desk.context.set_offline(False)

    desk.go("/reports").see_no("reports_app.as_known")
    removed(desk, desk.words("reports_app.more_of").format(name=monthly["title"])).see("reports_app.removed").see_no(monthly["title"])
    assert monthly["id"] not in {row["id"] for row in reader.get("/reports")}


def test_one_that_comes_by_itself_is_kept_and_taken_away(lent: Device, product: Product) -> None:
    reader, desk = product.as_user("supervisor"), lent("supervisor", DESKTOP)
    before = reader.get("/reports/schedules")
    desk.go("/reports").tap("reports_app.schedule_new").at("/reports/schedules/new")
    desk.tap("report.every.week").tap("reports_app.schedule_save").at("/reports").see("report.every.week")
    kept = next(row for row in reader.get("/reports/schedules") if row not in before)
    assert [kept[name] for name in ("kind", "every", "people", "is_active")] == ["letter", "week", [reader.id], True]
    desk.tap(f"{desk.words('report.kind.letter')} {desk.words('report.every.week')}").at(f"/reports/schedules/{kept['id']}")
    removed(desk, "common.more").at("/reports").see("reports_app.schedule_new").see_no("report.every.week")
    assert reader.get("/reports/schedules") == before


def states_of(reader: User, *reports: dict[str, Any]) -> set[str]:
    return {reader.get(f"/reports/{report['id']}")["state"] for report in reports}


def opened(app: App, report: dict[str, Any]) -> bytes:
    """As on a phone, whose browser saves what it cannot show; the next file is shown again."""
    app.page.evaluate("() => { const open = window.open; window.open = () => ((window.open = open), null); }")
    with app.page.expect_download() as kept:
        app.tap(f"{app.words('report.kind.maintenance')} {report['title'].partition(' · ')[2]}")
    assert kept.value.suggested_filename == report["file_name"]
    return Path(kept.value.path()).read_bytes()


def removed(app: App, menu: str) -> App:
    """By its menu, and once more to be sure."""
    app.tap(menu).tap("reports_app.remove").see("common.close")
    return app.touch(app.page.get_by_role("button", name=app.words("reports_app.remove"), exact=True).last)
