"""Ready-made classes taken over, classes retired and removed; history keeps its words."""

import pytest
from sqlalchemy import text

from server.catalogue.failures import CAUSES, MECHANISMS, MODES, REMEDIES
from server.catalogue.machines import MACHINES
from server.demo import catalogue
from shared_models.equipment.rows import EquipmentClassRow, FailureItemKind, ReadyClass
from shared_models.ids import uuid7
from tests.server.machines import at, make_machine
from tests.server.support import make_site, problem_code, wrong_fields

CLASSES = "/api/v1/equipment-classes"
JOBS = "/api/v1/maintenance/interventions"


@pytest.fixture
async def writer(client_as):
    return await client_as("supervisor")


async def take(client, *codes):
    answer = await client.post(f"{CLASSES}/ready", json={"codes": codes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def rewritten(row, **changes):
    """What an editor sends of a class it has read."""
    fields = ("id", "version", "code", "names", "icon", "spec_fields", "failure_items", "is_active")
    return {name: row[name] for name in fields} | changes


class TestCatalogue:
    def test_every_class_names_what_it_lists_in_both_languages(self):
        known = MODES | MECHANISMS | {f"cause {code}": entry for code, entry in CAUSES.items()} | REMEDIES
        assert all(entry.fr and entry.en for entry in known.values())
        for machine in MACHINES.values():
            lists = machine.lists()
            assert set(lists) == set(FailureItemKind)
            assert all(len(entries) >= 4 for entries in lists.values()), machine.code
            assert machine.specs or machine.code == "AUTO"

    def test_is_where_the_demonstration_has_its_classes_from(self):
        for kind in catalogue.CLASSES:
            lists = kind.ready.lists()
            assert {fault.mode for fault in kind.faults} <= lists[FailureItemKind.mode].keys()
            assert {fault.mechanism for fault in kind.faults} <= lists[FailureItemKind.mechanism].keys()
            assert [spec.key for spec in kind.specs] == [spec.key for spec in kind.ready.specs]


class TestTaking:
    async def test_several_at_once_each_once(self, writer):
        offered = {row["code"]: ReadyClass.model_validate(row) for row in (await writer.get(f"{CLASSES}/ready")).json()}
        assert {"POMP", "MOTO", "CONV", "COMP", "REDU", "VANN", "VENT", "USIN", "REMP"} <= offered.keys()
        [pump, motor] = await take(writer, "POMP", "MOTO")
        row = EquipmentClassRow.model_validate(pump)
        assert (row.code, row.names, row.is_active) == ("POMP", {"fr": "Pompe", "en": "Pump"}, True)
        assert [(item.kind, item.code) for item in row.failure_items if item.kind == FailureItemKind.mode] == [
            (item.kind, item.code) for item in offered["POMP"].failure_items if item.kind == FailureItemKind.mode
        ]
        again = await take(writer, "MOTO", "VANN", "VANN")
        assert [found["code"] for found in again] == ["MOTO", "VANN"]
        assert again[0] == motor
        assert len((await writer.get(CLASSES)).json()) == 3

    async def test_refusals(self, writer, client_as):
        nothing = await writer.post(f"{CLASSES}/ready", json={"codes": ["NOPE"]})
        assert (problem_code(nothing, 422), wrong_fields(nothing)) == ("ready_class_unknown", {"codes": "ready_class_unknown"})
        technician = await client_as("technician")
        assert problem_code(await technician.post(f"{CLASSES}/ready", json={"codes": ["POMP"]}), 403) == "forbidden"
        assert (await technician.get(f"{CLASSES}/ready")).status_code == 200


class TestLeaving:
    async def closed_job(self, writer, session, mode):
        """A machine of the mode's class with a sheet that names the mode."""
        site = await make_site(session)
        machine = await make_machine(writer, site.id, class_id=mode["class_id"])
        job = {"intervention_id": str(uuid7()), "equipment_id": machine["id"], "title": "Leak", "occurred_at": at()}
        assert (await writer.post(JOBS, json=job)).status_code == 201
        named = {"id": job["intervention_id"], "mode": mode["id"]}
        await session.execute(text("update maintenance_interventions set mode_id = :mode where id = :id"), named)
        await session.commit()
        return machine

    async def test_one_that_nothing_names_goes_for_good(self, writer, client_as, session):
        [pump] = await take(writer, "POMP")
        assert problem_code(await (await client_as("technician")).delete(f"{CLASSES}/{pump['id']}"), 403) == "forbidden"
        assert (await writer.delete(f"{CLASSES}/{pump['id']}")).status_code == 204
        assert problem_code(await writer.delete(f"{CLASSES}/{pump['id']}"), 404) == "not_found"
        told = await session.scalar(text("select count(*) from sync_tombstone where entity_id = :id"), {"id": pump["id"]})
        recorded = await session.scalar(text("select count(*) from audit_log where action = 'equipment_class.deleted'"))
        assert (told, recorded) == (1, 1)

    async def test_one_in_use_is_retired_and_history_keeps_its_words(self, writer, session):
        [pump] = await take(writer, "POMP")
        mode = pump["failure_items"][0]
        machine = await self.closed_job(writer, session, mode | {"class_id": pump["id"]})
        assert problem_code(await writer.delete(f"{CLASSES}/{pump['id']}"), 409) == "equipment_class_in_use"
        kept = [item for item in pump["failure_items"] if item["id"] != mode["id"]]
        answer = await writer.put(f"{CLASSES}/{pump['id']}", json=rewritten(pump, failure_items=kept, is_active=False))
        assert answer.status_code == 200, answer.text
        retired = EquipmentClassRow.model_validate(answer.json())
        assert (retired.is_active, [item.names for item in retired.retired_items]) == (False, [mode["names"]])
        assert (await writer.get(f"/api/v1/equipment/{machine['id']}")).json()["class_id"] == pump["id"]
        back = await writer.put(f"{CLASSES}/{pump['id']}", json=rewritten(answer.json(), is_active=True))
        assert back.json()["is_active"]

    async def test_a_sheet_alone_keeps_the_class_of_its_mode(self, writer, session):
        pump, fan = await take(writer, "POMP", "VENT")
        machine = await self.closed_job(writer, session, pump["failure_items"][0] | {"class_id": pump["id"]})
        named = {"id": machine["id"], "kind": fan["id"]}
        await session.execute(text("update equipment set class_id = :kind where id = :id"), named)
        await session.commit()
        assert problem_code(await writer.delete(f"{CLASSES}/{pump['id']}"), 409) == "equipment_class_in_use"

    async def test_the_second_of_two_editors_is_told(self, writer):
        [pump] = await take(writer, "POMP")
        first = await writer.put(f"{CLASSES}/{pump['id']}", json=rewritten(pump, names={"fr": "Pompe de process"}))
        assert (first.status_code, first.json()["names"]) == (200, {"fr": "Pompe de process"})
        assert problem_code(await writer.put(f"{CLASSES}/{pump['id']}", json=rewritten(pump)), 409) == "stale_version"
        nameless = await writer.put(f"{CLASSES}/{pump['id']}", json=rewritten(first.json(), names={}))
        assert problem_code(nameless, 422) == "invalid"
