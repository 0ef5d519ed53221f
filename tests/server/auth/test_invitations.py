import asyncio
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlmodel import col

from server.audit.models import AuditLog
from server.auth.models import Invitation, PasswordLink
from server.core.clock import now
from tests.server.auth.test_sign_in import LOGIN
from tests.server.support import PASSWORD, make_person, make_site, problem_code, wrong_fields

INVITATIONS, JOIN, LOOK, RESET = "/api/v1/invitations", "/api/v1/auth/join", "/api/v1/auth/link", "/api/v1/auth/new-password"
KIM = {"username": "kim", "email": "kim@example.org", "password": PASSWORD, "first_name": "Kim", "last_name": "Li"}
NEW_PASSWORD = "another long password"


def token_of(answer):
    assert answer.status_code == 201, answer.text
    return answer.json()["url"].partition("?token=")[2]


class TestInvitation:
    async def test_lets_one_person_in_with_the_role_and_the_sites_chosen_beforehand(self, client, client_as, session):
        site = await make_site(session, "Lyon")
        admin = await client_as("admin")
        made = await admin.post(INVITATIONS, json={"name": "Kim", "role": "supervisor", "site_ids": [str(site.id)]})
        token = token_of(made)
        assert made.json()["url"].startswith("https://etabli.test/join?")  # where the administrator reached it
        offer = (await client.post(LOOK, json={"token": token})).json()
        assert (offer["kind"], offer["name"], offer["role"], offer["site_names"]) == ("invitation", "Kim", "supervisor", ["Lyon"])
        assert offer["invited_by"] == admin.user.full_name
        assert (await client.post(JOIN, json={**KIM, "token": token})).status_code == 201
        pair = (await client.post(LOGIN, json={"username": "kim", "password": PASSWORD})).json()
        assert (pair["user"]["role"], pair["user"]["site_ids"]) == ("supervisor", [str(site.id)])
        again = await client.post(JOIN, json={**KIM, "username": "eve", "email": "eve@example.org", "token": token})
        assert problem_code(again, 410) == "link_spent"
        assert (await admin.get(INVITATIONS)).json() == []
        done = set(await session.scalars(select(col(AuditLog.action))))
        assert {"user.invited", "user.joined"} <= done

    async def test_only_its_hash_is_kept(self, client_as, session):
        made = await (await client_as("admin")).post(INVITATIONS, json={"role": "technician"})
        kept = str((await session.scalars(select(Invitation))).one().model_dump()) + str(
            [row.changes for row in await session.scalars(select(AuditLog))]
        )
        assert token_of(made) not in kept
        assert "url" not in (await (await client_as("admin")).get(INVITATIONS)).json()[0]

    async def test_a_name_that_is_taken_leaves_the_link_good(self, client, client_as, session):
        await make_person(session, username="kim")
        token = token_of(await (await client_as("admin")).post(INVITATIONS, json={"role": "technician"}))
        taken = await client.post(JOIN, json={**KIM, "token": token})
        assert (taken.status_code, wrong_fields(taken)) == (409, {"username": "already_exists"})
        assert (await client.post(JOIN, json={**KIM, "username": "kim2", "token": token})).status_code == 201

    async def test_is_worth_nothing_once_taken_back_or_too_old(self, client, client_as, session):
        admin = await client_as("admin")
        tokens, made = [], []
        for days in (7, 1, 7):
            answer = await admin.post(INVITATIONS, json={"role": "technician", "days": days})
            tokens.append(token_of(answer))
            made.append(answer.json()["id"])
        assert (await admin.delete(f"{INVITATIONS}/{made[0]}")).status_code == 204
        assert problem_code(await admin.delete(f"{INVITATIONS}/{made[0]}"), 404) == "not_found"
        for token in [tokens[0], "x" * 43]:
            assert problem_code(await client.post(JOIN, json={**KIM, "token": token}), 410) == "link_spent"
        with time_machine.travel(now() + timedelta(days=1, seconds=5)):
            assert problem_code(await client.post(LOOK, json={"token": tokens[1]}), 410) == "link_spent"
            assert (await client.post(LOOK, json={"token": tokens[2]})).status_code == 200

    async def test_is_worth_nothing_once_its_maker_is_gone(self, client, client_as):
        admin, boss = await client_as("admin"), await client_as("admin")
        token = token_of(await admin.post(INVITATIONS, json={"role": "technician"}))
        off = await boss.patch(f"/api/v1/users/{admin.user.id}", json={"version": 1, "is_active": False})
        assert off.status_code == 200, off.text
        assert problem_code(await client.post(JOIN, json={**KIM, "token": token}), 410) == "link_spent"
        assert (await boss.get(INVITATIONS)).json() == []

    async def test_nobody_gives_what_he_does_not_have(self, client_as, session):
        mine, other = await make_site(session), await make_site(session)
        boss, admin = await client_as("admin"), await client_as("admin", sites=[mine.id])
        for reach in ({"all_sites": True}, {"site_ids": [str(other.id)]}):
            refused = await admin.post(INVITATIONS, json={"role": "admin", **reach})
            assert problem_code(refused, 422) == "site_out_of_reach"
        for sites in ([mine.id], [mine.id, other.id], [other.id]):
            token_of(await boss.post(INVITATIONS, json={"role": "technician", "site_ids": [str(site) for site in sites]}))
        assert [row["site_ids"] for row in (await admin.get(INVITATIONS)).json()] == [[str(mine.id)]]

    @pytest.mark.fresh_database
    async def test_guesses_are_counted(self, client):
        with time_machine.travel(now(), tick=False):
            for _ in range(60):
                assert problem_code(await client.post(LOOK, json={"token": "guess"}), 410) == "link_spent"
            assert problem_code(await client.post(LOOK, json={"token": "guess"}), 429) == "too_many_attempts"

    @pytest.mark.fresh_database
    async def test_of_two_who_use_it_at_once_one_gets_in(self, client, client_as):
        token = token_of(await (await client_as("admin")).post(INVITATIONS, json={"role": "technician"}))
        people = [{**KIM, "username": f"kim{number}", "email": f"kim{number}@example.org", "token": token} for number in range(3)]
        answers = await asyncio.gather(*(client.post(JOIN, json=person) for person in people))
        assert sorted(answer.status_code for answer in answers) == [201, 410, 410]


class TestPasswordLink:
    async def test_is_worth_nothing_once_the_address_that_it_went_to_is_another(self, client, client_as, session):
        user, admin = await make_person(session, username="max"), await client_as("admin")
        token = token_of(await admin.post(f"/api/v1/users/{user.id}/password-link", json={"by_mail": True}))
        changed = await admin.patch(f"/api/v1/users/{user.id}", json={"version": 1, "email": "max.new@example.org"})
        assert changed.status_code == 200, changed.text
        assert problem_code(await client.post(LOOK, json={"token": token}), 410) == "link_spent"

    async def test_gives_a_new_password_and_signs_every_device_out(self, client, client_as, session):
        user = await make_person(session, username="max")
        old = (await client.post(LOGIN, json={"username": "max", "password": PASSWORD, "in_body": True})).json()
        admin = await client_as("admin")
        first = token_of(await admin.post(f"/api/v1/users/{user.id}/password-link"))
        token = token_of(await admin.post(f"/api/v1/users/{user.id}/password-link"))
        assert problem_code(await client.post(RESET, json={"token": first, "new_password": NEW_PASSWORD}), 410) == "link_spent"
        offer = (await client.post(LOOK, json={"token": token})).json()
        assert (offer["kind"], offer["username"]) == ("password", "max")
        assert (await client.post(RESET, json={"token": token, "new_password": NEW_PASSWORD})).status_code == 204
        refreshed = await client.post("/api/v1/auth/refresh", json={"refresh_token": old["refresh_token"]})
        assert problem_code(refreshed, 401) == "session_ended"
        assert problem_code(await client.post(LOGIN, json={"username": "max", "password": PASSWORD}), 401) == "wrong_credentials"
        assert (await client.post(LOGIN, json={"username": "max", "password": NEW_PASSWORD})).status_code == 200
        assert problem_code(await client.post(RESET, json={"token": token, "new_password": PASSWORD}), 410) == "link_spent"

    async def test_is_not_for_who_sees_more_nor_for_a_closed_account(self, client, client_as, session):
        mine, other = await make_site(session), await make_site(session)
        colleague = await make_person(session, sites=[mine.id, other.id])
        admin = await client_as("admin", sites=[mine.id])
        assert problem_code(await admin.post(f"/api/v1/users/{colleague.id}/password-link"), 422) == "site_out_of_reach"
        closed = await make_person(session, is_active=False)
        boss = await client_as("admin")
        assert problem_code(await boss.post(f"/api/v1/users/{closed.id}/password-link"), 409) == "account_closed"
        token = token_of(await boss.post(f"/api/v1/users/{colleague.id}/password-link"))
        await boss.patch(f"/api/v1/users/{colleague.id}", json={"version": 1, "is_active": False})
        assert problem_code(await client.post(RESET, json={"token": token, "new_password": NEW_PASSWORD}), 410) == "link_spent"
        assert len(list(await session.scalars(select(PasswordLink)))) == 1


class TestSessionsOfOthers:
    async def test_a_lost_phone_is_shut_out(self, client_as, session):
        admin, person = await client_as("admin"), await client_as("technician")
        path = f"/api/v1/users/{person.user.id}/sessions"
        [held] = (await admin.get(path)).json()
        assert held["is_current"] is False
        assert (await admin.delete(f"{path}/{held['id']}")).status_code == 204
        assert problem_code(await person.get("/api/v1/auth/me"), 401) == "session_ended"
        assert problem_code(await admin.delete(f"{path}/{held['id']}"), 404) == "not_found"
        assert (await admin.get(path)).json() == []

    async def test_ending_all_of_ones_own_keeps_the_one_that_asks(self, client_as):
        admin, other = await client_as("admin"), await client_as("admin")
        for user in (admin.user, other.user):
            assert (await admin.delete(f"/api/v1/users/{user.id}/sessions")).status_code == 204
        assert (await admin.get("/api/v1/auth/me")).status_code == 200
        assert problem_code(await other.get("/api/v1/auth/me"), 401) == "session_ended"
