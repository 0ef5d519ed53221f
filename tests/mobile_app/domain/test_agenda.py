"""The calendar of a device: every date once, on the day where it is now."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobile_app.core.tables import Table
from mobile_app.domain.agenda import (
    NOBODY,
    Agenda,
    EntryState,
    Filters,
    entries,
    is_moved,
    load,
    monday_of,
    passes,
    same_work,
    state_on,
    weeks_of,
    whole,
)  # fmt: skip
from shared_models.equipment.rows import EquipmentRow
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.plans.rows import OccurrenceRow, OccurrenceState, PlanRow
from shared_models.users import UserCard
from tests.mobile_app.core.rows import ANNE, AT, PAUL, job, machine, plan

MONDAY = date(2026, 11, 23)
EVER = (date(2020, 1, 1), date(2030, 1, 1))
STATES = st.sampled_from(OccurrenceState)
RULES = st.sampled_from([
    {"frequency_type": "daily", "frequency_value": 3, "weekdays": []},
    {"frequency_type": "weekly", "frequency_value": 1, "weekdays": [0, 3]},
    {"frequency_type": "monthly", "frequency_value": 1, "weekdays": [], "starts_on": date(2026, 10, 31)},
    {"frequency_type": "weekly", "frequency_value": 2, "weekdays": [], "basis": "floating"},
    {"frequency_type": "monthly", "frequency_value": 1, "weekdays": [], "basis": "floating"},
    {"frequency_type": "monthly", "frequency_value": 6, "weekdays": [], "basis": "floating"},
])  # fmt: skip


def at(day: date, hour: int = 8) -> datetime:
    return datetime.combine(day, clock(hour))


def with_own(row: PlanRow, *own: OccurrenceRow) -> PlanRow:
    return row.model_copy(update={"occurrences": sorted(own, key=lambda each: each.original_due)})


def own(original_due: datetime, due: datetime | None = None, **more: object) -> OccurrenceRow:
    fields = {"id": uuid7(), "original_due": original_due, "due": due or original_due, "state": "planned", **more}
    return OccurrenceRow.model_validate(fields)


def planned_job(row: PlanRow, original_due: datetime, **more: object) -> InterventionRow:
    given_ = {"scheduled_maintenance_id": row.id, "original_due": original_due, "due_local": original_due, **more}
    return job(**given_)


def person(row_id: UUID, weekly: int = 2100) -> UserCard:
    return UserCard(id=row_id, first_name="Anne", last_name="Roy", role="technician", is_active=True, weekly_capacity=weekly)


@settings(deadline=None)
@given(rule=RULES, moves=st.dictionaries(st.integers(0, 12), st.tuples(st.integers(-60, 60), STATES), max_size=5), with_jobs=st.booleans())
def test_every_due_date_appears_exactly_once(rule, moves, with_jobs):
    row = plan(**rule)
    series = row.rule().is_series
    picked = {n: move for n, move in moves.items() if n < len(row.upcoming) and (series or n == 0)}
    overrides, jobs = [], []
    for n, (days, state) in picked.items():
        due = row.upcoming[n]
        to = due + timedelta(days=days)
        if state == OccurrenceState.open and with_jobs:
            jobs.append(planned_job(row, due, due_local=to))
        overrides.append(own(due, to, state=state))
    waiting = any(each.state in {"planned", "open"} for each in overrides)
    if not series and overrides and not waiting:  # one has ended on the day that the next comes to, whose own row is named after it
        overrides.append(own(row.upcoming[0] + timedelta(minutes=1), row.upcoming[0], state="planned"))
    row = with_own(row, *overrides)

    found = entries([row], jobs, *EVER)

    dates = Counter(entry.original_due for entry in found)
    assert set(dates.values()) == {1}
    ruled = row.upcoming if series or not overrides else row.upcoming[1:]
    assert set(dates) == {*ruled, *(each.original_due for each in overrides)}
    assert len({entry.key for entry in found}) == len(found)
    by_date = {entry.original_due: entry.due for entry in found}
    assert all(by_date[each.original_due] == each.due for each in overrides)


@settings(deadline=None)
@given(rule=RULES, cuts=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_spans_side_by_side_share_nothing_out(rule, cuts):
    row = plan(**rule)
    row = with_own(row, own(row.upcoming[0], row.upcoming[0] + timedelta(days=9)))
    since = MONDAY - timedelta(days=60)
    found = []
    for days in cuts:
        until = since + timedelta(days=days - 1)
        found += entries([row], [], since, until)
        since = until + timedelta(days=1)
    assert [entry.key for entry in found] == [entry.key for entry in entries([row], [], MONDAY - timedelta(days=60), until)]


def test_a_meters_forecast_may_move_without_showing_the_next_date_twice():
    row = plan(weekdays=[], basis="floating")
    row = with_own(row, own(row.upcoming[0] - timedelta(days=3), row.upcoming[0] - timedelta(days=1)))
    first, second = entries([row], [], *EVER)[:2]
    assert (first.due, first.is_forecast) == (row.upcoming[0] - timedelta(days=1), False)
    assert (second.due, second.is_forecast) == (row.upcoming[1], True)


def test_a_forecast_may_fall_on_the_day_that_another_date_was_foretold_for():
    """Whether that one has come nearer since, or was done early."""
    row = plan(weekdays=[], basis="floating")
    next_one, second, third = row.upcoming[:3]
    row = with_own(row, own(second, next_one), own(third, third - timedelta(days=40), state="done"))
    found = entries([row], [planned_job(row, third, status=InterventionStatus.completed)], MONDAY, third.date())
    assert [(entry.due, entry.is_forecast) for entry in found if entry.state is EntryState.planned] == [
        (next_one, False), (second, True), (third, True),
    ]  # fmt: skip
    assert len({entry.key for entry in found}) == len(found)


def test_nothing_is_to_come_for_a_machine_off_the_lists():
    """Though a planner had moved its next date."""
    row = plan(upcoming=[], inactive_reason="plan.reason.archived")
    row = with_own(row, own(at(MONDAY), at(MONDAY + timedelta(days=1))))
    assert entries([row], [], *EVER) == []


def test_only_what_is_not_in_a_series_is_forecast():
    assert not any(entry.is_forecast for entry in entries([plan()], [], *EVER))


def test_a_date_is_represented_by_its_job_and_keeps_its_name():
    row = plan()
    due = row.upcoming[0]
    [before] = entries([row], [], MONDAY, MONDAY)
    opened = with_own(row, own(due, due, state="open"))
    [entry] = entries([opened], [planned_job(row, due, assigned_technician_id=ANNE.id)], MONDAY, MONDAY)
    assert (entry.state, entry.technician_id, entry.key) == (EntryState.open, ANNE.id, before.key)
    done = planned_job(row, due, status=InterventionStatus.completed)
    [entry] = entries([with_own(row, own(due, due, state="done"))], [done], MONDAY, MONDAY)
    assert entry.state == EntryState.done


def test_late_from_the_day_after_on():
    [entry] = entries([plan()], [], MONDAY, MONDAY)
    assert state_on(entry, MONDAY) == EntryState.planned
    assert state_on(entry, MONDAY + timedelta(days=1)) == EntryState.late


def test_a_paused_plan_shows_what_was_and_nothing_to_come():
    row = plan(is_active=False)
    done = own(at(MONDAY), state="done")
    assert [entry.state for entry in entries([with_own(row, done)], [], *EVER)] == [EntryState.done]


def test_nothing_is_to_come_for_a_machine_out_of_service():
    row = with_own(plan(), own(at(MONDAY), state="done"))
    assert len(entries([row], [], *EVER)) > 1
    assert [entry.state for entry in entries([row], [], *EVER, resting={row.equipment_id})] == [EntryState.done]


def test_other_jobs_stand_where_they_are_scheduled():
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    rows = [job(scheduled_start=noon), job(scheduled_start=noon, status=InterventionStatus.cancelled), job()]
    [entry] = entries([], rows, MONDAY, MONDAY)
    assert entry.due == noon.astimezone().replace(tzinfo=None)
    assert (entry.key, entry.original_due) == (str(rows[0].id), None)


def test_filters():
    line, team, press = uuid7(), uuid7(), machine()
    mine = plan(press, assigned_technician_id=ANNE.id)
    free = plan(team_id=team)
    lines = {press.id: line}

    def titles(**wanted: object) -> list[UUID]:
        members = {team: frozenset({ANNE.id})}
        found = entries([mine, free], [], MONDAY, MONDAY)
        return [entry.equipment_id for entry in found if passes(entry, Filters(**wanted), lines.get, members)]

    assert titles(line=line) == titles(technician=ANNE.id) == titles(machine=press.id) == [press.id]
    assert titles(technician=NOBODY) == [free.equipment_id]
    assert set(titles(team=team)) == {press.id, free.equipment_id}
    assert titles(technician=PAUL.id) == titles(type=uuid7()) == titles(site=uuid7()) == []


def test_load_of_a_week_counts_what_nobody_has_estimated():
    anne = person(ANNE.id, 600)
    busy = [plan(assigned_technician_id=ANNE.id, estimated_duration=90) for _ in range(2)]
    rows = [*busy, plan(assigned_technician_id=ANNE.id), plan(estimated_duration=30)]
    week = load(entries(rows, [], MONDAY, MONDAY + timedelta(days=6)), [anne], MONDAY)
    mine, nobodys = week
    assert (mine.minutes, mine.count, mine.unestimated, mine.daily, mine.over) == (180, 3, 1, 120.0, 0)
    assert mine.is_over_on(0)
    assert not mine.is_over_on(1)
    assert (nobodys.technician, nobodys.minutes, nobodys.over) == (None, 30, 0)


def test_what_is_done_elsewhere_or_left_out_weighs_nothing():
    row = with_own(plan(assigned_technician_id=ANNE.id, estimated_duration=60), own(at(MONDAY), state="skipped"))
    [mine] = load(entries([row], [], MONDAY, MONDAY), [person(ANNE.id)], MONDAY)
    assert mine.count == 0


@pytest.mark.parametrize(("month", "weeks"), [(date(2026, 11, 1), 6), (date(2027, 2, 1), 4), (date(2026, 12, 1), 5)])
def test_weeks_begin_on_monday(month, weeks):
    found = weeks_of(month)
    assert len(found) == weeks
    assert all(week[0].weekday() == 0 and monday_of(week[6]) == week[0] for week in found)
    assert month in found[0]


def test_a_month_is_kept_until_a_row_changes():
    machines = [machine() for _ in range(10)]
    template = plan(frequency_type="weekly", frequency_value=1)
    rows = [template.model_copy(update={"id": uuid7(), "equipment_id": machines[n % 10].id}) for n in range(2_500)]
    table = Table(PlanRow, lambda *_: None)
    table.rows.update({row.id: row for row in rows})
    agenda = Agenda(table, Table(InterventionRow, lambda *_: None), Table(EquipmentRow, lambda *_: None))

    found = agenda.between(MONDAY, MONDAY + timedelta(days=27))
    assert len(found) == 10_000
    assert agenda.between(MONDAY, MONDAY + timedelta(days=27)) is found
    table.notify()
    assert agenda.between(MONDAY, MONDAY + timedelta(days=27)) is not found


CHANGES = st.lists(st.fixed_dictionaries({
    "plan": st.integers(0, 5), "date": st.integers(0, 3), "by": st.integers(-60, 60), "state": STATES, "is_laid": st.booleans(),
    "job": st.none() | st.sampled_from(InterventionStatus), "moved": st.booleans(), "is_own": st.booleans(), "is_bare": st.booleans(),
}), max_size=12)  # fmt: skip
SPANS = st.lists(st.tuples(st.integers(-70, 200), st.integers(0, 60)), min_size=2, max_size=5)


def as_they_come(*rows: InterventionRow | PlanRow | EquipmentRow) -> dict[str, bytes]:
    return {str(row.id): row.model_dump_json().encode() for row in rows}


class Plant:
    """Tables as a device has them, and beside them their rows, all read."""

    def __init__(self, rules: list[dict[str, object]], *, resting: bool) -> None:
        self.machines, self.plans, self.jobs = (Table(kind, lambda *_: None) for kind in (EquipmentRow, PlanRow, InterventionRow))
        self.press, self.old = machine("Presse"), machine("Ancienne", status="inactive")
        self.machines.put(as_they_come(self.press, self.old))
        rows = [plan(self.old if resting and number == 1 else self.press, **rule) for number, rule in enumerate(rules)]
        self.rows = {row.id: row for row in rows}
        self.sheets: dict[UUID, InterventionRow] = {}
        self.plans.put(as_they_come(*rows))

    def change(self, row: PlanRow, due: datetime, to: datetime, change: dict[str, object]) -> None:
        if change["is_bare"]:
            row = with_own(row)
        if change["is_own"]:
            kept = [date for date in row.occurrences if date.original_due != due]
            row = with_own(row, *kept, own(due, to, state=change["state"], assigned_technician_id=PAUL.id))
        if change["job"]:
            self.give_job(row, due, to, change)
        laid = {key: laid for key, laid in self.plans.rows.laid.items() if key != row.id}
        self.plans.overlay({**laid, row.id: row} if change["is_laid"] else laid)
        if not change["is_laid"]:
            self.plans.put(as_they_come(row))
        self.rows[row.id] = row
        self.plans.notify()
        self.jobs.notify()

    def give_job(self, row: PlanRow, due: datetime, to: datetime, change: dict[str, object]) -> None:
        """Of a plan's date there is one, beside another that was called off."""
        dated = [sheet for sheet in self.sheets.values() if (sheet.scheduled_maintenance_id, sheet.original_due) == (row.id, due)]
        if change["moved"] and dated and (len(dated) > 1 or dated[0].status != "cancelled" or change["job"] == "cancelled"):
            return
        reason = row.reason.model_copy(update={"moved_from": to}) if row.reason and change["moved"] else row.reason
        of_plan = {"scheduled_maintenance_id": row.id, "original_due": due} if change["moved"] else {"scheduled_start": AT}
        sheet = job(self.press, status=change["job"], due_local=to, due_reason=reason, assigned_technician_id=ANNE.id, **of_plan)
        self.jobs.put(as_they_come(sheet))
        if change["is_laid"]:
            sheet = sheet.model_copy(update={"due_local": due, "title": "Courroie neuve"})
            self.jobs.overlay({**self.jobs.rows.laid, sheet.id: sheet})
        self.sheets[sheet.id] = sheet

    def lose(self, plan_id: UUID) -> None:
        self.plans.overlay({})
        self.plans.put(as_they_come(*self.rows.values()))
        self.plans.forget(plan_id)
        del self.rows[plan_id]
        self.plans.notify()


@settings(deadline=None, max_examples=60)
@given(rules=st.lists(RULES, min_size=1, max_size=6), changes=CHANGES, spans=SPANS, gone=st.booleans(), resting=st.booleans())
def test_a_calendar_of_parts_of_rows_is_that_of_the_rows(rules, changes, spans, gone, resting):
    plant = Plant(rules, resting=resting)
    agenda = Agenda(plant.plans, plant.jobs, plant.machines)
    some_days = [(MONDAY + timedelta(days=start), MONDAY + timedelta(days=start + length)) for start, length in spans]

    def compare() -> None:
        for asked in some_days:
            every = entries(plant.rows.values(), plant.sheets.values(), *asked, resting={plant.old.id})
            found = agenda.between(*asked)
            assert [(each.key, each.due, each.title) for each in found] == [(each.key, each.due, each.title) for each in every]
            assert [whole(entry, plant.plans, plant.jobs) for entry in found] == every

    compare()
    for change in changes:
        row = [*plant.rows.values()][change["plan"] % len(rules)]
        due = row.upcoming[change["date"] % len(row.upcoming)]
        to = due + timedelta(days=change["by"])
        some_days += [(day, day) for day in (due.date(), to.date())]
        plant.change(row, due, to, change)
        compare()
    if gone:
        plant.lose(next(iter(plant.rows)))
        compare()


def test_a_step_reads_parts_of_what_it_has_to_and_nothing_whole():
    reported: list[str] = []
    machines, plans, jobs = (Table(kind, lambda where, _: reported.append(where)) for kind in (EquipmentRow, PlanRow, InterventionRow))
    with_job, without = plan(), with_own(plan(starts_on=MONDAY + timedelta(days=1), weekdays=[1]))
    due = with_job.upcoming[0]
    [(plan_id, text)] = as_they_come(with_own(with_job, own(due, state="open"))).items()
    plans.put({plan_id: text.replace(b'"basis":"fixed"', b'"basis":"unheard-of"', 1), **as_they_come(without)})
    jobs.put(as_they_come(planned_job(with_job, due)))
    agenda = Agenda(plans, jobs, machines)
    assert [entry.plan_id for entry in agenda.between(MONDAY, MONDAY + timedelta(days=6))] == [with_job.id, without.id]
    assert all(isinstance(row, bytes) for row in (*plans.rows.held().values(), *jobs.rows.held().values()))
    assert not reported
    assert agenda.between(MONDAY, MONDAY + timedelta(days=27))  # its next date has no job
    assert reported == [f"plan {plan_id}"]


def test_what_is_planned_is_shown_where_it_has_been_moved():
    row = plan()
    row = with_own(row, own(at(MONDAY), at(MONDAY + timedelta(days=2), 14)))
    [entry] = entries([row], [], MONDAY, MONDAY + timedelta(days=6))
    assert (entry.due, is_moved(entry)) == (at(date(2026, 11, 25), 14), True)
    assert AT.date() == MONDAY


def test_a_round_fills_one_place_of_a_day_and_nothing_of_it_is_lost():
    rounds, other = [plan(machine(f"Presse {number}"), title="Ronde") for number in range(5)], plan(machine("Four"), title="Vidange")
    found = [entry for entry in entries([*rounds, other], [], AT.date(), AT.date()) if entry.due.date() == AT.date()]
    groups = same_work(found, AT.date())
    assert sorted((group[0].title, len(group)) for group in groups) == [("Ronde", 5), ("Vidange", 1)]
    assert Counter(entry.key for group in groups for entry in group) == Counter(entry.key for entry in found)
