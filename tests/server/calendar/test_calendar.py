"""The calendar endpoint: what is due and what is scheduled, by day, with its exceptions."""

from datetime import datetime, timedelta

import pytest

from shared_models.ids import uuid7
from shared_models.plans.calendar import CalendarEntry
from tests.server.machines import API, at, code_of, make_line, make_machine, make_site
from tests.server.meters.readings import done, make_meter, read, void

PLANS = f"{API}/maintenance/scheduled"
CALENDAR = f"{API}/maintenance/calendar"


@pytest.fixture
async def site(session):
    return await make_site(session, time_zone="Europe/Paris")


@pytest.fixture
async def planner(client_as, site):
    return await client_as("supervisor", sites=[site.id])


@pytest.fixture
async def machine(planner, site):
    return await make_machine(planner, site.id)


async def make_plan(client, machine, **fields):
    """A weekly series from the next Monday on, unless told otherwise."""
    monday = datetime.now().date() + timedelta(days=7 - datetime.now().weekday())  # noqa: DTZ005 - any day will do
    plain = {
        "plan_id": str(uuid7()), "equipment_id": machine["id"], "title": "Graissage", "frequency_type": "weekly", "frequency_value": 1,
        "basis": "fixed", "starts_on": monday.isoformat(), "horizon_days": 0, "occurred_at": at(),
    }  # fmt: skip
    answer = await client.post(PLANS, json=plain | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def days(client, plan, count, **query):
    """The calendar's entries from the plan's first date on, over `count` days."""
    first = datetime.fromisoformat(plan["upcoming"][0]).date()
    span = {"since": first.isoformat(), "until": (first + timedelta(days=count)).isoformat()}
    answer = await client.get(CALENDAR, params=span | query)
    assert answer.status_code == 200, answer.text
    return [CalendarEntry.model_validate(entry) for entry in answer.json()]


async def on_occurrence(client, plan, verb, original_due, **fields):
    body = {"plan_id": plan["id"], "original_due": original_due, "occurred_at": at()} | fields
    answer = await client.post(f"{PLANS}/{plan['id']}/occurrences/{verb}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestEntries:
    async def test_are_the_dates_of_the_plan(self, planner, machine):
        plan = await make_plan(planner, machine)
        found = await days(planner, plan, 27)
        assert [entry.due for entry in found] == [datetime.fromisoformat(due) for due in plan["upcoming"][:4]]
        assert all((entry.status, entry.is_forecast, entry.equipment_name) == ("planned", False, machine["name"]) for entry in found)

    async def test_a_moved_date_is_where_it_was_moved_to_and_the_others_stay(self, planner, machine):
        plan = await make_plan(planner, machine)
        second = plan["upcoming"][1]
        to = datetime.fromisoformat(second) + timedelta(days=2)
        await on_occurrence(planner, plan, "move", second, to=to.isoformat())
        found = await days(planner, plan, 27)
        expected = [datetime.fromisoformat(due) for due in plan["upcoming"][:4]]
        assert [entry.due for entry in found] == [expected[0], to, *expected[2:]]
        assert found[1].original_due == expected[1]

    async def test_a_date_moved_out_of_the_month_is_seen_where_it_went(self, planner, machine):
        plan = await make_plan(planner, machine, frequency_type="yearly")
        first = datetime.fromisoformat(plan["upcoming"][0])
        await on_occurrence(planner, plan, "move", plan["upcoming"][0], to=(first + timedelta(days=100, hours=3)).isoformat())
        assert await days(planner, plan, 1) == []
        far = {"since": str((first + timedelta(days=100)).date()), "until": str((first + timedelta(days=100)).date())}
        assert len((await planner.get(CALENDAR, params=far)).json()) == 1

    async def test_a_job_stands_for_its_date(self, planner, machine):
        plan, job_id = await make_plan(planner, machine), str(uuid7())
        answer = await planner.post(
            f"{PLANS}/{plan['id']}/generate", json={"plan_id": plan["id"], "intervention_id": job_id, "occurred_at": at()}
        )
        assert answer.status_code in {200, 201}, answer.text
        found = await days(planner, plan, 13)
        assert [(str(entry.intervention_id), entry.status) for entry in found] == [(job_id, "pending"), ("None", "planned")]
        assert found[0].due == datetime.fromisoformat(plan["upcoming"][0])

    async def test_a_skipped_date_is_not_there(self, planner, machine):
        plan = await make_plan(planner, machine)
        await on_occurrence(planner, plan, "skip", plan["upcoming"][0], reason="Arrêt d’usine")
        assert len(await days(planner, plan, 6)) == 0

    async def test_what_follows_a_floating_date_is_a_forecast(self, planner, machine):
        plan = await make_plan(planner, machine, basis="floating")
        assert [entry.is_forecast for entry in await days(planner, plan, 15)] == [False, True, True]

    async def test_a_forecast_may_fall_on_the_day_that_the_next_date_was_foretold_for(self, planner, machine):
        """The machine runs twice as much as it did: what was due in ten days is in five, and due again in ten."""
        meter = await make_meter(planner, machine["id"], most_per_day=24)
        first = done(await read(planner, meter, 100, days_ago=10))["readings"][0]
        done(await read(planner, meter, 200))
        today = datetime.now().date().isoformat()  # noqa: DTZ005 - any day will do
        told = {"meter_id": meter["id"], "last_done_on": today, "last_done_total": 200, "basis": "floating"}
        plan = await make_plan(planner, machine, frequency_type="hours", frequency_value=100, starts_on=today, **told)
        done(await read(planner, meter, 100, days_ago=5, is_confirmed=True))
        done(await void(planner, meter, first["id"]), 200)
        now_on = (await planner.get(f"{PLANS}/{plan['id']}")).json()
        assert now_on["upcoming"][1] == plan["upcoming"][0]
        found = await days(planner, now_on, 12)
        assert [entry.due.isoformat() for entry in found] == now_on["upcoming"][:3]

    async def test_paused_and_out_of_service_is_empty(self, planner, machine):
        plan = await make_plan(planner, machine)
        stop = {"equipment_id": machine["id"], "status": "inactive", "occurred_at": at()}
        assert (await planner.post(f"{API}/equipment/{machine['id']}/status", json=stop)).status_code == 200
        assert await days(planner, plan, 30) == []

    async def test_jobs_without_a_plan_are_there_on_their_sites_day(self, planner, machine):
        job = {
            "intervention_id": str(uuid7()), "equipment_id": machine["id"], "title": "Courroie", "occurred_at": at(),
            "scheduled_start": "2026-12-24T23:30:00Z",
        }  # fmt: skip
        assert (await planner.post(f"{API}/maintenance/interventions", json=job)).status_code == 201
        day = {"since": "2026-12-25", "until": "2026-12-25"}
        found = (await planner.get(CALENDAR, params=day)).json()
        assert [(entry["due"], entry["title"]) for entry in found] == [("2026-12-25T00:30:00", "Courroie")]
        assert (await planner.get(CALENDAR, params={"since": "2026-12-24", "until": "2026-12-24"})).json() == []


class TestFilters:
    async def test_by_line_machine_technician_team_and_type(self, planner, site, session, client_as):
        line = await make_line(session, site)
        technician = await client_as("technician", sites=[site.id])
        team, kind = str(uuid7()), str(uuid7())
        wanted = {"team_id": team, "site_id": str(site.id), "name": "Mécanique", "occurred_at": at()}
        assert (await planner.post(f"{API}/teams", json=wanted)).status_code in {200, 201}
        admin = await client_as("admin")
        typed = {"maintenance_type_id": kind, "name": f"Graissage {kind[-6:]}", "occurred_at": at()}
        assert (await admin.post(f"{API}/maintenance/types", json=typed)).status_code in {200, 201}
        here, there = await make_machine(planner, site.id, production_line_id=line.id), await make_machine(planner, site.id)
        mine = await make_plan(planner, here, assigned_technician_id=str(technician.user.id), maintenance_type_id=kind)
        await make_plan(planner, there, team_id=team)
        for query, title in [
            ({"production_line_id": str(line.id)}, here), ({"equipment_id": there["id"]}, there), ({"team_id": team}, there),
            ({"technician_id": str(technician.user.id)}, here), ({"maintenance_type_id": kind}, here),
        ]:  # fmt: skip
            assert [str(entry.equipment_id) for entry in await days(planner, mine, 1, **query)] == [title["id"]], query
        assert len(await days(planner, mine, 1, site_id=str(site.id))) == 2

    async def test_other_sites_are_not_seen(self, planner, machine, session, client_as):
        plan = await make_plan(planner, machine)
        stranger = await client_as("supervisor", sites=[(await make_site(session)).id])
        assert await days(stranger, plan, 100) == []

    async def test_more_than_anybody_reads_is_refused(self, planner):
        answer = await planner.get(CALENDAR, params={"since": "2026-01-01", "until": "2027-12-31"})
        assert code_of(answer)[0] == 422


async def test_days_beyond_any_calendar_are_refused(planner):
    for day in ("0001-01-01", "9999-12-31"):
        assert (await planner.get(CALENDAR, params={"since": day, "until": day})).status_code == 422


class TestRescheduled:
    async def test_a_job_shows_where_its_work_has_been_put(self, planner, machine):
        plan = await make_plan(planner, machine)
        job = str(uuid7())
        generated = await planner.post(
            f"{PLANS}/{plan['id']}/generate", json={"plan_id": plan["id"], "intervention_id": job, "occurred_at": at()}
        )
        assert generated.status_code == 201, generated.text
        start = datetime.fromisoformat(generated.json()["scheduled_start"]) + timedelta(days=45)
        moved = await planner.patch(
            f"{API}/maintenance/interventions/{job}",
            json={"intervention_id": job, "occurred_at": at(), "scheduled_start": start.isoformat()},
        )
        assert moved.status_code == 200, moved.text
        around = {"since": (start - timedelta(days=2)).date().isoformat(), "until": (start + timedelta(days=2)).date().isoformat()}
        entries = (await planner.get(f"{API}/maintenance/calendar", params=around)).json()
        assert job in {entry["intervention_id"] for entry in entries}
