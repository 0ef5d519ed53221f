import asyncio
import json

import pytest
from sqlalchemy import text

from server.equipment import rows
from shared_models.equipment.life import EquipmentLifeRow
from shared_models.equipment.rows import DocumentRow, EquipmentClassRow, EquipmentRead, EquipmentRow
from shared_models.ids import uuid7
from shared_models.labels.codes import is_label_code
from tests.server.machines import API, at, code_of, creation, edit, make_line, make_machine, make_site

FILE = text("""
insert into attachment (id, site_id, sha256, source_sha256, mime_type, size_bytes)
values (:id, :site, 'a', 'a', 'application/pdf', 3)""")


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def writer(client_as, site):
    return await client_as("supervisor", sites=[site.id])


class TestCreate:
    async def test_gives_code_label_first_status_and_digest(self, writer, site, session):
        machine = await make_machine(writer, site.id, hourly_downtime_cost="120.50", specifications={"flow": 3.5})
        assert machine["code"].startswith("EQ-")
        assert machine["hourly_downtime_cost"] == "120.50"
        assert [is_label_code(code) for code in machine["label_codes"]] == [True]
        log = (await writer.get(f"{API}/equipment/{machine['id']}/status-log")).json()
        assert [(entry["from_status"], entry["to_status"], entry["by"]) for entry in log] == [(None, "active", writer.user.full_name)]
        assert (await writer.get(f"{API}/equipment/{machine['id']}/life")).json()["jobs"] == []
        actions = await session.scalars(text("select action from audit_log where entity_id = :id"), {"id": machine["id"]})
        assert actions.all() == ["equipment.created"]

    async def test_numbers_follow_and_skip_codes_that_people_typed(self, writer, site):
        first = (await make_machine(writer, site.id))["code"]
        number = int(first.removeprefix("EQ-"))
        await make_machine(writer, site.id, code=f"eq-{number + 1:04}")
        assert (await make_machine(writer, site.id))["code"] == f"EQ-{number + 2:04}"

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"site_id": uuid7()}, (422, "site_unknown")),
            ({"production_line_id": uuid7()}, (422, "line_of_other_site")),
            ({"class_id": uuid7()}, (422, "equipment_class_unknown")),
            ({"parent_id": uuid7()}, (422, "parent_of_other_site")),
            ({"code": "PAL-1"}, (409, "equipment_code_taken")),
            ({"serial_number": "SN 1"}, (409, "serial_number_taken")),
            ({"name": " "}, (422, "invalid")),
            ({"surprise": 1}, (422, "invalid")),
        ],
    )
    async def test_refuses(self, writer, site, fields, problem):
        await make_machine(writer, site.id, code="PAL-1", serial_number="SN 1")
        answer = await writer.post(
            f"{API}/equipment", json=creation(site.id) | {k: str(v) if k != "surprise" else v for k, v in fields.items()}
        )
        assert code_of(answer) == problem
        assert answer.json()["detail"] or answer.json()["errors"]

    async def test_same_id_twice_is_refused(self, writer, site):
        body = creation(site.id)
        assert (await writer.post(f"{API}/equipment", json=body)).status_code == 201
        assert code_of(await writer.post(f"{API}/equipment", json=body)) == (409, "already_exists")

    async def test_site_out_of_sight_is_unknown(self, writer, session):
        other = await make_site(session)
        assert code_of(await writer.post(f"{API}/equipment", json=creation(other.id))) == (422, "site_unknown")

    async def test_technicians_do_not_enter_machines(self, client_as, site):
        technician = await client_as("technician", sites=[site.id])
        assert code_of(await technician.post(f"{API}/equipment", json=creation(site.id))) == (403, "forbidden")


class TestUpdate:
    async def test_replaces_and_counts(self, writer, site, session):
        machine = await make_machine(writer, site.id)
        line = await make_line(session, site)
        answer = await writer.put(
            f"{API}/equipment/{machine['id']}", json=edit(machine, name="Étiqueteuse", production_line_id=line.id, serial_number="")
        )
        saved = answer.json()
        assert (saved["name"], saved["version"], saved["production_line_id"], saved["serial_number"]) == (
            "Étiqueteuse",
            2,
            str(line.id),
            None,
        )

    async def test_stale_version_says_the_current_one(self, writer, site):
        machine = await make_machine(writer, site.id)
        await writer.put(f"{API}/equipment/{machine['id']}", json=edit(machine, name="A"))
        answer = await writer.put(f"{API}/equipment/{machine['id']}", json=edit(machine, name="B"))
        assert code_of(answer) == (409, "stale_version")
        assert answer.json()["params"] == {"current": 2}

    async def test_a_status_meanwhile_does_not_make_an_edit_stale(self, writer, site):
        machine = await make_machine(writer, site.id)
        await writer.post(
            f"{API}/equipment/{machine['id']}/status", json={"equipment_id": machine["id"], "status": "broken", "occurred_at": at()}
        )
        answer = await writer.put(f"{API}/equipment/{machine['id']}", json=edit(machine, name="B"))
        assert (answer.json()["name"], answer.json()["status"]) == ("B", "broken")

    async def test_no_machine_is_part_of_itself(self, writer, site):
        mother = await make_machine(writer, site.id)
        child = await make_machine(writer, site.id, parent_id=mother["id"])
        grandchild = await make_machine(writer, site.id, parent_id=child["id"])
        for parent in (mother, child, grandchild):
            answer = await writer.put(f"{API}/equipment/{mother['id']}", json=edit(mother, parent_id=parent["id"]))
            assert code_of(answer) == (422, "parent_cycle")

    @pytest.mark.fresh_database
    async def test_no_two_machines_become_part_of_each_other_at_once(self, client_as, session):
        site, boss = await make_site(session), await client_as("admin")
        await session.commit()
        machines = [await make_machine(boss, site.id) for _ in range(3)]
        following = [*machines[1:], machines[0]]
        answers = await asyncio.gather(*(
            boss.put(f"{API}/equipment/{part['id']}", json={"name": "A", "parent_id": whole["id"]})
            for part, whole in zip(machines, following, strict=True)
        ))  # fmt: skip
        assert sorted(answer.status_code for answer in answers) == [200, 200, 422]

    async def test_other_machine_in_the_body_is_refused(self, writer, site):
        machine = await make_machine(writer, site.id)
        assert code_of(await writer.put(f"{API}/equipment/{uuid7()}", json=edit(machine))) == (422, "other_id_sent")


class TestMove:
    async def test_takes_everything_along(self, client_as, site, session):
        other = await make_site(session)
        line = await make_line(session, site)
        writer = await client_as("supervisor", sites=[site.id, other.id])
        machine = await make_machine(writer, site.id, production_line_id=line.id)
        part = await make_machine(writer, site.id, parent_id=machine["id"], production_line_id=line.id)
        job = {"intervention_id": str(uuid7()), "equipment_id": machine["id"], "title": "Fuite", "occurred_at": at()}
        assert (await writer.post(f"{API}/maintenance/interventions", json=job)).status_code == 201
        answer = await writer.put(f"{API}/equipment/{machine['id']}", json=edit(machine, site_id=other.id, production_line_id=None))
        assert answer.status_code == 200, answer.text
        moved = (await writer.get(f"{API}/equipment/{part['id']}")).json()
        assert moved["production_line_id"] is None
        left = await session.scalars(text("select entity from sync_tombstone where site_id = :site"), {"site": site.id})
        assert sorted(left.all()) == ["equipment", "equipment", "equipment_life", "equipment_life", "intervention"]

    async def test_needs_both_sites_and_a_line_of_the_new_one(self, client_as, writer, site, session):
        other = await make_site(session)
        line = await make_line(session, site)
        machine = await make_machine(writer, site.id, production_line_id=line.id)
        url = f"{API}/equipment/{machine['id']}"
        assert code_of(await writer.put(url, json=edit(machine, site_id=other.id))) == (422, "site_unknown")
        everywhere = await client_as("admin")
        assert code_of(await everywhere.put(url, json=edit(machine, site_id=other.id))) == (422, "line_of_other_site")


class TestArchive:
    async def test_takes_it_off_lists_and_refuses_further_work(self, writer, site, session):
        machine = await make_machine(writer, site.id)
        url = f"{API}/equipment/{machine['id']}"
        assert (await writer.delete(url)).status_code == 204
        assert (await writer.get(f"{API}/equipment")).json()["total"] == 0
        assert (await writer.get(url)).status_code == 200
        assert code_of(await writer.delete(url)) == (410, "equipment_archived")
        row = await session.scalar(text(f"select {rows.equipment_json('e')} from equipment e where id = :id"), {"id": machine["id"]})
        assert row is None

    async def test_brought_back_with_its_parts_after_it(self, writer, site):
        machine = await make_machine(writer, site.id)
        part = await make_machine(writer, site.id, parent_id=machine["id"])
        for each in (part, machine):
            assert (await writer.delete(f"{API}/equipment/{each['id']}")).status_code == 204
        assert code_of(await writer.post(f"{API}/equipment/{part['id']}/restore")) == (410, "equipment_archived")
        for each in (machine, part, part):
            answer = await writer.post(f"{API}/equipment/{each['id']}/restore")
            assert (answer.status_code, answer.json()["id"]) == (200, each["id"])
        assert (await writer.get(f"{API}/equipment")).json()["total"] == 2

    async def test_not_with_parts_or_open_jobs(self, writer, site):
        machine = await make_machine(writer, site.id)
        part = await make_machine(writer, site.id, parent_id=machine["id"])
        assert code_of(await writer.delete(f"{API}/equipment/{machine['id']}")) == (409, "equipment_has_parts")
        job = {"intervention_id": str(uuid7()), "equipment_id": part["id"], "title": "Fuite", "occurred_at": at()}
        assert (await writer.post(f"{API}/maintenance/interventions", json=job)).status_code == 201
        assert code_of(await writer.delete(f"{API}/equipment/{part['id']}")) == (409, "equipment_has_open_jobs")


class TestStatus:
    async def change(self, client, machine, status, reason="", **ago):
        body = {"equipment_id": machine["id"], "status": status, "occurred_at": at(**ago), "reason": reason}
        answer = await client.post(f"{API}/equipment/{machine['id']}/status", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def test_what_came_late_takes_its_place(self, writer, site):
        machine = await make_machine(writer, site.id, occurred_at=at(days=9))
        await self.change(writer, machine, "broken", "courroie", hours=2)
        late = await self.change(writer, machine, "maintenance", hours=5)
        assert (late["status"], late["status_reason"]) == ("broken", "courroie")
        log = (await writer.get(f"{API}/equipment/{machine['id']}/status-log")).json()
        assert [(e["from_status"], e["to_status"]) for e in log] == [("maintenance", "broken"), ("active", "maintenance"), (None, "active")]

    async def test_same_status_keeps_its_since(self, writer, site):
        machine = await make_machine(writer, site.id, occurred_at=at(days=9))
        since = (await self.change(writer, machine, "broken", hours=2))["status_since"]
        again = await self.change(writer, machine, "broken", "pièce commandée", hours=1)
        assert (again["status_since"], again["status_reason"]) == (since, "pièce commandée")
        await self.change(writer, machine, "broken", hours=1)
        assert len((await writer.get(f"{API}/equipment/{machine['id']}/status-log")).json()) == 3

    async def test_a_clock_ahead_counts_as_now(self, writer, site):
        machine = await make_machine(writer, site.id)
        await self.change(writer, machine, "broken", days=-3)
        assert (await self.change(writer, machine, "active"))["status"] == "active"

    async def test_technicians_tell_it_and_people_of_other_sites_do_not(self, writer, client_as, site, session):
        machine = await make_machine(writer, site.id)
        technician = await client_as("technician", sites=[site.id])
        assert (await self.change(technician, machine, "broken"))["status"] == "broken"
        stranger = await client_as("supervisor", sites=[(await make_site(session)).id])
        for path in ("", "/status-log", "/life", "/documents", "/label.png"):
            assert (await stranger.get(f"{API}/equipment/{machine['id']}{path}")).status_code == 404
        body = {"equipment_id": machine["id"], "status": "active", "occurred_at": at()}
        assert (await stranger.post(f"{API}/equipment/{machine['id']}/status", json=body)).status_code == 404


class TestRows:
    async def test_json_of_postgres_is_what_pydantic_reads_and_writes(self, writer, site, session):
        machine = await make_machine(writer, site.id, hourly_downtime_cost="3", warranty_expiry="2030-01-02")
        await session.execute(FILE, {"id": machine["id"], "site": site.id})  # fmt: skip
        body = {
            "document_id": str(uuid7()),
            "equipment_id": machine["id"],
            "attachment_id": machine["id"],
            "title": "Notice",
            "occurred_at": at(),
        }
        document = await writer.post(f"{API}/equipment/{machine['id']}/documents", json=body)
        assert document.status_code == 201, document.text
        for model, entity, where in (
            (EquipmentRow, rows.equipment_json("r"), "equipment"), (EquipmentRead, rows.equipment_read_json("r"), "equipment"),
            (EquipmentLifeRow, rows.equipment_life_json("r"), "equipment_life"), (DocumentRow, rows.DOCUMENT.json("r"), "document"),
        ):  # fmt: skip
            raw = await session.scalar(text(f"select ({entity})::text from {where} r"))
            assert model.model_validate_json(raw).model_dump(mode="json") == json.loads(raw)

    async def test_class_row(self, writer, session):
        answer = await writer.put(f"{API}/equipment-classes/{(body := pump())['id']}", json=body)
        assert answer.status_code == 200, answer.text
        assert EquipmentClassRow.model_validate(answer.json()).model_dump(mode="json") == answer.json()


def item(kind="mode", code="ELP", **fields):
    return {"id": str(uuid7()), "kind": kind, "code": code, "names": {"fr": "Fuite externe", "en": "External leak"}} | fields


def pump(**fields):
    return {
        "id": str(uuid7()),
        "code": f"PUMP-{uuid7().hex[-6:]}",
        "names": {"fr": "Pompe", "en": "Pump"},
        "failure_items": [item()],
    } | fields


class TestClasses:
    async def put(self, client, body):
        return await client.put(f"{API}/equipment-classes/{body['id']}", json=body)

    async def test_items_left_out_are_retired_and_their_code_is_free(self, writer, session):
        body = pump()
        first = (await self.put(writer, body)).json()
        body |= {"version": first["version"], "failure_items": [item(names={"fr": "Fuite"}), item(code="VIB")]}
        second = (await self.put(writer, body)).json()
        assert [entry["code"] for entry in second["failure_items"]] == ["ELP", "VIB"]
        assert second["failure_items"][0]["id"] != first["failure_items"][0]["id"]
        kept = await session.scalar(text("select count(*) from failure_item where class_id = :id"), {"id": body["id"]})
        assert kept == 3

    async def test_refusals(self, writer, client_as):
        body = pump()
        await self.put(writer, body)
        assert code_of(await self.put(writer, body)) == (409, "stale_version")
        assert code_of(await self.put(writer, pump(code=body["code"]))) == (409, "equipment_class_code_taken")
        assert code_of(await self.put(writer, pump(failure_items=[item(), item()]))) == (422, "failure_item_twice")
        assert code_of(await self.put(writer, pump(failure_items=body["failure_items"]))) == (409, "failure_item_of_other_class")
        assert code_of(await self.put(writer, pump(version=1))) == (404, "not_found")
        assert code_of(await self.put(await client_as("technician"), pump())) == (403, "forbidden")


class TestLabelsAndDocuments:
    async def test_blank_label_is_linked_for_good(self, writer, site, session):
        one, two = await make_machine(writer, site.id), await make_machine(writer, site.id)
        code = (await writer.get(f"{API}/equipment/{one['id']}")).json()["label_codes"][0]
        for label, problem in ((code, (409, "label_in_use")), ("23456789", (422, "invalid")), ("22222222", (422, "label_unknown"))):
            body = {"equipment_id": two["id"], "label_code": label, "occurred_at": at()}
            answer = await writer.post(f"{API}/equipment/{two['id']}/labels", json=body)
            assert code_of(answer) == problem

    async def test_files_of_other_sites_or_machines_are_not_bound(self, writer, site, session):
        one, two = await make_machine(writer, site.id), await make_machine(writer, site.id)
        other = await make_site(session)
        file, foreign = uuid7(), uuid7()
        for row, at_site in ((file, site.id), (foreign, other.id)):
            await session.execute(FILE, {"id": row, "site": at_site})  # fmt: skip
        await session.commit()

        async def add(machine, attachment):
            body = {
                "document_id": str(uuid7()),
                "equipment_id": machine["id"],
                "attachment_id": str(attachment),
                "title": "N",
                "occurred_at": at(),
            }
            return await writer.post(f"{API}/equipment/{machine['id']}/documents", json=body)

        assert (await add(one, file)).status_code == 201
        assert code_of(await add(two, file)) == (409, "attachment_of_other_machine")
        assert code_of(await add(one, foreign)) == (422, "attachment_unknown")
        photo = {"equipment_id": one["id"], "attachment_id": str(file), "occurred_at": at()}
        assert code_of(await writer.put(f"{API}/equipment/{one['id']}/photo", json=photo)) == (422, "not_a_picture")
        document = (await writer.get(f"{API}/equipment/{one['id']}/documents")).json()[0]
        assert (await writer.delete(f"{API}/documents/{document['id']}")).status_code == 204
        assert (await writer.get(f"{API}/equipment/{one['id']}/documents")).json() == []
