"""Meters and their readings through the API, for tests."""

from typing import Any

import httpx2

from shared_models.ids import uuid7
from tests.server.machines import API, at

Client = httpx2.AsyncClient
Json = dict[str, Any]


async def make_meter(client: Client, equipment_id: str, **fields: Any) -> Json:
    body = {"meter_id": str(uuid7()), "equipment_id": equipment_id, "name": f"Heures {uuid7().hex[-6:]}", "unit": "h", "occurred_at": at()}
    answer = await client.post(f"{API}/meters", json=body | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read(client: Client, meter: Json, value: float, *, days_ago: float = 0, **fields: Any) -> httpx2.Response:
    body = {"meter_id": meter["id"], "reading_id": str(uuid7()), "value": value, "read_at": at(days=days_ago), "occurred_at": at()}
    return await client.post(f"{API}/meters/{meter['id']}/readings", json=body | fields)


async def reset(client: Client, meter: Json, final: float, start: float = 0, *, days_ago: float = 0, **fields: Any) -> httpx2.Response:
    body = {"meter_id": meter["id"], "reset_id": str(uuid7()), "final_value": final, "start_value": start, "occurred_at": at(days=days_ago)}
    return await client.post(f"{API}/meters/{meter['id']}/resets", json=body | fields)


async def void(client: Client, meter: Json, reading_id: str) -> httpx2.Response:
    body = {"meter_id": meter["id"], "reading_id": reading_id, "occurred_at": at(), "reason": "Erreur"}
    return await client.post(f"{API}/meters/{meter['id']}/readings/{reading_id}/void", json=body)


async def meter_now(client: Client, meter: Json) -> Json:
    answer = await client.get(f"{API}/meters/{meter['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def totals(meter: Json) -> list[float]:
    """Oldest first."""
    return [reading["total"] for reading in reversed(meter["readings"])]


def done(answer: httpx2.Response, status: int = 201) -> Json:
    assert answer.status_code == status, answer.text
    return answer.json()
