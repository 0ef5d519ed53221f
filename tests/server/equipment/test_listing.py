import asyncio
import csv
import io
import json
import zipfile
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from starlette.requests import Request

from server.core.access import current_actor
from server.core.exports import XLSX
from server.core.list_memory import NOTHING_KNOWN, Total
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


SORTS = [sign + name for name in listing.EQUIPMENT.sorts for sign in ("", "-")]


@pytest.mark.fresh_database
class TestTenThousand:
    """At twenty sites of five lines; some have no line, no serial number, or the same name."""

    @pytest.fixture
    async def sites(self, session):
        sites = [await make_site(session, f"Site {n % 7} {n}") for n in range(20)]
        ids = [site.id for site in sites]
        await session.execute(
            text("""
            insert into production_lines (id, site_id, name)
            select gen_random_uuid(), id, 'Ligne ' || n from unnest(cast(:ids as uuid[])) id, generate_series(1, 5) n"""),
            {"ids": ids},
        )
        await session.execute(text("""
            insert into equipment (id, code, name, manufacturer, model, serial_number, site_id, production_line_id, status_since, status)
            select gen_random_uuid(), 'M-' || n, 'Machine ' || md5((n % 9000)::text), 'Maker ' || n % 50, n % 70,
            case when n % 3 > 0 then 'S' || n end, s,
            (select l.id from production_lines l where l.site_id = s and l.name = 'Ligne ' || n % 7),
            now(), case when n % 90 = 0 then 'broken' else 'active' end
            from generate_series(1, 10000) n, lateral (select (cast(:ids as uuid[]))[1 + n % 20] as s) x"""), {"ids": ids})  # fmt: skip
        await session.commit()
        for table in ("equipment", "sites", "production_lines"):
            await session.execute(text(f"analyze {table}"))
        await session.commit()
        return ids

    async def test_a_page_of_any_sort_reads_little(self, client_as, sites, app):
        actor = await load(app, await client_as("admin"))
        statement = listing.EQUIPMENT.paging(actor, EquipmentFilter(), known=NOTHING_KNOWN)
        known = Total((await app.state.database.pool.fetchrow(*statement.rendered()))["mark"], 10_000)
        for sort in SORTS:
            statement, *args = listing.EQUIPMENT.paging(actor, EquipmentFilter(sort=sort), known=known).rendered()
            found = await app.state.database.pool.fetchval(f"explain (analyze, format json) {statement}", *args)
            assert read_of("equipment", json.loads(found)[0]["Plan"]) < 3_000, sort

    async def test_pages_go_on_where_the_one_before_ended_and_from_the_end_too(self, client_as, sites, app):
        reader = await client_as("technician", sites=sites)
        actor = await load(app, reader)
        for sort in SORTS:
            statement, *args = listing.EQUIPMENT.exporting(actor, EquipmentFilter(sort=sort), None).rendered()
            codes = [row["code"] for row in await app.state.database.pool.fetch(statement, *args)]
            for page in (1, 20, 57, 77):  # the total is known from the second one on
                answer = (await reader.get(f"{API}/equipment", params={"sort": sort, "page": page, "size": 130})).json()
                assert answer["total"] == 10_000
                assert [item["code"] for item in answer["items"]] == codes[130 * (page - 1) : 130 * page], (sort, page)

    async def test_a_search_finds_codes_first_then_names_then_what_is_misspelt(self, client_as, sites):
        reader = await client_as("technician", sites=sites)
        for typed in ("m-777", "machina 4f", "machine"):
            assert (await reader.get(f"{API}/equipment", params={"search": typed})).json()["total"] > 0
        assert (await reader.get(f"{API}/equipment", params={"search": "m-777"})).json()["items"][0]["code"] == "M-777"


@pytest.mark.fresh_database
class TestTotals:
    async def total(self, reader):
        return (await reader.get(f"{API}/equipment")).json()["total"]

    async def test_a_total_follows_each_change_at_once(self, client_as, session, site):
        other = await make_site(session, "Lyon")
        await session.commit()
        here, there = [await client_as("technician", sites=[one.id]) for one in (site, other)]
        writer = await client_as("admin")
        machines = []
        for count in (1, 2, 3):
            machines.append(await make_machine(writer, site.id, name=f"Pompe {count}", code=f"P-{count}"))
            assert [await self.total(here), await self.total(there)] == [count, 0]
        await self.change(session, machines[0], "archived_at = now()")
        assert [await self.total(here), await self.total(there)] == [2, 0]
        await self.change(session, machines[1], f"site_id = '{other.id}'")
        assert [await self.total(here), await self.total(there)] == [1, 1]

    async def change(self, session, machine, assignment):
        await session.execute(text(f"update equipment set {assignment} where id = :id"), {"id": machine["id"]})
        await session.commit()

    async def test_what_began_before_and_ends_after_is_counted(self, client_as, session, site, app):
        """The transaction with the smaller number commits last: what was counted between may not be kept."""
        writer = await client_as("admin")
        statement = "insert into equipment (id, code, name, site_id, status_since) values (gen_random_uuid(), $1, $1, $2, now())"
        slow = await app.state.database.connect()
        begun = slow.transaction()
        await begun.start()
        await slow.execute(statement, "EARLY", site.id)
        await make_machine(writer, site.id, name="Pompe", code="LATE")
        assert [await self.total(writer) for _ in range(3)] == [1, 1, 1]
        await begun.commit()
        await slow.close()
        memory = app.state.database.pool.memory
        for _ in range(200):  # it is kept once what else goes on in the server has ended
            assert await self.total(writer) == 2
            if memory.totals:
                break
            await asyncio.sleep(0.05)
        assert [total.rows for total in memory.totals.values()] == [2]

    @pytest.mark.parametrize("change", ["name = 'Vanne'", "serial_number = 'pompe'", "archived_at = now()", "model = 'x'"])
    async def test_what_a_search_has_found_follows_each_change(self, client_as, session, site, app, change):
        writer = await client_as("admin")
        machines = [await make_machine(writer, site.id, name=f"Pompe {count}", code=f"P-{count}") for count in (1, 2, 3)]
        memory = app.state.database.pool.memory

        async def found():
            return (await writer.get(f"{API}/equipment", params={"search": "pompe", "size": 2})).json()

        for _ in range(200):
            known = await found()
            if any(total.ids for total in memory.totals.values()):
                break
            await asyncio.sleep(0.05)
        assert await found() == known
        await self.change(session, machines[0], change)
        after = await found()
        memory.clear()
        assert await found() == after != known


def read_of(table, node):
    """Rows of a table that a plan has looked at."""
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] if node.get("Relation Name") == table else 0
    return own + sum(read_of(table, each) for each in node.get("Plans", ()))


async def load(app, client):
    """The actor that the application makes of a client's token."""
    headers = [(b"authorization", client.headers["authorization"].encode())]
    return await current_actor(Request({"type": "http", "app": app, "headers": headers, "state": {}}))
