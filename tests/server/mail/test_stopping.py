"""The address in a mail by which its reader gets no more of its kind, signed in or not."""

import sqlalchemy as sa

from server.mail.letters import Sender
from server.mail.stopping import url_of
from tests.server.support import make_person

KIND = "maintenance_overdue"
CHOSEN = sa.text("select is_email_enabled from alert_settings where user_id = :user and alert_type = :kind")


async def test_whoever_opens_it_is_asked_and_whoever_posts_is_obeyed(client, session, settings):
    user = await make_person(session)
    url = url_of(Sender.of(settings), user.id, KIND).removeprefix(settings.public_url)
    shown = await client.get(url, headers={"accept-language": "fr"})
    assert (shown.status_code, "Ne plus recevoir ces e-mails" in shown.text) == (200, True)
    assert await session.scalar(CHOSEN, {"user": user.id, "kind": KIND}) is None
    one_click = {"content": "List-Unsubscribe=One-Click", "headers": {"content-type": "application/x-www-form-urlencoded"}}
    for _ in range(2):
        assert (await client.post(url, **one_click)).status_code == 200
    assert await session.scalar(CHOSEN, {"user": user.id, "kind": KIND}) is False


async def test_who_may_not_choose_is_not_told_that_it_is_over(client, client_as, session, settings):
    decided = {"kinds": {KIND: {"email": True, "is_fixed": True}}}
    assert (await (await client_as("admin")).put("/api/v1/notifications/defaults?role=technician", json=decided)).status_code == 200
    user = await make_person(session, role="technician")
    for kind, answer in ((KIND, "These mails go on"), ("digest", "These mails go on"), ("low_stock", "You get no more of them")):
        url = url_of(Sender.of(settings), user.id, kind).removeprefix(settings.public_url)
        assert answer in (await client.post(url)).text


async def test_nobody_stops_the_mails_of_others(client, session, settings):
    user, other = await make_person(session), await make_person(session)
    signature = url_of(Sender.of(settings), user.id, KIND).rpartition(".")[2]
    for token in (f"{other.id.hex}.{KIND}.{signature}", f"{user.id.hex}.low_stock.{signature}", "x", f"{user.id.hex}.{KIND}.", "é.é.é"):
        assert (await client.post(f"/mail/stop/{token}")).status_code == 404
    assert await session.scalar(sa.text("select count(*) from alert_settings")) == 0
