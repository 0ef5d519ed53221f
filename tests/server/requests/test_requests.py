import pytest

from shared_models.ids import uuid7
from tests.server.machines import API, at, code_of, make_machine, make_site
from tests.server.requests.test_pages import picture, report


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def planner(client_as, site):
    return await client_as("supervisor", sites=[site.id])


@pytest.fixture
async def machine(planner, site):
    return await make_machine(planner, site.id)


@pytest.fixture
async def request_(client, planner, machine):
    url = f"/e/{machine['label_codes'][0]}"
    answer = await client.post(url, data=report(is_stopped="true"), files={"photo": ("x.jpg", picture(), "image/jpeg")})
    assert answer.status_code == 201, answer.text
    return (await planner.get(f"{API}/requests")).json()["items"][0]


def acceptance(request, **fields):
    return {"request_id": request["id"], "intervention_id": str(uuid7()), "title": "Bruit au démarrage", "occurred_at": at()} | fields


async def accept(client, request, **fields):
    return await client.post(f"{API}/requests/{request['id']}/accept", json=acceptance(request, **fields))


class TestAccept:
    async def test_makes_a_job_with_the_words_the_photo_and_the_stop(self, planner, request_, machine):
        answer = await accept(planner, request_, priority="urgent")
        assert answer.status_code == 200, answer.text
        accepted = answer.json()
        assert (accepted["status"], accepted["decided_by"]) == ("accepted", str(planner.user.id))
        job = (await planner.get(f"{API}/maintenance/interventions/{accepted['intervention_id']}")).json()
        assert (job["title"], job["priority"], job["request_id"]) == ("Bruit au démarrage", "urgent", request_["id"])
        assert job["description"] == "Grince\n— Aïcha"
        assert (job["stop_kind"], job["stopped_at"], job["reported_at"]) == ("failure", request_["created_at"], request_["created_at"])
        assert [photo["id"] for photo in job["photos"]] == [request_["photo_id"]]
        assert (await planner.get(f"{API}/equipment/{machine['id']}")).json()["status"] == "broken"
        kept = (await planner.get(f"{API}/requests/{request_['id']}")).json()
        assert [kept[name] for name in ("text", "photo_id", "requester")] == [request_[name] for name in ("text", "photo_id", "requester")]

    async def test_only_once(self, planner, request_):
        assert (await accept(planner, request_)).status_code == 200
        assert code_of(await accept(planner, request_)) == (409, "request_already_decided")

    async def test_a_refused_job_leaves_the_request_new(self, planner, request_):
        assert (await accept(planner, request_, assigned_technician_id=str(uuid7()))).status_code == 422
        assert (await planner.get(f"{API}/requests/{request_['id']}")).json()["status"] == "new"


class TestDecline:
    async def test_needs_a_reason_and_keeps_it(self, planner, request_):
        url = f"{API}/requests/{request_['id']}/decline"
        body = {"request_id": request_["id"], "occurred_at": at()}
        assert code_of(await planner.post(url, json=body | {"reason": " "})) == (422, "invalid")
        declined = (await planner.post(url, json=body | {"reason": "Déjà en cours"})).json()
        assert (declined["status"], declined["reason"], declined["intervention_id"]) == ("declined", "Déjà en cours", None)


class TestAccess:
    async def test_planners_of_the_site_decide(self, client_as, site, request_, session):
        technician = await client_as("technician", sites=[site.id])
        assert code_of(await accept(technician, request_)) == (403, "forbidden")
        assert (await technician.get(f"{API}/requests/{request_['id']}")).status_code == 200
        stranger = await client_as("supervisor", sites=[(await make_site(session)).id])
        assert code_of(await accept(stranger, request_)) == (404, "not_found")
        assert (await stranger.get(f"{API}/requests/{request_['id']}")).status_code == 404
        assert (await stranger.get(f"{API}/requests")).json()["total"] == 0

    async def test_other_request_in_the_body(self, planner, request_):
        body = acceptance(request_, request_id=str(uuid7()))
        assert code_of(await planner.post(f"{API}/requests/{request_['id']}/accept", json=body)) == (422, "other_id_sent")
