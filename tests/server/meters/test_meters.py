import pytest
from sqlalchemy import text

from server.interventions.models import Intervention
from shared_models.ids import uuid7
from shared_models.meters.rows import MeterListItem, MeterRow
from tests.server.machines import API, at, code_of, edit, make_machine, make_site
from tests.server.meters.readings import done, make_meter, meter_now, read, reset, totals, void
from tests.server.support import count_statements


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def supervisor(client_as, site):
    return await client_as("supervisor", sites=[site.id])


@pytest.fixture
async def technician(client_as, site):
    return await client_as("technician", sites=[site.id])


@pytest.fixture
async def machine(supervisor, site):
    return await make_machine(supervisor, site.id)


@pytest.fixture
async def meter(supervisor, machine):
    return await make_meter(supervisor, machine["id"], most_per_day=24)


class TestReadings:
    async def test_follow_each_other_and_tell_the_use_per_day(self, technician, meter):
        done(await read(technician, meter, 4_600, days_ago=30))
        now = done(await read(technician, meter, 4_870))
        assert (now["last_value"], now["last_total"]) == (4_870, 4_870)
        assert now["per_day"] == pytest.approx(9, rel=0.01)
        assert [reading["by"] for reading in now["readings"]] == [technician.user.full_name] * 2
        MeterRow.model_validate(now)

    async def test_backwards_is_refused_until_a_reset(self, technician, meter):
        done(await read(technician, meter, 4_870, days_ago=2))
        refused = await read(technician, meter, 12, is_confirmed=True)
        assert code_of(refused) == (422, "implausible_reading")
        params = refused.json()["params"]
        assert (params["kind"], params["low"], params["high"], params["last"]) == ("backwards", 4_870, None, 4_870)
        done(await reset(technician, meter, 4_880, days_ago=1))
        assert totals(done(await read(technician, meter, 12))) == [4_870, 4_892]

    async def test_too_fast_is_asked_about_once(self, technician, meter):
        done(await read(technician, meter, 100, days_ago=1))
        refused = await read(technician, meter, 1_000)
        assert refused.json()["params"]["kind"] == "too_fast"
        assert refused.json()["errors"][0]["field"] == "value"
        now = done(await read(technician, meter, 1_000, is_confirmed=True))
        assert now["readings"][0]["is_confirmed"]

    async def test_a_gauge_goes_up_and_down_within_its_range(self, supervisor, machine):
        gauge = await make_meter(supervisor, machine["id"], kind="gauge", unit="bar", decimals=1, low=2, high=8.5)
        done(await read(supervisor, gauge, 6.2, days_ago=1))
        assert done(await read(supervisor, gauge, 4.1))["last_value"] == 4.1
        refused = await read(supervisor, gauge, 9)
        assert refused.json()["params"] | {"kind": "out_of_range", "low": 2, "high": 8.5} == refused.json()["params"]
        done(await read(supervisor, gauge, 9, is_confirmed=True))
        assert code_of(await reset(supervisor, gauge, 9)) == (422, "gauge_has_no_reset")

    async def test_taken_back_is_out_of_every_calculation(self, technician, supervisor, meter):
        done(await read(technician, meter, 100, days_ago=10))
        wrong = done(await read(technician, meter, 990, days_ago=1, is_confirmed=True))["readings"][0]
        assert code_of(await read(technician, meter, 190)) == (422, "implausible_reading")
        now = done(await void(supervisor, meter, wrong["id"]), 200)
        assert (now["last_value"], totals(now)) == (100, [100])
        done(await void(supervisor, meter, wrong["id"]), 200)
        assert totals(done(await read(technician, meter, 190))) == [100, 190]

    async def test_a_technician_takes_back_his_own_only(self, technician, supervisor, meter):
        own = done(await read(technician, meter, 10))["readings"][0]
        done(await void(technician, meter, own["id"]), 200)
        other = done(await read(supervisor, meter, 20))["readings"][0]
        assert code_of(await void(technician, meter, other["id"])) == (403, "forbidden")

    async def test_none_is_made_ahead_of_time(self, technician, meter):
        assert code_of(await read(technician, meter, 10, days_ago=-1)) == (422, "read_in_future")
        assert code_of(await reset(technician, meter, 10, occurred_at=at(hours=-1))) == (422, "read_in_future")
        assert code_of(await read(technician, meter, 10, read_at="0001-01-01T00:00:00+14:00")) == (422, "invalid")

    async def test_in_a_job_is_of_the_jobs_machine(self, supervisor, session, site, machine, meter):
        other = await make_machine(supervisor, site.id)
        jobs = []
        for place in (machine, other):
            asked = {"intervention_id": str(uuid7()), "equipment_id": place["id"], "title": "Ronde", "occurred_at": at()}
            jobs.append(done(await supervisor.post(f"{API}/maintenance/interventions", json=asked)))
        now = done(await read(supervisor, meter, 10, intervention_id=jobs[0]["id"]))
        assert now["readings"][0]["intervention_id"] == jobs[0]["id"]
        assert code_of(await read(supervisor, meter, 11, intervention_id=jobs[1]["id"])) == (422, "job_of_other_machine")
        assert await session.get(Intervention, jobs[0]["id"]) is not None

    async def test_the_latest_come_with_the_meter(self, supervisor, meter):
        for day in range(35):
            done(await read(supervisor, meter, 100 + day, days_ago=40 - day))
        assert len((await meter_now(supervisor, meter))["readings"]) == 30


class TestResets:
    async def test_contradicted_by_readings_is_refused(self, technician, meter):
        done(await read(technician, meter, 50, days_ago=20))
        done(await read(technician, meter, 60, days_ago=4))
        below = await reset(technician, meter, 40, days_ago=10)
        assert (code_of(below), below.json()["errors"][0]["field"]) == ((422, "implausible_reading"), "final_value")
        above = await reset(technician, meter, 55, 70, days_ago=10)
        assert (code_of(above), above.json()["params"]["high"]) == ((422, "implausible_start"), 60)
        assert totals(await meter_now(technician, meter)) == [50, 60]

    async def test_told_twice_is_asked_about(self, technician, meter):
        """Two people say within minutes that the meter was replaced: its total must not double."""
        done(await read(technician, meter, 4_870, days_ago=1))
        moment = at(hours=1)
        done(await reset(technician, meter, 4_880, occurred_at=moment))
        assert code_of(await reset(technician, meter, 4_880, occurred_at=moment)) == (409, "meter_already_reset")
        assert code_of(await reset(technician, meter, 4_880)) == (422, "implausible_reading")


class TestMeters:
    async def test_are_listed_in_two_statements_at_most(self, supervisor, database, machine, meter):
        await make_meter(supervisor, machine["id"], name="Cycles", unit="cycles")
        with count_statements(database) as statements:
            page = (await supervisor.get(f"{API}/meters", params={"equipment_id": machine["id"], "sort": "name"})).json()
        assert MeterListItem.model_validate(page["items"][0]).name == "Cycles"
        assert page["total"] == 2
        assert len([sql for sql in statements if "meter" in sql]) <= 2

    async def test_edited_by_who_read_the_last_version(self, supervisor, machine, meter):
        body = {"meter_id": meter["id"], "version": 1, "name": "Heures moteur", "unit": "h", "expected_per_day": 8, "occurred_at": at()}
        now = done(await supervisor.put(f"{API}/meters/{meter['id']}", json=body), 200)
        assert (now["name"], now["version"], now["per_day"]) == ("Heures moteur", 2, 8)
        assert code_of(await supervisor.put(f"{API}/meters/{meter['id']}", json=body)) == (409, "stale_version")
        twin = {"meter_id": str(uuid7()), "equipment_id": machine["id"], "name": "heures MOTEUR", "unit": "h", "occurred_at": at()}
        assert code_of(await supervisor.post(f"{API}/meters", json=twin)) == (409, "meter_name_taken")

    async def test_move_with_their_machine(self, client_as, session, machine, meter):
        everywhere = await client_as("supervisor")
        other = await make_site(session)
        machine = (await everywhere.get(f"{API}/equipment/{machine['id']}")).json()
        done(await everywhere.put(f"{API}/equipment/{machine['id']}", json=edit(machine, site_id=other.id)), 200)
        assert (await meter_now(everywhere, meter))["site_id"] == str(other.id)

    async def test_each_change_is_written_down(self, technician, supervisor, session, meter):
        own = done(await read(technician, meter, 10, days_ago=2))["readings"][0]
        done(await void(technician, meter, own["id"]), 200)
        done(await reset(supervisor, meter, 20))
        actions = await session.scalars(text("select action from audit_log where entity_id = :id order by id"), {"id": meter["id"]})
        assert actions.all() == ["meter.created", "meter.reading_recorded", "meter.reading_voided", "meter.reset"]

    async def test_are_the_planners_to_enter(self, technician, machine, meter):
        body = {"meter_id": str(uuid7()), "equipment_id": machine["id"], "name": "X", "unit": "h", "occurred_at": at()}
        assert code_of(await technician.post(f"{API}/meters", json=body)) == (403, "forbidden")

    async def test_of_another_site_do_not_exist(self, client_as, session, meter):
        stranger = await client_as("supervisor", sites=[(await make_site(session)).id])
        assert code_of(await read(stranger, meter, 5)) == (404, "not_found")
        assert (await stranger.get(f"{API}/meters")).json()["total"] == 0
        assert code_of(await stranger.get(f"{API}/meters/{meter['id']}/readings")) == (404, "not_found")


async def test_devices_do_the_same(technician, meter):
    said = {
        "type": "meter.record_reading",
        "meter_id": meter["id"],
        "reading_id": str(uuid7()),
        "value": 42,
        "read_at": at(),
        "occurred_at": at(),
    }
    wrong = said | {"reading_id": str(uuid7()), "value": 7, "command_id": str(uuid7())}
    commands = [said | {"command_id": str(uuid7())}, wrong]
    for _ in range(2):
        body = {"device_id": str(uuid7()), "sent_at": at(), "commands": commands}
        results = done(await technician.post(f"{API}/sync/push", json=body), 200)["results"]
        assert [result["status"] for result in results] == ["applied", "rejected"]
        assert results[1]["problem"]["code"] == "implausible_reading"
    assert totals(await meter_now(technician, meter)) == [42]


class TestDials:
    """What a counter of five digits shows, counts and cannot show."""

    async def test_past_its_last_digit_it_counts_on(self, technician, supervisor, machine):
        """A counter at 99 990 that shows 12 has counted 22, told as a rollover or found out at the reading."""
        told = await make_meter(supervisor, machine["id"], unit="cycles")
        found = await make_meter(supervisor, machine["id"], unit="cycles", digits=5)
        for meter in (told, found):
            done(await read(technician, meter, 99_990, days_ago=2))
        done(await reset(technician, told, 99_990, kind="rollover", days_ago=1))
        assert totals(done(await read(technician, told, 12))) == [99_990, 100_012]

        asked = await read(technician, found, 12)
        assert (code_of(asked), asked.json()["params"]["kind"]) == ((422, "implausible_reading"), "rolled_over")
        kept = done(await read(technician, found, 12, is_confirmed=True))
        assert totals(kept) == [99_990, 100_012]
        assert [(one["kind"], one["final_value"]) for one in kept["resets"]] == [("rollover", 100_000)]

        taken_back = done(await void(technician, found, kept["readings"][0]["id"]), 200)
        assert (taken_back["resets"], taken_back["last_value"]) == ([], 99_990)

    async def test_much_less_is_no_rollover(self, technician, supervisor, machine):
        meter = await make_meter(supervisor, machine["id"], unit="cycles", digits=5)
        done(await read(technician, meter, 60_000, days_ago=2))
        assert (await read(technician, meter, 12)).json()["params"]["kind"] == "backwards"

    @pytest.mark.parametrize("value", [-5, -0.1, 100_000, 1e9])
    async def test_what_it_cannot_show_is_refused_even_when_confirmed(self, technician, supervisor, machine, value):
        meter = await make_meter(supervisor, machine["id"], digits=5)
        refused = await read(technician, meter, value, is_confirmed=True)
        assert (code_of(refused), refused.json()["params"]["kind"]) == ((422, "implausible_reading"), "off_dial")
        assert code_of(await reset(technician, meter, 10, start=value)) == (422, "implausible_start")
        gauge = await make_meter(supervisor, machine["id"], kind="gauge", unit="°C")
        done(await read(technician, gauge, value))

    async def test_one_that_comes_late_is_held_against_the_one_after_it(self, technician, supervisor, machine):
        meter = await make_meter(supervisor, machine["id"], most_per_day=24)
        done(await read(technician, meter, 100, days_ago=20))
        done(await read(technician, meter, 400, days_ago=1))
        asked = await read(technician, meter, 110, days_ago=2)
        assert (code_of(asked), asked.json()["params"]["kind"]) == ((422, "implausible_reading"), "too_fast")
        done(await read(technician, meter, 380, days_ago=2))
