"""Reports that come by themselves: to whom, when, and by mail once."""

import asyncio
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from uuid import UUID

import pypdfium2
import pytest
from sqlalchemy import select

from server.core.clock import now
from server.mail.carrier import Post
from server.mail.letters import Sender, letter_of
from server.mail.messages import Envelope, text_of
from server.notifications.telling import tell_all
from server.outbox.carrying import SENT, Node, Parcel
from server.outbox.models import Posted
from server.reports.letters import LARGEST, lines
from server.reports.making import make
from server.reports.schedules import ask_due
from shared_models.ids import uuid7
from shared_models.outbox import Channel
from tests.server.kpis.history import machine, stop, utc
from tests.server.machines import API, make_site

SCHEDULES = f"{API}/reports/schedules"
DECEMBER = datetime(2025, 12, 1, 5, 30, tzinfo=UTC)
"""Half past six in Paris."""


@pytest.fixture
async def site(session):
    return await make_site(session, "Usine de Lyon", time_zone="Europe/Paris")


async def scheduled(client, **fields) -> dict:
    answer = await client.post(SCHEDULES, json={"people": [str(client.user.id)]} | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def since_october(session) -> None:
    await session.run("update report_schedule set done_until = '2025-11-01'")
    await session.commit()


async def asked(app, at: datetime) -> list[UUID]:
    async with app.state.database.session() as own:
        return await ask_due(own, at, kept_days=10)


class Kept:
    """In the place of a mail server: what it is given to send."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def send(self, sender, to, drawn):
        self.mails.append(drawn())
        return SENT


class TestDue:
    async def test_a_month_is_told_of_on_the_morning_after_once_and_after_an_outage_the_last_alone(self, client_as, app, session, site):
        reader = await client_as("supervisor", sites=[site.id], language="fr")
        await scheduled(reader, site_id=str(site.id))
        await since_october(session)
        assert await asked(app, DECEMBER - timedelta(hours=1)) == []
        [one] = await asked(app, DECEMBER)
        assert await asked(app, DECEMBER) == []
        [report] = (await reader.get(f"{API}/reports")).json()
        assert (report["id"], report["since"], report["until"]) == (str(one), "2025-11-01", "2025-11-30")
        assert report["title"] == "Lettre de la maintenance · novembre 2025"
        await asked(app, DECEMBER + timedelta(days=100))
        found = [each["since"] for each in (await reader.get(f"{API}/reports")).json()]
        assert found == ["2026-02-01", "2025-11-01"]

    async def test_paused_it_tells_nothing_and_going_on_not_of_what_was_meanwhile(self, client_as, app, session, site):
        reader = await client_as("admin")
        made = await scheduled(reader, every="week")
        paused = await scheduled(reader, id=made["id"], version=1, every="week", is_active=False)
        await since_october(session)
        assert await asked(app, DECEMBER) == []
        going = await scheduled(reader, id=made["id"], version=paused["version"], every="week")
        assert datetime.fromisoformat(going["done_until"]).date() > (now() - timedelta(days=9)).date()
        assert (await reader.delete(f"{SCHEDULES}/{made['id']}")).status_code == 204
        assert (await reader.get(SCHEDULES)).json() == []

    async def test_who_has_lost_the_site_or_left_gets_nothing(self, client_as, app, session, site):
        admin, left = await client_as("admin"), await client_as("supervisor", sites=[site.id])
        await scheduled(admin, site_id=str(site.id), people=[str(left.user.id), str(admin.user.id)])
        await since_october(session)
        await session.run("delete from user_site where user_id = $1", left.user.id)
        await session.commit()
        assert len(await asked(app, DECEMBER)) == 1
        assert len((await admin.get(f"{API}/reports")).json()) == 1


class TestWhose:
    async def test_a_reader_must_be_able_to_read_it(self, client_as, session, site):
        other = await make_site(session)
        admin, lead = await client_as("admin"), await client_as("supervisor", sites=[site.id])
        technician, stranger = await client_as("technician", sites=[site.id]), await client_as("supervisor", sites=[other.id])
        for unfit in (technician, stranger):
            answer = await admin.post(SCHEDULES, json={"site_id": str(site.id), "people": [str(unfit.user.id)]})
            assert (answer.status_code, answer.json()["code"]) == (422, "recipient_unfit")
        assert (await technician.get(SCHEDULES)).status_code == 403
        made = await scheduled(admin, site_id=str(site.id), people=[str(lead.user.id)])
        of_all = await scheduled(admin)
        assert [each["id"] for each in (await lead.get(SCHEDULES)).json()] == [made["id"]]
        assert (await stranger.get(SCHEDULES)).json() == []
        for foreign in (made, of_all):
            assert (await stranger.delete(f"{SCHEDULES}/{foreign['id']}")).status_code == 404
        assert (await lead.post(SCHEDULES, json={"people": [str(admin.user.id)]})).status_code == 403
        stale = {"id": made["id"], "version": 7, "site_id": str(site.id), "people": [str(lead.user.id)]}
        assert (await lead.post(SCHEDULES, json=stale)).status_code == 409


@pytest.mark.fresh_database
async def test_two_nodes_make_and_mail_a_letter_once(client_as, app, session, site, settings):
    reader = await client_as("supervisor", sites=[site.id], language="fr")
    one = await machine(session, site.id, hourly_downtime_cost=80)
    one.name = "Étiqueteuse " + "très longue " * 7
    await stop(session, one, utc("2025-11-04T08:00"), utc("2025-11-04T20:30"), title="Fuite d’huile " * 6)
    await stop(session, one, utc("2025-10-04T08:00"), utc("2025-10-04T09:00"))
    await scheduled(reader, site_id=str(site.id))
    await since_october(session)
    found = await asyncio.gather(asked(app, DECEMBER), asked(app, DECEMBER))
    [report_id] = [each for one_node in found for each in one_node]
    database, storage = app.state.database, app.state.storage
    await asyncio.gather(make(database, storage, report_id), make(database, storage, report_id))
    await asyncio.gather(tell_all(database), tell_all(database))
    [mail] = list(await session.scalars(select(Posted).where(Posted.channel == Channel.email)))
    assert mail.target == reader.user.email
    parcel = Parcel(
        mail.id, mail.channel, mail.key, mail.target, mail.user_id, mail.notice_id, mail.content, 1, mail.created_at, mail.expires_at
    )
    kept = Kept()
    await Post(Node(database, storage, settings), kept).carry(parcel)
    message = message_from_bytes(kept.mails[0], policy=policy.default)
    assert message["Subject"] == "Lettre de la maintenance · novembre 2025"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "programmé pour vous" in message.get_body(("plain",)).get_content()
    [enclosed] = message.iter_attachments()
    assert enclosed.get_filename() == "lettre-maintenance-2025-11-01-2025-11-30.pdf"
    with pypdfium2.PdfDocument(enclosed.get_content()) as document:
        pages = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    assert len(pages) == 2
    assert "11h30deplusquelapérioded’avant." in pages[0]
    assert "Fuited’huile" in pages[1]
    letter = letter_of(mail.content, Sender(settings.public_url, None))
    assert "PDF joint" in text_of(letter, Envelope(mail.id, settings.mail_sender, mail.target, mail.created_at, settings.public_url))


def test_what_is_too_large_for_a_mail_is_linked():
    report = {"pages": 500, "title": "t", "path": "/reports", "size_bytes": LARGEST + 1, "file_name": "a.pdf", "sha256": str(uuid7())}
    [line] = lines(report, "en")
    assert "file" not in line
    assert "500 pages" in line["message"]
