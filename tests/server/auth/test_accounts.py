from datetime import timedelta

import pytest
from sqlalchemy import update

from server.auth import accounts
from server.auth.accounts import AlreadySetUp
from server.auth.models import SetupLink
from server.demo import people
from tests.server.auth.test_sign_in import LOGIN
from tests.server.support import PASSWORD, make_person, problem_code, wrong_fields

REGISTER = "/api/v1/auth/register"
ADA = {"username": "ada", "email": "Ada@Example.org", "password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace"}


class TestRegister:
    async def test_makes_an_account_that_waits_for_an_administrator(self, client, client_as):
        assert (await client.post(REGISTER, json=ADA)).status_code == 202
        refused = await client.post(LOGIN, json={"username": "ada", "password": PASSWORD})
        assert problem_code(refused, 403) == "account_waiting"
        guess = await client.post(LOGIN, json={"username": "ada", "password": "something else"})
        assert problem_code(guess, 401) == "wrong_credentials"
        admin = await client_as("admin")
        row = (await admin.get("/api/v1/users", params={"search": "ADA lovelace", "is_active": False})).json()["items"][0]
        assert (row["email"], row["role"], row["site_ids"]) == ("ada@example.org", "technician", [])
        change = {"version": row["version"], "is_active": True, "role": "supervisor"}
        assert (await admin.patch(f"/api/v1/users/{row['id']}", json=change)).status_code == 200
        pair = (await client.post(LOGIN, json={"username": "ada@example.org", "password": PASSWORD})).json()
        assert pair["user"]["role"] == "supervisor"
        off = {"version": row["version"] + 1, "is_active": False}
        assert (await admin.patch(f"/api/v1/users/{row['id']}", json=off)).status_code == 200
        refused = await client.post(LOGIN, json={"username": "ada", "password": PASSWORD})
        assert problem_code(refused, 403) == "account_inactive"

    async def test_tells_a_stranger_nothing_of_who_has_an_account(self, client, client_as):
        first = await client.post(REGISTER, json=ADA)
        same_name = await client.post(REGISTER, json={**ADA, "email": "other@example.org"})
        same_address = await client.post(REGISTER, json={**ADA, "username": "ada2", "email": "ADA@example.org"})
        assert len({(answer.status_code, answer.content) for answer in (first, same_name, same_address)}) == 1
        admin = await client_as("admin")
        rows = (await admin.get("/api/v1/users", params={"is_active": False})).json()["items"]
        assert sorted((row["username"], row["email"]) for row in rows) == [("ada", "ada@example.org"), ("ada-2", "other@example.org")]
        told = (await admin.get("/api/v1/audit", params={"action": "user.registered_again"})).json()["items"]
        assert [row["changes"]["username"] for row in told] == [[None, "ada2"]]

    async def test_nobody_registers_as_an_administrator(self, client):
        answer = await client.post(REGISTER, json={**ADA, "role": "admin"})
        assert wrong_fields(answer) == {"role": "extra_forbidden"}

    async def test_is_limited_by_address(self, client, monkeypatch):
        monkeypatch.setattr("server.auth.accounts.hash_password", _quickly)
        for number in range(20):
            await client.post(REGISTER, json={**ADA, "username": f"u{number}x", "email": "same@example.org"})
        answer = await client.post(REGISTER, json={**ADA, "username": "more", "email": "more@example.org"})
        assert problem_code(answer, 429) == "too_many_attempts"


async def _quickly(_):
    return "!"


class TestSetUp:
    async def test_the_link_makes_the_first_administrator_once(self, client, session):
        token = await accounts.create_setup_link(session)
        await session.commit()
        assert (await client.post("/api/v1/auth/setup", json={**ADA, "token": token})).status_code == 201
        again = await client.post("/api/v1/auth/setup", json={**ADA, "username": "eve", "token": token})
        assert problem_code(again, 410) == "setup_link_spent"
        pair = (await client.post(LOGIN, json={"username": "ada", "password": PASSWORD})).json()
        assert (pair["user"]["role"], pair["user"]["site_ids"]) == ("admin", None)
        with pytest.raises(AlreadySetUp):
            await accounts.create_setup_link(session)

    async def test_links_of_one_moment_stand_until_one_is_used_and_older_ones_are_replaced(self, client, session):
        old = await accounts.create_setup_link(session)
        await session.execute(update(SetupLink).values(expires_at=SetupLink.expires_at - timedelta(minutes=6)))
        one, other = await accounts.create_setup_link(session), await accounts.create_setup_link(session)
        await session.commit()
        statuses = []
        for number, token in enumerate((old, other, one)):
            asked = {**ADA, "username": f"ada{number}", "email": f"a{number}@example.org", "token": token}
            statuses.append((await client.post("/api/v1/auth/setup", json=asked)).status_code)
        assert statuses == [410, 201, 410]

    async def test_a_name_refused_leaves_the_link_good(self, client, session):
        await make_person(session, username="ada")
        token = await accounts.create_setup_link(session)
        await session.commit()
        assert (await client.post("/api/v1/auth/setup", json={**ADA, "token": token})).status_code == 409
        assert (await client.post("/api/v1/auth/setup", json={**ADA, "username": "eve", "token": token})).status_code == 201


class TestDemoAccounts:
    async def test_do_not_exist_outside_a_demonstration(self, client):
        assert problem_code(await client.get("/api/v1/auth/demo-accounts"), 404) == "not_found"

    def test_are_among_the_people_the_demonstration_makes(self):
        made = {person.username for person in people.DEMO_PEOPLE}
        assert made.issuperset(accounts.DEMO_USERNAMES)
        assert people.PASSWORD == accounts.DEMO_PASSWORD

    async def test_sign_in_with_what_the_demonstration_shows(self, app, client, session):
        app.state.settings.demo = True
        for role, name in (("technician", "technician"), ("admin", "admin")):
            await make_person(session, role, username=name, password=accounts.DEMO_PASSWORD)
        await make_person(session, username="not-for-show")
        shown = (await client.get("/api/v1/auth/demo-accounts")).json()
        assert [row["username"] for row in shown] == ["admin", "technician"]
        for row in shown:
            answer = await client.post(LOGIN, json={"username": row["username"], "password": row["password"]})
            assert answer.json()["user"]["role"] == row["role"]
