"""The page behind a label, as a browser without an account sees it."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import text

from server.requests import pages
from shared_models.ids import uuid7
from shared_models.labels.codes import new_label_code
from tests.server.attachments import samples
from tests.server.machines import API, make_line, make_machine, make_site


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def writer(client_as, site):
    return await client_as("supervisor", sites=[site.id])


@pytest.fixture
async def machine(writer, site, session):
    line = await make_line(session, site, "Ligne <B>")
    return await make_machine(writer, site.id, name="Palettiseur <2>", serial_number="SECRET-1", production_line_id=line.id)


@pytest.fixture
def url(machine):
    return f"/e/{machine['label_codes'][0]}"


def picture():
    buffer = io.BytesIO()
    Image.effect_noise((80, 60), 50).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


def report(**fields):
    return {"id": str(uuid7()), "symptom": "noise", "is_stopped": "false", "text": "Grince", "requester": "Aïcha"} | fields


class TestShow:
    async def test_says_name_and_line_and_nothing_else(self, client, url, machine):
        page = await client.get(url, headers={"accept-language": "fr-CA, en;q=0.5"})
        assert page.status_code == 200
        assert len(page.content) < 50_000
        assert '<html lang="fr">' in page.text
        assert "Palettiseur &lt;2&gt;" in page.text
        assert "Ligne &lt;B&gt;" in page.text
        for hidden in ("SECRET-1", machine["code"], machine["id"], machine["site_id"]):
            assert hidden not in page.text

    async def test_needs_no_script_and_allows_none(self, client, url):
        page = await client.get(url)
        policy = page.headers["content-security-policy"]
        assert "<script" not in page.text
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r'\sstyle="|\son\w+="', page.text)
        assert not re.findall(r"operator\.\w+|domain\.\w+", page.text)

    async def test_speaks_the_language_that_is_asked_for(self, client, url):
        assert "What is wrong?" in (await client.get(url, headers={"accept-language": "fr"}, params={"lang": "en"})).text
        assert "Qu’est-ce qui ne va pas" in (await client.get(url, headers={"accept-language": "de, fr;q=0.3"})).text

    async def test_takes_a_typed_code(self, client, url):
        code = url[3:]
        assert (await client.get("/e", params={"code": f"{code[:4].lower()}-{code[4:]}"})).headers["location"] == url
        assert (await client.get(f"/e/{code[:4].lower()}-{code[4:]}")).status_code == 200
        assert (await client.get(f"/e/«\u00a0{code[:4]}—{code[4:]}\u200b»")).status_code == 200
        pasted = await client.get("/e", params={"code": f"https://etabli.example/e/{code}?x=1"})
        assert pasted.headers["location"] == f"/e/{code}"

    @pytest.mark.parametrize(("code", "said"), [("23456789", "add up"), ("x", "add up"), ("<b>", "add up"), (None, "Unknown label")])
    async def test_explains_a_wrong_code(self, client, code, said):
        page = await client.get(f"/e/{code or new_label_code()}")
        assert page.status_code == 404
        assert said in page.text
        assert "<b>" not in page.text

    async def test_blank_labels_and_closed_sites_ask_to_sign_in(self, client, writer, site, session, url):
        await writer.post(f"{API}/labels/blank", json={"count": 1})
        blank = await session.scalar(text("select code from label_code where equipment_id is null order by created_at desc"))
        assert "Label not in use yet" in (await client.get(f"/e/{blank}")).text
        await session.execute(text("update sites set public_requests = false where id = :id"), {"id": site.id})
        closed = await client.get(url)
        assert "For the teams only" in closed.text
        assert "Palettiseur" not in closed.text
        assert (await client.post(url, data=report())).status_code == 403

    async def test_guessing_codes_is_slowed_down(self, client, url):
        answers = [(await client.get(f"/e/{new_label_code()}")).status_code for _ in range(pages.WRONG_CODES.burst + 1)]
        assert set(answers[:-1]) == {404}
        assert answers[-1] == 429
        assert (await client.get(url)).status_code == 429, "a right guess must not show either"

    async def test_people_who_are_signed_in_get_the_app(self, app, client, url, tmp_path):
        (tmp_path / "index.html").write_text("the app")
        app.state.web_root = tmp_path
        assert (await client.get(url, headers={"cookie": "etabli_signed_in=1"})).text == "the app"
        assert "Palettiseur" in (await client.get(url)).text


class TestReport:
    async def test_becomes_a_request_with_its_photo(self, client, writer, url, machine, session):
        answer = await client.post(url, data=report(), files={"photo": ("../../x.jpg", picture(), "image/jpeg")})
        assert answer.status_code == 201, answer.text
        number = re.search(r"REQ-\d{4}-\d{6}", answer.text)[0]
        found = (await writer.get(f"{API}/requests", params={"equipment_id": machine["id"]})).json()["items"][0]
        assert (found["number"], found["symptom"], found["text"], found["requester"]) == (number, "noise", "Grince", "Aïcha")
        assert (found["status"], found["is_stopped"]) == ("new", False)
        photo = await writer.get(f"{API}/attachments/{found['photo_id']}")
        assert photo.headers["content-type"] == "image/jpeg"
        assert (
            await session.scalar(text("select actor_label from audit_log where action = 'request.submitted' order by id desc limit 1"))
            == "Aïcha"
        )

    async def test_takes_a_photo_whose_camera_wrote_nonsense_into_its_exif(self, client, writer, url, machine):
        upright, width = (0x0112, 3, 1, b"\x06\0\0\0"), (0x0100, 5, 1, b"\x08\0\0\0")
        photo = samples.with_exif(samples.saved(samples.gradient(), "JPEG"), samples.exif([width, upright]))
        answer = await client.post(url, data=report(), files={"photo": ("a.jpg", photo, "image/jpeg")})
        assert answer.status_code == 201, answer.text
        found = (await writer.get(f"{API}/requests", params={"equipment_id": machine["id"]})).json()["items"][0]
        kept = await writer.get(f"{API}/attachments/{found['photo_id']}")
        assert Image.open(io.BytesIO(kept.content)).size == (40, 60)

    async def test_sent_twice_is_one_request(self, client, url, machine, writer):
        body = report(symptom="stopped", is_stopped="")
        numbers = {re.search(r"REQ-\d{4}-\d{6}", (await client.post(url, data=body)).text)[0] for _ in range(2)}
        found = (await writer.get(f"{API}/requests", params={"equipment_id": machine["id"]})).json()
        assert [item["number"] for item in found["items"]] == list(numbers)
        assert found["items"][0]["is_stopped"] is True

    @pytest.mark.parametrize(
        ("fields", "photo", "status", "said"),
        [
            ({"symptom": ""}, None, 422, "What is happening?"),
            ({"symptom": "magic"}, None, 422, "alert"),
            ({"text": "x" * 2001}, None, 422, "alert"),
            ({}, b"<svg onload=alert(1)>", 415, "Not a picture"),
            ({}, b"%PDF-1.7\n%%EOF", 415, "Not a picture"),
            ({}, b"\xff\xd8\xff rubbish", 422, "Unreadable picture"),
        ],
    )
    async def test_refused_keeps_what_was_typed(self, client, url, machine, writer, fields, photo, status, said):
        body = report(text="Fumée & bruit", requester='"Zoé"') | fields
        files = {"photo": ("a.jpg", photo, "image/jpeg")} if photo else None
        answer = await client.post(url, data=body, files=files)
        assert answer.status_code == status
        assert said in answer.text
        assert "&#34;Zoé&#34;" in answer.text
        assert body["id"] in answer.text
        assert "text" in fields or "Fumée &amp; bruit</textarea>" in answer.text
        assert (await writer.get(f"{API}/requests", params={"equipment_id": machine["id"]})).json()["total"] == 0

    async def test_too_many_from_one_label_are_refused_and_kept_on_the_form(self, client, url):
        for _ in range(pages.REPORTS_OF_LABEL.burst):
            assert (await client.post(url, data=report())).status_code == 201
        answer = await client.post(url, data=report(text="encore"))
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        assert "encore</textarea>" in answer.text

    @pytest.mark.fresh_database
    async def test_without_a_database_keeps_what_was_typed(self, app, client, url):
        await app.state.database.pool.close()
        answer = await client.post(url, data=report(text="Fuite", requester="Zoé"), files={"photo": ("a.jpg", picture(), "image/jpeg")})
        assert answer.status_code == 503
        assert "Fuite</textarea>" in answer.text
        assert "Temporarily unavailable" in answer.text
        shown = await client.get(url)
        assert (shown.status_code, "Temporarily unavailable" in shown.text, "<form" in shown.text) == (503, True, False)

    async def test_too_large_a_photo(self, app, client, url):
        app.state.settings.max_upload_mb = 1
        photo = {"photo": ("a.jpg", b"x" * (2**20 + 900_000), "image/jpeg")}
        answer = await client.post(url, data=report(text="Fuite"), files=photo)
        assert answer.status_code == 413
        assert "The limit is 1\xa0MB" in answer.text
        assert "Fuite</textarea>" in answer.text

    async def test_no_end_of_reading_a_photo_keeps_the_words_before_it(self, app, client, url):
        app.state.settings.max_upload_mb = 1
        read = 0

        async def endless():
            nonlocal read
            yield b'--x\r\nContent-Disposition: form-data; name="requester"\r\n\r\nZora\r\n'
            yield b'--x\r\nContent-Disposition: form-data; name="symptom"\r\n\r\nnoise\r\n'
            yield b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
            for read in range(1, 101):  # noqa: B007 - how far it came
                yield b"x" * 100_000

        answer = await client.post(url, content=endless(), headers={"content-type": "multipart/form-data; boundary=x"})
        assert answer.status_code == 413
        assert read < 90
        assert 'value="Zora"' in answer.text
