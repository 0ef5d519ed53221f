import json

import pytest
from sqlalchemy import text

from shared_models.ids import uuid7
from tests.server.machines import API, at, code_of, make_machine, make_site
from tests.server.meters.readings import done, make_meter, meter_now, totals


@pytest.fixture
async def admin(client_as):
    return await client_as("admin")


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def meter(admin, site):
    return await make_meter(admin, (await make_machine(admin, site.id))["id"])


@pytest.fixture
async def source(admin, site):
    body = {"id": str(uuid7()), "site_id": str(site.id), "name": "Passerelle"}
    return done(await admin.post(f"{API}/reading-sources", json=body))


@pytest.fixture
def report(client, source):
    async def send(*readings, key=source["key"]):
        return await client.post(f"{API}/meters/readings", json={"readings": list(readings)}, headers={"x-api-key": key})

    return send


def item(number, meter, value, days_ago=0.0):
    return {"id": f"r-{number}", "meter_id": meter["id"], "value": value, "read_at": at(days=days_ago)}


def statuses(answer):
    return [result["status"] for result in done(answer, 200)["results"]]


async def test_a_key_is_told_once_and_kept_as_its_hash(admin, session, source):
    kept = (await session.execute(text("select * from reading_source where id = :id"), {"id": source["id"]})).one()
    assert source["key"] not in str(kept)
    assert kept.key_hint == source["key"][:8]
    listed = (await admin.get(f"{API}/reading-sources", params={"size": 200})).json()["items"]
    assert [found.get("key") for found in listed if found["id"] == source["id"]] == [None]
    logged = await session.scalars(text("select changes::text from audit_log where entity_id = :id"), {"id": source["id"]})
    assert not [changes for changes in logged if source["key"] in changes]


async def test_a_report_sent_again_counts_once(admin, session, report, meter, source):
    first = item(1, meter, 10, 3), item(2, meter, 20, 2)
    assert statuses(await report(*first)) == ["recorded", "recorded"]
    assert statuses(await report(*first, item(3, meter, 30, 1), item(3, meter, 30, 1))) == ["known", "known", "recorded", "known"]
    now = await meter_now(admin, meter)
    assert totals(now) == [10, 20, 30]
    assert (now["last_value"], now["per_day"]) == (30, pytest.approx(10, rel=0.01))
    assert {reading["by"] for reading in now["readings"]} == {"Passerelle"}
    used = await session.scalar(text("select last_used_at from reading_source where id = :id"), {"id": source["id"]})
    assert used is not None


async def test_one_refused_does_not_stop_the_others(admin, report, meter):
    sent = item(1, meter, 100, 3), item(2, meter, 50, 2), item(3, {"id": str(uuid7())}, 1), item(4, meter, 110, 1)
    answer = await report(*sent)
    assert statuses(answer) == ["recorded", "rejected", "rejected", "recorded"]
    assert [result["code"] for result in answer.json()["results"]] == [None, "implausible_reading", "not_found", None]
    assert answer.json()["results"][1]["detail"]
    assert totals(await meter_now(admin, meter)) == [100, 110]


async def test_sees_its_site_only(admin, session, report):
    elsewhere = await make_meter(admin, (await make_machine(admin, (await make_site(session)).id))["id"])
    answer = await report(item(1, elsewhere, 10))
    assert [result["code"] for result in answer.json()["results"]] == ["not_found"]
    assert totals(await meter_now(admin, elsewhere)) == []


async def test_a_revoked_key_is_refused(admin, report, meter, source):
    done(await admin.post(f"{API}/reading-sources/{source['id']}/revoke"), 200)
    assert code_of(await report(item(1, meter, 10))) == (401, "api_key_refused")
    assert code_of(await report(item(1, meter, 10), key="etb_guess")) == (401, "api_key_refused")


@pytest.mark.fresh_database
async def test_guessing_ends(report, meter):
    codes = [(await report(item(1, meter, 10), key=f"etb_{number}")).status_code for number in range(25)]
    assert codes[-1] == 429
    assert codes[0] == 401


async def test_nobody_but_the_admin_gives_keys(client_as, site):
    supervisor = await client_as("supervisor")
    body = {"id": str(uuid7()), "site_id": str(site.id), "name": "Passerelle"}
    assert code_of(await supervisor.post(f"{API}/reading-sources", json=body)) == (403, "forbidden")
    stranger = await client_as("admin", sites=[])
    assert code_of(await stranger.post(f"{API}/reading-sources", json=body)) == (404, "not_found")


async def test_one_that_cannot_be_read_refuses_none_of_the_others(client, admin, meter, source):
    """`NaN` and the like are no JSON, but machines send them."""
    good = item(1, meter, 10, 3)
    odd = [float("nan"), float("inf"), 10**400, "x", None, True, {"a": 1}, "\ud800", -5]
    wrong = [{**item(number, meter, 20, 2), "value": value} for number, value in enumerate(odd, start=10)]
    wrong += [
        {},
        None,
        5,
        "x",
        [],
        [{}],
        {**item(2, meter, 20, 2), "read_at": "0001-01-01T00:00:00+14:00"},
        {**item("\ud800", meter, 20, 2)},
        {**good, "id": "y", "x": 1},
    ]
    body = json.dumps({"readings": [*wrong, good]})
    headers = {"x-api-key": source["key"], "content-type": "application/json"}
    results = done(await client.post(f"{API}/meters/readings", content=body, headers=headers), 200)["results"]
    assert [result["status"] for result in results] == ["rejected"] * len(wrong) + ["recorded"]
    assert all(result["code"] and result["detail"] for result in results[:-1])
    assert (await meter_now(admin, meter))["last_value"] == 10


async def test_a_rollover_is_recognised_without_a_question(admin, site, report):
    meter = await make_meter(admin, (await make_machine(admin, site.id))["id"], unit="cycles", digits=5)
    assert statuses(await report(item(1, meter, 99_990, 2), item(2, meter, 12, 1), item(3, meter, 40))) == ["recorded"] * 3
    assert totals(await meter_now(admin, meter)) == [99_990, 100_012, 100_040]
