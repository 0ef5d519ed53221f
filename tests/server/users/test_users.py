import asyncio

import pytest

from shared_models.ids import uuid7
from shared_models.permissions import ROLE_PERMISSIONS, Role
from tests.server.support import PASSWORD, make_person, make_site, problem_code, wrong_fields

USERS = "/api/v1/users"


def new_user(**fields):
    tail = uuid7().hex[-8:]
    return {
        "id": str(uuid7()), "username": f"new-{tail}", "email": f"{tail}@example.org", "password": PASSWORD,
        "first_name": "Noé", "last_name": "Müller", "role": "technician", **fields,
    }  # fmt: skip


class TestList:
    async def test_finds_by_any_part_of_the_name_without_accents(self, client_as, session):
        await make_person(session, first_name="Hélène", last_name="Lefèvre")
        admin = await client_as("admin")
        found = (await admin.get(USERS, params={"search": "lefevre HEL"})).json()
        assert [row["first_name"] for row in found["items"]] == ["Hélène"]
        assert (await admin.get(USERS, params={"search": "%"})).json()["total"] == 0

    async def test_those_of_every_site_are_of_each(self, client_as, session):
        site = await make_site(session)
        for name in "ba":
            await make_person(session, "supervisor", last_name=name, sites=[site.id])
        await make_person(session, "supervisor", last_name="everywhere")
        admin = await client_as("admin")
        found = (await admin.get(USERS, params={"site_id": str(site.id), "role": "supervisor", "sort": "-name"})).json()["items"]
        assert [row["last_name"] for row in found] == ["everywhere", "b", "a"]
        assert [row["site_ids"] for row in found] == [[], [str(site.id)], [str(site.id)]]

    async def test_tells_who_waits_from_who_was_shut_out(self, client_as, session):
        made = {"waiting": (False, True), "inactive": (False, False), "active": (True, False)}
        for name, (is_active, is_waiting) in made.items():
            await make_person(session, last_name=name, first_name="Told", is_active=is_active, is_waiting=is_waiting)
        admin = await client_as("admin")
        for state in made:
            found = (await admin.get(USERS, params={"state": state, "search": "told"})).json()["items"]
            assert [row["last_name"] for row in found] == [state]
        await admin.patch(f"{USERS}/{found[0]['id']}", json={"version": 1, "is_active": False})
        assert (await admin.get(USERS, params={"state": "inactive", "search": "told"})).json()["total"] == 2


class TestCreate:
    async def test_the_new_person_signs_in(self, client_as, client, session):
        site = await make_site(session)
        admin = await client_as("admin")
        body = new_user(site_ids=[str(site.id)])
        created = await admin.post(USERS, json=body)
        assert created.status_code == 201, created.text
        pair = (await client.post("/api/v1/auth/login", json={"username": body["username"], "password": PASSWORD})).json()
        assert pair["user"]["site_ids"] == [str(site.id)]
        assert "password" not in created.text

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("username", "Jean Dupont", "username_invalid"), ("email", "not an address", "email_invalid"),
            ("role", "boss", "choice_invalid"), ("password", "short", "string_too_short"), ("id", "7", "uuid_invalid"),
            ("first_name", "a\u0000b", "control_character"), ("last_name", " ", "string_too_short"),
            ("site_ids", "x", "list_invalid"), ("nickname", "x", "extra_forbidden"),
        ],
    )  # fmt: skip
    async def test_names_the_field_that_is_wrong(self, client_as, field, value, code):
        answer = await (await client_as("admin")).post(USERS, json=new_user(**{field: value}))
        assert problem_code(answer, 422) == "invalid"
        assert wrong_fields(answer) == {field: code}

    async def test_a_site_that_does_not_exist_is_refused(self, client_as):
        answer = await (await client_as("admin")).post(USERS, json=new_user(site_ids=[str(uuid7())]))
        assert problem_code(answer, 409) == "reference_broken"


class TestUpdate:
    async def test_a_new_role_counts_at_the_next_request(self, client_as, session):
        person, admin = await client_as("technician"), await client_as("admin")
        assert (await person.get(USERS)).status_code == 403
        change = {"version": 1, "role": "admin"}
        assert (await admin.patch(f"{USERS}/{person.user.id}", json=change)).status_code == 200
        assert (await person.get(USERS)).status_code == 200
        off = await admin.patch(f"{USERS}/{person.user.id}", json={"version": 2, "is_active": False})
        assert off.json()["is_active"] is False
        assert problem_code(await person.get("/api/v1/auth/me"), 401) == "session_ended"

    async def test_refuses_to_overwrite_somebody_elses_change(self, client_as, session):
        user, admin = await make_person(session), await client_as("admin")
        await admin.patch(f"{USERS}/{user.id}", json={"version": 1, "first_name": "A"})
        answer = await admin.patch(f"{USERS}/{user.id}", json={"version": 1, "first_name": "B"})
        assert problem_code(answer, 409) == "stale_version"

    @pytest.mark.parametrize("change", [{"is_active": False}, {"role": "technician"}, {"all_sites": False}])
    async def test_the_last_administrator_stays(self, client_as, change):
        admin = await client_as("admin")
        answer = await admin.patch(f"{USERS}/{admin.user.id}", json={"version": 1, **change})
        assert problem_code(answer, 409) == "last_admin"

    @pytest.mark.fresh_database
    async def test_two_administrators_cannot_both_step_down_at_once(self, client_as):
        one, two = await client_as("admin"), await client_as("admin")
        answers = await asyncio.gather(
            *(admin.patch(f"{USERS}/{other.user.id}", json={"version": 1, "is_active": False}) for admin, other in ((one, two), (two, one)))
        )
        assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 409])

    @pytest.mark.parametrize("change", [{"is_active": False}, {"role": "supervisor"}, {"all_sites": False}])
    async def test_nobody_shuts_himself_out(self, client_as, change):
        admin, _ = await client_as("admin"), await client_as("admin")
        answer = await admin.patch(f"{USERS}/{admin.user.id}", json={"version": 1, **change})
        assert problem_code(answer, 409) == "own_access"
        kept = await admin.patch(f"{USERS}/{admin.user.id}", json={"version": 1, "role": "admin", "is_active": True, "first_name": "Zoé"})
        assert kept.json()["first_name"] == "Zoé"

    async def test_somebody_keeps_seeing_every_site(self, client_as, session):
        site = await make_site(session)
        boss, local = await client_as("admin"), await client_as("admin", sites=[site.id])
        other = await client_as("admin")
        await boss.patch(f"{USERS}/{other.user.id}", json={"version": 1, "is_active": False})
        answer = await boss.patch(f"{USERS}/{boss.user.id}", json={"version": 1, "all_sites": False, "site_ids": [str(site.id)]})
        assert problem_code(answer, 409) == "last_admin"
        assert (await local.get(USERS)).status_code == 200


class TestScope:
    async def test_an_administrator_of_one_site_sees_its_people_and_newcomers(self, client_as, session):
        mine, other = await make_site(session), await make_site(session)
        colleague = await make_person(session, sites=[mine.id, other.id])
        newcomer = await make_person(session, sites=[], is_active=False)
        stranger = await make_person(session, sites=[other.id])
        everywhere = await make_person(session, "admin")
        admin = await client_as("admin", sites=[mine.id])
        seen = {row["id"] for row in (await admin.get(USERS, params={"size": 200})).json()["items"]}
        assert {str(colleague.id), str(newcomer.id), str(admin.user.id)} == seen
        for user in (stranger, everywhere):
            assert problem_code(await admin.get(f"{USERS}/{user.id}"), 404) == "not_found"
            answer = await admin.patch(f"{USERS}/{user.id}", json={"version": 1, "first_name": "X"})
            assert problem_code(answer, 404) == "not_found"

    async def test_gives_no_site_out_of_reach_and_takes_none_away(self, client_as, session):
        mine, other = await make_site(session), await make_site(session)
        colleague = await make_person(session, sites=[other.id, mine.id])
        newcomer = await make_person(session, sites=[])
        admin = await client_as("admin", sites=[mine.id])
        for change in ({"site_ids": [str(other.id)]}, {"all_sites": True}):
            answer = await admin.patch(f"{USERS}/{newcomer.id}", json={"version": 1, **change})
            assert problem_code(answer, 422) == "site_out_of_reach"
            assert problem_code(await admin.post(USERS, json=new_user(**change)), 422) == "site_out_of_reach"
        answer = await admin.patch(f"{USERS}/{colleague.id}", json={"version": 1, "site_ids": []})
        assert answer.json()["site_ids"] == [str(other.id)]


async def test_lists_what_each_role_may_do(client_as):
    roles = (await (await client_as("admin")).get("/api/v1/roles")).json()
    assert {row["role"]: set(row["permissions"]) for row in roles} == {role: set(ROLE_PERMISSIONS[role]) for role in Role}
