"""The storage has lost a file, or has no room for one."""

import resource
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from server.attachments import service
from server.core.storage import local_storage
from shared_models.ids import uuid7
from tests.server.attachments import samples
from tests.server.machines import API, code_of, make_machine, make_site

PDF = b"%PDF-1.7\n" + b"0" * 900_000 + b"%%EOF"
PICTURE = samples.saved(samples.gradient(size=(600, 400)), "PNG")
ROOM = 500_000


@contextmanager
def little_room():
    """No file can grow beyond half a megabyte: what a full disk says, at the system's own border."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
async def site(session):
    return await make_site(session)


@pytest.fixture
async def technician(client_as, site):
    return await client_as("technician", sites=[site.id])


@pytest.fixture
def on_disk(app, tmp_path):
    app.state.storage = local_storage(tmp_path / "attachments")
    return tmp_path / "attachments"


async def put(client, site, data, file_id=None, **how):
    return await client.put(f"{API}/attachments/{file_id or uuid7()}", params={"site_id": str(site.id)}, **(how or {"content": data}))


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


class TestGone:
    @pytest.mark.parametrize("harm", ["lost", "cut short", "emptied"])
    @pytest.mark.parametrize("headers", [{}, {"range": "bytes=2000-2009"}, {"range": "bytes=-5"}])
    async def test_says_so_and_is_whole_again_when_it_is_sent_again(self, technician, site, on_disk, harm, headers):
        kept = (await put(technician, site, PDF)).json()
        url = f"{API}/attachments/{kept['id']}"
        [file] = files_in(on_disk)
        file.unlink() if harm == "lost" else file.write_bytes(PDF[:1000] if harm == "cut short" else b"")
        assert code_of(await technician.get(url, headers=headers)) == (404, "file_gone")
        assert (await put(technician, site, PDF)).status_code == 201
        assert (await technician.get(url)).content == PDF

    @pytest.mark.parametrize("harm", ["lost", "cut short", "emptied", "other bytes"])
    async def test_of_a_picture_no_thumbnail_is_made(self, technician, site, on_disk, harm):
        kept = (await put(technician, site, PICTURE)).json()
        [file] = files_in(on_disk)
        whole = file.read_bytes()
        left = {"cut short": whole[:200], "emptied": b"", "other bytes": b"x" * len(whole)}
        file.unlink() if harm == "lost" else file.write_bytes(left[harm])
        assert code_of(await technician.get(f"{API}/attachments/{kept['id']}/thumbnail")) == (404, "file_gone")

    async def test_a_thumbnail_that_is_lost_is_made_again(self, technician, site, on_disk):
        kept = (await put(technician, site, PICTURE)).json()
        url = f"{API}/attachments/{kept['id']}/thumbnail"
        first = (await technician.get(url)).content
        key = service.thumbnail_key(kept["sha256"], 480)
        next(path for path in files_in(on_disk) if path.name == key).unlink()
        assert (await technician.get(url)).content == first


class TestFull:
    @pytest.mark.parametrize("size", [900_000, 3_000_000])  # kept in memory on its way, and on the disk
    @pytest.mark.parametrize("way", ["body", "form"])
    async def test_says_so_keeps_nothing_and_takes_it_later(self, technician, site, session, on_disk, size, way):
        data = b"%PDF-1.7\n" + b"0" * size + b"%%EOF"
        how, file_id = {"body": {"content": data}, "form": {"files": {"file": ("a.pdf", data)}}}[way], uuid7()
        with little_room():
            answer = await put(technician, site, data, file_id, **how)
        assert code_of(answer) == (507, "storage_full")
        assert answer.headers["retry-after"]
        assert await session.scalar(text("select count(*) from attachment where id = :id"), {"id": file_id}) == 0
        assert files_in(on_disk) == []
        assert (await put(technician, site, data, file_id, **how)).status_code == 201

    async def test_a_report_keeps_its_words(self, client, client_as, site, on_disk):
        machine = await make_machine(await client_as("supervisor", sites=[site.id]), site.id)
        url = f"/e/{machine['label_codes'][0]}"
        words = {"id": str(uuid7()), "symptom": "noise", "text": "Fumée au capot"}
        photo = {"photo": ("a.png", samples.noise((900, 900)), "image/png")}
        with little_room():
            answer = await client.post(url, data=words, files=photo)
        assert answer.status_code == 507
        assert "Fumée au capot</textarea>" in answer.text
        assert "full" in answer.text
        assert (await client.post(url, data=words, files=photo)).status_code == 201
