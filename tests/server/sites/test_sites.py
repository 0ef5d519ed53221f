from sqlalchemy import text

from shared_models.ids import uuid7
from shared_models.sites import SiteCreate
from tests.server.machines import make_machine
from tests.server.support import make_line, make_site, problem_code, wrong_fields

SITES = "/api/v1/sites"
LINES = "/api/v1/lines"


class TestSites:
    async def test_created_changed_and_deleted(self, client_as):
        admin = await client_as("admin")
        site_id = str(uuid7())
        created = await admin.post(SITES, json={"id": site_id, "name": "Lyon", "time_zone": "Europe/Paris"})
        assert created.status_code == 201
        changed = await admin.patch(f"{SITES}/{site_id}", json={"version": 1, "public_requests": False})
        assert (changed.json()["version"], changed.json()["public_requests"]) == (2, False)
        assert (await admin.get(f"{SITES}/{site_id}")).json() == changed.json()
        assert (await admin.delete(f"{SITES}/{site_id}")).status_code == 204
        assert problem_code(await admin.get(f"{SITES}/{site_id}"), 404) == "not_found"

    async def test_names_are_unique_and_zones_real(self, client_as, session):
        site, admin = await make_site(session), await client_as("admin")
        twice = await admin.post(SITES, json={"id": str(uuid7()), "name": site.name})
        assert wrong_fields(twice) == {"name": "already_exists"}
        nowhere = await admin.post(SITES, json={"id": str(uuid7()), "name": "X", "time_zone": "Europe/Atlantis"})
        assert wrong_fields(nowhere) == {"time_zone": "time_zone_unknown"}

    async def test_who_creates_one_without_seeing_all_belongs_to_it(self, client_as, session):
        admin = await client_as("admin", sites=[(await make_site(session)).id])
        site_id = str(uuid7())
        assert (await admin.post(SITES, json={"id": site_id, "name": "Nantes"})).status_code == 201
        assert (await admin.get(f"{SITES}/{site_id}")).status_code == 200

    async def test_lists_the_sites_one_sees(self, client_as, session):
        mine, _other = await make_site(session), await make_site(session)
        page = (await (await client_as("technician", sites=[mine.id])).get(SITES)).json()
        assert [row["id"] for row in page["items"]] == [str(mine.id)]
        assert (page["total"], page["page"], page["size"], page["pages"]) == (1, 1, 50, 1)

    async def test_one_that_holds_something_stays_and_says_what(self, client_as, session):
        site, admin = await make_site(session), await client_as("admin")
        machine = await make_machine(admin, site.id)
        assert (await admin.delete(f"/api/v1/equipment/{machine['id']}")).status_code == 204  # archived, with its history
        answer = await admin.delete(f"{SITES}/{site.id}")
        assert problem_code(answer, 409) == "site_in_use"
        told = answer.json()["params"]
        assert (told["site"], told["machines"], told["teams"]) == (site.name, 1, 0)
        supervisor = await client_as("supervisor")
        assert problem_code(await supervisor.delete(f"{SITES}/{site.id}"), 403) == "forbidden"

    async def test_every_zone_on_offer_is_taken(self, client_as, session):
        admin = await client_as("admin")
        zones = (await admin.get("/api/v1/time-zones")).json()
        assert {"Europe/Paris", "Indian/Reunion", "America/New_York", "Asia/Kolkata", "UTC"} <= set(zones)
        assert not {"localtime", "Factory", "EST", "posix/Europe/Paris"} & set(zones)
        for zone in zones:
            SiteCreate(id=uuid7(), name="X", time_zone=zone)
        known = "select count(*) from unnest(cast(:zones as text[])) z where (now() at time zone z) is not null"
        assert await session.scalar(text(known), {"zones": zones}) == len(zones)

    async def test_the_second_of_two_editors_is_told(self, client_as, session):
        site, admin = await make_site(session), await client_as("admin")
        assert (await admin.patch(f"{SITES}/{site.id}", json={"version": 1, "location": "Lyon"})).status_code == 200
        assert problem_code(await admin.patch(f"{SITES}/{site.id}", json={"version": 1, "location": "Nice"}), 409) == "stale_version"


class TestLines:
    async def test_belong_to_a_site_one_sees(self, client_as, session):
        mine, other = await make_site(session), await make_site(session)
        foreign = await make_line(session, other)
        admin = await client_as("admin", sites=[mine.id])
        line_id = str(uuid7())
        created = await admin.post(LINES, json={"id": line_id, "site_id": str(mine.id), "name": "Pressing"})
        assert created.status_code == 201
        assert [row["id"] for row in (await admin.get(f"{SITES}/{mine.id}/lines")).json()["items"]] == [line_id]
        elsewhere = await admin.post(LINES, json={"id": str(uuid7()), "site_id": str(other.id), "name": "X"})
        for answer in (
            elsewhere, await admin.get(f"{SITES}/{other.id}/lines"), await admin.get(f"{LINES}/{foreign.id}"),
            await admin.patch(f"{LINES}/{foreign.id}", json={"version": 1, "name": "Y"}),
            await admin.delete(f"{LINES}/{foreign.id}"),
        ):  # fmt: skip
            assert problem_code(answer, 404) == "not_found"

    async def test_the_same_name_is_free_on_another_site(self, client_as, session):
        admin = await client_as("admin")
        for _ in range(2):
            site = await make_site(session)
            body = {"id": str(uuid7()), "site_id": str(site.id), "name": "Pressing"}
            assert (await admin.post(LINES, json=body)).status_code == 201
        twice = await admin.post(LINES, json={**body, "id": str(uuid7())})
        assert problem_code(twice, 409) == "already_exists"
