"""Sheets of interventions on paper, of the demonstration's: nothing that stands on the screen is missing, in either language."""

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
from server.reports import job_sheet, service
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
        text, images = read(job_sheet.pdf(sheet))
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
