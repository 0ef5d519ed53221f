"""What must be unique is, however it is written, and is found however it is asked for."""

import unicodedata

import pytest
import sqlalchemy as sa

from shared_models.ids import uuid7
from tests.server.machines import API, at, make_machine, make_site

NAME = "Usine d’Orléans ﬁlet ½ STRASSE"
ALIKE = [NAME, NAME.lower(), NAME.upper(), unicodedata.normalize("NFD", NAME), unicodedata.normalize("NFKC", NAME), f"\u200b{NAME} ",
         NAME.replace("SS", "ß"), NAME.replace("U", "\uff35")]  # fmt: skip


@pytest.mark.parametrize("other", ALIKE)
async def test_names_are_one_however_they_are_written(client_as, session, other):
    admin = await client_as("admin")
    site = await make_site(session)
    machine = await make_machine(admin, site.id, serial_number=NAME)

    def bodies(name):
        now = {"occurred_at": at()}
        return {
            "sites": {"id": str(uuid7()), "name": name},
            "lines": {"id": str(uuid7()), "site_id": str(site.id), "name": name},
            "meters": {"meter_id": str(uuid7()), "equipment_id": machine["id"], "name": name, "unit": "h", **now},
            "maintenance/types": {"maintenance_type_id": str(uuid7()), "name": name[:50], **now},
            "teams": {"team_id": str(uuid7()), "site_id": str(site.id), "name": name, **now},
        }

    for path, body in bodies(NAME).items():
        assert (await admin.post(f"{API}/{path}", json=body)).status_code in {200, 201}, path
    for path, body in bodies(other).items():
        assert (await admin.post(f"{API}/{path}", json=body)).status_code == 409, path
    again = {"equipment_id": str(uuid7()), "site_id": str(site.id), "name": "Presse", "serial_number": other, "occurred_at": at()}
    refused = await admin.post(f"{API}/equipment", json=again)
    assert (refused.status_code, refused.json()["code"]) == (409, "serial_number_taken")
    found = (await admin.get(f"{API}/equipment", params={"search": "orleans"})).json()
    assert machine["id"] in {row["id"] for row in found["items"]}


async def test_the_database_says_so_too(session):
    alike = sa.text("select count(distinct etabli_key(name)) from unnest(cast(:names as text[])) name")
    assert await session.scalar(alike, {"names": [name.strip(" \u200b") for name in ALIKE]}) == 1
