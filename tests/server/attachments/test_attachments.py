"""Files through HTTP: what is taken, what is refused with nothing stored, and how they come back."""

import io
import struct
import zipfile
import zlib
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import text

from server.attachments import service
from server.core.clock import now
from shared_models.ids import uuid7
from tests.server.machines import API, at, code_of, make_machine, make_site


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def technician(client_as, site):
    return await client_as("technician", sites=[site.id])


def jpeg(size=(60, 40), *, orientation=None, kind="JPEG"):
    image = Image.effect_noise(size, 80).convert("RGB")
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
        exif[0x010E] = "kept by nobody"
    buffer = io.BytesIO()
    image.save(buffer, kind, exif=exif.tobytes())
    return buffer.getvalue()


def office(*names, first=b""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def bomb():
    """A PNG of 50 000 × 50 000 pixels in a few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.oasis.opendocument.spreadsheet"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HTML = b"<html><script>alert(1)</script></html>"


async def put(client, site, data, *, name="x.bin", file_id=None):
    return await client.put(f"{API}/attachments/{file_id or uuid7()}", params={"site_id": str(site.id), "file_name": name}, content=data)


class TestTaken:
    @pytest.mark.parametrize(
        ("data", "name", "mime_type", "kept_name"),
        [
            (jpeg(), "IMG 1.JPG", "image/jpeg", "IMG 1.jpg"),
            (jpeg(kind="PNG"), "plan.exe", "image/png", "plan.png"),
            (jpeg(kind="WEBP"), "", "image/webp", "file.webp"),
            (PDF, "../../etc/notice.pdf", "application/pdf", "notice.pdf"),
            (PDF + b"\0" * 5000, "copieur.pdf", "application/pdf", "copieur.pdf"),
            (b"\xef\xbb\xbf" + PDF, "marque.pdf", "application/pdf", "marque.pdf"),
            (b"\x1b%-12345X@PJL JOB\r\n" + PDF, "imprimante.pdf", "application/pdf", "imprimante.pdf"),
            (b"BMW;12\n", "marques.csv", "text/csv", "marques.csv"),
            (office("[Content_Types].xml", "word/document.xml"), "a.zip", WORD, "a.docx"),
            (office("content.xml", first=SHEET.encode()), "b.ods", SHEET, "b.ods"),
            ("Relevé;12\n".encode(), "Relevé.csv", "text/csv", "Relevé.csv"),
        ],
    )  # fmt: skip
    async def test_as_what_it_is(self, technician, site, data, name, mime_type, kept_name):
        answer = await put(technician, site, data, name=name)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["mime_type"], answer.json()["file_name"]) == (mime_type, kept_name)

    async def test_leaves_one_trace_however_often_it_is_sent(self, technician, site, session):
        file_id = uuid7()
        for _ in range(2):
            await technician.put(f"{API}/attachments/{file_id}", content=jpeg(), params={"site_id": str(site.id)})
        found = text("select actor_id, site_id, changes from audit_log where action = 'attachment.added' and entity_id = :id")
        by, where, change = (await session.execute(found, {"id": file_id})).one()
        assert (by, where) == (technician.user.id, site.id)
        assert change["mime_type"] == [None, "image/jpeg"]

    async def test_by_form_too(self, technician, site):
        answer = await technician.put(
            f"{API}/attachments/{uuid7()}",
            params={"site_id": str(site.id)},
            files={"file": ("..\\..\\évil\u202egpj.exe", jpeg(), "text/html")},
        )
        assert (answer.status_code, answer.json()["file_name"]) == (201, "évilgpj.jpg")

    async def test_pictures_lose_their_metadata_and_stand_upright(self, technician, site):
        sent = jpeg((60, 40), orientation=6)
        kept = (await put(technician, site, sent + HTML)).json()
        assert (kept["width"], kept["height"]) == (40, 60)
        back = (await technician.get(f"{API}/attachments/{kept['id']}")).content
        assert not Image.open(io.BytesIO(back)).getexif()
        assert b"kept by nobody" not in back
        assert b"<script>" not in back

    async def test_again_is_the_same_and_other_bytes_are_refused(self, technician, site):
        file_id, data = uuid7(), jpeg()
        assert (await put(technician, site, data, file_id=file_id)).status_code == 201
        assert (await put(technician, site, data, file_id=file_id)).status_code == 200
        assert code_of(await put(technician, site, PDF, file_id=file_id)) == (409, "attachment_other_content")

    async def test_larger_than_other_bodies_may_be(self, technician, site):
        data = b"%PDF-1.7\n" + b"0" * 6_000_000 + b"%%EOF"
        assert (await put(technician, site, data)).status_code == 201
        form = await technician.put(f"{API}/attachments/{uuid7()}", params={"site_id": str(site.id)}, files={"file": ("a.pdf", data)})
        assert form.status_code == 201


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "name", "refusal"),
        [
            (b"", "a.jpg", (422, "file_empty")),
            (HTML, "a.jpg", (415, "file_kind_refused")),
            (HTML, "a.txt", (415, "file_kind_refused")),
            (b"\xef\xbb\xbf  <svg onload=alert(1)>", "a.csv", (415, "file_kind_refused")),
            (b"GIF89a<script>", "a.gif", (415, "picture_kind_refused")),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.jpg", (415, "picture_kind_refused")),
            (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "a.jpg", (415, "picture_kind_refused")),
            (b"MZ\x90\0" + b"\0" * 99, "a.pdf", (415, "file_kind_refused")),
            (b"%PDF-1.7 cut short", "a.pdf", (415, "file_kind_refused")),
            (office("evil.exe"), "a.docx", (415, "file_kind_refused")),
            (office("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "a.xlsx", (415, "macros_refused")),
            (b"PK\x03\x04 not a zip", "a.docx", (415, "file_kind_refused")),
            (b"\xff\xd8\xff\xe0" + b"x" * 100, "a.jpg", (422, "picture_damaged")),
            (jpeg((200, 200))[:2000], "a.jpg", (422, "picture_damaged")),
            (bomb(), "a.png", (422, "picture_too_large")),
        ],
    )
    async def test_and_nothing_is_stored(self, app, technician, site, session, data, name, refusal):
        answer = await put(technician, site, data, name=name)
        assert code_of(answer) == refusal
        assert answer.json()["detail"]
        assert await session.scalar(text("select count(*) from attachment where site_id = :site"), {"site": site.id}) == 0
        assert [key async for key in app.state.storage.keys(older_than=now() + timedelta(hours=1))] == []

    async def test_too_large(self, app, technician, site):
        app.state.settings.max_upload_mb = 1
        data = b"x" * (2**20 + 1)
        assert code_of(await put(technician, site, data)) == (413, "file_too_large")

        async def pieces():
            for _ in range(20):
                yield b"x" * 100_000

        unannounced = await put(technician, site, pieces())
        assert code_of(unannounced) == (413, "file_too_large")

    async def test_for_sites_out_of_sight(self, technician, site, session, client_as):
        other = await make_site(session)
        assert (await put(technician, other, jpeg())).status_code == 404
        kept = (await put(technician, site, jpeg())).json()
        stranger = await client_as("admin", sites=[other.id])
        assert (await stranger.get(f"{API}/attachments/{kept['id']}")).status_code == 404
        assert (await stranger.get(f"{API}/attachments/{kept['id']}/thumbnail")).status_code == 404
        assert code_of(await put(stranger, other, jpeg(), file_id=kept["id"])) == (409, "attachment_other_content")

    async def test_without_signing_in(self, client, site):
        assert (await put(client, site, PDF)).status_code == 401


class TestRead:
    async def test_headers_keep_the_browser_from_running_anything(self, technician, site):
        kept = (await put(technician, site, PDF, name='n"o\r\nt;ice é.pdf')).json()
        answer = await technician.get(f"{API}/attachments/{kept['id']}")
        assert answer.content == PDF
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "private" in answer.headers["cache-control"]
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-disposition"] == "inline; filename=\"no t;ice _.pdf\"; filename*=UTF-8''no%20t%3Bice%20%C3%A9.pdf"
        for known in (answer.headers["etag"], f"W/{answer.headers['etag']}", f'"x", {answer.headers["etag"]}', "*"):
            again = await technician.get(f"{API}/attachments/{kept['id']}", headers={"if-none-match": known})
            assert (again.status_code, again.content) == (304, b"")

    async def test_looking_without_reading(self, technician, site):
        kept = (await put(technician, site, jpeg((900, 600)))).json()
        for path in ("", "/thumbnail"):
            url = f"{API}/attachments/{kept['id']}{path}"
            read, looked = await technician.get(url), await technician.head(url)
            assert (looked.status_code, looked.content) == (200, b"")
            assert [looked.headers[name] for name in ("etag", "content-length")] == [read.headers[n] for n in ("etag", "content-length")]

    async def test_text_is_a_download(self, technician, site):
        kept = (await put(technician, site, b"a;b", name="a.csv")).json()
        assert (await technician.get(f"{API}/attachments/{kept['id']}")).headers["content-disposition"].startswith("attachment")

    @pytest.mark.parametrize(
        ("asked", "status", "part"),
        [
            ("bytes=0-3", 206, PDF[:4]),
            ("bytes=5-", 206, PDF[5:]),
            ("bytes=-4", 206, PDF[-4:]),
            ("bytes=9999-", 416, b""),
            ("lines=1-2", 200, PDF),
        ],
    )
    async def test_in_parts(self, technician, site, asked, status, part):
        kept = (await put(technician, site, PDF)).json()
        answer = await technician.get(f"{API}/attachments/{kept['id']}", headers={"range": asked})
        assert (answer.status_code, answer.content) == (status, part)

    async def test_thumbnails_fit_and_are_kept(self, app, technician, site):
        kept = (await put(technician, site, jpeg((900, 600)))).json()
        url = f"{API}/attachments/{kept['id']}/thumbnail"
        first = await technician.get(url, params={"size": "160"})
        assert max(Image.open(io.BytesIO(first.content)).size) == 160
        assert await app.state.storage.exists(service.thumbnail_key(kept["sha256"], 160))
        assert (await technician.get(url, params={"size": "160"})).content == first.content
        assert code_of(await technician.get(url, params={"size": "161"})) == (422, "invalid")
        pdf = (await put(technician, site, PDF)).json()
        assert code_of(await technician.get(f"{API}/attachments/{pdf['id']}/thumbnail")) == (404, "no_preview")


class TestForgetUnused:
    async def test_keeps_what_is_used_or_young(self, app, technician, client_as, site, session):
        old, young, used = [(await put(technician, site, jpeg())).json()["id"] for _ in range(3)]
        writer = await client_as("supervisor", sites=[site.id])
        machine = await make_machine(writer, site.id)
        photo = {"equipment_id": machine["id"], "attachment_id": used, "occurred_at": at()}
        assert (await writer.put(f"{API}/equipment/{machine['id']}/photo", json=photo)).status_code == 200
        await session.execute(
            text("update attachment set created_at = now() - interval '60 days' where id in (:a, :b)"), {"a": old, "b": used}
        )
        assert await service.forget_unused(session, app.state.storage) == 1
        await session.commit()
        assert [(await technician.get(f"{API}/attachments/{found}")).status_code for found in (old, young, used)] == [404, 200, 200]
