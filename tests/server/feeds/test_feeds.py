"""Subscribed calendars, read back by a parser that forgives nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from shared_models.ids import uuid7
from tests.server.calendar.test_calendar import PLANS, make_plan, on_occurrence
from tests.server.machines import API, at, code_of, make_line, make_machine, make_site

FEEDS = f"{API}/calendar/feeds"


@pytest.fixture
async def site(session):
    return await make_site(session, time_zone="Europe/Paris")


@pytest.fixture
async def planner(client_as, site):
    return await client_as("supervisor", sites=[site.id])


@pytest.fixture
async def line(session, site):
    return await make_line(session, site)


@pytest.fixture
async def machine(planner, site, line):
    return await make_machine(planner, site.id, production_line_id=line.id)


async def subscribe(client, **fields):
    answer = await client.post(FEEDS, json={"id": str(uuid7()), "kind": "person"} | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read(client, feed):
    """The events by identity; every one with what RFC 5545 asks for, times that resolve, and no identity twice."""
    answer = await client.get(feed["url"].partition("/api/")[1] + feed["url"].partition("/api/")[2])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    assert b"\r\n" in answer.content
    assert all(len(part) <= 75 for part in answer.content.split(b"\r\n"))
    parsed = Calendar.from_ical(answer.content)
    assert parsed.errors == []
    zones = {str(zone["TZID"]) for zone in parsed.walk("VTIMEZONE")}
    events = {}
    for event in parsed.walk("VEVENT"):
        assert event.errors == []
        assert all(name in event for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "STATUS"))
        assert event["DTSTART"].params["TZID"] in zones
        assert event.decoded("DTEND") > event.decoded("DTSTART")
        assert str(event["UID"]) not in events
        events[str(event["UID"])] = event
    return events


def starts(events):
    return sorted(event.decoded("DTSTART").replace(tzinfo=None) for event in events.values() if event["STATUS"] != "CANCELLED")


async def an_hour_passes(session):
    """Events are numbered by the second of their last change."""
    for table, column in {"maintenance_interventions": "updated_at", "scheduled_maintenances": "updated_at", "sync_run": "begun_at",
                          "sync_epoch": "begun_at"}.items():  # fmt: skip
        await session.execute(sa.text(f"update {table} set {column} = {column} - interval '1 hour'"))
    await session.execute(sa.text("update sync_epoch set born_xid = xmin::text"))
    await session.commit()


class TestEvents:
    async def test_are_the_dates_of_the_line_on_its_sites_clock(self, planner, client, machine, line):
        plan = await make_plan(planner, machine, estimated_duration=90)
        events = await read(client, await subscribe(planner, kind="line", target_id=str(line.id)))
        expected = [datetime.fromisoformat(due) for due in plan["upcoming"]]
        year = expected[0] + timedelta(days=340)
        assert [due for due in starts(events) if due < year] == [due for due in expected if due < year]
        first = min(events.values(), key=lambda event: event.decoded("DTSTART"))
        assert first["DTSTART"].params["TZID"] == "Europe/Paris"
        assert first.decoded("DTEND") - first.decoded("DTSTART") == timedelta(minutes=90)
        instant = datetime.fromisoformat(plan["next_due_date"])
        assert first.decoded("DTSTART").astimezone(UTC) == instant
        assert "Every week → " in str(first["DESCRIPTION"])

    async def test_keep_their_identity_when_moved_and_say_so(self, planner, client, machine, line, session):
        plan = await make_plan(planner, machine)
        feed = await subscribe(planner, kind="line", target_id=str(line.id))
        await an_hour_passes(session)
        before = await read(client, feed)
        second = plan["upcoming"][1]
        to = datetime.fromisoformat(second) + timedelta(days=1, hours=2)
        await on_occurrence(planner, plan, "move", second, to=to.isoformat())
        after = await read(client, feed)
        assert after.keys() == before.keys()
        changed = [uid for uid in after if after[uid].decoded("DTSTART") != before[uid].decoded("DTSTART")]
        assert [after[uid].decoded("DTSTART").replace(tzinfo=None) for uid in changed] == [to]
        assert after[changed[0]]["SEQUENCE"] > before[changed[0]]["SEQUENCE"]

    async def test_become_the_job_and_are_called_off_with_it(self, planner, client, machine, line, session):
        plan, job_id = await make_plan(planner, machine), str(uuid7())
        feed = await subscribe(planner, kind="line", target_id=str(line.id))
        await an_hour_passes(session)
        before = await read(client, feed)
        made = {"plan_id": plan["id"], "intervention_id": job_id, "occurred_at": at()}
        assert (await planner.post(f"{PLANS}/{plan['id']}/generate", json=made)).status_code in {200, 201}
        with_job = await read(client, feed)
        assert with_job.keys() == before.keys()
        uid = next(uid for uid, event in with_job.items() if str(event["URL"]).endswith(f"/jobs/{job_id}"))
        off = {"intervention_id": job_id, "reason": "Arrêt", "occurred_at": at()}
        assert (await planner.post(f"{API}/maintenance/interventions/{job_id}/cancel", json=off)).status_code == 200
        gone = await read(client, feed)
        assert gone[uid]["STATUS"] == "CANCELLED"
        assert gone[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]

    async def test_restored_to_an_older_state_are_news_all_the_same(self, planner, client, machine, line, session):
        plan = await make_plan(planner, machine)
        feed = await subscribe(planner, kind="line", target_id=str(line.id))
        await on_occurrence(
            planner, plan, "move", plan["upcoming"][1], to=(datetime.fromisoformat(plan["upcoming"][1]) + timedelta(days=1)).isoformat()
        )
        before = await read(client, feed)
        await an_hour_passes(session)
        older = await read(client, feed)
        assert all(older[uid]["SEQUENCE"] < before[uid]["SEQUENCE"] for uid in before)
        await session.execute(sa.text("select etabli_recognise(true)"))
        await session.commit()
        after = await read(client, feed)
        assert all(after[uid]["SEQUENCE"] >= before[uid]["SEQUENCE"] for uid in before)

    async def test_a_floating_plan_keeps_one_identity_a_turn(self, planner, client, machine, line):
        plan, job_id = await make_plan(planner, machine, basis="floating"), str(uuid7())
        feed = await subscribe(planner, kind="line", target_id=str(line.id))
        before = sorted((await read(client, feed)).items(), key=lambda item: item[1].decoded("DTSTART"))
        made = {"plan_id": plan["id"], "intervention_id": job_id, "action_id": str(uuid7()), "occurred_at": at()}
        await planner.post(f"{PLANS}/{plan['id']}/generate", json={k: made[k] for k in ("plan_id", "intervention_id", "occurred_at")})
        job = f"{API}/maintenance/interventions/{job_id}"
        for verb in ("start", "complete"):
            body = {"intervention_id": job_id, "occurred_at": at()} | ({"action_id": made["action_id"]} if verb == "start" else {})
            answer = await planner.post(f"{job}/{verb}", json=body)
            assert answer.status_code == 200, answer.text
        after = sorted((await read(client, feed)).items(), key=lambda item: item[1].decoded("DTSTART"))
        identities = {uid for uid, _ in after}
        assert {uid for uid, _ in before[:3]} <= identities

    async def test_of_a_person_are_those_given_to_him(self, planner, client, client_as, machine, site):
        technician = await client_as("technician", sites=[site.id])
        await make_plan(planner, machine)
        mine = await make_plan(planner, machine, title="Contrôle", assigned_technician_id=str(technician.user.id))
        events = await read(client, await subscribe(technician))
        assert {str(event["SUMMARY"]).partition(" · ")[0] for event in events.values()} == {"Contrôle"}
        assert starts(events)[0] == datetime.fromisoformat(mine["upcoming"][0])

    @pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Indian/Reunion"])
    async def test_stay_at_eight_when_the_clocks_change(self, planner, client, client_as, session, zone):
        site = await make_site(session, time_zone=zone)
        admin, line = await client_as("admin"), await make_line(session, site)
        machine = await make_machine(admin, site.id, production_line_id=line.id)
        await make_plan(admin, machine)
        events = await read(client, await subscribe(admin, kind="line", target_id=str(line.id)))
        assert {event.decoded("DTSTART").hour for event in events.values()} == {8}
        offsets = {event.decoded("DTSTART").utcoffset() for event in events.values()}
        assert len(offsets) == (1 if zone == "Indian/Reunion" else 2)


class TestSecret:
    async def test_opens_without_signing_in_until_it_is_revoked(self, planner, client, machine, line):
        feed = await subscribe(planner, kind="line", target_id=str(line.id))
        await read(client, feed)
        listed = (await planner.get(FEEDS)).json()
        assert [(item["id"], item["name"].endswith("Ligne B")) for item in listed] == [(feed["id"], True)]
        assert "url" not in listed[0]
        assert (await planner.delete(f"{FEEDS}/{feed['id']}")).status_code == 204
        path = "/api/" + feed["url"].partition("/api/")[2]
        assert code_of(await client.get(path)) == (404, "not_found")
        assert (await planner.get(FEEDS)).json() == []

    async def test_shows_no_more_than_its_owner_sees(self, planner, client, client_as, session, machine, line):
        elsewhere = await client_as("supervisor", sites=[(await make_site(session)).id])
        answer = await elsewhere.post(FEEDS, json={"id": str(uuid7()), "kind": "line", "target_id": str(line.id)})
        assert code_of(answer) == (422, "feed_target_unknown")
        feed = await subscribe(planner, kind="line", target_id=str(line.id))
        planner.user.is_active = False
        session.add(await session.merge(planner.user))
        await session.commit()
        assert code_of(await client.get("/api/" + feed["url"].partition("/api/")[2])) == (404, "not_found")

    async def test_somebody_elses_cannot_be_revoked(self, planner, client_as, line):
        feed = await subscribe(planner, kind="line", target_id=str(line.id))
        other = await client_as("admin")
        assert code_of(await other.delete(f"{FEEDS}/{feed['id']}")) == (404, "not_found")

    async def test_unchanged_is_not_sent_again(self, planner, client, machine, line):
        feed = await subscribe(planner, kind="line", target_id=str(line.id))
        path = "/api/" + feed["url"].partition("/api/")[2]
        tag = (await client.get(path)).headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            assert (await client.get(path, headers={"if-none-match": known})).status_code == 304
        assert (await client.get(path, headers={"if-none-match": '"other"'})).status_code == 200

    async def test_programs_may_look_without_reading(self, planner, client, machine, line):
        path = "/api/" + (await subscribe(planner, kind="line", target_id=str(line.id)))["url"].partition("/api/")[2]
        read, looked = await client.get(path), await client.head(path)
        assert (looked.status_code, looked.content) == (200, b"")
        assert looked.headers["etag"] == read.headers["etag"]
        assert (await client.head(path, headers={"if-none-match": f"W/{read.headers['etag']}"})).status_code == 304


class TestLogs:
    async def test_do_not_keep_the_secret_address(self, planner, client, caplog, capsys):
        feed = await subscribe(planner)
        capsys.readouterr()
        await read(client, feed)
        told = capsys.readouterr().out + caplog.text
        secret = feed["url"].rpartition("/")[2].removesuffix(".ics")
        assert "/calendar/feeds/" in told
        assert secret not in told


class TestGuessing:
    @pytest.mark.fresh_database
    async def test_is_limited_by_address_and_leaves_known_addresses_alone(self, planner, client, session, machine, line):
        feed = await subscribe(planner, kind="line", target_id=str(line.id))
        path = "/api/" + feed["url"].partition("/api/")[2]
        answers = [await client.get(f"{FEEDS}/invented-{rank}.ics") for rank in range(25)]
        assert [answer.status_code for answer in answers] == [404] * 20 + [429] * 5
        kept = await session.scalars(sa.text("select key from rate_limit where key like 'feed%'"))
        assert len(list(kept)) == 1
        assert (await client.get(path)).status_code == 200
