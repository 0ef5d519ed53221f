"""What is printed of maintenance, made from the rows in sight, in a process of its own."""

from collections.abc import AsyncIterator
from itertools import islice
from uuid import UUID

from server.attachments import service as attachments
from server.core.access import Actor
from server.core.apart import WorkFailedError, apart
from server.core.clock import now
from server.core.database import ReadSession
from server.core.errors import NotFound, Unavailable
from server.core.gates import Gate
from server.core.storage import Storage
from server.reports import job_sheet, machine_file, repository
from server.reports.job_sheet import JobSheet, Photo
from server.reports.machine_file import MachineFile
from shared_models.interventions.rows import InterventionRow

_MOST_MIB, _MOST_SECONDS = 768, 60
MOST_PHOTOS, _PIXELS = 24, 1280


async def sheet_of_job(session: ReadSession, storage: Storage, gate: Gate, actor: Actor, intervention_id: UUID) -> JobSheet:
    """Raises `NotFound`."""
    job = await repository.job(session, actor, intervention_id)
    about = await repository.about(session, job, actor.lang)
    found = [photo async for photo in _photos(session, storage, gate, actor, job)]
    return JobSheet.model_validate({"job": job, "lang": actor.lang, "printed_at": now(), "photos": found, **about})


async def _photos(session: ReadSession, storage: Storage, gate: Gate, actor: Actor, job: InterventionRow) -> AsyncIterator[Photo]:
    """What is no picture any more, or was never sent, is left out: the sheet says how many are missing."""
    for photo in islice(job.photos, MOST_PHOTOS):
        try:
            attachment = await attachments.get_visible(session, actor, photo.id)
            content = await attachments.thumbnail(storage, gate, attachment, _PIXELS)
        except NotFound:
            continue
        yield Photo.model_construct(id=photo.id, content=content)


async def file_of_machine(session: ReadSession, actor: Actor, equipment_id: UUID) -> MachineFile:
    """Raises `NotFound`."""
    return await repository.machine(session, actor, equipment_id, now())


async def printed(found: JobSheet | MachineFile) -> bytes:
    """Raises `Unavailable`."""
    work = job_sheet.printed if isinstance(found, JobSheet) else machine_file.printed
    try:
        return await apart(work, found.model_dump_json().encode(), most_mib=_MOST_MIB, most_seconds=_MOST_SECONDS)
    except WorkFailedError:
        raise Unavailable from None
