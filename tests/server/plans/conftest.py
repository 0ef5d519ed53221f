import pytest

from tests.server.plans.planner import Planner, open_planner


@pytest.fixture
async def planner(session, monkeypatch) -> Planner:
    return await open_planner(session, monkeypatch)
