"""Who is reached: one browser by its endpoint, in the name of whoever is signed in there, for as long as they are."""

from uuid import uuid4

import pytest

from server.core.settings import Settings
from server.push import keys
from tests.push_service import Browser
from tests.server.auth.test_sign_in import bearer, sign_in
from tests.server.support import make_person, problem_code, wrong_fields

PATH = "/api/v1/push/subscriptions"
FCM = "https://fcm.googleapis.com"


def phone(name: str) -> Browser:
    return Browser(name, FCM, [])


async def key_of(person) -> str:
    answer = await person.get("/api/v1/push/key")
    assert answer.status_code == 200, answer.text
    return answer.json()["public_key"]


async def switch_on(person, browser, **more):
    answer = await person.put(PATH, json=browser.asked(await key_of(person), **more))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def devices(person) -> list[str]:
    return [found["device_name"] for found in (await person.get(PATH)).json()]


class TestDevices:
    async def test_two_phones_of_one_model_are_two_devices_and_the_same_one_said_again_is_one(self, client, session):
        user = await make_person(session)
        mine, other = [Bearing(client, await sign_in(client, user, device_id=str(uuid4()))) for _ in range(2)]
        named = {"device_name": "Chrome · Android"}
        first = await switch_on(mine, phone("a"), **named)
        assert await switch_on(mine, phone("a"), **named) == first
        await switch_on(other, phone("b"), **named)
        assert await devices(mine) == ["Chrome · Android"] * 2
        again = await switch_on(mine, phone("c"), **named)  # one browser has one: what it had before is dead, what waits goes here
        assert again["id"] == first["id"]
        assert [found["is_current"] for found in (await mine.get(PATH)).json()] == [True, False]

    async def test_a_phone_that_two_people_share_belongs_to_who_is_signed_in(self, client_as):
        shared = phone("shared")
        ana, ben = await client_as("technician"), await client_as("technician")
        before = await switch_on(ana, shared)
        after = await switch_on(ben, shared)
        assert await devices(ana) == []
        assert after["id"] != before["id"]  # what is on its way to Ana does not come to Ben
        assert (await ana.delete(f"{PATH}/{after['id']}")).status_code == 404
        assert (await ben.delete(f"{PATH}/{after['id']}")).status_code == 204

    @pytest.mark.parametrize("field", ["p256dh", "auth", "public_key"])
    async def test_keys_that_nothing_can_be_encrypted_for_are_refused(self, client_as, field):
        julien = await client_as("technician")
        asked = phone("a").asked(await key_of(julien)) | {field: "AAAA"}
        answer = await julien.put(PATH, json=asked)
        assert problem_code(answer, 422) == "push_keys_malformed"
        assert wrong_fields(answer).keys() == {field}

    async def test_an_address_that_is_no_push_service_is_refused(self, client_as):
        julien = await client_as("technician")
        asked = phone("a").asked(await key_of(julien), endpoint="https://10.0.0.1/admin")
        assert problem_code(await julien.put(PATH, json=asked), 422) == "push_endpoint_refused"


class Bearing:
    """The same client, with the token of another sign-in."""

    def __init__(self, client, pair):
        self._client, self._headers = client, bearer(pair)

    def __getattr__(self, verb):
        return lambda path, **more: getattr(self._client, verb)(path, headers=self._headers, **more)


async def end_by_signing_out(client, pair, admin, user):
    return await client.post("/api/v1/auth/logout", json={"refresh_token": pair["refresh_token"]})


async def end_one(client, pair, admin, user):
    held = (await client.get("/api/v1/auth/sessions", headers=bearer(pair))).json()[0]["id"]
    return await admin.delete(f"/api/v1/users/{user.id}/sessions/{held}")


async def end_all(client, pair, admin, user):
    return await admin.delete(f"/api/v1/users/{user.id}/sessions")


async def close_account(client, pair, admin, user):
    version = (await admin.get(f"/api/v1/users/{user.id}")).json()["version"]
    return await admin.patch(f"/api/v1/users/{user.id}", json={"version": version, "is_active": False})


async def reset_password(client, pair, admin, user):
    link = (await admin.post(f"/api/v1/users/{user.id}/password-link")).json()["url"]
    token = link.partition("token=")[2]
    return await client.post("/api/v1/auth/new-password", json={"token": token, "new_password": "another long passphrase"})


@pytest.mark.parametrize("end", [end_by_signing_out, end_one, end_all, close_account, reset_password])
async def test_who_is_signed_out_shut_out_or_closed_gets_nothing_more(client, client_as, session, end):
    user, admin = await make_person(session), await client_as("admin")
    pair = await sign_in(client, user, in_body=True)
    await switch_on(Bearing(client, pair), phone("lost"))
    assert await count(session) == 1
    answer = await end(client, pair, admin, user)
    assert answer.is_success, answer.text
    assert await count(session) == 0


async def count(session) -> int:
    return await session.fetchval("select count(*) from push_subscription")


class TestKeys:
    async def test_all_nodes_have_the_one_that_the_first_has_made(self, client_as):
        assert await key_of(await client_as("technician")) == await key_of(await client_as("admin"))

    async def test_another_is_made_when_asked_and_what_has_the_old_one_can_be_forgotten(self, client_as, session, settings):
        julien = await client_as("technician")
        old = await key_of(julien)
        await switch_on(julien, phone("a"))
        await keys.rotate(session, settings.secret)
        assert await key_of(julien) != old
        assert await count(session) == 1  # still reached by the old one
        await keys.rotate(session, settings.secret, at_once=True)
        assert await count(session) == 0

    async def test_one_that_the_server_can_no_longer_open_is_replaced(self, session):
        first = await keys.current(session, "a" * 40)
        assert (await keys.current(session, "a" * 40)).public == first.public
        assert (await keys.current(session, "b" * 40)).public != first.public


@pytest.mark.parametrize(
    ("told", "subject"),
    [
        ({"base_url": "https://gmao.example.com/"}, "https://gmao.example.com"),
        ({"base_url": "https://atelier.local"}, "https://example.org"),
        ({"base_url": "https://10.1.2.3"}, "https://example.org"),
        ({}, "https://example.org"),
        ({"mail_from": "GMAO <gmao@plant.example.com>", "base_url": "https://gmao.example.com"}, "mailto:gmao@plant.example.com"),
        ({"mail_from": "gmao@atelier.local"}, "https://example.org"),
        ({"push_subject": "mailto:it@plant.example.com"}, "mailto:it@plant.example.com"),
    ],
)
def test_the_subject_is_one_that_apple_takes(told, subject):
    assert Settings(_env_file=None, **told).vapid_subject == subject
