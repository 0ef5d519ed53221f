import csv
import io
import zipfile
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from starlette.requests import Request

from server.core.access import current_actor
from server.core.exports import XLSX
from server.equipment import listing
from shared_models.equipment.rows import EquipmentFilter
from tests.server.machines import API, code_of, make_machine, make_site

FACTORY = (
    {"name": "Convoyeur à bande", "manufacturer": "Intralox", "model": "S900"},
    {"name": "Étiqueteuse", "manufacturer": "Krones", "model": "Topmodul", "serial_number": "KR-77/1"},
    {"name": "Pompe de relevage", "manufacturer": "Grundfos", "model": "CR 10", "criticality": "critical"},
    {"name": "Compresseur d'air", "manufacturer": "Atlas Copco", "model": "GA 37", "notes": "nothing"},
)


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def writer(client_as, site):
    return await client_as("supervisor", sites=[site.id])


@pytest.fixture
async def machines(writer, site):
    return {fields["name"]: await make_machine(writer, site.id, **fields) for fields in FACTORY}


async def names(client, **query):
    answer = await client.get(f"{API}/equipment", params=query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


class TestSearch:
    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("etiqueteuse", "Étiqueteuse"),
            ("ETIQUETTEUSE", "Étiqueteuse"),
            ("convoieur", "Convoyeur à bande"),
            ("convoyer bande", "Convoyeur à bande"),
            ("grunfos", "Pompe de relevage"),
            ("pompe grundfos", "Pompe de relevage"),
            ("KR-77/1", "Étiqueteuse"),
            ("compreseur", "Compresseur d'air"),
            ("conv", "Convoyeur à bande"),
            ("krone topmodule", "Étiqueteuse"),
        ],
    )
    async def test_forgives(self, writer, machines, typed, found):
        assert (await names(writer, search=typed))[0] == found

    async def test_a_machine_comes_before_its_parts(self, writer, site, machines):
        for name in ("Armoire (Palettiseur 2)", "Palettiseur 21", "Palettiseur 2"):
            await make_machine(writer, site.id, name=name)
        assert (await names(writer, search="palettiseur 2"))[:2] == ["Palettiseur 2", "Palettiseur 21"]

    async def test_codes_and_labels_come_first(self, writer, site, machines):
        pump = machines["Pompe de relevage"]
        await make_machine(writer, site.id, name=f"Moteur de {pump['code']}")
        assert await names(writer, search=pump["code"].lower()) == ["Pompe de relevage", f"Moteur de {pump['code']}"]
        label = pump["label_codes"][0]
        assert (await names(writer, search=f"{label[:4]}-{label[4:].lower()}"))[0] == "Pompe de relevage"

    @pytest.mark.parametrize("typed", ["zzzz", "100%", "_", "\\", "' or 1=1 --", "xylophone géant"])
    async def test_finds_nothing_where_there_is_nothing(self, writer, machines, typed):
        assert await names(writer, search=typed) == []

    async def test_of_other_sites_finds_nothing(self, client_as, machines, session):
        stranger = await client_as("admin", sites=[(await make_site(session)).id])
        for machine in machines.values():
            for typed in (machine["name"], machine["code"], machine["label_codes"][0]):
                assert await names(stranger, search=typed) == []


async def test_sorts_as_people_do(writer, machines):
    assert await names(writer) == ["Compresseur d'air", "Convoyeur à bande", "Étiqueteuse", "Pompe de relevage"]
    assert (await names(writer, sort="-criticality"))[0] == "Pompe de relevage"
    assert code_of(await writer.get(f"{API}/equipment", params={"status": "gone"})) == (422, "invalid")


@pytest.fixture
async def priced(writer, site, session):
    """One machine with a value of each kind, at a site whose clock is nine hours ahead."""
    await session.execute(text("update sites set time_zone = 'Asia/Tokyo' where id = :id"), {"id": site.id})
    machine = await make_machine(writer, site.id, name="=HYPERLINK(1)", manufacturer="+33", serial_number="00123", model="1e5")
    await session.execute(
        text(
            "update equipment set hourly_downtime_cost = 120.50, replacement_value = 1234567.80, purchase_date = '2021-03-09',"
            " status_since = '2026-07-01T20:30:00Z' where id = :id"
        ),
        {"id": machine["id"]},
    )
    await session.commit()


class TestExport:
    async def read(self, client_as, site, language):
        reader = await client_as("technician", sites=[site.id], language=language)
        answer = await reader.get(f"{API}/equipment/export.csv", params={"size": 1, "search": "hyperlink"})
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.content.startswith(b"\xef\xbb\xbf")
        return answer.content.decode("utf-8-sig").splitlines()

    async def test_in_french_as_excel_reads_it_there(self, client_as, site, machines, priced):
        head, line = await self.read(client_as, site, "fr")
        row = dict(zip(head.split(";"), line.split(";"), strict=True))
        assert (row["Nom"], row["Constructeur"], row["État"]) == ("'=HYPERLINK(1)", "'+33", "En service")
        assert (row["Coût d’arrêt par heure"], row["Valeur de remplacement"]) == ("120,50", "1234567,80")
        assert (row["Date d’achat"], row["Depuis"]) == ("09/03/2021", "02/07/2026 05:30")

    async def test_in_english_with_points_and_iso_dates(self, client_as, site, machines, priced):
        row = next(csv.DictReader(await self.read(client_as, site, "en")))
        assert (row["Name"], row["Manufacturer"], row["Status"]) == ("'=HYPERLINK(1)", "'+33", "Running")
        assert (row["Downtime cost per hour"], row["Replacement value"]) == ("120.50", "1234567.80")
        assert (row["Purchased on"], row["Since"]) == ("2021-03-09", "2026-07-02 05:30")

    async def test_as_a_workbook_with_cells_that_know_what_they_hold(self, client_as, site, machines, priced):
        reader = await client_as("technician", sites=[site.id], language="fr")
        answer = await reader.get(f"{API}/equipment/export.xlsx", params={"search": "hyperlink"})
        assert answer.headers["content-type"] == XLSX
        head, line = load_workbook(io.BytesIO(answer.content))
        row = dict(zip(head, line, strict=True))
        assert (row["Nom"], row["Constructeur"], row["Modèle"], row["Numéro de série"]) == ("=HYPERLINK(1)", "+33", "1e5", "00123")
        assert (row["Coût d’arrêt par heure"], row["Valeur de remplacement"]) == (120.5, 1_234_567.8)
        assert (row["Date d’achat"], row["Depuis"]) == (date(2021, 3, 9), datetime(2026, 7, 2, 5, 30))  # noqa: DTZ001 - a wall clock
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml")


def load_workbook(file):
    return CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()


@pytest.mark.fresh_database
class TestTenThousand:
    async def test_a_page_reads_little(self, client_as, session, app):
        site = await make_site(session)
        await session.execute(text("""
            insert into equipment (id, code, name, manufacturer, serial_number, site_id, status_since)
            select gen_random_uuid(), 'M-' || n, 'Machine ' || md5(n::text), 'Maker ' || n % 50, 'S' || n, :site, now()
            from generate_series(1, 10000) n"""), {"site": site.id})  # fmt: skip
        await session.commit()
        await session.execute(text("analyze equipment"))
        await session.commit()
        reader = await client_as("technician", sites=[site.id])
        plan = await self.plan(app, reader)
        assert "Index Scan using ix_equipment_name" in plan
        for query in ({}, {"page": 100}, {"search": "M-777"}, {"search": "machina 4f"}, {"sort": "-status"}):
            assert (await reader.get(f"{API}/equipment", params=query)).status_code == 200
        assert (await reader.get(f"{API}/equipment", params={"search": "m-777"})).json()["items"][0]["code"] == "M-777"

    async def plan(self, app, reader):
        statement, *args = listing.EQUIPMENT.paging(await load(app, reader), EquipmentFilter()).rendered()
        return "\n".join(row[0] for row in await app.state.database.pool.fetch(f"explain {statement}", *args))


async def load(app, client):
    """The actor that the application makes of a client's token."""
    headers = [(b"authorization", client.headers["authorization"].encode())]
    return await current_actor(Request({"type": "http", "app": app, "headers": headers, "state": {}}))
