import asyncio

import pytest
import time_machine

from server.core.clock import now
from tests.server.auth.test_sign_in import SAME_ORIGIN, bearer, sign_in
from tests.server.support import make_person, problem_code

REFRESH = "/api/v1/auth/refresh"


async def refresh(client, token):
    return await client.post(REFRESH, json={"refresh_token": token})


@pytest.fixture
async def pair(client, session):
    return await sign_in(client, await make_person(session), in_body=True)


def later(seconds):
    return time_machine.travel(now().timestamp() + seconds, tick=True)


class TestRotation:
    async def test_each_use_gives_a_new_token_that_works(self, client, pair):
        second = (await refresh(client, pair["refresh_token"])).json()
        assert second["refresh_token"] != pair["refresh_token"]
        third = await refresh(client, second["refresh_token"])
        assert third.status_code == 200
        assert (await client.get("/api/v1/auth/me", headers=bearer(third.json()))).status_code == 200

    async def test_a_lost_answer_and_a_second_tab_get_the_same_successor(self, client, pair):
        first = await refresh(client, pair["refresh_token"])
        with later(60):
            again = await refresh(client, pair["refresh_token"])
        assert first.json()["refresh_token"] == again.json()["refresh_token"]
        with later(60):
            assert (await refresh(client, first.json()["refresh_token"])).status_code == 200

    async def test_reuse_of_a_token_whose_successor_arrived_ends_the_session_for_everybody(self, client, session, pair):
        second = (await refresh(client, pair["refresh_token"])).json()
        assert (await client.get("/api/v1/auth/me", headers=bearer(second))).status_code == 200
        with later(60):
            assert (await refresh(client, pair["refresh_token"])).json()["refresh_token"] == second["refresh_token"]
        with later(121):
            assert problem_code(await refresh(client, pair["refresh_token"]), 401) == "session_ended"
            assert problem_code(await refresh(client, second["refresh_token"]), 401) == "session_ended"
            assert (await client.get("/api/v1/auth/me", headers=bearer(second))).status_code == 401

    async def test_a_device_that_never_had_the_answer_goes_on_after_the_week_end(self, client, pair):
        """Its access token of before is good for half an hour, and proves nothing."""
        lost = (await refresh(client, pair["refresh_token"])).json()
        with later(300):
            assert (await client.get("/api/v1/auth/me", headers=bearer(pair))).status_code == 200
        with later(2.5 * 86400):
            again = (await refresh(client, pair["refresh_token"])).json()
            assert again["refresh_token"] == lost["refresh_token"]
            assert (await client.get("/api/v1/auth/me", headers=bearer(again))).status_code == 200
            assert problem_code(await refresh(client, pair["refresh_token"]), 401) == "session_ended"

    async def test_a_lost_answer_counts_for_three_days_at_most(self, client, pair):
        await refresh(client, pair["refresh_token"])
        with later(3 * 86400 + 1):
            assert problem_code(await refresh(client, pair["refresh_token"]), 401) == "session_ended"

    async def test_a_guess_does_not_end_the_session(self, client, pair):
        guess = pair["refresh_token"].partition(".")[0] + ".garbage"
        assert problem_code(await refresh(client, guess), 401) == "session_ended"
        assert (await client.post("/api/v1/auth/logout", json={"refresh_token": guess})).status_code == 204
        assert (await client.get("/api/v1/auth/me", headers=bearer(pair))).status_code == 200
        assert (await refresh(client, pair["refresh_token"])).status_code == 200

    async def test_reuse_of_a_grandparent_ends_the_session_even_at_once(self, client, pair):
        second = (await refresh(client, pair["refresh_token"])).json()
        third = (await refresh(client, second["refresh_token"])).json()
        assert (await refresh(client, pair["refresh_token"])).status_code == 401
        assert (await refresh(client, third["refresh_token"])).status_code == 401

    async def test_ends_after_a_week_without_use(self, client, pair):
        with later(7 * 86400 + 1):
            assert problem_code(await refresh(client, pair["refresh_token"]), 401) == "session_ended"

    @pytest.mark.parametrize("token", ["x", "." * 200, "0" * 32 + ".abc", "\0"])
    async def test_nonsense_is_refused(self, client, token):
        assert problem_code(await refresh(client, token), 401) == "session_ended"

    @pytest.mark.fresh_database
    async def test_ten_tabs_at_once_stay_signed_in(self, client, session):
        pair = await sign_in(client, await make_person(session), in_body=True)
        answers = await asyncio.gather(*(refresh(client, pair["refresh_token"]) for _ in range(10)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["refresh_token"] for answer in answers}) == 1


class TestCookie:
    async def test_refreshes_for_our_own_pages_and_for_nobody_else(self, client, session):
        await sign_in(client, await make_person(session))
        for headers in ({}, {"origin": "https://elsewhere.test"}, {"origin": "null"}):
            assert problem_code(await client.post(REFRESH, headers=headers), 403) == "cross_site_request"
        answer = await client.post(REFRESH, headers=SAME_ORIGIN)
        assert answer.status_code == 200
        assert answer.json()["refresh_token"] is None

    async def test_without_one_there_is_nothing_to_refresh(self, client):
        assert problem_code(await client.post(REFRESH, headers=SAME_ORIGIN), 401) == "session_ended"

    async def test_signing_out_ends_the_session_and_takes_the_cookies_back(self, client, session):
        pair = await sign_in(client, await make_person(session))
        token = client.cookies["etabli_refresh"]
        assert (await client.post("/api/v1/auth/logout", headers=SAME_ORIGIN)).status_code == 204
        assert not client.cookies
        assert (await client.get("/api/v1/auth/me", headers=bearer(pair))).status_code == 401
        assert (await refresh(client, token)).status_code == 401
        assert (await client.post("/api/v1/auth/logout", headers=SAME_ORIGIN)).status_code == 204


class TestSessions:
    async def test_lists_ones_own_and_logs_out_the_lost_phone(self, client, session):
        user = await make_person(session)
        phone = await sign_in(client, user, device_name="Phone")
        desk = await sign_in(client, user, device_name="Desk")
        rows = (await client.get("/api/v1/auth/sessions", headers=bearer(desk))).json()
        assert {row["device_name"]: row["is_current"] for row in rows} == {"Phone": False, "Desk": True}
        lost = next(row["id"] for row in rows if row["device_name"] == "Phone")
        gone = await client.delete(f"/api/v1/auth/sessions/{lost}", headers=bearer(desk))
        assert gone.status_code == 204
        assert (await client.get("/api/v1/auth/me", headers=bearer(phone))).status_code == 401

    async def test_somebody_elses_does_not_exist(self, client, session, client_as):
        mine = await sign_in(client, await make_person(session))
        row = (await client.get("/api/v1/auth/sessions", headers=bearer(mine))).json()[0]
        stranger = await client_as("admin")
        assert problem_code(await stranger.delete(f"/api/v1/auth/sessions/{row['id']}"), 404) == "not_found"
