"""The sheet of an intervention: whatever is written in it, it is set, and said to nobody who may not see the job."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pypdfium2
from hypothesis import given, settings
from hypothesis import strategies as st

from server.reports.job_sheet import JobSheet, UsedPart, pdf
from server.reports.typeset import strokes
from shared_models.ids import uuid7
from shared_models.interventions.rows import ActionRow, NoteRow, Signature
from tests.mobile_app.core.rows import job as a_job
from tests.server.machines import API, at, make_machine, make_site

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
WHO = UUID(int=7)
TEXTS = st.text(max_size=300) | st.sampled_from(
    ["x" * 4_000, "שלום עולם", "مرحبا بالعالم", "漢字 " * 200, "🔧 = \u202f\u0301", "\n" * 50, "mot " * 9_000]
)


def sheet(text: str, count: int = 1) -> JobSheet:
    signature = Signature(name="Ana", path="M0 0L10 10l5 -5M", width=100, height=50)
    actions = [ActionRow(id=uuid7(), user_id=WHO, started_at=AT, ended_at=AT + timedelta(hours=n), note=text) for n in range(count)]
    notes = [NoteRow(id=uuid7(), user_id=WHO, occurred_at=AT, text=f"{n} {text}") for n in range(count)]
    job = a_job(title=text[:200], work_performed=text, description=text, actions=actions, notes=notes, signature=signature, actual_end=AT)
    part = UsedPart(part_number="P-1", name=text[:200], quantity=Decimal("0.250"), unit="L", cost=Decimal("12.5"), currency="EUR")
    dollars = part.model_copy(update={"currency": "USD"})
    return JobSheet(
        job=job, lang="fr", zone="Europe/Paris", printed_at=AT, machine=text[:200], machine_code="EQ-1", place=[text[:100]],
        names={WHO: text[:100]}, parts=[part] * count + [dollars],
    )  # fmt: skip


def read(content: bytes) -> list[str]:
    with pypdfium2.PdfDocument(content) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


@settings(max_examples=20, deadline=None)
@given(TEXTS)
def test_any_text_is_set_with_its_place_at_the_foot(text: str):
    pages = read(pdf(sheet(text)))
    assert [f"Page{number}sur{len(pages)}" in page for number, page in enumerate(pages, start=1)] == [True] * len(pages)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(alphabet="abcXYZ0189/", min_size=1, max_size=120), min_size=1, max_size=20))
def test_no_word_is_lost_however_long(words: list[str]):
    assert "".join(words) in "".join(read(pdf(sheet(" ".join(words)))))


def test_a_long_one_repeats_its_heads_loses_no_line_and_adds_no_currency_to_another():
    pages = read(pdf(sheet("Roulement remplacé", count=150)))
    assert all(f"{number}Roulementremplacé" in "".join(pages) for number in range(150))
    assert sum("Désignation" in page for page in pages) > 1
    assert [total for total in ("1875,00€", "12,50$US") if total not in "".join(pages)] == []


@given(st.text(alphabet="MLml0123456789., -", max_size=60))
def test_a_signature_is_strokes_whatever_its_path_says(path: str):
    drawn = list(strokes(path))
    assert not drawn or drawn[0][0]
    assert len(drawn) <= len(path)


async def test_is_read_by_who_sees_the_job_in_their_language(client_as, session):
    site, other = await make_site(session), await make_site(session)
    machine = await make_machine(await client_as("admin"), site.id)
    technician, stranger = await client_as("technician", sites=[site.id]), await client_as("admin", sites=[other.id])
    job = {"intervention_id": str(uuid7()), "equipment_id": machine["id"], "title": "Fuite d’huile", "occurred_at": at()}
    assert (await technician.post(f"{API}/maintenance/interventions", json=job)).status_code == 201
    address = f"{API}/maintenance/interventions/{job['intervention_id']}/sheet.pdf"
    answer = await technician.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    assert "Fuited’huile" in "".join(read(answer.content))
    assert (await stranger.get(address)).status_code == 404
    assert job["title"].replace(" ", "") in "".join(read((await technician.get(f"{API}/equipment/{machine['id']}/file.pdf")).content))
    assert "Workordersheet" in "".join(read((await technician.get(address, headers={"accept-language": "en"})).content))
