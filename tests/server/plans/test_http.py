"""Plans over HTTP and from devices: what is read, how often the database is asked, and commands that come twice."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.core import clock
from shared_models.ids import uuid7
from shared_models.plans.rows import MaintenanceTypeRow, PlanListItem, PlanRow, PreviewItem, TeamRow
from tests.server.machines import API, at, make_machine
from tests.server.support import make_person, make_site, problem_code, wrong_fields

SCHEDULED = f"{API}/maintenance/scheduled"


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def boss(client_as, site):
    return await client_as("admin", sites=[site.id])


@pytest.fixture
async def machine(boss, site):
    return await make_machine(boss, site.id)


def fields(machine: dict[str, Any], **more: Any) -> dict[str, Any]:
    today = clock.now().astimezone(ZoneInfo("Europe/Paris"))  # as the machine's site has it
    plain = {"equipment_id": machine["id"], "title": "Graisser", "frequency_type": "weekly", "frequency_value": 2, "basis": "fixed"}
    return plain | {"starts_on": f"{today:%Y-%m-%d}"} | more


async def make(client: Any, machine: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = fields(machine, plan_id=str(uuid7()), occurred_at=at(), **more)
    answer = await client.post(SCHEDULED, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_from_the_plan_to_the_next_date(boss, machine):
    plan = await make(boss, machine)
    path = f"{SCHEDULED}/{plan['id']}"
    job = (await boss.post(f"{path}/generate", json={"plan_id": plan["id"], "intervention_id": str(uuid7()), "occurred_at": at()})).json()
    assert (job["scheduled_maintenance_id"], job["original_due"], job["status"]) == (plan["id"], plan["next_due"], "pending")
    work = f"{API}/maintenance/interventions/{job['id']}"
    envelope = {"intervention_id": job["id"], "occurred_at": at()}
    assert (await boss.post(f"{work}/start", json=envelope | {"action_id": str(uuid7())})).status_code == 200
    assert (await boss.post(f"{work}/complete", json=envelope)).status_code == 200
    after = PlanRow.model_validate((await boss.get(path)).json())
    assert f"{after.next_due:%Y-%m-%dT%H:%M:%S}" == plan["upcoming"][1]
    history = (await boss.get(f"{path}/occurrences")).json()
    assert [(row["state"], row["outcome"], row["intervention_id"]) for row in history["items"]] == [("done", "on_time", job["id"])]
    listed = PlanListItem.model_validate((await boss.get(SCHEDULED)).json()["items"][0])
    assert (listed.id, listed.on_time, listed.judged, listed.equipment_name) == (after.id, 1, 1, machine["name"])


async def test_the_preview_says_why(boss, client_as, site, machine):
    answer = await boss.post(
        f"{SCHEDULED}/preview", json=fields(machine, frequency_type="monthly", frequency_value=1, starts_on="2026-01-31")
    )
    items = [PreviewItem.model_validate(item) for item in answer.json()]
    assert len(items) == 12
    assert all(item.reason.due == item.due for item in items)
    assert items[0].sentence.startswith("Every month → ")
    french = await client_as("supervisor", sites=[site.id], language="fr")
    told = (await french.post(f"{SCHEDULED}/preview", json=fields(machine, starts_on="2027-02-01"))).json()
    assert told[0]["sentence"] == "Toutes les 2 semaines → 1er février 2027."


async def test_teams_and_types(boss, machine, session, site):
    member = await make_person(session, "technician", sites=[site.id])
    stranger = await make_person(session, "technician", sites=[(await make_site(session)).id])
    team = {"team_id": str(uuid7()), "site_id": str(site.id), "name": "Équipe A", "member_ids": [str(member.id)], "occurred_at": at()}
    made = TeamRow.model_validate((await boss.post(f"{API}/teams", json=team)).json())
    assert (made.member_ids, made.version) == ([member.id], 1)
    assert problem_code(await boss.post(f"{API}/teams", json=team), 409) == "already_exists"
    assert problem_code(await boss.post(f"{API}/teams", json=team | {"team_id": str(uuid7())}), 409) == "name_taken"
    unfit = await boss.post(f"{API}/teams", json=team | {"version": 1, "member_ids": [str(stranger.id)]})
    assert problem_code(unfit, 422) == "team_member_unfit"
    assert (await boss.post(f"{API}/teams", json=team | {"version": 1, "member_ids": []})).json()["member_ids"] == []
    assert [row["name"] for row in (await boss.get(f"{API}/teams")).json()] == ["Équipe A"]
    kind = {"maintenance_type_id": str(uuid7()), "name": f"Graissage {uuid7().hex[-4:]}", "color": "#00AA55", "occurred_at": at()}
    MaintenanceTypeRow.model_validate((await boss.post(f"{API}/maintenance/types", json=kind)).json())
    assert problem_code(await boss.post(f"{API}/maintenance/types", json=kind | {"version": 4}), 409) == "stale_version"
    plan = await make(boss, machine, team_id=str(made.id), maintenance_type_id=kind["maintenance_type_id"])
    assert (await boss.get(SCHEDULED, params={"team_id": str(made.id)})).json()["items"][0]["id"] == plan["id"]


async def test_what_cannot_be_a_plan(boss, machine):
    refused = await boss.post(SCHEDULED, json=fields(machine, plan_id=str(uuid7()), occurred_at=at(), team_id=str(uuid7())))
    assert problem_code(refused, 422) == "plan_team_unfit"
    assert wrong_fields(refused).keys() == {"team_id"}


async def test_each_command_comes_twice_and_counts_once(boss, machine):
    plan_id, job_id = str(uuid7()), str(uuid7())
    on_plan = {"plan_id": plan_id}
    team = {"type": "team.write", "team_id": str(uuid7()), "site_id": machine["site_id"], "name": "Équipe B"}
    kind = {"type": "maintenance_type.write", "maintenance_type_id": str(uuid7()), "name": f"Contrôle {uuid7().hex[-4:]}"}
    first, second, third = await _dates(boss, machine)
    told = [
        team, kind,
        {"type": "plan.create", **on_plan, **fields(machine)},
        {"type": "plan.update", **on_plan, **fields(machine, title="Vidanger"), "version": 1},
        {"type": "plan.move_occurrence", **on_plan, "original_due": second, "to": second.replace("08:00", "09:00")},
        {"type": "plan.assign_occurrence", **on_plan, "original_due": third, "technician_id": str(boss.user.id)},
        {"type": "plan.skip_occurrence", **on_plan, "original_due": first, "reason": "Fermeture"},
        {"type": "plan.set_active", **on_plan, "is_active": False},
        {"type": "plan.set_active", **on_plan, "is_active": True},
        {"type": "plan.generate", **on_plan, "intervention_id": job_id},
    ]  # fmt: skip
    commands = [command | {"command_id": str(uuid7()), "occurred_at": at()} for command in told]
    push = {"device_id": str(uuid7()), "sent_at": at(), "commands": commands}
    answers = [(await boss.post(f"{API}/sync/push", json=push)).json()["results"] for _ in range(2)]
    assert [result["status"] for result in answers[0]] == ["applied"] * len(told), answers[0]
    assert answers[0] == answers[1]
    row = PlanRow.model_validate((await boss.get(f"{SCHEDULED}/{plan_id}")).json())
    assert [(one.state.value, one.due.hour) for one in row.occurrences] == [("skipped", 8), ("open", 9), ("planned", 8)]
    assert str(row.occurrences[1].intervention_id) == job_id


async def _dates(boss: Any, machine: dict[str, Any]) -> list[str]:
    return [item["due"] for item in (await boss.post(f"{SCHEDULED}/preview", json=fields(machine))).json()[:3]]


@pytest.mark.parametrize("due", [
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59", "2199-12-31T23:30:00Z", "2026-12-01T23:59:60Z", 1_732_100_000, "1732100000",
    True, "P1D",
])  # fmt: skip
async def test_a_first_date_that_is_none_is_named_once(boss, machine, due):
    told = fields(machine, next_due_date=due)
    alone = {name: value for name, value in told.items() if name != "starts_on"}
    for body in (alone, told):
        answer = (await boss.post(SCHEDULED, json=body)).json()
        assert answer["status"] == 422
        assert [error["field"] for error in answer["errors"]] == ["next_due_date"]
