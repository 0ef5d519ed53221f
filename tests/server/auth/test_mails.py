"""What accounts are told by mail, from the request to the reader, by a node that works and a mail server that takes."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.core.settings import Settings
from shared_models.ids import uuid7
from tests.server.auth.test_invitations import INVITATIONS, JOIN, KIM, LOOK, NEW_PASSWORD, RESET
from tests.server.auth.test_sign_in import LOGIN, sign_in
from tests.server.mail.sink import Sink, sink
from tests.server.support import PASSWORD, count_statements, make_person, make_site, problem_code, wrong_fields

FORGOT = "/api/v1/auth/forgot-password"
LINK = re.compile(r"https://gmao\.example\.org/[\w-]+\?token=([\w-]+)")
Mails = Callable[..., Any]


@pytest.fixture
async def server() -> AsyncIterator[Sink]:
    async with sink() as found:
        yield found


@pytest.fixture
def settings(server: Sink, tmp_path: Path, database_url: str, is_fresh: bool) -> Settings:
    return server.settings(data_dir=tmp_path, database_url=database_url, jobs=is_fresh)


@pytest.fixture
def mail_to(server: Sink) -> Mails:
    """The last of so many mails to an address, once they are there."""

    async def arrived(address: str, count: int = 1) -> EmailMessage:
        async with asyncio.timeout(20):
            while len(found := [mail for mail in server.got if mail["To"] == address]) < count:
                await asyncio.sleep(0.01)
        assert len(found) == count
        return found[-1]

    return arrived


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


def token_in(mail: EmailMessage) -> str:
    found = LINK.search(text_of(mail))
    assert found, text_of(mail)
    return found[1]


async def everything(session: Any) -> str:
    found = ""
    for table in ("outbox", "invitation", "password_link", "audit_log", "procrastinate_jobs"):
        found += str((await session.execute(sa.text(f"select * from {table}"))).all())
    return found


@pytest.mark.fresh_database
class TestInvitation:
    async def test_a_colleague_gets_it_in_their_language_and_is_in(self, client, client_as, session, mail_to):
        admin, site = await client_as("admin", language="en"), await make_site(session, "Lyon")
        asked = {"name": "Kim", "email": "kim@example.org", "language": "fr", "role": "technician", "site_ids": [str(site.id)]}
        made = await admin.post(INVITATIONS, json=asked)
        assert (made.status_code, made.json()["mailed"]) == (201, "leaves")
        mail = await mail_to("kim@example.org")
        assert mail["Subject"] == f"{admin.user.full_name} vous invite sur Établi"
        assert "Lyon" in text_of(mail)
        token = token_in(mail)
        assert made.json()["url"].endswith(token)
        assert token not in await everything(session)
        assert [row["email"] for row in (await admin.get(INVITATIONS)).json()] == ["kim@example.org"]
        assert (await client.post(LOOK, json={"token": token})).json()["email"] == "kim@example.org"
        assert (await client.post(JOIN, json={**KIM, "token": token})).status_code == 201
        assert (await client.post(LOGIN, json={"username": "kim", "password": PASSWORD})).status_code == 200
        assert problem_code(await client.post(JOIN, json={**KIM, "username": "eve", "token": token}), 410) == "link_spent"
        again = await admin.post(INVITATIONS, json=asked)
        assert (again.status_code, wrong_fields(again)) == (409, {"email": "already_exists"})

    async def test_one_that_is_taken_back_does_not_leave_any_more(self, client_as, session, server):
        admin = await client_as("admin")
        asked = {"email": "later@example.org", "role": "technician", "all_sites": True}
        made = (await admin.post(INVITATIONS, json=asked)).json()

        async def state(wanted: str) -> None:
            async with asyncio.timeout(20):
                while (
                    await session.scalar(sa.text("select concat(state, ' ', left(error, 3)) from outbox where target like 'later%'"))
                    != wanted
                ):
                    await session.rollback()
                    await asyncio.sleep(0.02)

        await state("waiting 451")
        assert (await admin.delete(f"{INVITATIONS}/{made['id']}")).status_code == 204
        await session.execute(sa.text("update outbox set next_at = now()"))
        await session.commit()
        await admin.post(INVITATIONS, json={**asked, "email": "kim@example.org"})  # the couriers wake
        await state("withheld ")


@pytest.mark.fresh_database
class TestForgottenPassword:
    async def test_the_newest_link_gives_a_new_one_once(self, client, session, mail_to, server):
        user = await make_person(session, username="max", email="max@example.org", language="fr")
        closed = await make_person(session, username="tom", email="tom@example.org", is_active=False)
        tokens = []
        for count, login in enumerate(["max", "MAX@example.org"], start=1):
            assert (await client.post(FORGOT, json={"username": login})).status_code == 202
            tokens.append(token_in(await mail_to("max@example.org", count)))
        await client.post(FORGOT, json={"username": closed.username})
        text = await everything(session)
        assert not [token for token in tokens if token in text]
        assert problem_code(await client.post(RESET, json={"token": tokens[0], "new_password": NEW_PASSWORD}), 410) == "link_spent"
        assert (await client.post(RESET, json={"token": tokens[1], "new_password": NEW_PASSWORD})).status_code == 204
        assert (await mail_to("max@example.org", 3))["Subject"] == "Votre mot de passe a été changé"
        assert problem_code(await client.post(RESET, json={"token": tokens[1], "new_password": PASSWORD}), 410) == "link_spent"
        assert (await client.post(LOGIN, json={"username": user.username, "password": NEW_PASSWORD})).status_code == 200
        assert "tom@example.org" not in server.by_reader()

    async def test_a_link_lasts_an_hour(self, client, session, mail_to):
        await make_person(session, username="max", email="max@example.org")
        await client.post(FORGOT, json={"username": "max"})
        token = token_in(await mail_to("max@example.org"))
        left = await session.scalar(sa.text("select expires_at - now() from password_link"))
        assert 3500 < left.total_seconds() <= 3600
        await session.execute(sa.text("update password_link set expires_at = now()"))
        await session.commit()
        assert problem_code(await client.post(RESET, json={"token": token, "new_password": NEW_PASSWORD}), 410) == "link_spent"

    async def test_an_administrator_sends_one(self, client_as, session, mail_to):
        user = await make_person(session, email="max@example.org", language="en")
        admin = await client_as("admin")
        link = (await admin.post(f"/api/v1/users/{user.id}/password-link", json={"by_mail": True})).json()
        mail = await mail_to("max@example.org")
        assert (link["mailed"], link["url"].partition("?token=")[2]) == ("leaves", token_in(mail))
        assert f"{admin.user.full_name} sends you a link" in text_of(mail)


class TestWhatStrangersLearn:
    async def test_known_and_unknown_names_are_answered_alike(self, client, session, database):
        """The request itself looks for nobody, and counts both alike."""
        user = await make_person(session)
        await client.post(FORGOT, json={"username": "first"})  # a connection's first statement takes others before it
        told = []
        for login in (user.username, "nobody", user.email, "nobody@example.org"):
            with count_statements(database) as statements:
                answers = [await client.post(FORGOT, json={"username": login}) for _ in range(6)]
            assert not [statement for statement in statements if " users" in statement]
            told.append(([answer.status_code for answer in answers], answers[0].content, len(statements)))
        assert told[0][0] == [202] * 5 + [429]
        assert told == [told[0]] * 4


@pytest.mark.fresh_database
async def test_a_sign_in_on_another_device_is_told_and_the_first_and_known_ones_are_not(client, session, mail_to, server):
    user = await make_person(session, email="max@example.org", language="en")
    phone, other = str(uuid7()), str(uuid7())
    for device, name in ((phone, "Pixel 9"), (phone, "Pixel 9"), (other, "Old PC\r\nBcc: eve@example.org"), (other, "Old PC")):
        await sign_in(client, user, device_id=device, device_name=name)
    mail = await mail_to("max@example.org")
    assert mail["Subject"].startswith("New sign-in to your account: Old PC")
    assert mail["Bcc"] is None
    text = text_of(mail)
    assert "127.0.0.1" in text
    assert "https://gmao.example.org/me" in text
    await sign_in(client, user)  # a program without an id
    await mail_to("max@example.org", 2)
    await sign_in(client, user)
    await asyncio.sleep(0.2)
    assert len(server.got) == 2
