"""Writes through REST, as a client calls them that says no more than it must; and calls that come twice."""

import asyncio
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi.routing import iter_route_contexts

from server.core.writes import WriteRoute
from server.equipment.models import Equipment
from shared_models.ids import uuid7
from tests.server.machines import API, make_machine
from tests.server.support import PASSWORD, make_person, make_site, problem_code, wrong_fields

JOBS = f"{API}/maintenance/interventions"
KEYS = [str(UUID(int=7)), f'"{UUID(int=8)}"', r'"order 17, \"b\" \\"', "order-17", "x"]


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def boss(client_as):
    return await client_as("admin")


def machine_at(site, **fields):
    return {"name": "Compresseur", "site_id": str(site.id), **fields}


def keyed(key):
    return {"idempotency-key": key}


def test_every_write_comes_in_the_same_way(app):
    public = {"/e/{code}", "/mail/stop/{token}"}  # pages with a form
    others = {
        f"{method} {context.path}"
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if not isinstance(context.original_route, WriteRoute) and context.path not in public
    }
    assert others == set()


async def test_the_founding_documents_own_calls(client, client_as, session, site):
    """Every write of its list, with its own fields only: no ids, no instants, no envelope."""
    person = {"username": "lea", "email": "lea@example.org", "password": PASSWORD, "first_name": "Léa", "last_name": "Roy"}
    assert (await client.post(f"{API}/auth/register", json=person)).status_code == 202
    user = await make_person(session, "admin")
    signed = await client.post(f"{API}/auth/login", data={"username": user.email, "password": PASSWORD})
    client.headers["authorization"] = f"Bearer {signed.json()['access_token']}"
    renewed = await client.post(f"{API}/auth/refresh", json={"refresh_token": signed.json()["refresh_token"]})
    assert renewed.status_code == 200
    made = await client.post(f"{API}/equipment", json=machine_at(site, criticality="high", specifications={"kW": 7.5}))
    assert made.status_code == 201, made.text
    machine = made.json()
    assert (machine["status"], machine["code"][:3]) == ("active", "EQ-")
    path = f"{API}/equipment/{machine['id']}"
    saved = await client.put(path, json=machine_at(site, name="Compresseur 2", status="maintenance", serial_number="C-2"))
    assert saved.status_code == 200, saved.text
    assert [saved.json()[name] for name in ("name", "status", "code")] == ["Compresseur 2", "maintenance", machine["code"]]
    plan = await client.post(f"{API}/maintenance/scheduled", json={
        "equipment_id": machine["id"], "title": "Vidange", "frequency_type": "monthly", "frequency_value": 3,
        "next_due_date": "2030-03-01T07:00:00Z", "estimated_duration": 45, "priority": "high", "is_active": True,
    })  # fmt: skip
    assert plan.status_code == 201, plan.text
    assert plan.json()["next_due"] == "2030-03-01T08:00:00"
    job = await client.post(JOBS, json={
        "equipment_id": machine["id"], "title": "Fuite", "description": "Sous le carter", "intervention_type": "corrective",
        "priority": "urgent", "assigned_technician_id": str(user.id),
    })  # fmt: skip
    assert job.status_code == 201, job.text
    work = f"{JOBS}/{job.json()['id']}"
    assert (await client.post(f"{work}/start")).status_code == 200
    assert (await client.post(f"{work}/complete", json={"work_performed": "Joint changé"})).status_code == 200
    supervisor = await client_as("supervisor")  # nobody validates their own work
    approved = await supervisor.put(f"{work}/validate")
    assert (approved.status_code, approved.json()["is_validated"]) == (200, True)
    assert (await client.delete(path)).status_code == 204
    assert (await client.post(f"{API}/auth/logout")).status_code == 204
    assert problem_code(await client.get(f"{API}/auth/me"), 401) == "session_ended"


async def test_ids_in_lists_are_made_too_and_the_address_need_not_be_repeated(boss):
    checklist = f"{API}/maintenance/checklists/{uuid4()}"
    written = await boss.put(checklist, json={"name": "Tour", "steps": [{"kind": "check", "title": "Huile"}]})
    assert written.status_code == 200, written.text
    assert (written.json()["id"], written.json()["steps"][0]["title"]) == (checklist.rsplit("/", 1)[-1], "Huile")
    other = await boss.put(checklist, json={"checklist_id": str(uuid4()), "name": "Tour", "steps": []})
    assert (problem_code(other, 422), wrong_fields(other)) == ("other_id_sent", {"checklist_id": "other_id_sent"})


class TestTheSameKey:
    @pytest.mark.parametrize("key", KEYS)
    async def test_is_answered_what_the_first_was_answered(self, boss, site, session, key):
        first = await boss.post(f"{API}/equipment", json=machine_at(site), headers=keyed(key))
        again = await boss.post(f"{API}/equipment", json=dict(reversed(machine_at(site).items())), headers=keyed(key))
        assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
        assert (again.headers["idempotency-replayed"], again.headers["content-type"]) == ("true", "application/json")
        assert await session.scalar(sa.select(sa.func.count()).select_from(Equipment).where(Equipment.site_id == site.id)) == 1

    async def test_stands_in_the_header_or_in_the_body(self, boss, site):
        key = str(uuid7())
        first = await boss.post(f"{API}/equipment", json=machine_at(site, command_id=key))
        again = await boss.post(f"{API}/equipment", json=machine_at(site), headers=keyed(f'"{key}"'))
        assert again.content == first.content
        torn = await boss.post(f"{API}/equipment", json=machine_at(site, command_id=str(uuid7())), headers=keyed(key))
        assert wrong_fields(torn) == {"command_id": "other_id_sent"}

    async def test_with_something_else_is_refused(self, boss, site):
        made = (await boss.post(f"{API}/equipment", json=machine_at(site), headers=keyed("k"))).json()
        for method, path, body in (
            ("POST", "/equipment", machine_at(site, name="Autre")),
            ("POST", "/equipment", machine_at(site, occurred_at="2026-01-01T00:00:00Z")),
            ("PUT", f"/equipment/{made['id']}", machine_at(site)),
            ("DELETE", f"/equipment/{made['id']}", None),
        ):
            answer = await boss.request(method, f"{API}{path}", json=body, headers=keyed("k"))
            assert problem_code(answer, 422) == "idempotency_key_reused"

    async def test_of_somebody_else_is_another(self, client_as, site):
        made = [await (await client_as("admin")).post(f"{API}/equipment", json=machine_at(site), headers=keyed(KEYS[0])) for _ in range(2)]
        assert [answer.status_code for answer in made] == [201, 201]
        assert made[0].json()["id"] != made[1].json()["id"]

    async def test_keeps_a_refusal_but_not_what_was_malformed(self, boss, site):
        malformed = await boss.post(f"{API}/equipment", json={"site_id": str(site.id)}, headers=keyed("k"))
        assert wrong_fields(malformed) == {"name": "missing"}
        machine = (await boss.post(f"{API}/equipment", json=machine_at(site, serial_number="S1"), headers=keyed("k"))).json()
        twin = machine_at(site, serial_number="S1")
        refused = await boss.post(f"{API}/equipment", json=twin, headers=keyed("l"))
        assert problem_code(refused, 409) == "serial_number_taken"
        await boss.delete(f"{API}/equipment/{machine['id']}")
        again = await boss.post(f"{API}/equipment", json=twin, headers=keyed("l"))
        assert (again.status_code, again.content) == (409, refused.content)

    async def test_of_what_leaves_nothing_to_say(self, boss, site):
        machine = await make_machine(boss, site.id)
        gone = [await boss.delete(f"{API}/equipment/{machine['id']}", headers=keyed("k")) for _ in range(2)]
        assert [(answer.status_code, answer.content) for answer in gone] == [(204, b"")] * 2

    async def test_shows_a_secret_again_which_the_database_does_not(self, boss, site, session):
        asked = {"site_id": str(site.id), "name": "PLC"}
        first, again = [await boss.post(f"{API}/reading-sources", json=asked, headers=keyed("k")) for _ in range(2)]
        assert (first.status_code, again.content) == (201, first.content)
        kept = await session.scalar(sa.text("select answer from sync_receipt where command_type = 'create_reading_source'"))
        assert first.json()["key"].encode() not in kept

    @pytest.mark.parametrize("key", ["", '""', '"open', 'a"b"', '"a" b'])
    async def test_must_be_readable(self, boss, site, key):
        answer = await boss.post(f"{API}/equipment", json=machine_at(site), headers=keyed(key))
        assert problem_code(answer, 422) == "idempotency_key_malformed"

    @pytest.mark.fresh_database
    async def test_twice_at_once_is_done_once(self, client_as, session):
        site, boss = await make_site(session), await client_as("admin")
        answers = await asyncio.gather(*(
            boss.post(f"{API}/equipment", json=machine_at(site), headers=keyed("k")) for _ in range(4)
        ))  # fmt: skip
        assert len({(answer.status_code, answer.content) for answer in answers}) == 1
        assert answers[0].status_code == 201
