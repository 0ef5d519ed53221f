"""The HTTP side: lists, sheets, histories, and a job from its creation to its validation."""

from typing import Any
from uuid import UUID

import pytest

from server.core.clock import now
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import InterventionStatus, State
from shared_models.interventions.rows import HistoryEntry, InterventionRow, RevisionRead
from tests.server.interventions.workshop import Workshop, open_workshop
from tests.server.support import problem_code, wrong_fields

BASE = "/api/v1/maintenance/interventions"


@pytest.fixture
async def shop(session) -> Workshop:
    return await open_workshop(session)


def body(job: UUID, **fields: Any) -> dict[str, Any]:
    return {"intervention_id": str(job), "occurred_at": now().isoformat(), **fields}


async def test_a_job_from_request_to_revision(shop: Workshop, client_as: Any) -> None:
    technician = await client_as("technician", sites=[shop.site.id])
    supervisor = await client_as("supervisor", sites=[shop.site.id])
    job, action = uuid7(), str(uuid7())
    made = await technician.post(BASE, json=body(job, equipment_id=str(shop.machine.id), title="Oil leak", description="Under the pump"))
    assert made.status_code == 201
    assert InterventionRow.model_validate(made.json()).model_dump(mode="json") == made.json()
    steps = [
        (technician, "POST", f"/{job}/start", {"action_id": action}),
        (technician, "POST", f"/{job}/notes", {"note_id": str(uuid7()), "text": "Seal is worn"}),
        (technician, "POST", f"/{job}/actions/{action}/end", {"action_id": action}),
        (technician, "POST", f"/{job}/hold", {"reason": "No part"}),
        (technician, "POST", f"/{job}/start", {"action_id": str(uuid7())}),
        (technician, "POST", f"/{job}/complete", {"work_performed": "Seal changed", "worked_minutes": 25}),
        (supervisor, "POST", f"/{job}/return", {"reason": "Guard?"}),
        (technician, "POST", f"/{job}/complete", {}),
        (supervisor, "PUT", f"/{job}/validate", {}),
        (supervisor, "POST", f"/{job}/revise", {"reason": "Typo", "version": 10, "work_performed": "Seal replaced"}),
    ]
    for client, method, path, fields in steps:
        answer = await client.request(method, BASE + path, json=body(job, **fields))
        assert answer.status_code in {200, 201}, (path, answer.text)
    sheet = InterventionRow.model_validate(answer.json())
    assert (sheet.is_validated, sheet.revision, sheet.work_performed, sheet.version) == (True, 1, "Seal replaced", 11)
    assert (await technician.get(f"{BASE}/{job}")).json() == answer.json()

    history = [HistoryEntry.model_validate(entry) for entry in (await technician.get(f"{BASE}/{job}/history")).json()]
    assert [entry.action.removeprefix("intervention.") for entry in reversed(history)] == [
        "created", "started", "note_added", "action_ended", "held", "started", "completed", "returned", "completed", "validated", "revised",
    ]  # fmt: skip
    [revision] = [RevisionRead.model_validate(entry) for entry in (await technician.get(f"{BASE}/{job}/revisions")).json()]
    assert revision.snapshot["work_performed"] == ""
    assert revision.by == supervisor.user.full_name


async def test_refusals(shop: Workshop, client_as: Any) -> None:
    technician = await client_as("technician", sites=[shop.site.id])
    job = await shop.job_in(State(InterventionStatus.completed))
    assert problem_code(await technician.put(f"{BASE}/{job}/validate", json=body(job)), 403) == "forbidden"
    answer = await technician.post(f"{BASE}/{job}/hold", json=body(job, reason="x"))
    assert problem_code(answer, 409) == "not_allowed_now"
    assert shop.technician.label in answer.json()["detail"]
    assert problem_code(await technician.post(f"{BASE}/{job}/hold", json=body(uuid7(), reason="x")), 422) == "other_id_sent"
    bad = await technician.post(f"{BASE}/{job}/complete", json=body(job, worked_minutes=-3))
    assert list(wrong_fields(bad)) == ["worked_minutes"]


async def test_other_sites_are_not_there(shop: Workshop, client_as: Any) -> None:
    elsewhere = next(iter(shop.stranger.site_ids or ()))
    stranger = await client_as("supervisor", sites=[elsewhere])
    job = await shop.create()
    for path in ("", "/history", "/revisions"):
        assert problem_code(await stranger.get(f"{BASE}/{job}{path}"), 404) == "not_found"
    for path in ("interventions", "repeat"):
        assert problem_code(await stranger.get(f"/api/v1/equipment/{shop.machine.id}/{path}"), 404) == "not_found"
    assert problem_code(await stranger.post(f"{BASE}/{job}/cancel", json=body(job, reason="x")), 404) == "not_found"
    assert (await stranger.get(BASE)).json()["total"] == 0


async def test_the_list_is_searched_and_sorted_as_people_do(shop: Workshop, client_as: Any) -> None:
    client = await client_as("supervisor", sites=[shop.site.id])
    pump = await shop.create(title="Fuite d’huile")
    belt = await shop.create(title="Courroie usée", priority="urgent", intervention_type="preventive")
    number = (await shop.sheet(belt)).number
    expected: list[tuple[dict[str, Any], list[UUID]]] = [
        ({}, [belt, pump]),
        ({"sort": "-priority"}, [belt, pump]),
        ({"production_line_id": str(uuid7())}, []),
        ({"search": "usee COURROIE"}, [belt]),
        ({"search": "huile pump"}, [pump]),
        ({"search": number}, [belt]),
        ({"search": "100%"}, []),
    ]
    for query, found in expected:
        page = (await client.get(BASE, params=query)).json()
        assert ([item["id"] for item in page["items"]], page["total"]) == ([str(job) for job in found], len(found)), query


async def test_a_failure_that_comes_back_is_noticed(shop: Workshop, client_as: Any) -> None:
    client = await client_as("technician", sites=[shop.site.id])
    path = f"/api/v1/equipment/{shop.machine.id}/repeat"
    assert (await client.get(path)).json() is None
    for _ in range(2):
        await shop.job_in(State(InterventionStatus.completed))
    notice = (await client.get(path)).json()
    assert (notice["count"], notice["last_fix_held_days"]) == (3, 0)
    assert (await client.get(path, params={"mode_id": str(uuid7())})).json() is None
