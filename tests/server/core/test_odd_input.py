"""Odd text, numbers and times through the API: a refusal that names the field, and no neighbour harmed."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from server.core.clock import now
from server.core.security import _hasher
from shared_models.ids import uuid7
from tests.server.machines import API, at, make_machine, make_site
from tests.server.support import make_person, wrong_fields

JSON = {"content-type": "application/json"}


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def writer(client_as, site):
    return await client_as("supervisor", sites=[site.id])


def note_of(job, **fields):
    told = {"type": "intervention.add_note", "command_id": str(uuid7()), "note_id": str(uuid7()), "intervention_id": job}
    return told | {"occurred_at": at(), "text": "Bruit"} | fields


async def push(client, *commands, sent_at=None):
    body = json.dumps({"device_id": str(uuid7()), "sent_at": sent_at or at(), "commands": list(commands)})
    answer = await client.post(f"{API}/sync/push", content=body, headers=JSON)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


async def make_job(client, machine, **fields):
    job = {"intervention_id": str(uuid7()), "equipment_id": machine["id"], "title": "Fuite", "occurred_at": at()} | fields
    assert (await client.post(f"{API}/maintenance/interventions", json=job)).status_code == 201
    return job["intervention_id"]


class TestRest:
    @pytest.mark.parametrize(("field", "value", "code"), [
        ("specifications", {"débit": float("nan")}, "number_invalid"), ("specifications", {"débit": float("inf")}, "number_invalid"),
        ("specifications", {"débit": 10**400}, "number_invalid"), ("specifications", {"débit": {"a": 1}}, "value_unfit"),
        ("specifications", {"débit": "\ud800"}, "character_unreadable"), ("name", "\ud800", "character_unreadable"),
        ("name", "\u200b\u2060", "string_too_short"), ("name", "a\0", "control_character"),
        ("serial_number", "x\x1dy", "control_character"),
        ("hourly_downtime_cost", float("nan"), "number_invalid"), ("hourly_downtime_cost", "1e400", "number_too_exact"),
        ("expected_lifespan", 10**40, "less_than_equal"), ("warranty_expiry", "0001-01-01", "implausible_date"),
        ("occurred_at", "0001-01-01T00:00:00Z", "implausible_time"), ("occurred_at", "1970-01-01T00:00:00Z", "implausible_time"),
        ("occurred_at", "9999-12-31T23:59:59-14:00", "implausible_time"), ("occurred_at", "2099-01-01T00:00:00Z", "time_in_future"),
    ])  # fmt: skip
    async def test_a_machine_is_refused_with_the_field(self, writer, site, field, value, code):
        told = {"equipment_id": str(uuid7()), "site_id": str(site.id), "name": "Presse", "occurred_at": at()} | {field: value}
        answer = await writer.post(f"{API}/equipment", content=json.dumps(told), headers=JSON)
        found = wrong_fields(answer)
        assert (answer.status_code, list(found.values())) == (422, [code])
        assert next(iter(found)) in {field, f"{field}.débit"}

    async def test_what_is_typed_is_kept_as_it_reads(self, writer, site):
        machine = await make_machine(
            writer, site.id, name=" Presse\r\nn°\u00a04\u202e ", notes="a\r\nb\vc\u2028d ",
            serial_number=unicodedata.normalize("NFD", "é-7"),
        )  # fmt: skip
        assert (machine["name"], machine["notes"], machine["serial_number"]) == ("Presse n°\u00a04", "a\nb\nc\nd", "é-7")

    @pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "-infinity", "1e400"])
    async def test_a_list_of_no_age_is_refused(self, client_as, since):
        admin = await client_as("admin")
        for path in ("maintenance/interventions", "audit"):
            answer = await admin.get(f"{API}/{path}", params={"since": since})
            assert (answer.status_code, set(wrong_fields(answer))) == (422, {"since"}), path

    async def test_the_log_and_the_machine_agree_whatever_comes_late(self, writer, site):
        machine = await make_machine(writer, site.id, occurred_at=at(days=30))
        for status, days in (("broken", 2), ("maintenance", 20), ("inactive", 40), ("active", 1), ("broken", 25)):
            body = {"equipment_id": machine["id"], "status": status, "occurred_at": at(days=days)}
            told = (await writer.post(f"{API}/equipment/{machine['id']}/status", json=body)).json()
            log = (await writer.get(f"{API}/equipment/{machine['id']}/status-log")).json()
            assert told["status"] == log[0]["to_status"]
            assert all(later["from_status"] == earlier["to_status"] for later, earlier in pairwise(log))


class TestPush:
    async def test_one_that_no_text_can_hold_harms_no_neighbour(self, writer, site):
        job = await make_job(writer, await make_machine(writer, site.id))
        odd = [
            note_of(job, text="\ud800"), note_of(job, text=float("nan")), note_of(job, occurred_at="0001-01-01T00:00:00+14:00"),
            note_of(job, **{"\ud800": 1}), note_of(job, type="\ud800"), note_of(job, command_id="\ud800"), note_of(job, note_id=1e400),
            note_of(job, text="a\0"), {"\ud800": "\ud800"}, note_of(job, occurred_at=-1e300),
        ]  # fmt: skip
        results = await push(writer, note_of(job), *odd, note_of(job))
        assert [result["status"] for result in results] == ["applied", *(["rejected"] * len(odd)), "applied"]
        assert [result["status"] for result in await push(writer, *odd)] == ["rejected"] * len(odd)

    @pytest.mark.parametrize("is_set_right", [False, True])
    async def test_what_a_dead_clock_has_told_is_kept(self, writer, site, session, is_set_right):
        """A tablet whose battery died shows 1970: sent with that clock, or after the network has set it right."""
        began = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
        job, machine = str(uuid7()), await make_machine(writer, site.id)
        told = {
            "type": "intervention.create", "command_id": str(uuid7()), "intervention_id": job, "equipment_id": machine["id"],
            "title": "Fuite", "occurred_at": began.isoformat(), "stopped_at": (began - timedelta(minutes=4)).isoformat(),
        }  # fmt: skip
        sent_at = None if is_set_right else (began + timedelta(minutes=10)).isoformat()
        assert [result["status"] for result in await push(writer, told, sent_at=sent_at)] == ["applied"]
        stopped = await session.scalar(sa.text("select stopped_at from maintenance_interventions where id = :id"), {"id": job})
        assert timedelta(minutes=3) < now() - stopped < timedelta(minutes=20)


class TestPasswords:
    async def test_open_from_any_keyboard_and_old_ones_still_do(self, client, session):
        typed = "Ma clé d’été"
        new = await make_person(session, password=unicodedata.normalize("NFD", typed))
        old = await make_person(session)
        old.password_hash = _hasher.hash(unicodedata.normalize("NFD", typed))
        await session.commit()
        for user, form in ((new, "NFC"), (new, "NFD"), (old, "NFD")):
            body = {"username": user.username, "password": unicodedata.normalize(form, typed)}
            assert (await client.post(f"{API}/auth/login", json=body)).status_code == 200, (user, form)

    async def test_that_protect_nothing_are_refused(self, client_as):
        admin = await client_as("admin")
        for password in ("a" * 12, " " * 12, "abc\0defghijk", "claire.martin", "Claire.Martin1", "claire.martin@usine.fr"):
            told = {
                "id": str(uuid7()),
                "username": "claire.martin",
                "email": "claire.martin@usine.fr",
                "password": password,
                "role": "technician",
            }
            answer = await admin.post(f"{API}/users", json=told | {"first_name": "Claire", "last_name": "Martin"})
            assert (answer.status_code, set(wrong_fields(answer))) == (422, {"password"}), password
