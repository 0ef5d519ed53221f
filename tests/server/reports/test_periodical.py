"""Reports of a period over the API: asked for, made in the background, kept, and what stands in them."""

import asyncio
import re
from datetime import datetime, timedelta
from uuid import UUID

import pypdfium2
import pytest

from server.core.i18n import translator
from server.inventory.models import Part, StockMovement, StoragePlace
from server.reports import figures, making
from server.reports.making import make
from server.reports.speech import Speech
from shared_models.ids import uuid7
from shared_models.kpis.registry import KpiKey
from shared_models.kpis.rows import Board
from shared_models.plans.scheduling import OUT_OF_SERVICE
from tests.server.kpis.history import date, job, machine, plan, stop, utc, worked
from tests.server.machines import API, make_site

REPORTS = f"{API}/reports"
NOVEMBER = {"since": "2025-11-01", "until": "2025-11-30"}


@pytest.fixture
async def site(session):
    return await make_site(session, "Usine de Lyon", time_zone="Europe/Paris")


@pytest.fixture
async def reader(client_as, site):
    return await client_as("supervisor", sites=[site.id], language="fr")


def read(content: bytes) -> list[str]:
    with pypdfium2.PdfDocument(content) as document:
        return [" ".join(page.get_textpage().get_text_range().split()).replace("\u00a0", " ").replace("\u202f", " ") for page in document]


async def ask(client, **asked) -> dict:
    answer = await client.post(REPORTS, json=NOVEMBER | asked)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def made(client, app, **asked) -> tuple[dict, list[str]]:
    """The row, and the text of each page."""
    report = await ask(client, **asked)
    await make(app.state.database, app.state.storage, UUID(report["id"]))
    row = (await client.get(f"{REPORTS}/{report['id']}")).json()
    assert (row["state"], row["progress"], row["error"]) == ("done", 100, "")
    answer = await client.get(f"{REPORTS}/{report['id']}/file")
    assert (answer.headers["content-type"], len(answer.content)) == ("application/pdf", row["size_bytes"])
    pages = read(answer.content)
    assert len(pages) == row["pages"]
    t = translator(row["lang"]).t
    feet = [t("reports.page").format(page=page, pages=len(pages)) for page in range(1, len(pages) + 1)]
    assert [foot in page for foot, page in zip(feet, pages, strict=True)] == [True] * len(pages)
    return row, pages


class TestMaintenance:
    async def test_nothing_is_said_kindly_and_never_as_nought(self, reader, app):
        row, pages = await made(reader, app)
        text = " ".join(pages)
        assert "Rapport de maintenance · novembre 2025" in text
        assert "Aucun arrêt pendant ces jours." in text
        assert "Usine de Lyon" in text
        assert "Disponibilité — " in text
        assert row["file_name"] == "rapport-maintenance-2025-11-01-2025-11-30.pdf"

    async def test_every_figure_is_the_boards(self, reader, app, session, site):
        one, other = await machine(session, site.id, hourly_downtime_cost=120), await machine(session, site.id)
        first = await stop(session, one, utc("2025-11-04T08:00"), utc("2025-11-04T20:30"), title="Fuite d’huile")
        await worked(session, first, reader.user.id, utc("2025-11-04T09:00"), 3.25)
        await stop(session, other, utc("2025-11-29"), utc("2025-12-02"))
        await job(session, other, stop_kind=None, actual_end=utc("2025-11-12"), actual_start=utc("2025-11-12"))
        row, pages = await made(reader, app)
        text = " ".join(pages)
        board = Board.model_validate((await reader.get(f"{API}/dashboard/kpis", params=NOVEMBER | {"period": "custom"})).json())
        say = Speech("fr", "Europe/Paris")
        lines = [(figures.name(say, each), figures.value(say, each, board.confidence), figures.before(say, each)) for each in board.figures]
        absent = [line for line in lines if " ".join(line).replace("\u00a0", " ").replace("\u202f", " ") not in text]
        assert absent == []
        assert sum(each.value is not None for each in board.figures) > 5
        assert "Fuite d’huile" in text
        assert "3 h 15" in text
        assert row["lang"] == "fr"

    async def test_ten_thousand_jobs_repeat_their_heads_and_lose_none(self, reader, app, session, site):
        one = await machine(session, site.id)
        await session.run(
            "insert into maintenance_interventions (id, number, site_id, equipment_id, title, intervention_type, status, actual_end)"
            " select gen_random_uuid(), 'N-' || n, $1, $2, 'Graissage ' || n, 'preventive', 'completed',"
            " '2025-11-02'::timestamptz + (n - 10000) * interval '200 seconds' from generate_series(10001, 20000) n",
            site.id, one.id,
        )  # fmt: skip
        await session.commit()
        row, pages = await made(reader, app, lang="en")
        text = " ".join(pages)
        assert set(re.findall(r"N-(\d+) ", text)) == {str(n) for n in range(10_001, 20_001)}
        assert row["pages"] > 150
        assert sum("Work order Machine Labour Cost" in page for page in pages) > row["pages"] - 6
        assert row["size_bytes"] < 40_000 * row["pages"]


class TestWhose:
    async def test_asked_for_again_under_its_id_it_is_the_one_there_is(self, reader, client_as, site):
        report_id = str(uuid7())
        first, again = await ask(reader, id=report_id), await ask(reader, id=report_id, lang="en")
        assert (first["id"], again) == (report_id, first)
        stranger = await client_as("admin")
        assert (await stranger.post(REPORTS, json={"id": report_id})).status_code == 409
        assert (await stranger.get(f"{REPORTS}/{report_id}")).status_code == 404
        assert [each["id"] for each in (await reader.get(REPORTS)).json()] == [report_id]
        assert (await reader.get(f"{REPORTS}/{report_id}/file")).json()["code"] == "report_not_made_yet"

    async def test_who_loses_a_site_loses_what_was_made_of_it(self, client_as, app, session, site):
        other = await make_site(session)
        reader = await client_as("supervisor", sites=[site.id, other.id])
        whole, _ = await made(reader, app)
        of_other, _ = await made(reader, app, site_id=str(other.id))
        waiting = await ask(reader, site_id=str(other.id))
        await session.run("delete from user_site where user_id = $1 and site_id = $2", reader.user.id, other.id)
        await session.commit()
        app.state.database.access_changed()
        assert [each["id"] for each in (await reader.get(REPORTS)).json()] == []
        for report in (whole, of_other):
            assert (await reader.get(f"{REPORTS}/{report['id']}/file")).status_code == 404
            assert (await reader.post(REPORTS, json={"id": report["id"]})).status_code == 404
        await make(app.state.database, app.state.storage, UUID(waiting["id"]))
        assert await session.fetchval("select error from report where id = $1", UUID(waiting["id"])) == "out_of_sight"

    async def test_of_a_site_that_one_does_not_see_there_is_none(self, reader, session):
        other = await make_site(session)
        assert (await reader.post(REPORTS, json={"site_id": str(other.id)})).status_code == 404

    async def test_taken_away_while_it_is_made_it_is_not_kept(self, reader, app, session, monkeypatch):
        report = await ask(reader)
        gather = making.gathered

        async def meanwhile_taken_away(*given):
            assert (await reader.delete(f"{REPORTS}/{report['id']}")).status_code == 204
            return await gather(*given)

        monkeypatch.setattr(making, "gathered", meanwhile_taken_away)
        await make(app.state.database, app.state.storage, UUID(report["id"]))
        assert (await reader.get(REPORTS)).json() == []

    async def test_it_is_kept_for_so_long(self, reader, session, settings):
        report = await ask(reader)
        kept_for = await session.fetchval("select expires_at - created_at from report where id = $1", UUID(report["id"]))
        assert abs(kept_for - timedelta(days=settings.report_days)) < timedelta(minutes=1)


class TestCompliance:
    async def test_every_date_is_judged_as_the_figure_judges_it(self, reader, app, session, site):
        one = await machine(session, site.id)
        for day, state, outcome, reason in (
            (3, "done", "on_time", None), (5, "done", "on_time", None), (7, "done", "late", None), (9, "missed", None, None),
            (11, "skipped", None, OUT_OF_SERVICE), (13, "skipped", None, "holiday"), (15, "done", "early", None),
        ):  # fmt: skip
            of = await plan(session, one, title=f"Graissage {day}")
            await date(session, of, datetime(2025, 11, day, 8), state, outcome, **({"reason": reason} if reason else {}))  # noqa: DTZ001 - a wall clock
        _, pages = await made(reader, app, kind="compliance")
        text = " ".join(pages)
        board = Board.model_validate((await reader.get(f"{API}/dashboard/kpis", params=NOVEMBER | {"period": "custom"})).json())
        [rate] = figures.of(board, KpiKey.pm_compliance)
        assert (rate.numerator, rate.denominator, rate.left_out) == (2, 6, 1)
        assert "33,3 %" in text
        assert "Échéances dues 6 100,0 %" in text
        assert "Machine hors service" in text
        assert [day for day in (3, 5, 7, 9, 11, 13, 15) if f"Graissage {day} " not in text] == []

    async def test_nothing_due(self, reader, app):
        _, pages = await made(reader, app, kind="compliance")
        assert "Aucun plan n’avait d’échéance pendant ces jours." in " ".join(pages)


class TestStock:
    async def test_what_was_there_and_what_moved_is_what_is_there(self, reader, app, session, site):
        part, place = Part(part_number="R-6204", name="Roulement 6204"), StoragePlace(site_id=site.id, name="Magasin")
        session.add_all([part, place])
        await session.flush()
        for day, kind, quantity in ((-40, "in", 10), (3, "out", -4), (9, "return", 1), (20, "adjustment", -2)):
            moved = StockMovement(
                site_id=site.id, spare_part_id=part.id, place_id=place.id, movement_type=kind, quantity=quantity, unit_price=12.5,
                amount=quantity * 12.5, currency="EUR", occurred_at=utc("2025-11-01") + timedelta(days=day),
            )  # fmt: skip
            session.add(moved)
        await session.commit()
        _, pages = await made(reader, app, kind="stock")
        text = " ".join(pages)
        for line in (
            "Au début de la période 125,00 €", "Sortie 1 — −50,00 € −50,00 €", "Retour 1 12,50 € — 12,50 €",
            "Correction 1 — −25,00 € −25,00 €", "À la fin de la période 62,50 €",
        ):  # fmt: skip
            assert line in text
        assert text.count("Roulement 6204") == 3

    async def test_nothing_there(self, reader, app):
        _, pages = await made(reader, app, kind="stock")
        assert "Aucun mouvement de stock pendant ces jours." in " ".join(pages)


class TestLetter:
    async def test_nothing_is_said_of_nothing(self, reader, app):
        row, pages = await made(reader, app, kind="letter")
        assert row["pages"] == 2
        assert "Rien n’a été compté" in pages[0]


@pytest.mark.fresh_database
async def test_a_double_tap_asks_once_and_takes_away_once(client_as, app):
    reader = await client_as("supervisor")
    asked = NOVEMBER | {"id": str(uuid7())}
    answers = await asyncio.gather(*(reader.post(REPORTS, json=asked) for _ in range(4)))
    assert [(answer.status_code, answer.json()["id"]) for answer in answers] == [(202, asked["id"])] * 4
    gone = await asyncio.gather(*(reader.delete(f"{REPORTS}/{asked['id']}") for _ in range(4)))
    assert sorted(answer.status_code for answer in gone) == [204, 404, 404, 404]


async def test_more_than_ten_years_are_refused_and_said_so(reader):
    answer = await reader.post(REPORTS, json={"id": str(uuid7()), "since": "2010-01-01", "until": "2025-11-30"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "days_unfit")
    assert "dix ans" in answer.json()["errors"][0]["message"]
