"""A long report against the bare typesetting of the same rows: `python -m tests.bench.reports`.

The floor is the library's own tables, one a page: its rows lie in memory, broken into lines and counted out for their pages; no database,
no other script, no figures, no process of its own.
What is measured goes from asking to the file that is kept: read from the database, set in a process of its own, stored. Pages a second,
the quickest of five each; and what the process that answers requests takes meanwhile.
"""

import asyncio
import io
import json
import resource
import tempfile
import time
from pathlib import Path
from uuid import UUID

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.platypus import PageBreak, SimpleDocTemplate, Table, TableStyle

from server.auth.service import actor_of
from server.core.database import Database
from server.core.storage import local_storage
from server.equipment.models import Equipment
from server.labels import lettering
from server.reports import kept
from server.reports.making import make
from server.reports.typeset import LINE, TINT
from server.sites.models import Site
from server.users.models import User
from shared_models.ids import uuid7
from shared_models.permissions import Role
from shared_models.reports.rows import AskReport
from tests.bench.verdicts import at_most
from tests.conftest import make_user
from tests.databases import running_cluster

ROWS, AGAIN = 4_400, 5
ON_A_PAGE = 17
"""As many as ours has."""
COLUMNS = (77, 166, 127, 55, 55)
GOAL = 0.6
MOST_MB = 60
_JOBS = """
insert into maintenance_interventions (id, number, site_id, equipment_id, title, intervention_type, status, actual_end)
select gen_random_uuid(), 'INT-2025-' || n, $1, $2, 'Graissage des paliers et contrôle de la tension ' || n, 'preventive', 'completed',
    '2025-11-02'::timestamptz + n * interval '200 seconds' from generate_series(1, $3) n
"""


def bare(rows: list[tuple[str, ...]]) -> tuple[int, float]:
    """Pages, and seconds: a table a page, as the library sets it."""
    began, font = time.perf_counter(), lettering.REGULAR
    lettering.width("é", font, 8)  # as it is registered
    looks = TableStyle([
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE), ("FONT", (0, 0), (-1, -1), font, 8.8, 11.6), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), TINT),
    ])  # fmt: skip
    heads, *left = rows
    pages = [left[at : at + ON_A_PAGE] for at in range(0, len(left), ON_A_PAGE)]
    document = SimpleDocTemplate(io.BytesIO(), pagesize=A4, pageCompression=1, topMargin=60, bottomMargin=50, leftMargin=50, rightMargin=50)
    document.build([each for page in pages for each in (Table([heads, *page], colWidths=COLUMNS, style=looks), PageBreak())])
    return document.page, time.perf_counter() - began


def rows_of() -> list[tuple[str, ...]]:
    named = (
        (f"12/11 {n % 24:02}:00", f"Graissage des paliers et contrôle de la tension {n}\nINT-2025-{n} · Préventive",
         "Encaisseuse 12\nEQ-00012", "—", "—")
        for n in range(ROWS)
    )  # fmt: skip
    return [("Terminée le", "Intervention", "Machine", "Main-d’œuvre", "Coût"), *named]


async def ours(database: Database, folder: Path) -> tuple[int, float, float]:
    """Pages, seconds, and megabytes that this process has grown by."""
    async with database.session() as session:
        site, user = Site(name=f"Usine {uuid7()}", time_zone="Europe/Paris"), make_user(Role.admin, language="fr")
        session.add_all([site, user])
        await session.flush()
        machine = Equipment(code=f"EQ-{uuid7().hex[-8:]}", name="Encaisseuse 12", site_id=site.id, status_since=user.created_at)
        session.add(machine)
        await session.flush()
        await session.run(_JOBS.replace("'INT-2025-'", f"'{uuid7().hex[-6:]}-'"), site.id, machine.id, ROWS)
    storage, report_id = local_storage(folder), uuid7()
    before, began = _megabytes(), time.perf_counter()
    await _asked(database, user, AskReport(id=report_id, since="2025-11-01", until="2025-11-30", site_id=site.id))
    await make(database, storage, report_id)
    took = time.perf_counter() - began
    row = await database.pool.fetchrow("select state, pages, sha256 from report where id = $1", report_id)
    assert row["state"] == "done", json.dumps(dict(row), default=str)
    with pypdfium2.PdfDocument(await storage.read(row["sha256"])) as document:
        assert len(document) == row["pages"]
    return row["pages"], took, _megabytes() - before


async def _asked(database: Database, user: User, cmd: AskReport) -> UUID:
    async with database.session() as session:
        return (await kept.ask(session, database.pool, actor_of(user, set()), cmd, kept_days=1)).id


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(url: str) -> bool:
    database, rows = Database(url), rows_of()
    await database.start()
    took, floor, grown = [], [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        await ours(database, Path(folder))  # what is compiled and imported once
        for _ in range(AGAIN):
            pages, seconds, more = await ours(database, Path(folder))
            floor_pages, floor_seconds = bare(rows)
            took, floor, grown = [*took, seconds / pages], [*floor, floor_seconds / floor_pages], max(grown, more)
            print(f"     {pages} pages in {seconds:.2f} s; bare {floor_pages} in {floor_seconds:.2f} s", flush=True)
    await database.stop()
    share = min(floor) / min(took)
    is_quick = at_most(f"a report of {pages} pages, against bare typesetting: {share:.2f} of its pages a second", 1 / share, 1 / GOAL)
    return at_most("what the process that asked for it has grown by", grown, MOST_MB, "MB") and is_quick


def main() -> int:
    with running_cluster() as cluster, cluster.clone() as url:
        return 0 if asyncio.run(measure(url)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
