"""The board of a large plant is told by parts of its jobs, and says what whole jobs would."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mobile_app.core.i18n import t
from mobile_app.core.tables import Table
from mobile_app.domain.client import Client
from mobile_app.domain.due import local_day
from mobile_app.domain.readiness import OF_PLAN, Lights
from mobile_app.domain.reserved import book_of_jobs
from mobile_app.domain.views import OF_CLOSED, OF_OPEN, Board, board_view
from mobile_app.features.board.screens import SHOWN, BoardScreen
from shared_models.checklists.rows import JobChecklist
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.plans.rows import PlanRow
from tests.mobile_app.core.rows import ANNE, AT, PAUL, job, plan
from tests.mobile_app.features.test_plan_screens import PRESS, client
from tests.mobile_app.features.test_today import jobs
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
PLANS = [plan(PRESS, lead_days=days) for days in (0, 3, 12)]
WHOSE = st.sampled_from([None, *(row.id for row in PLANS), uuid7()])


def texts(*rows: Any) -> dict[str, bytes]:
    return {str(row.id): row.model_dump_json().encode() for row in rows}


def plain(board: Board) -> dict[str, Any]:
    loads = {load.technician_id: load for load in board.load}
    return {name: [row.id for row in found] for name, found in vars(replace(board, load=[])).items()} | {"load": loads}


@given(st.lists(st.tuples(jobs(), WHOSE, st.booleans()), min_size=1, max_size=12), st.data())
def test_a_board_of_parts_of_rows_is_that_of_the_rows(drawn: list[Any], data: st.DataObject) -> None:
    rows = {row.id: row.model_copy(update={"scheduled_maintenance_id": of, "needs_validation": needs}) for row, of, needs in drawn}
    table, plans = Table(InterventionRow, lambda *_: None), Table(PlanRow, lambda *_: None)
    table.put(texts(*rows.values()))
    plans.put(texts(*PLANS))
    some = st.sets(st.sampled_from([*rows]))
    for row_id in data.draw(some):
        table.get(row_id)  # somebody has looked at it
    changed = {row_id: {"status": data.draw(st.sampled_from(InterventionStatus)), "scheduled_end": AT} for row_id in data.draw(some)}
    laid = {row_id: rows[row_id].model_copy(update=change) for row_id, change in changed.items()}
    table.overlay(laid)
    found, read = [*(rows | laid).values()], {row.id: row for row in PLANS}
    whole = board_view([], found, found, [], lambda plan_id: read.get(plan_id) if plan_id else None, [], local_day(AT))

    shown = board_view(
        [], table.rows.parts(*OF_OPEN, status=OPEN), table.rows.parts(*OF_CLOSED, status=["completed"], is_validated=[False]), [],
        lambda plan_id: plans.rows.part_of(plan_id, *OF_PLAN), [], local_day(AT),
    )  # fmt: skip

    assert plain(shown) == plain(whole)
    assert all(isinstance(row, bytes) for row in plans.rows.held().values())


async def test_the_light_of_one_among_many_is_that_of_the_job(client: Client) -> None:
    unknown = plan(PRESS, checklist_id=uuid7())
    answered = JobChecklist(checklist_id=unknown.checklist_id, version=1, name="Ronde", steps=[])
    at_work = {"scheduled_start": AT, "assigned_technician_id": ANNE.id}
    rows = [
        job(PRESS, "Ronde", scheduled_maintenance_id=unknown.id, assigned_technician_id=PAUL.id),
        job(PRESS, "Ronde 2", scheduled_maintenance_id=unknown.id, checklist=answered, assigned_technician_id=PAUL.id),
        job(PRESS, "Vidange", **at_work), job(PRESS, "Vidange 2", **at_work), job(PRESS, "Demain", scheduled_start=AT + timedelta(days=1)),
        job(title="Ailleurs", assigned_technician_id=PAUL.id),
    ]  # fmt: skip
    client.tables.plans.put(texts(unknown))
    client.interventions.put(texts(*rows))
    parts = client.interventions.rows.parts(*OF_OPEN, status=OPEN)
    lights = Lights(client, book_of_jobs(client, parts))
    told = {part.title: lights.among_many(part) for part in parts}
    assert {title: light.lacks for title, light in told.items()} == {row.title: lights.of(row).lacks for row in rows}
    assert [title for title, light in told.items() if light.is_ready] == ["Ronde 2", "Vidange", "Ailleurs"]
    assert t("ready.no_checklist") in told["Ronde"].lacks


async def test_of_many_jobs_those_are_read_that_are_shown(screen: Screen, client: Client) -> None:
    late = [job(PRESS, f"Vidange {number}", assigned_technician_id=PAUL.id, scheduled_end=AT - timedelta(days=1)) for number in range(30)]
    done = [job(PRESS, f"Ronde {number}", status=InterventionStatus.completed, actual_end=AT, completed_by=ANNE.id) for number in range(30)]
    client.interventions.put(texts(*late, *done))
    await screen.show(inside(client, BoardScreen))
    assert screen.texts.count("30") >= 2
    assert sum(text.startswith("Ronde") for text in screen.texts) == SHOWN
    unread = sum(isinstance(row, bytes) for row in client.interventions.rows.held().values())
    assert unread == 60 - 2 * SHOWN
