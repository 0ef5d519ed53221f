"""A device whose storage cannot be read for a while: another one stands in, and nothing that was done is lost."""

from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote, AddPhoto
from tests.mobile_app.core.sqlite_store import SqliteStores
from tests.sync.pictures import JPEG


async def test_work_of_before_meanwhile_and_after_arrives_in_order(factory, soon, tmp_path):
    stores = SqliteStores(tmp_path)
    phone = await factory.signed_in(await factory.person("technician"), stores=stores)
    job_id = await phone.open_job(factory.press, start=True)
    await phone.round()
    phone.transport.online = False
    await phone.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="before")
    file = tmp_path / f"{phone.client.user.id}.sqlite"
    await phone.client.close()
    kept = file.read_bytes()

    file.write_bytes(b"no database at all" * 100)
    fallen = await factory.restarted(phone)
    assert fallen.client.notes.set_aside
    await fallen.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="meanwhile")
    photo_id = await fallen.client.attach(JPEG, "image/jpeg")
    await fallen.do(AddPhoto, intervention_id=job_id, photo_id=photo_id)
    await fallen.client.drafts.save(f"note:{job_id}", {"text": "half a sentence"})
    await fallen.client.close()

    file.write_bytes(kept)
    back = await factory.restarted(fallen)
    await soon(lambda: back.client.notes.recovered == 2)
    assert not back.client.notes.set_aside
    assert stores.names() == sorted(["device", file.stem])
    await back.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="after")
    assert [getattr(entry.command, "text", "photo") for entry in back.client.outbox.entries] == ["before", "meanwhile", "photo", "after"]
    assert await back.client.drafts.load(f"note:{job_id}") == {"text": "half a sentence"}

    back.transport.online = True
    await back.round()
    assert back.client.outbox.entries == []
    sheet = back.job(job_id)
    assert [note.text for note in sheet.notes] == ["before", "meanwhile", "after"]
    assert [photo.id for photo in sheet.photos] == [photo_id]


async def test_what_the_server_has_had_already_is_not_carried_out_twice(factory, soon, tmp_path):
    """As after a crash between the move and the end of the store that stood in."""
    stores = SqliteStores(tmp_path)
    phone = await factory.signed_in(await factory.person("technician"), stores=stores)
    job_id = await phone.open_job(factory.press)
    await phone.round()
    phone.transport.online = False
    await phone.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="once")
    stray = stores._open(f"{phone.client.user.id}~1")
    await stray.write_outbox(puts=await phone.client.outbox.store.outbox())
    phone.transport.online = True
    await phone.round()
    await phone.client.close()

    again = await factory.restarted(phone)
    await soon(lambda: again.client.notes.recovered == 1)
    await again.round()
    assert [note.text for note in again.job(job_id).notes] == ["once"]
    assert again.client.outbox.entries == []
