"""Labels through HTTP; every printed sheet is rendered and its QR codes are read."""

import io

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import text

from server.labels import lettering, sheets
from server.labels.texts import LabelText
from shared_models.ids import uuid7
from shared_models.labels.codes import new_label_code
from shared_models.labels.sheets import LabelFormat
from tests.server.machines import API, code_of, make_line, make_machine, make_site

LONG = "Soutireuse-boucheuse rotative à 48 becs, côté étiquetage, désignation anticonstitutionnellementlongue"


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def writer(client_as, site):
    return await client_as("supervisor", sites=[site.id])


def pages(pdf, dpi=200):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil() for page in document]
    finally:
        document.close()


def read(image):
    """QR codes alone: a reader of every symbology sees bars in print, too."""
    return [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)]


class TestSheets:
    @pytest.mark.parametrize("format_", list(LabelFormat))
    def test_every_code_of_a_full_sheet_is_read(self, format_):
        layout = sheets.LAYOUTS[format_]
        names = ["Palettiseur 2", LONG, "Étiqueteuse œuvrée", ""]
        labels = [LabelText(new_label_code(), names[i % 4], f"EQ-{i:04}", "Usine de Lyon", "Ligne B") for i in range(layout.per_page + 2)]
        drawn = pages(sheets.pdf(labels, base_url="https://etabli.example-factory.com", layout=layout))
        assert len(drawn) == (2 if layout.per_page > 1 else 3)
        found = [code for image in drawn for code in read(image)]
        assert sorted(found) == sorted(f"https://etabli.example-factory.com/e/{label.code}" for label in labels)

    @pytest.mark.parametrize("format_", list(LabelFormat))
    def test_nothing_is_drawn_outside_of_its_label(self, format_):
        """The first label alone: beyond its edge the paper is white."""
        layout = sheets.LAYOUTS[format_]
        label = LabelText(new_label_code(), LONG, "EQ-0001-UN-TRES-LONG-CODE", "Un site au nom interminable", "Ligne " * 12)
        image = pages(sheets.pdf([label], base_url="https://etabli.example", layout=layout), dpi=254)[0].convert("L")
        left, top, right, bottom = image.point(lambda value: 255 * (value < 128)).getbbox()
        x, y = layout.origin
        width, height = layout.size
        assert left >= x * 10
        assert top >= y * 10
        assert right <= (x + width) * 10 + 1
        assert bottom <= (y + height) * 10 + 1

    @pytest.mark.parametrize(
        "name",
        [
            "Étiqueteuse œuvrée ç à ü ñ – “’…", "Насос подачи №3 Ёлка", "Αντλία ψύξης", "Máy bơm nước thải số 2", "Ștergător ğıİ ąę",
            "مضخة المياه رقم 12 (A)", "משאבה 3", "เครื่องสูบน้ำ", "पंप संख्या ४", "Pompe 3×4 → cuve ≤ 5 °C ✓ ⚠️ ★",
        ],
    )  # fmt: skip
    def test_names_of_any_of_these_scripts_are_printed(self, name):
        assert lettering.missing(name) == ""
        assert lettering.MISSING not in sheets.printable(name)
        label = LabelText(new_label_code(), name, "М-1", "Site", name)
        [page] = pages(sheets.pdf([label], base_url="https://etabli.example", layout=sheets.LAYOUTS[LabelFormat.roll_62]), dpi=400)
        assert read(page) == [f"https://etabli.example/e/{label.code}"]
        inked = page.convert("L").point(lambda value: 255 * (value < 128)).crop((page.width // 2, 0, page.width, page.height // 3))
        assert inked.getbbox()

    def test_a_character_without_a_font_is_a_box_and_is_told(self):
        assert sheets.printable("Pompe \ue000\ue001 A\u200b") == "Pompe □□ A\u200b"
        assert lettering.missing("Pompe \ue000\ue001\ue000") == "\ue000\ue001"

    def test_letters_are_joined(self):
        apart = sum(lettering.width(char, lettering.BOLD, 1) for char in "مضخة")
        assert lettering.width("مضخة", lettering.BOLD, 1) < apart - 0.2

    @pytest.mark.parametrize(
        ("text", "seen"),
        [
            ("abc אבג", "abc גבא"), ("אבג 12 (A)", "(A) 12 גבא"), ("Pompe 12", "Pompe 12"), ("אבג 1.5 50%", "50% 1.5 גבא"),
            ("12 אבג", "גבא 12"),
            ("A (אב) B", "A (בא) B"),
        ],
    )  # fmt: skip
    def test_directions(self, text, seen):
        """As the letters stand from left to right; a bracket of a run to the left is mirrored when it is shaped."""
        mirrored = str.maketrans("()", ")(")
        runs = lettering._runs(text, lettering._faces(lettering.BOLD))
        assert "".join(run[::-1].translate(mirrored) if is_rtl else run for _, run, is_rtl in runs) == seen

    def test_what_is_too_long_is_cut_with_an_ellipsis(self):
        for name in ("x" * 200, "Ж" * 200, "م" * 200):
            assert lettering.width(sheets.shortened(name, sheets.BOLD, 9, 50), sheets.BOLD, 9) <= 50


class TestPrinting:
    async def test_machines_in_order_with_copies_from_a_position(self, writer, site, session):
        line = await make_line(session, site)
        machines = [await make_machine(writer, site.id, name=name, production_line_id=line.id) for name in ("Un", "Deux")]
        body = {"equipment_ids": [machine["id"] for machine in machines], "copies": 2, "format": "L7163", "start": 13}
        answer = await writer.post(f"{API}/labels/sheet", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
        one, two = ([code.rpartition("/")[2] for code in read(image)] for image in pages(answer.content))
        assert one == machines[0]["label_codes"] * 2
        assert two == machines[1]["label_codes"] * 2

    @pytest.mark.parametrize(
        ("body", "refusal"),
        [
            ({"start": 15, "format": "L7163"}, (422, "label_start_off_sheet")),
            ({"copies": 0}, (422, "invalid")),
            ({"format": "L1"}, (422, "invalid")),
            ({"equipment_ids": []}, (422, "invalid")),
            ({"equipment_ids": [str(uuid7())]}, (404, "not_found")),
        ],
    )
    async def test_refuses(self, writer, site, body, refusal):
        machine = await make_machine(writer, site.id)
        assert code_of(await writer.post(f"{API}/labels/sheet", json={"equipment_ids": [machine["id"]]} | body)) == refusal

    async def test_says_beforehand_which_labels_would_have_boxes(self, writer, site):
        machines = [await make_machine(writer, site.id, name=name) for name in ("Насос", "Pompe \ue000\ue001")]
        answer = await writer.post(f"{API}/labels/check", json={"equipment_ids": [machine["id"] for machine in machines]})
        assert answer.json() == [{"id": machines[1]["id"], "name": "Pompe \ue000\ue001", "missing": "\ue000\ue001"}]

    async def test_blank_labels_are_new_codes(self, writer, client_as, site, session):
        answer = await writer.post(f"{API}/labels/blank", json={"count": 5, "format": "L7651"})
        codes = [code.rpartition("/")[2] for image in pages(answer.content) for code in read(image)]
        blank = (await session.scalars(text("select code from label_code where equipment_id is null"))).all()
        assert len(codes) == 5
        assert set(codes) <= set(blank)
        by, change = (await session.execute(text("select actor_id, changes from audit_log where action = 'label.blank_made'"))).one()
        assert by == writer.user.id
        assert sorted(change["codes"][1]) == sorted(codes)
        assert code_of(await (await client_as("technician")).post(f"{API}/labels/blank", json={"count": 1})) == (403, "forbidden")

    async def test_picture(self, writer, site):
        machine = await make_machine(writer, site.id)
        png = await writer.get(f"{API}/equipment/{machine['id']}/label.png")
        assert read(Image.open(io.BytesIO(png.content)))[0].endswith(f"/e/{machine['label_codes'][0]}")
        part = (await writer.post(f"{API}/inventory/parts", json={"part_number": f"P-{uuid7().hex[-9:]}", "name": "Joint"})).json()
        png = await writer.get(f"{API}/inventory/parts/{part['id']}/label.png")
        [code] = part["label_codes"]
        assert read(Image.open(io.BytesIO(png.content)))[0].endswith(f"/e/{code}")
        for typed in (code, f"{code[:4].lower()} {code[4:]}"):
            found = (await writer.get(f"{API}/inventory/parts", params={"search": typed})).json()["items"]
            assert [row["id"] for row in found] == [part["id"]]


class TestResolve:
    async def test_answers_the_machine_or_says_what_is_wrong(self, writer, client_as, site, session):
        machine = await make_machine(writer, site.id)
        code = machine["label_codes"][0]
        for typed in (f"{code[:4].lower()}-{code[4:]}", f"“{code[:4]}—{code[4:]}\u200b”,"):
            assert (await writer.get(f"{API}/labels/{typed}")).json()["id"] == machine["id"]
            assert [row["id"] for row in (await writer.get(f"{API}/equipment", params={"search": typed})).json()["items"]] == [
                machine["id"]
            ]
        await writer.post(f"{API}/labels/blank", json={"count": 1})
        blank = await session.scalar(text("select code from label_code where equipment_id is null order by created_at desc"))
        assert code_of(await writer.get(f"{API}/labels/{blank}")) == (409, "label_blank")
        assert code_of(await writer.get(f"{API}/labels/{new_label_code()}")) == (404, "label_not_found")
        assert code_of(await writer.get(f"{API}/labels/23456789")) == (422, "label_code_invalid")
        stranger = await client_as("technician", sites=[(await make_site(session)).id])
        assert code_of(await stranger.get(f"{API}/labels/{code}")) == (404, "label_not_found")


class TestOfStock:
    """Parts and places have codes of the machines' scheme, sheets with them, and one address that says what a code is on."""

    @pytest.fixture
    async def things(self, writer, site):
        """By the names of a sheet's fields: the row that each of three labels is on."""
        number = uuid7().hex[-9:]
        part = {"part_number": f"RLT-{number}", "name": LONG, "manufacturer": "SKF", "manufacturer_reference": "6204-2RS"}
        place = {"place_id": str(uuid7()), "site_id": str(site.id), "name": f"Magasin {number}"}
        shelf = {"place_id": str(uuid7()), "site_id": str(site.id), "name": "A1", "kind": "shelf", "parent_id": place["place_id"]}
        return {
            "equipment_ids": await make_machine(writer, site.id),
            "part_ids": (await writer.post(f"{API}/inventory/parts", json=part)).json(),
            "place_ids": [(await writer.post(f"{API}/inventory/places", json=row)).json() for row in (place, shelf)][1],
        }

    async def test_each_has_one_on_the_sheet_and_is_found_by_it(self, writer, things):
        body = {name: [row["id"]] for name, row in things.items()} | {"format": "L7163"}
        printed = [
            code.rpartition("/")[2]
            for image in pages((await writer.post(f"{API}/labels/sheet", json=body)).content)
            for code in read(image)
        ]
        assert sorted(printed) == sorted(code for row in things.values() for code in row["label_codes"])
        assert len(set(printed)) == len(things)
        kinds = dict(zip(things, ("equipment", "part", "storage_place"), strict=True))
        for name, row in things.items():
            found = (await writer.get(f"{API}/labels/{row['label_codes'][0]}/target")).json()
            assert found == {"entity": kinds[name], "id": row["id"]}
        assert code_of(await writer.get(f"{API}/labels/{things['part_ids']['label_codes'][0]}")) == (404, "label_not_found")

    async def test_of_a_place_elsewhere_says_nothing(self, client_as, session, things):
        stranger = await client_as("technician", sites=[(await make_site(session)).id])
        place, part = things["place_ids"], things["part_ids"]
        assert code_of(await stranger.get(f"{API}/labels/{place['label_codes'][0]}/target")) == (404, "label_not_found")
        assert code_of(await stranger.post(f"{API}/labels/sheet", json={"place_ids": [place["id"]]})) == (404, "not_found")
        assert (await stranger.get(f"{API}/labels/{part['label_codes'][0]}/target")).status_code == 200

    async def test_a_part_keeps_its_own_when_it_is_edited(self, writer, things):
        part = things["part_ids"]
        change = {"part_id": part["id"], "version": 1, "part_number": part["part_number"], "name": "Roulement"}
        edited = (await writer.post(f"{API}/inventory/parts", json=change)).json()
        assert (edited["name"], edited["label_codes"]) == ("Roulement", part["label_codes"])

    async def test_cannot_be_put_on_a_machine_as_well(self, writer, things):
        machine, code = things["equipment_ids"], things["part_ids"]["label_codes"][0]
        answer = await writer.post(f"{API}/equipment/{machine['id']}/labels", json={"label_code": code})
        assert code_of(answer) == (409, "label_in_use")
