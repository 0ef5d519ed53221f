"""Parcels by web push, against a service that decrypts them: what each answer comes to, and what a plant without an internet does."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.clock import now
from server.core.storage import memory_storage
from server.outbox.carrying import Node, Parcel
from server.push import keys, reach, sending, service
from server.push.carrying import PushCarrier
from server.push.delivering import Delivering
from server.push.messages import MOST_BYTES, SHORT_BYTES, message, topic_of
from server.push.reach import Reachability
from shared_models.ids import uuid7
from shared_models.outbox import Channel, ParcelState
from tests.push_service import Browser, closed_port, push_service
from tests.server.push.test_subscriptions import PATH, key_of, switch_on

JOB = uuid7()
OVERDUE = {
    "kind": "maintenance_overdue", "title": "Overdue: Palettiseur 2", "message": "Lubrication, due on 24 November",
    "because": "You get this because the job is yours.", "path": f"/jobs/{JOB}", "thread": f"intervention:{JOB}", "priority": "high",
    "lang": "en", "actions": ["open", "snooze", "start"], "unread": 3,
}  # fmt: skip


@pytest.fixture
async def reached():
    async with push_service() as service:
        yield service


@pytest.fixture
def settings(settings, reached):
    return settings.model_copy(
        update={"push_hosts": (reached.origin, f"http://127.0.0.1:{NOBODY}"), "push_subject": "mailto:it@example.org"}
    )


NOBODY = closed_port()


class Post:
    """Carries to the browsers of one person."""

    def __init__(self, carrier: PushCarrier, person: Any) -> None:
        self.carrier, self.person = carrier, person
        self.held: dict[str, str] = {}

    async def carry(self, browser: Browser, **more: Any) -> Any:
        if browser.name not in self.held:
            self.held[browser.name] = (await switch_on(self.person, browser))["id"]
        return await self.again(browser, **more)

    async def again(self, browser: Browser, **more: Any) -> Any:
        notice, at = uuid7(), now()
        content = OVERDUE | {"notice_id": str(notice)} | more
        target = self.held[browser.name]
        parcel = Parcel(uuid7(), Channel.push, f"k:{notice}", target, self.person.user.id, notice, content, 1, at, at + timedelta(days=2))
        return await self.carrier.carry(parcel)

    async def devices(self) -> list[dict[str, Any]]:
        return (await self.person.get(PATH)).json()


@asynccontextmanager
async def posting(database, settings, person):
    async with sending.opened(settings) as sender:
        node = Node(database, memory_storage(), settings)
        carrier = PushCarrier(node, Delivering(database.pool, settings, sender), Reachability(database, patience=timedelta()))
        yield Post(carrier, person)


@pytest.fixture
async def post(database, settings, client_as):
    async with posting(database, settings, await client_as("technician")) as post:
        yield post


async def test_a_browser_reads_the_declarative_form_and_the_service_how_long_it_is_worth(post, reached):
    verdict = await post.carry(reached.browser())
    assert verdict.state is ParcelState.sent
    assert reached.faults == []
    [found] = reached.messages
    shown = found.said["notification"]
    assert found.said["web_push"] == 8030
    assert found.said["app_badge"] == "3"
    assert shown["title"] == "Overdue: Palettiseur 2"
    assert shown["body"] == "Lubrication, due on 24 November\nYou get this because the job is yours."
    assert shown["navigate"] == f"https://etabli.test/jobs/{JOB}?do=read&notice={shown['tag']}"
    assert [(action["action"], action["title"]) for action in shown["actions"]] == [
        ("open", "Show"), ("snooze", "Remind in 1\u00a0h"), ("start", "Start"),
    ]  # fmt: skip
    assert shown["actions"][1]["navigate"] == f"https://etabli.test/jobs/{JOB}?do=snooze&notice={shown['tag']}"
    assert shown["data"]["reader"] == str(post.person.user.id)
    assert (found.urgency, len(found.topic)) == ("high", 32)
    assert 172_790 < found.ttl <= 172_800
    assert found.claims["sub"] == "mailto:it@example.org"
    assert [device["reached_at"] is not None for device in await post.devices()] == [True]


async def test_a_newer_overdue_replaces_the_older_and_what_is_another_matter_does_not(post, reached):
    browser = reached.browser()
    for kind, thread in [
        ("maintenance_due", "job:1"),
        ("maintenance_overdue", "job:1"),
        ("maintenance_overdue", "job:2"),
        ("job_assigned", "job:1"),
    ]:
        await post.carry(browser, kind=kind, thread=thread)
    first, second, *others = (found.topic for found in reached.messages)
    assert first == second
    assert len({first, *others}) == 3


async def test_each_push_service_is_told_its_own_name(post, reached, database):
    async with push_service() as another:
        post.carrier._delivering._sender._named += (another.origin,)
        post.carrier._settings.push_hosts += (another.origin,)
        for service_ in (reached, another, reached):
            await post.carry(service_.browser())
        assert [found.claims["aud"] for found in (*reached.messages, *another.messages)] == [reached.origin] * 2 + [another.origin]
        assert reached.faults + another.faults == []


@pytest.mark.parametrize(
    ("script", "state", "after"),
    [
        ("429:120", ParcelState.waiting, timedelta(minutes=2)),
        ("503:7", ParcelState.waiting, timedelta(seconds=7)),
        ("500", ParcelState.waiting, None),
        ("redirect", ParcelState.waiting, None),
        ("404", ParcelState.gone, None),
        ("410", ParcelState.gone, None),
        ("400", ParcelState.given_up, None),
        ("401", ParcelState.given_up, None),
        ("403", ParcelState.given_up, None),
    ],
)
async def test_what_each_answer_comes_to(post, reached, script, state, after):
    harmless = reached.browser()
    verdict = await post.carry(browser := reached.browser(script))
    assert (verdict.state, verdict.after) == (state, after)
    devices = await post.devices()
    assert len(devices) == (0 if state is ParcelState.gone else 1)
    if devices:
        assert devices[0]["is_stale"] is (state is ParcelState.given_up)
        assert devices[0]["trouble"]
        browser.script = ["201"]
        assert (await post.again(browser)).state is ParcelState.sent
        assert (await post.devices())[0]["is_stale"] is False
    assert not [found for found in reached.messages if found.browser is harmless]  # no redirect is followed


async def test_a_service_that_names_an_hour_is_asked_again_then(post, reached):
    at = datetime.now(UTC) + timedelta(hours=1)
    verdict = await post.carry(reached.browser(f"429:{format_datetime(at, usegmt=True)}"))
    assert timedelta(minutes=59) < verdict.after <= timedelta(hours=1)


async def test_what_is_too_long_for_a_service_is_said_shorter_once(post, reached):
    verdict = await post.carry(reached.browser(most=1_100), message="Ölstand " * 150)
    assert verdict.state is ParcelState.sent
    long, short = reached.messages
    assert long.size > 1_100 >= short.size
    assert short.said["notification"]["body"].endswith("…")
    assert (await post.carry(reached.browser(most=10))).state is ParcelState.waiting
    assert len(reached.messages) == 4


async def test_a_slow_body_counts_by_its_status_and_silence_as_a_failure(post, reached, monkeypatch):
    monkeypatch.setattr(sending, "ENDING_SECONDS", 0.05)
    assert (await post.carry(reached.browser("slow"))).state is ParcelState.sent
    post.carrier._delivering._sender._http._timeout = sending.aiohttp.ClientTimeout(total=0.2)
    assert (await post.carry(reached.browser("silent"))).state is ParcelState.waiting


async def test_nothing_goes_to_who_has_signed_out(post, reached):
    await post.carry(browser := reached.browser())
    [held] = (await post.person.get("/api/v1/auth/sessions")).json()
    await post.person.delete(f"/api/v1/auth/sessions/{held['id']}")
    assert (await post.again(browser)).state is ParcelState.gone


async def test_after_another_key_the_old_one_still_reaches_until_the_app_subscribes_anew(post, reached, session, settings):
    browser = reached.browser()
    await post.carry(browser)
    browser.key = await key_of(post.person)
    await keys.rotate(session, settings.secret)
    assert (await post.again(browser)).state is ParcelState.sent
    anew = reached.browser()
    anew.key = await key_of(post.person)
    assert anew.key != browser.key
    assert (await post.carry(anew)).state is ParcelState.sent
    assert len(await post.devices()) == 1


async def test_with_another_secret_nothing_can_be_signed_until_the_app_subscribes_anew(post, reached):
    post.carrier._delivering._settings = post.carrier._settings.model_copy(
        update={"secret_key": type(post.carrier._settings.secret_key)("x" * 40)}
    )
    verdict = await post.carry(reached.browser())
    assert verdict.state is ParcelState.given_up
    assert [device["is_stale"] for device in await post.devices()] == [True]


class TestReach:
    async def test_a_server_without_an_internet_learns_so_tells_it_once_and_tries_now_and_then(self, post, reached, session, client_as):
        lost = Browser("lost", f"http://127.0.0.1:{NOBODY}", [])
        for _ in range(reach.MOST_FAILURES):
            verdict = await post.carry(lost)
            assert verdict.state is ParcelState.waiting
        assert (await service.reach(session)).lost_at
        admin = await client_as("admin")
        assert (await admin.get("/api/v1/push/status")).json()["trouble"] == "out_of_reach"
        assert (await post.person.get("/api/v1/push/key")).json()["trouble"] == "out_of_reach"
        waits = await post.carry(reached.browser())
        assert timedelta(minutes=25) < waits.after <= reach.PAUSE
        assert reached.messages == []  # the whole channel rests
        await session.run("update push_reach set next_at = now() - interval '1 second'")
        post.carrier._reach._asked_at = None
        assert (await post.again(next(iter(reached.browsers.values())))).state is ParcelState.sent
        assert (await service.reach(session)).lost_at is None
        assert (await admin.get("/api/v1/push/status")).json()["trouble"] is None
        causes = await session.fetch("select kind from notice_cause where subject = 'push' order by created_at, id")
        assert [row["kind"] for row in causes] == ["push_lost", "push_found"]

    async def test_a_service_that_answers_anything_is_within_reach(self, post, reached, session):
        lost = Browser("lost", f"http://127.0.0.1:{NOBODY}", [])
        for _ in range(reach.MOST_FAILURES):
            await post.carry(lost)
            await post.carry(reached.browser("500"))
        assert (await service.reach(session)).lost_at is None

    async def test_it_can_be_switched_off(self, post, reached, settings):
        post.carrier._settings = settings.model_copy(update={"push": False})
        assert (await post.carry(reached.browser())).state is ParcelState.withheld


class TestTrying:
    """“Send a test” says what went wrong, and where."""

    @pytest.mark.parametrize(
        ("script", "outcome"), [("201", "sent"), ("410", "gone"), ("403", "stale"), ("429", "busy"), ("redirect", "refused")]
    )
    async def test_says_what_the_service_has_answered(self, post, reached, script, outcome):
        held = await switch_on(post.person, browser := reached.browser(script))
        found = (await post.person.post(f"{PATH}/{held['id']}/test")).json()
        assert found == {"outcome": outcome, "host": "127.0.0.1", "status": 307 if script == "redirect" else int(script)}
        assert reached.messages[0].browser is browser
        assert reached.messages[0].said["notification"]["title"] == "Test notification"

    async def test_says_that_nobody_answers(self, post):
        held = await switch_on(post.person, Browser("lost", f"http://127.0.0.1:{NOBODY}", []))
        found = (await post.person.post(f"{PATH}/{held['id']}/test")).json()
        assert found == {"outcome": "unreachable", "host": "127.0.0.1", "status": None}


@given(
    title=st.text(max_size=300),
    body=st.text(max_size=4_000),
    because=st.text(max_size=500),
    most=st.sampled_from([MOST_BYTES, SHORT_BYTES]),
)
def test_whatever_it_says_it_is_small_and_whole(title, body, because, most):
    content = OVERDUE | {"title": title, "message": body, "because": because, "notice_id": str(JOB)}
    data = message(content, address="https://gmao.example.org", reader=UUID(int=1), most=most)
    shown = json.loads(data)["notification"]
    assert shown["navigate"].startswith(f"https://gmao.example.org/jobs/{JOB}?")
    assert len(data) <= most
    assert bool(shown["actions"]) is (most == MOST_BYTES)


@given(st.text())
def test_a_topic_is_as_long_as_it_may_be_and_safe(about):
    assert len(topic_of(about)) == 32
    assert set(topic_of(about)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
