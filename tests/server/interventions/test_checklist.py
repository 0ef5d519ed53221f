"""A job's checklist through HTTP: each kind of step, its limits, what is refused, and what a job must have to be closed."""

from typing import Any
from uuid import UUID

import pytest

from server.core.clock import now
from server.interventions.models import Intervention
from server.plans.models import Team
from shared_models.checklists.rows import AnswerRow, StepState
from shared_models.ids import uuid7
from shared_models.interventions.rows import InterventionRow
from tests.server.interventions.workshop import Workshop, open_workshop
from tests.server.support import problem_code, wrong_fields

BASE = "/api/v1/maintenance/interventions"
TEMPLATES = "/api/v1/maintenance/checklists"
STROKE = "M1,2 L3,4 L5,6"


def step(kind: str, title: str, **fields: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "kind": kind, "title": title, **fields}


STEPS = [
    step("check", "Capots en place"),
    step("pass_fail", "Arrêt d’urgence"),
    step("number", "Pression", unit="bar", low=5, high=7),
    step("choice", "État de la courroie", options=["Bon", "Usé", "Rompu"], bad_options=["Rompu"]),
    step("text", "Remarque", is_required=False),
    step("photo", "Photo du carter"),
    step("meter", "Heures", unit="h"),
    step("signature", "Visa"),
    step("pass_fail", "Fuite", needs_photo=True, is_required=False),
]
IDS = {item["title"]: item["id"] for item in STEPS}


def stamped(**fields: Any) -> dict[str, Any]:
    return {"occurred_at": now().isoformat(), **fields}


class Floor:
    """A job with the checklist, in progress, and its technician."""

    def __init__(self, shop: Workshop, person: Any, job: UUID) -> None:
        self.shop, self.person, self.job = shop, person, job

    async def put(self, title: str, state: str | None = "done", person: Any = None, **fields: Any) -> Any:
        step_id = IDS.get(title, title)
        body = stamped(intervention_id=str(self.job), step_id=step_id, answer_id=str(uuid7()), state=state) | fields
        return await (person or self.person).put(f"{BASE}/{self.job}/answers/{step_id}", json=body)

    async def answer(self, title: str, state: str | None = "done", **fields: Any) -> AnswerRow | None:
        told = await self.put(title, state, **fields)
        assert told.status_code == 200, told.text
        sheet = InterventionRow.model_validate(told.json())
        return next((answer for answer in sheet.answers if str(answer.step_id) == IDS[title]), None)

    async def complete(self, **fields: Any) -> Any:
        return await self.person.post(f"{BASE}/{self.job}/complete", json=stamped(intervention_id=str(self.job)) | fields)

    async def meter(self, planner: Any, name: str = "Compteur horaire") -> str:
        meter_id = str(uuid7())
        body = stamped(meter_id=meter_id, equipment_id=str(self.shop.machine.id), name=name, unit="h", most_per_day=24)
        made = await planner.post("/api/v1/meters", json=body)
        assert made.status_code == 201, made.text
        return meter_id


@pytest.fixture
async def shop(session: Any) -> Workshop:
    return await open_workshop(session)


@pytest.fixture
async def planner(shop: Workshop, client_as: Any) -> Any:
    return await client_as("supervisor", sites=[shop.site.id])


async def write(planner: Any, checklist_id: str, **fields: Any) -> Any:
    body = stamped(checklist_id=checklist_id, name="Graissage mensuel", steps=STEPS) | fields
    return await planner.put(f"{TEMPLATES}/{checklist_id}", json=body)


@pytest.fixture
async def checklist(planner: Any) -> str:
    checklist_id = str(uuid7())
    assert (await write(planner, checklist_id)).status_code == 200
    return checklist_id


@pytest.fixture
async def floor(shop: Workshop, client_as: Any, checklist: str) -> Floor:
    person = await client_as("technician", sites=[shop.site.id])
    job = uuid7()
    asked = stamped(intervention_id=str(job), equipment_id=str(shop.machine.id), title="Graissage", checklist_id=checklist)
    made = await person.post(BASE, json=asked | {"action_id": str(uuid7())})
    assert made.status_code == 201, made.text
    return Floor(shop, person, job)


class TestTemplates:
    async def test_every_version_is_kept(self, planner: Any, checklist: str) -> None:
        new = [*STEPS[:2], step("check", "Nouvelle")]
        told = await write(planner, checklist, version=1, name="Graissage", steps=new)
        assert (told.json()["version"], len(told.json()["steps"])) == (2, 3)
        assert (await planner.get(f"{TEMPLATES}/{checklist}")).json() == told.json()
        versions = (await planner.get(f"{TEMPLATES}/{checklist}/versions")).json()
        assert [(v["version"], v["name"], len(v["steps"])) for v in versions] == [(2, "Graissage", 3), (1, "Graissage mensuel", len(STEPS))]
        assert {v["by"] for v in versions} == {planner.user.full_name}
        assert checklist in {row["id"] for row in (await planner.get(TEMPLATES)).json()}

    async def test_two_who_write_at_once(self, planner: Any, checklist: str) -> None:
        assert problem_code(await write(planner, checklist), 409) == "already_exists"
        assert (await write(planner, checklist, version=1)).status_code == 200
        assert problem_code(await write(planner, checklist, version=1), 409) == "stale_version"
        assert problem_code(await write(planner, str(uuid7()), version=1), 404) == "not_found"

    @pytest.mark.parametrize("wrong", [
        step("number", "Pression", low=3, high=2),
        step("choice", "État", options=["Bon"]),
        step("choice", "État", options=["Bon", "Usé"], bad_options=["Rompu"]),
        STEPS[0],
    ])  # fmt: skip
    async def test_what_makes_no_sense(self, planner: Any, wrong: dict[str, Any]) -> None:
        checklist_id = str(uuid7())
        assert (await write(planner, checklist_id, steps=[STEPS[0], wrong])).status_code == 422
        assert (await planner.get(f"{TEMPLATES}/{checklist_id}")).status_code == 404

    async def test_a_job_keeps_the_version_it_was_made_with(self, floor: Floor, planner: Any, checklist: str) -> None:
        before = (await planner.get(f"{BASE}/{floor.job}")).json()["checklist"]
        assert (before["version"], before["name"], len(before["steps"])) == (1, "Graissage mensuel", len(STEPS))
        await write(planner, checklist, version=1, name="Autre", steps=STEPS[:1])
        assert (await planner.get(f"{BASE}/{floor.job}")).json()["checklist"] == before
        assert (await floor.answer("Visa", value=STROKE)) is not None


class TestKinds:
    async def test_each_kind_keeps_what_it_asks_for(self, floor: Floor) -> None:
        picture = str(await floor.shop.picture())
        cases: dict[str, dict[str, Any]] = {
            "Capots en place": {}, "Arrêt d’urgence": {"state": "failed"}, "Pression": {"value": 6.5},
            "État de la courroie": {"value": "Usé"}, "Remarque": {"value": "Bruit à froid"}, "Photo du carter": {"photo_id": picture},
            "Visa": {"value": STROKE}, "Fuite": {"state": "failed", "photo_id": picture, "value": "ignored"},
        }  # fmt: skip
        for title, fields in cases.items():
            told = await floor.answer(title, **fields)
            assert told is not None
            assert told.user_id == floor.person.user.id
            expected = None if title == "Fuite" else fields.get("value")
            assert (told.state, told.value, str(told.photo_id)) == (fields.get("state", "done"), expected, str(fields.get("photo_id")))

    @pytest.mark.parametrize(("value", "state"), [(5, "done"), (7.0, "done"), (4.99, "failed"), (7.01, "failed"), (0, "failed")])
    async def test_limits_judge_whatever_was_tapped(self, floor: Floor, value: float, state: str) -> None:
        told = await floor.answer("Pression", value=value)
        assert told is not None
        assert (told.state, told.value) == (state, value)

    async def test_a_bad_option_has_failed(self, floor: Floor) -> None:
        told = await floor.answer("État de la courroie", value="Rompu")
        assert told is not None
        assert told.state is StepState.failed

    async def test_a_step_may_not_apply_or_be_skipped_with_a_reason(self, floor: Floor) -> None:
        told = await floor.answer("Pression", "na", value=6)
        assert told is not None
        assert (told.state, told.value) == (StepState.na, None)
        told = await floor.answer("Photo du carter", "skipped", reason="Appareil en charge")
        assert told is not None
        assert told.reason == "Appareil en charge"
        assert (await floor.put("Visa", "skipped")).status_code == 422

    @pytest.mark.parametrize(("title", "fields", "code"), [
        ("Pression", {}, "step_value_missing"),
        ("Pression", {"value": "six"}, "step_value_unfit"),
        ("État de la courroie", {"value": "Neuf"}, "step_value_unfit"),
        ("Remarque", {"value": "  "}, "step_value_missing"),
        ("Visa", {"value": "<svg/>"}, "step_value_unfit"),
        ("Photo du carter", {}, "step_photo_missing"),
        ("Fuite", {"state": "failed"}, "step_photo_missing"),
        ("Photo du carter", {"photo_id": "00000000-0000-7000-8000-000000000002"}, "photo_missing"),
        ("00000000-0000-7000-8000-000000000001", {}, "step_unknown"),
    ])  # fmt: skip
    async def test_what_does_not_answer_the_step(self, floor: Floor, title: str, fields: dict[str, Any], code: str) -> None:
        assert problem_code(await floor.put(title, **{"state": "done"} | fields), 422) == code
        assert (await floor.person.get(f"{BASE}/{floor.job}")).json()["answers"] == []

    async def test_no_null_character_reaches_the_database(self, floor: Floor) -> None:
        assert (await floor.put("Remarque", value="a\x00b")).status_code == 422

    async def test_a_photo_of_another_site_is_none(self, floor: Floor) -> None:
        elsewhere = next(iter(floor.shop.stranger.site_ids or ()))
        picture = await floor.shop.picture(elsewhere)
        assert problem_code(await floor.put("Photo du carter", photo_id=str(picture)), 422) == "photo_missing"


class TestMeters:
    async def readings(self, planner: Any, meter: str) -> list[float]:
        page = (await planner.get(f"/api/v1/meters/{meter}/readings")).json()
        return [reading["value"] for reading in page["items"]]

    async def test_a_meter_step_is_a_reading_too(self, floor: Floor, planner: Any) -> None:
        meter, reading = await floor.meter(planner), str(uuid7())
        told = await floor.answer("Heures", value=120, reading_id=reading)
        assert told is not None
        assert str(told.reading_id) == reading
        assert await self.readings(planner, meter) == [120]

    async def test_a_corrected_answer_takes_the_mistaken_reading_back(self, floor: Floor, planner: Any) -> None:
        meter = await floor.meter(planner)
        await floor.answer("Heures", value=1200, reading_id=str(uuid7()))
        told = await floor.put("Heures", value=120, reading_id=str(uuid7()), person=planner)
        assert told.status_code == 200, told.text
        assert await self.readings(planner, meter) == [120]
        assert await floor.answer("Heures", None) is None
        assert await self.readings(planner, meter) == []

    async def test_what_looks_wrong_is_refused_with_the_answer_until_confirmed(self, floor: Floor, planner: Any) -> None:
        meter = await floor.meter(planner)
        earlier = stamped(meter_id=meter, reading_id=str(uuid7()), value=100, read_at=now().isoformat())
        assert (await planner.post(f"/api/v1/meters/{meter}/readings", json=earlier)).status_code == 201
        assert problem_code(await floor.put("Heures", value=9_000), 422) == "implausible_reading"
        assert (await floor.person.get(f"{BASE}/{floor.job}")).json()["answers"] == []
        assert await floor.answer("Heures", value=9_000, is_confirmed=True) is not None
        assert sorted(await self.readings(planner, meter)) == [100, 9_000]

    async def test_of_several_meters_the_chosen_one_is_read(self, floor: Floor, planner: Any) -> None:
        usual, other = await floor.meter(planner), await floor.meter(planner, "Heures du groupe froid")
        await floor.answer("Heures", value=120, reading_id=str(uuid7()), meter_id=other)
        assert (await self.readings(planner, usual), await self.readings(planner, other)) == ([], [120])

    async def test_without_a_meter_the_answer_stands_alone(self, floor: Floor) -> None:
        told = await floor.answer("Heures", value=120)
        assert told is not None
        assert (told.value, told.reading_id) == (120, None)


class TestReplacing:
    async def test_the_last_answer_counts_and_the_former_is_in_the_history(self, floor: Floor) -> None:
        await floor.answer("Pression", value=4)
        told = await floor.answer("Pression", value=6)
        assert told is not None
        assert told.state is StepState.done
        sheet = InterventionRow.model_validate((await floor.person.get(f"{BASE}/{floor.job}")).json())
        assert len(sheet.answers) == 1
        newest = (await floor.person.get(f"{BASE}/{floor.job}/history")).json()[0]
        assert newest["action"] == "intervention.step_answered"
        was, became = newest["changes"]["step.Pression"]
        assert (was["state"], was["value"], became["state"], became["value"]) == ("failed", 4, "done", 6)

    async def test_an_answer_is_taken_back(self, floor: Floor) -> None:
        await floor.answer("Capots en place")
        assert await floor.answer("Capots en place", None) is None

    async def test_the_same_request_twice_is_one_answer(self, floor: Floor) -> None:
        answer_id = str(uuid7())
        for _ in range(2):
            told = await floor.answer("Capots en place", answer_id=answer_id)
            assert str(told and told.id) == answer_id
        assert problem_code(await floor.put("Arrêt d’urgence", answer_id=answer_id), 409) == "already_exists"


class TestWho:
    async def test_only_who_may_work_on_a_job_in_progress(self, floor: Floor, client_as: Any, planner: Any) -> None:
        colleague = await client_as("technician", sites=[floor.shop.site.id])
        stranger = await client_as("supervisor", sites=[next(iter(floor.shop.stranger.site_ids or ()))])
        given = stamped(intervention_id=str(floor.job), technician_id=str(floor.person.user.id))
        assert (await planner.post(f"{BASE}/{floor.job}/assign", json=given)).status_code == 200
        assert problem_code(await floor.put("Capots en place", person=colleague), 403) == "assigned_to_another"
        assert problem_code(await floor.put("Capots en place", person=stranger), 404) == "not_found"
        held = stamped(intervention_id=str(floor.job), reason="Pièce")
        assert (await floor.person.post(f"{BASE}/{floor.job}/hold", json=held)).status_code == 200
        assert (await floor.put("Capots en place")).status_code == 200
        cancelled = stamped(intervention_id=str(floor.job), reason="Erreur")
        assert (await planner.post(f"{BASE}/{floor.job}/cancel", json=cancelled)).status_code == 200
        assert problem_code(await floor.put("Capots en place"), 409) == "not_allowed_now"

    async def test_technicians_write_no_templates(self, floor: Floor) -> None:
        assert problem_code(await write(floor.person, str(uuid7())), 403) == "forbidden"


class TestClosing:
    async def finish(self, floor: Floor) -> None:
        picture = str(await floor.shop.picture())
        for item in STEPS:
            if item.get("is_required", True):
                fields = {"value": {"number": 6, "choice": "Bon", "meter": 5, "signature": STROKE}.get(item["kind"])}
                await floor.answer(item["title"], photo_id=picture if item["kind"] == "photo" else None, **fields)

    async def test_required_steps_come_first(self, floor: Floor) -> None:
        refused = await floor.complete()
        assert problem_code(refused, 409) == "checklist_incomplete"
        assert refused.json()["params"]["count"] == 7
        assert "Capots en place" in refused.json()["detail"]
        await self.finish(floor)
        assert (await floor.complete()).status_code == 200

    async def test_a_photo_and_a_signature_where_they_are_asked_for(self, shop: Workshop, client_as: Any, session: Any) -> None:
        person = await client_as("technician", sites=[shop.site.id])
        job = await shop.create()
        await shop.start(job)
        row = await session.get(Intervention, job)
        row.needs_photo = row.needs_signature = True
        await session.commit()
        floor = Floor(shop, person, job)
        assert problem_code(await floor.complete(), 409) == "photo_required"
        photo = stamped(intervention_id=str(job), photo_id=str(await shop.picture()))
        assert (await person.post(f"{BASE}/{job}/photos", json=photo)).status_code == 201
        assert problem_code(await floor.complete(), 409) == "signature_required"
        signed = await floor.complete(signature={"name": "A. Martin", "path": STROKE, "width": 300, "height": 120})
        assert signed.status_code == 200, signed.text
        removed = await person.delete(f"{BASE}/{job}/photos/{photo['photo_id']}")
        assert problem_code(removed, 409) == "photo_required"
        another = stamped(intervention_id=str(job), photo_id=str(await shop.picture()))
        assert (await person.post(f"{BASE}/{job}/photos", json=another)).status_code == 201
        assert (await person.delete(f"{BASE}/{job}/photos/{photo['photo_id']}")).is_success

    async def test_what_needs_no_validation_does_not_wait_for_it(self, shop: Workshop, client_as: Any, session: Any) -> None:
        person = await client_as("technician", sites=[shop.site.id])
        waiting, done = await shop.create(), await shop.create()
        row = await session.get(Intervention, done)
        row.needs_validation = False
        await session.commit()
        for job in (waiting, done):
            await shop.start(job)
            await shop.complete(job)
        listed = (await person.get(BASE, params={"awaits_validation": True, "site_id": str(shop.site.id)})).json()
        assert [item["id"] for item in listed["items"]] == [str(waiting)]


class TestCreating:
    async def create(self, person: Any, shop: Workshop, **fields: Any) -> Any:
        body = stamped(intervention_id=str(uuid7()), equipment_id=str(shop.machine.id), title="Fuite")
        return await person.post(BASE, json=body | fields)

    async def test_a_failed_step_asks_for_a_job(self, floor: Floor) -> None:
        step_id = IDS["Pression"]
        made = await self.create(floor.person, floor.shop, found_in=str(floor.job), found_at_step=step_id)
        assert made.status_code == 201, made.text
        assert (made.json()["found_in"], made.json()["found_at_step"]) == (str(floor.job), step_id)

    async def test_what_it_names_must_be_there(self, floor: Floor, shop: Workshop, client_as: Any) -> None:
        elsewhere = next(iter(shop.stranger.site_ids or ()))
        everywhere = await client_as("supervisor")
        machine = {"equipment_id": str(uuid7()), "site_id": str(elsewhere), "name": "Four"}
        assert (await (await client_as("admin")).post("/api/v1/equipment", json=stamped(**machine))).status_code == 201
        other = await self.create(everywhere, shop, equipment_id=machine["equipment_id"])
        assert other.status_code == 201, other.text
        team = Team(site_id=elsewhere, name="Équipe de nuit")
        shop.session.add(team)
        await shop.session.commit()
        wrong = {
            "found_in": ({"found_in": other.json()["id"]}, "found_in_unknown"),
            "found_at_step": ({"found_in": str(floor.job), "found_at_step": str(uuid7())}, "found_in_unknown"),
            "checklist_id": ({"checklist_id": str(uuid7())}, "checklist_unknown"),
            "maintenance_type_id": ({"maintenance_type_id": str(uuid7())}, "maintenance_type_unfit"),
            "assigned_team_id": ({"assigned_team_id": str(team.id)}, "team_unfit"),
        }
        for field, (fields, code) in wrong.items():
            refused = await self.create(everywhere, shop, **fields)
            assert problem_code(refused, 422) == code, field
            assert list(wrong_fields(refused)) == [field]

    async def test_a_team_keeps_a_job_that_one_of_them_takes(self, shop: Workshop, planner: Any, client_as: Any) -> None:
        team, job = Team(site_id=shop.site.id, name="Équipe A"), await shop.create()
        shop.session.add(team)
        await shop.session.commit()
        person = await client_as("technician", sites=[shop.site.id])

        async def assign(who: Any, **fields: Any) -> dict[str, Any]:
            told = await who.post(f"{BASE}/{job}/assign", json=stamped(intervention_id=str(job), technician_id=None) | fields)
            assert told.status_code == 200, told.text
            return {name: told.json()[name] for name in ("assigned_technician_id", "assigned_team_id")}

        me = str(person.user.id)
        assert await assign(planner, team_id=str(team.id)) == {"assigned_technician_id": None, "assigned_team_id": str(team.id)}
        assert await assign(person, technician_id=me) == {"assigned_technician_id": me, "assigned_team_id": str(team.id)}
        assert await assign(planner) == {"assigned_technician_id": None, "assigned_team_id": None}
