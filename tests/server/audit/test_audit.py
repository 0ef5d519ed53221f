import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared_models.ids import uuid7
from tests.server.support import make_site, problem_code

AUDIT = "/api/v1/audit"


async def rename(admin, site, name, version=1):
    answer = await admin.patch(f"/api/v1/sites/{site.id}", json={"version": version, "name": name}, headers={"user-agent": "Tests"})
    assert answer.status_code == 200, answer.text
    return answer


class TestRecord:
    async def test_says_who_changed_what_from_where_in_which_request(self, client_as, session):
        site, admin = await make_site(session, "Before"), await client_as("admin")
        answer = await rename(admin, site, "After")
        row = (await admin.get(AUDIT, params={"entity": "sites", "entity_id": str(site.id)})).json()["items"][0]
        assert row["action"] == "site.updated"
        assert row["changes"] == {"name": ["Before", "After"]}
        assert (row["actor_id"], row["actor_label"]) == (str(admin.user.id), admin.user.full_name)
        assert (row["address"], row["user_agent"]) == ("127.0.0.1", "Tests")
        assert row["request_id"] == answer.headers["x-request-id"]

    async def test_a_refused_change_leaves_no_trace(self, client_as, session):
        site, admin = await make_site(session), await client_as("admin")
        await admin.patch(f"/api/v1/sites/{site.id}", json={"version": 7, "name": "Never"})
        assert (await admin.get(AUDIT, params={"search": "never"})).json()["items"] == []

    @pytest.mark.parametrize("statement", ["update audit_log set action = 'x'", "delete from audit_log", "truncate audit_log"])
    async def test_the_database_refuses_to_rewrite_it(self, client_as, session, statement):
        await rename(await client_as("admin"), await make_site(session), "After")
        with pytest.raises(DBAPIError, match="append-only"):
            async with session.begin_nested():
                await session.execute(text(statement))


class TestExport:
    async def test_says_in_words_what_was_done(self, client_as, session):
        admin = await client_as("admin")
        made = await admin.post("/api/v1/inventory/parts", json={"part_number": f"P-{uuid7().hex[-9:]}", "name": "Joint"})
        asked = {"params": {"entity_id": made.json()["id"]}, "headers": {"accept-language": "fr"}}
        table = (await admin.get(f"{AUDIT}/export.csv", **asked)).text
        assert "Ce qui a été fait" in table
        assert "Pièce créée" in table
        assert "part.created" in table


class TestSearch:
    async def test_finds_words_in_what_changed(self, client_as, session):
        admin = await client_as("admin")
        await rename(admin, await make_site(session), "Presse 100%")
        await rename(admin, await make_site(session), "Presse 1000")
        found = (await admin.get(AUDIT, params={"search": "presse 100%"})).json()["items"]
        assert [row["changes"]["name"][1] for row in found] == ["Presse 100%"]

    async def test_is_for_administrators_of_the_site(self, client_as, session):
        mine, other = await make_site(session), await make_site(session)
        everywhere = await client_as("admin")
        await rename(everywhere, other, "Not yours")
        await rename(everywhere, mine, "Yours")
        of_one_site = await client_as("admin", sites=[mine.id])
        shown = (await of_one_site.get(AUDIT)).json()["items"]
        assert [row["changes"]["name"][1] for row in shown] == ["Yours"]
        assert problem_code(await (await client_as("supervisor")).get(AUDIT), 403) == "forbidden"
