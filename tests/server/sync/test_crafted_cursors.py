"""Cursors that somebody has tampered with: whatever they hold, the answer is a page, from there on or from the start."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.core.database import Database, Session
from server.core.read_pool import ReadPool
from server.sync import pull
from server.sync.sources import ORDER
from shared_models.sync import PullPage
from tests.server.interventions.workshop import Workshop, open_workshop
from tests.server.sync.device import Device

pytestmark = pytest.mark.fresh_database
NUMBERS = st.integers() | st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**400, True])
ODDITIES = st.none() | NUMBERS | st.text(max_size=40) | st.floats() | st.just([]) | st.just({}) | st.uuids().map(str)
SWEEP = 9
PLACES = st.sampled_from(
    [(place,) for place in range(1, 10)] + [(5, 0, 0), (5, 0, 1)] + [(SWEEP, part) for part in range(7)],
)
Changes = list[tuple[tuple[int, ...], Any]]


def packed(plain: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def unpacked(cursor: str) -> list[Any]:
    return list(json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))


def tampered(cursor: str, changes: Changes) -> str:
    """A cursor of ours, in the middle of a sweep, with some of its parts replaced."""
    plain = unpacked(cursor)
    plain[SWEEP] = [plain[4], ORDER, 5, 0, None, 0, 9]
    for path, value in changes:
        part = plain
        for step in path[:-1]:
            part = part[step] if isinstance(part, list) and len(part) > step else []
        if isinstance(part, list) and len(part) > path[-1]:
            part[path[-1]] = value
    return packed(plain)


@pytest.fixture
async def answer_to(session: Session, database: Database) -> Callable[[Changes], Awaitable[bytes]]:
    shop: Workshop = await open_workshop(session)
    await session.commit()
    pool: ReadPool = database.pool
    device = Device(pool, shop.technician)
    await device.pull()

    async def answer(changes: Changes) -> bytes:
        assert device.cursor
        return (await pull.pull(pool, shop.technician, tampered(device.cursor, changes))).page

    return answer


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(PLACES, ODDITIES), max_size=4))
@example([((SWEEP, 4), "garbage")])
@example([((SWEEP, 4), "7"), ((SWEEP, 2), 5)])
@example([((SWEEP, 4), "01a209b9-500d-77e0-8241-bfb11903dac9"), ((SWEEP, 2), 0)])
@example([((SWEEP, 4), "٧"), ((SWEEP, 2), 0)])
@example([((SWEEP, 2), 99)])
@example([((SWEEP, 6), [])])
@example([((4,), 2**64), ((SWEEP,), None)])
async def test_never_break_a_pull(answer_to: Callable[[Changes], Awaitable[bytes]], changes: Changes) -> None:
    page = PullPage.model_validate_json(await answer_to(changes))
    assert page.cursor


async def test_are_answered_over_http_too(client_as: Any) -> None:
    technician = await client_as("technician")
    own = (await technician.get("/api/v1/sync/pull")).json()["cursor"]
    for value in ("garbage", "7", "\ud800", "\x00"):
        answer = await technician.get("/api/v1/sync/pull", params={"cursor": tampered(own, [((SWEEP, 4), value)])})
        assert (answer.status_code, answer.json()["reset"]) == (200, True), value
    machine = "01a209b9-500d-77e0-8241-bfb11903dac9"
    for keyset in (["0001-01-01T00:00:00+14:00", machine], ["2026-01-01T00:00:00Z", {}], [1, 2], {}, None):
        answer = await technician.get(f"/api/v1/equipment/{machine}/interventions", params={"cursor": packed(keyset)})
        assert answer.status_code in {404, 422}, keyset
