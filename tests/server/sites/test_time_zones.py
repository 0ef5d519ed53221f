"""A site's clock: names that this server and its database both know, and one bad name that takes nothing away from the others."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from server.core import zones
from server.generator import service as generator
from shared_models.ids import uuid7
from tests.server.calendar.test_calendar import CALENDAR, make_plan
from tests.server.machines import API, at, make_machine, make_site
from tests.server.support import wrong_fields

WRONG = ["localtime", "Factory", "posixrules", "right/Europe/Paris", "posix/Europe/Paris", "+02:00", "UTC+2", "CET", "EST5EDT",
         "europe/paris", "Europe/Paris \u200bx", "Etc/GMT+5", "../../etc/passwd", "Europe", "", "Europe/Atlantis"]  # fmt: skip


class TestChoosing:
    async def test_offers_what_both_know(self, client_as, session):
        offered = (await (await client_as("admin")).get(f"{API}/time-zones")).json()
        assert {"Europe/Paris", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "UTC"} <= set(offered)
        assert offered == sorted(offered)
        assert not {"localtime", "Factory", "posixrules", "Etc/GMT+5"} & set(offered)
        for name in offered:
            ZoneInfo(name)
        unknown = "select name from unnest(cast(:names as text[])) name where name not in (select name from pg_timezone_names)"
        assert list(await session.scalars(sa.text(unknown), {"names": offered})) == []

    @pytest.mark.parametrize("name", WRONG)
    async def test_refuses_any_other_name(self, client_as, name):
        admin = await client_as("admin")
        answer = await admin.post(f"{API}/sites", json={"id": str(uuid7()), "name": "Lyon", "time_zone": name})
        assert (answer.status_code, wrong_fields(answer)) == (422, {"time_zone": "time_zone_unknown"})


class TestABadRow:
    """Put in by SQL, as a restored or imported database may have it."""

    @pytest.fixture(params=["localtime", "Mars/Olympus"])
    async def broken(self, client_as, session, request):
        """A planner of two sites, one of them with a clock that nobody knows, and a plan and a job on both."""
        good, bad = await make_site(session, time_zone="Europe/Paris"), await make_site(session)
        planner = await client_as("supervisor", sites=[good.id, bad.id])
        machines = [await make_machine(planner, site.id) for site in (good, bad)]
        plans = [await make_plan(planner, machine) for machine in machines]
        soon = (datetime.now(ZoneInfo("UTC")) + timedelta(days=9)).isoformat()
        for machine in machines:
            job = {
                "intervention_id": str(uuid7()),
                "equipment_id": machine["id"],
                "title": "Fuite",
                "scheduled_start": soon,
                "occurred_at": at(),
            }
            assert (await planner.post(f"{API}/maintenance/interventions", json=job)).status_code == 201
        await session.execute(sa.text("update sites set time_zone = :zone where id = :id"), {"zone": request.param, "id": bad.id})
        await session.execute(sa.text("update scheduled_maintenances set refresh_at = 'epoch'"))
        await session.commit()
        return planner, plans

    async def test_takes_no_list_away(self, broken, client_as):
        planner, plans = broken
        days = {"since": "2026-01-01", "until": "2026-12-31"}
        days = {
            "since": (first := datetime.fromisoformat(plans[0]["upcoming"][0]).date()).isoformat(),
            "until": (first + timedelta(days=30)).isoformat(),
        }
        entries = (await planner.get(CALENDAR, params=days)).json()
        assert {entry["site_id"] for entry in entries} == {plan["site_id"] for plan in plans}
        for path in ("sites", "maintenance/scheduled", "maintenance/interventions", "equipment", "sync/pull"):
            assert (await planner.get(f"{API}/{path}")).status_code == 200, path
        feed = await planner.post(f"{API}/calendar/feeds", json={"id": str(uuid7()), "kind": "person"})
        assert (await planner.get(feed.json()["url"])).status_code == 200

    async def test_stops_no_generation_and_is_told(self, broken, session):
        before = zones.UNKNOWN._value.get()
        await generator.refresh_due(session)
        assert zones.UNKNOWN._value.get() > before
        left = await session.scalar(sa.text("select count(*) from scheduled_maintenances where refresh_at = 'epoch'"))
        assert left == 0
