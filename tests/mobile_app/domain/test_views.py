from datetime import timedelta
from uuid import UUID

from mobile_app.domain.due import local_day
from mobile_app.domain.views import Reader, board_view, by_code, by_label, interventions_of, open_jobs, to_validate, today_view
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import ActionRow, Priority
from shared_models.labels.codes import grouped, new_label_code
from tests.mobile_app.core.rows import ANNE, AT, PAUL, job, machine, plan

ME, OTHER = ANNE.id, UUID(int=99)
TODAY = local_day(AT)


def running(user_id: UUID, *, ended: bool = False) -> list[ActionRow]:
    return [ActionRow(id=UUID(int=5), user_id=user_id, started_at=AT, ended_at=AT if ended else None)]


def test_a_label_is_found_scanned_or_typed():
    code = new_label_code()
    press = machine("Presse", label_codes=[code])
    park = [machine(), press]
    assert by_label(park, f"https://etabli.example/e/{code}") is press
    assert by_label(park, grouped(code).lower()) is press
    assert by_label(park, "not a label") is None


def test_a_machine_is_found_by_its_own_code_as_people_type_it():
    press, other = machine("Presse", code="EQ-0076"), machine("Autre", code="EQ-0760")
    assert by_code([other, press], " eq\u20110076\u200b") is press
    assert by_code([other, press], "EQ0076") is press
    assert by_code([other, press], "EQ-007") is None
    assert by_code([press, machine("Sœur", code="EQ0076")], "EQ-0076") is None


def test_today_shows_each_open_job_once():
    going = {"status": InterventionStatus.in_progress}
    jobs = {
        "running": job(title="running", actions=running(ME), **going),
        "begun": job(title="begun", actions=running(ME, ended=True), **going),
        "late": job(title="late", assigned_technician_id=ME, scheduled_end=AT - timedelta(days=1)),
        "due": job(title="due", assigned_technician_id=ME, scheduled_start=AT + timedelta(hours=2)),
        "soon": job(title="soon", assigned_technician_id=ME, scheduled_start=AT + timedelta(days=3)),
        "later": job(title="later"),
        "others": job(title="others", assigned_technician_id=OTHER, scheduled_end=AT - timedelta(days=1)),
        "awaiting": job(title="awaiting", status=InterventionStatus.completed, completed_by=ME),
    }
    jobs["cancelled"] = job(status=InterventionStatus.cancelled)
    today = today_view(jobs.values(), Reader(ME, TODAY))
    assert {name: [row.title for row in rows] for name, rows in vars(today).items()} == {
        name: [name] for name in jobs if name != "cancelled"
    }


def test_my_own_work_comes_first_then_my_teams_then_what_nobody_has():
    ours, theirs = uuid7(), uuid7()
    jobs = [
        job(title="nobody's"), job(title="theirs", assigned_team_id=theirs), job(title="ours", assigned_team_id=ours),
        job(title="mine", assigned_technician_id=ME, priority=Priority.low),
    ]  # fmt: skip
    today = today_view(jobs, Reader(ME, TODAY, frozenset({ours})))
    assert [row.title for row in today.later] == ["mine", "ours", "nobody's"]
    assert [row.title for row in today.others] == ["theirs"]


def test_most_pressing_first():
    press = machine()
    calm, urgent = job(press, "calm"), job(press, "urgent", priority=Priority.urgent)
    due = job(press, "due", scheduled_end=AT)
    done = job(press, "done", status=InterventionStatus.completed, actual_end=AT)
    assert [row.title for row in open_jobs([calm, done, due, urgent])] == ["urgent", "due", "calm"]
    assert [row.title for row in interventions_of([done, calm], press.id)] == ["calm", "done"]


def test_the_board_and_what_waits_to_be_judged():
    broken = machine("Four", status="broken", criticality="critical")
    mine = job(title="mine", status=InterventionStatus.completed, completed_by=PAUL.id, actual_end=AT)
    theirs = job(title="theirs", status=InterventionStatus.completed, completed_by=ME, actual_end=AT)
    late = job(title="late", assigned_technician_id=ME, scheduled_end=AT - timedelta(days=1))
    early = plan(lead_days=12)
    ahead = [
        job(title=title, scheduled_maintenance_id=of, due_local=AT + timedelta(days=10)) for title, of in (("soon", early.id), ("", None))
    ]
    jobs = [mine, theirs, late, job(title="free")]
    board = board_view([machine(), broken], [*jobs, *ahead], jobs, [], {early.id: early, None: None}.get, [], TODAY)
    assert board.down == [broken]
    assert [row.title for row in board.late] == ["late"]
    assert [row.title for row in board.soon] == ["soon"]
    assert {row.title for row in board.unassigned} == {"free", "soon", ""}
    assert [(load.technician_id, load.open, load.late) for load in board.load] == [(ME, 1, 1), (None, 3, 0)]
    assert [row.title for row in to_validate([mine, theirs])] == ["mine", "theirs"]
