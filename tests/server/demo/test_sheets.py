"""Interventions and machines of the demonstration on paper: nothing that stands on the screen is missing, in either language."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import asyncpg
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from server.core.database import Database, ReadSession
from server.core.gates import Gate
from server.core.i18n import translator
from server.core.storage import Storage
from server.demo import Summary
from server.reports import job_sheet, machine_file, service
from shared_models.i18n import LANGUAGES
from tests.server.demo.test_views import actor_of

KINDS = {
    "photographed": "exists (select from intervention_photo p where p.intervention_id = i.id)",
    "signed": "i.signature is not null",
    "checked": "exists (select from intervention_answer a where a.intervention_id = i.id and a.value is not null)",
    "with parts": "exists (select from maintenance_spare_parts s where s.intervention_id = i.id and s.quantity_used > 0)",
    "coded": "i.mode_id is not null and i.cause_id is not null and i.restarted_at is not null",
    "returned": "i.return_reason <> '' and not i.is_validated",
    "new": "i.status = 'pending'",
    "noted": "exists (select from intervention_note n where n.intervention_id = i.id)",
}
ONE = "select id from maintenance_interventions i where {} order by i.number limit 1"


@pytest.fixture
async def session(demo_url: str, summary: Summary) -> AsyncIterator[ReadSession]:
    database = Database(demo_url, pool_size=1)
    await database.start()
    async with ReadSession(database.engine) as found:
        yield found
    await database.stop()


def read(content: bytes) -> tuple[str, int]:
    """Its words, without spaces, and how many pictures it has."""
    document = pypdfium2.PdfDocument(content)
    text = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    return text, sum(item.type == pdfium.FPDF_PAGEOBJ_IMAGE for page in document for item in page.get_objects())


@pytest.mark.parametrize("kind", KINDS)
async def test_all_of_a_job_is_on_it(rows: asyncpg.Connection, session: ReadSession, storage: Storage, kind: str):
    job_id: UUID = await rows.fetchval(ONE.format(KINDS[kind]))
    assert job_id, kind
    admin = await actor_of(rows, "admin")
    for lang in LANGUAGES:
        sheet = await service.sheet_of_job(session, storage, Gate(1, waiting=1), replace(admin, lang=lang), job_id)
        text, images = read(job_sheet.printed(sheet.model_dump_json().encode()))  # as the process that prints it gets it
        job, t = sheet.job, translator(lang).t
        said = [
            job.number, job.title, job.description, job.work_performed, job.observations, job.status_reason, job.return_reason,
            sheet.machine, sheet.machine_code, *sheet.place, *sheet.names.values(), t(f"domain.type.{job.intervention_type.value}"),
            *(note.text for note in job.notes), *(photo.caption for photo in job.photos),
            *(step.title for step in (job.checklist.steps if job.checklist else [])), *(answer.reason for answer in job.answers),
            *(word for part in sheet.parts for word in (part.part_number, part.name)), job.signature.name if job.signature else "",
        ]  # fmt: skip
        assert [words for words in said if "".join((words or "").split()) not in text] == []
        assert images == len(sheet.photos) == len(job.photos)


OLDEST = "select equipment_id from maintenance_interventions group by 1 order by count(*) desc limit 1"
NEWEST = "select id from equipment e where not exists (select from maintenance_interventions i where i.equipment_id = e.id) limit 1"


@pytest.mark.parametrize("which", [OLDEST, NEWEST], ids=["with a long life", "with none"])
async def test_all_of_a_machine_is_in_its_file(rows: asyncpg.Connection, session: ReadSession, which: str):
    machine_id: UUID = await rows.fetchval(which)
    admin = await actor_of(rows, "admin")
    for lang in LANGUAGES:
        file = await service.file_of_machine(session, replace(admin, lang=lang), machine_id)
        text, _ = read(machine_file.printed(file.model_dump_json().encode()))
        said = [
            file.machine.name, file.machine.code, *file.place, *(meter.name for meter in file.meters), *(plan.title for plan in file.plans),
            *(paper.title for paper in file.documents), *(job.number for job in file.jobs),
        ]  # fmt: skip
        assert [words for words in said if "".join(words.split()) not in text] == []
        assert len(file.jobs) == file.job_count
    assert await rows.fetchval("select count(*) from maintenance_interventions where equipment_id = $1", machine_id) >= len(file.jobs)
