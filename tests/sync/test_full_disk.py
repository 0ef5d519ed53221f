"""A server whose disk is full: a device keeps what it has and sends it once there is room."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from mobile_app.core.outbox import Stage
from server.core.database import Session
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote, AddPhoto
from tests.sync.pictures import JPEG

FULL = """
create or replace function no_room() returns trigger language plpgsql as
$$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$
"""


@asynccontextmanager
async def no_room_in(session: Session, table: str) -> AsyncIterator[None]:
    await session.execute(sa.text(FULL))
    await session.execute(sa.text(f"create trigger no_room before insert on {table} for each row execute function no_room()"))
    await session.commit()
    yield
    await session.execute(sa.text(f"drop trigger no_room on {table}"))
    await session.commit()


@pytest.mark.parametrize("table", ["intervention_note", "attachment", "sync_receipt"])
async def test_nothing_is_refused_and_nothing_is_lost(factory, table):
    phone = await factory.signed_in(await factory.person("technician"))
    job_id = await phone.open_job(factory.press, start=True)
    await phone.round()
    photo_id = await phone.client.attach(JPEG, "image/jpeg")
    async with no_room_in(factory.session, table):
        await phone.do(AddPhoto, intervention_id=job_id, photo_id=photo_id)
        await phone.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="Fuite au joint")
        await phone.round()
    assert phone.client.outbox.entries
    assert Stage.refused not in {entry.stage for entry in phone.client.outbox.entries}
    await phone.round()
    assert phone.client.outbox.entries == []
    sheet = phone.job(job_id)
    assert ([note.text for note in sheet.notes], [photo.id for photo in sheet.photos]) == (["Fuite au joint"], [photo_id])
