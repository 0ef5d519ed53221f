import time
from datetime import timedelta
from functools import cache

import httpx2
import pytest

from server.core import security, tokens
from server.core.clock import now
from server.core.security import verify_password
from shared_models.ids import uuid7
from tests.conftest import AS_SERVED
from tests.server.support import PASSWORD, make_person, problem_code, wrong_fields

LOGIN = "/api/v1/auth/login"
SAME_ORIGIN = {"origin": "https://etabli.test"}


async def sign_in(client, user, **fields):
    answer = await client.post(LOGIN, json={"username": user.username, "password": PASSWORD, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def bearer(pair):
    return {"authorization": f"Bearer {pair['access_token']}"}


class TestLogin:
    async def test_opens_a_session_for_the_browser_with_the_token_out_of_reach_of_scripts(self, client, session):
        user = await make_person(session, "supervisor")
        answer = await client.post(LOGIN, json={"username": user.username.upper(), "password": PASSWORD})
        refresh, hint = sorted(answer.headers.get_list("set-cookie"))
        assert refresh.startswith("etabli_refresh=")
        assert {"HttpOnly", "SameSite=strict", "Path=/api/v1/auth"} <= set(refresh.split("; "))
        assert hint.startswith("etabli_signed_in=1;")
        assert {"SameSite=lax", "Path=/"} <= set(hint.split("; "))
        pair = answer.json()
        assert pair["refresh_token"] is None
        assert pair["expires_in"] == 1800
        assert "maintenance:validate" in pair["user"]["permissions"]
        me = await client.get("/api/v1/auth/me", headers=bearer(pair))
        assert me.json() == pair["user"]

    async def test_takes_the_address_and_gives_other_clients_the_token_in_the_body(self, client, session):
        user = await make_person(session)
        pair = await sign_in(client, user, username=user.email, in_body=True)
        assert pair["refresh_token"]
        assert not client.cookies

    @pytest.mark.parametrize("username", ["known", "nobody-of-that-name"])
    async def test_says_the_same_for_a_wrong_password_and_an_unknown_name(self, client, session, username):
        user = await make_person(session)
        name = user.username if username == "known" else username
        answer = await client.post(LOGIN, json={"username": name, "password": "not this one"})
        assert problem_code(answer, 401) == "wrong_credentials"

    async def test_hashes_for_an_unknown_name_too(self, monkeypatch):
        monkeypatch.setattr(security, "_hasher", AS_SERVED)
        monkeypatch.setattr(security, "_nobodys_hash", cache(security._nobodys_hash.__wrapped__))
        await verify_password("not this one", None)
        started = time.process_time()
        assert await verify_password("not this one", None) is False
        assert time.process_time() - started > 0.02

    async def test_tells_an_inactive_account_only_to_who_knows_its_password(self, client, session):
        user = await make_person(session, is_active=False)
        right = await client.post(LOGIN, json={"username": user.username, "password": PASSWORD})
        wrong = await client.post(LOGIN, json={"username": user.username, "password": "not this one"})
        assert problem_code(right, 403) == "account_inactive"
        assert problem_code(wrong, 401) == "wrong_credentials"

    async def test_a_password_longer_than_bcrypt_reads_is_wrong_and_not_an_error(self, client, session):
        user = await make_person(session, password="x" * 72)
        answer = await client.post(LOGIN, json={"username": user.username, "password": "x" * 73})
        assert problem_code(answer, 401) == "wrong_credentials"

    async def test_counts_attempts_on_an_account_and_says_when_to_come_back(self, client, session):
        user = await make_person(session)
        for _ in range(10):
            await client.post(LOGIN, json={"username": user.username, "password": "not this one"})
        answer = await client.post(LOGIN, json={"username": user.email, "password": PASSWORD})
        assert problem_code(answer, 429) == "too_many_attempts"
        assert 0 < int(answer.headers["retry-after"]) <= 90

    async def test_a_stranger_locks_nobody_out(self, client, session, elsewhere, monkeypatch):
        user, mine = await make_person(session), {"device_id": str(uuid7())}
        await sign_in(client, user, **mine)
        monkeypatch.setattr("server.auth.service.verify_password", _never)
        async with elsewhere("2001:db8::1") as stranger:
            for number in range(30):
                stranger._transport.client = (f"2001:db8::{number:x}", 1)  # one network, which is one counter
                await stranger.post(LOGIN, json={"username": user.username, "password": "guess"})
            assert (await stranger.post(LOGIN, json={"username": user.username, "password": "guess"})).status_code == 429
        for _ in range(12):
            await client.post(LOGIN, json={"username": user.username, "password": "guess", "device_id": str(uuid7())})
        monkeypatch.undo()
        await sign_in(client, user, **mine)  # its own device, on the same network as somebody who guesses
        async with elsewhere("192.0.2.7") as somewhere:
            await sign_in(somewhere, user)  # and a new one, elsewhere

    async def test_success_forgives_earlier_mistakes(self, client, session):
        user = await make_person(session)
        for _ in range(3):
            for _ in range(5):
                await client.post(LOGIN, json={"username": user.username, "password": "not this one"})
            await sign_in(client, user)

    async def test_an_account_without_a_password_is_as_good_as_none(self, client, session):
        user = await make_person(session)
        user.password_hash = "!"
        await session.commit()
        answer = await client.post(LOGIN, json={"username": user.username, "password": "!"})
        assert problem_code(answer, 401) == "wrong_credentials"

    async def test_counts_attempts_from_an_address_over_all_accounts(self, client, monkeypatch):
        monkeypatch.setattr("server.auth.service.verify_password", _never)
        for number in range(100):
            await client.post(LOGIN, json={"username": f"somebody-{number}", "password": "x"})
        answer = await client.post(LOGIN, json={"username": "somebody-else", "password": "x"})
        assert problem_code(answer, 429) == "too_many_attempts"


async def _never(*_):
    return False


class TestForm:
    """OAuth2's password grant, as the founding document's own client and the Authorize button send it."""

    @pytest.mark.parametrize("encoding", [{"data": {}}, {"files": {}}])
    async def test_answers_what_a_client_of_oauth2_expects(self, client, session, encoding):
        user = await make_person(session)
        told = {"username": user.email, "password": PASSWORD, "grant_type": "password", "scope": "", "client_id": "swagger"}
        (how,) = encoding
        answer = await client.post(LOGIN, **{how: {name: (None, value) for name, value in told.items()} if how == "files" else told})
        assert answer.status_code == 200, answer.text
        pair = answer.json()
        assert (pair["token_type"], pair["expires_in"]) == ("bearer", 1800)
        assert (await client.get("/api/v1/auth/me", headers=bearer(pair))).json() == pair["user"]
        assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
        assert not client.cookies
        renewed = await client.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
        assert renewed.status_code == 200

    async def test_from_a_browser_signs_only_the_page_in_that_asked(self, client, session):
        user = await make_person(session)
        answer = await client.post(LOGIN, data={"username": user.username, "password": PASSWORD}, headers=SAME_ORIGIN)
        assert "refresh_token" not in answer.json()
        assert "set-cookie" not in answer.headers

    @pytest.mark.parametrize(
        ("told", "status", "code"),
        [
            ({"data": {"username": "ada"}}, 422, "invalid"),
            ({"data": {"username": "ada", "password": "guess"}}, 401, "wrong_credentials"),
            ({"data": {"username": "ada", "password": "x", "grant_type": "refresh_token"}}, 422, "grant_unsupported"),
            ({"content": "username=ada", "headers": {"content-type": "text/plain"}}, 415, "unsupported_media_type"),
            ({"content": "{", "headers": {"content-type": "application/json"}}, 422, "malformed_body"),
            ({"content": b"\xff", "headers": {"content-type": "application/json"}}, 422, "malformed_body"),
            ({"content": "--", "headers": {"content-type": "multipart/form-data"}}, 422, "malformed_body"),
        ],
    )
    async def test_refusals_are_problem_documents(self, client, told, status, code):
        assert problem_code(await client.post(LOGIN, **told), status) == code

    async def test_is_what_the_description_says(self, app):
        schema = app.openapi()
        (scheme,) = [one for one in schema["components"]["securitySchemes"].values() if one["type"] == "oauth2"]
        assert scheme["flows"]["password"]["tokenUrl"] == LOGIN
        body = schema["paths"][LOGIN]["post"]["requestBody"]["content"]
        assert set(body) == {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}


@pytest.fixture
def elsewhere(app):
    """A client at another address."""

    def at(address):
        transport = httpx2.ASGITransport(app=app, client=(address, 1))
        return httpx2.AsyncClient(transport=transport, base_url="https://etabli.test")

    return at


class TestAccessToken:
    async def test_is_refused_once_its_session_is_revoked_or_its_account_inactive(self, client, session):
        user = await make_person(session)
        pair = await sign_in(client, user)
        user.is_active = False
        await session.commit()
        assert problem_code(await client.get("/api/v1/auth/me", headers=bearer(pair)), 401) == "session_ended"

    @pytest.mark.parametrize("forgery", ["", "nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 5000])
    async def test_a_forged_one_is_refused(self, client, forgery):
        answer = await client.get("/api/v1/auth/me", headers={"authorization": f"Bearer {forgery}"})
        assert problem_code(answer, 401) == "not_signed_in"
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_another_algorithm_another_key_or_a_critical_header_is_refused(self, client, session, settings):
        from jose import jwt

        user = await make_person(session)
        pair = await sign_in(client, user)
        claims = jwt.get_unverified_claims(pair["access_token"])
        for forged in (
            jwt.encode(claims, settings.secret, algorithm="HS512"),
            jwt.encode(claims, "another key of sufficient length 0123", algorithm="HS256"),
            jwt.encode(claims, settings.secret, algorithm="HS256", headers={"crit": ["exp"]}),
            jwt.encode({**claims, "exp": int(now().timestamp()) - 1}, settings.secret, algorithm="HS256"),
            jwt.encode({**claims, "sid": "x"}, settings.secret, algorithm="HS256"),
        ):
            answer = await client.get("/api/v1/auth/me", headers={"authorization": f"Bearer {forged}"})
            assert answer.status_code == 401

    def test_expires(self):
        from uuid import uuid4

        claims = tokens.AccessClaims(user_id=uuid4(), session_id=uuid4())
        old = tokens.issue(claims, secret="s" * 32, lifetime=timedelta(seconds=-1))
        with pytest.raises(Exception, match="not_signed_in"):
            tokens.read(old, secret="s" * 32)


class TestMe:
    async def test_changes_language_and_the_language_of_problems(self, client_as):
        client = await client_as("technician", language="en")
        changed = await client.patch("/api/v1/auth/me", json={"language": "fr"})
        assert changed.json()["language"] == "fr"
        refusal = await client.get("/api/v1/users")
        assert refusal.json()["title"] == "Action non autorisée"

    async def test_a_device_that_shows_another_language_is_answered_in_that_one(self, client_as):
        client = await client_as("technician", language="fr")
        for accepted, title in (("en", "Not allowed"), ("en-GB, fr;q=0.5", "Not allowed"), ("de", "Action non autorisée")):
            refusal = await client.get("/api/v1/users", headers={"accept-language": accepted})
            assert refusal.json()["title"] == title

    async def test_does_not_change_the_role(self, client_as):
        client = await client_as("technician")
        answer = await client.patch("/api/v1/auth/me", json={"role": "admin"})
        assert problem_code(answer, 422) == "invalid"
        assert wrong_fields(answer) == {"role": "extra_forbidden"}


class TestPassword:
    async def test_changing_it_signs_out_the_other_devices_only(self, client, session):
        user = await make_person(session)
        lost = await sign_in(client, user)
        mine = await sign_in(client, user)
        body = {"current_password": PASSWORD, "new_password": "another good one"}
        assert (await client.post("/api/v1/auth/password", json=body, headers=bearer(mine))).status_code == 204
        assert (await client.get("/api/v1/auth/me", headers=bearer(mine))).status_code == 200
        assert (await client.get("/api/v1/auth/me", headers=bearer(lost))).status_code == 401
        assert (await client.post(LOGIN, json={"username": user.username, "password": PASSWORD})).status_code == 401

    async def test_asks_for_the_present_one_and_for_a_good_new_one(self, client, session):
        pair = await sign_in(client, await make_person(session))
        wrong = await client.post(
            "/api/v1/auth/password", headers=bearer(pair),
            json={"current_password": "guess", "new_password": "another good one"},
        )  # fmt: skip
        assert problem_code(wrong, 422) == "wrong_password"
        assert wrong_fields(wrong) == {"current_password": "wrong_password"}
        for new, code in (("short", "string_too_short"), ("é" * 37, "password_too_long")):
            answer = await client.post(
                "/api/v1/auth/password", headers=bearer(pair), json={"current_password": PASSWORD, "new_password": new}
            )
            assert wrong_fields(answer) == {"new_password": code}
