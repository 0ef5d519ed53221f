"""What phones receive of the demonstration data, through the API, as its published accounts."""

import httpx2
import pytest
from pydantic import BaseModel

from server.core.storage import memory_storage
from server.demo import PASSWORD, load_demo
from shared_models.entities import ENTITIES


async def pulled(client: httpx2.AsyncClient, username: str) -> dict[str, list[BaseModel]]:
    login = {"username": username, "password": PASSWORD, "in_body": True}
    token = (await client.post("/api/v1/auth/login", json=login)).raise_for_status().json()["access_token"]
    found: dict[str, dict[str, BaseModel]] = {entity: {} for entity in ENTITIES}  # what one comes for first comes once more
    cursor, more = None, True
    while more:
        answer = await client.get(
            "/api/v1/sync/pull", params={"cursor": cursor} if cursor else {}, headers={"authorization": f"Bearer {token}"}
        )
        page = answer.raise_for_status().json()
        for change in page["changes"]:
            found[change["entity"]][change["id"]] = ENTITIES[change["entity"]].model_validate(change["row"])
        cursor, more = page["cursor"], page["more"]
    return {entity: list(rows.values()) for entity, rows in found.items()}


@pytest.mark.fresh_database
async def test_every_row_is_what_the_app_expects_and_each_account_sees_its_sites(client: httpx2.AsyncClient, database_url: str):
    await load_demo(database_url, storage=memory_storage())
    admin, supervisor, technician = [await pulled(client, name) for name in ("admin", "supervisor", "technician")]
    assert [len(view["site"]) for view in (admin, supervisor, technician)] == [3, 2, 1]
    assert len(admin["equipment"]) == len(admin["equipment_life"]) == 250
    assert len(admin["equipment_class"]) == 14
    assert len(admin["plan"]) > 450
    assert {row.site_id for row in technician["plan"]} == {row.id for row in technician["site"]}
    assert all(len(meter.readings) <= 30 for meter in technician["meter"])
    assert all(plan.upcoming[0] == min(plan.upcoming) for plan in admin["plan"] if plan.next_due)
    assert all(plan.occurrences for plan in admin["plan"] if plan.next_due)
    assert {row.site_id for row in technician["intervention"]} == {row.id for row in technician["site"]}
    mine = [job for job in technician["intervention"] if job.status == "in_progress"]
    assert any(action.ended_at is None for job in mine for action in job.actions)
