"""What a device foretells of plans until the server's answer is pulled."""

from datetime import UTC, datetime, time, timedelta

from mobile_app.core.projection import Rows, project
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.meters.rows import MeterRow
from shared_models.plans.commands import (
    AssignOccurrence,
    CreatePlan,
    GeneratePlan,
    MoveOccurrence,
    SetPlanActive,
    SkipOccurrence,
    UpdatePlan,
    WriteMaintenanceType,
    WriteTeam,
)
from shared_models.plans.planning import Reference, ReferenceKind
from shared_models.plans.rows import MaintenanceTypeRow, OccurrenceRow, PlanRow, TeamRow
from tests.mobile_app.core.rows import ANNE, AT, PAUL, SITE, job, machine, plan


class Device:
    def __init__(self, row: PlanRow, *others) -> None:
        self.plan_id = row.id
        self.server = {("plan", row.id): row, **{(entity, other.id): other for entity, other in others}}
        self.rows = Rows(lambda entity, row_id: self.server.get((entity, row_id)))

    def do(self, kind, **fields) -> PlanRow:
        command = kind(plan_id=self.plan_id, occurred_at=AT, **fields)
        for _ in range(2):  # each rule must bear being replayed over its own effect
            project(command, self.rows, PAUL)
        return self.plan

    @property
    def plan(self) -> PlanRow:
        found = self.rows.get(PlanRow, self.plan_id)
        assert found
        return found

    def date(self, original_due: datetime) -> OccurrenceRow:
        return next(each for each in self.plan.occurrences if each.original_due == original_due)

    def job(self, row_id) -> InterventionRow:
        found = self.rows.get(InterventionRow, row_id)
        assert found
        return found


def day(n: int, hour: int = 8) -> datetime:
    return datetime.combine(AT.date(), time(hour)) + timedelta(days=n)


def test_a_moved_date_leaves_the_series_alone():
    row = plan()
    device = Device(row)
    for to in (day(16, 10), day(15), day(14)):
        moved = device.do(MoveOccurrence, original_due=day(14), to=to)
        assert ([each.due for each in moved.occurrences], moved.upcoming, moved.next_due) == ([day(0), to], row.upcoming, row.next_due)


def test_dates_of_a_series_keep_their_order():
    row = plan()
    device = Device(row)
    assert device.do(MoveOccurrence, original_due=day(14), to=day(28)) == row
    assert device.do(MoveOccurrence, original_due=day(14), to=day(0)) == row
    device.do(MoveOccurrence, original_due=day(28), to=day(40))
    device.do(MoveOccurrence, original_due=day(14), to=day(30))
    assert device.date(day(14)).due == day(30)


def test_moving_the_next_date_moves_what_comes_next_and_says_so():
    moved = Device(plan()).do(MoveOccurrence, original_due=day(0), to=day(1))
    assert moved.next_due == day(1)
    assert (moved.reason.due, moved.reason.moved_from) == (day(1), day(0))
    assert moved.next_due_date - plan().next_due_date == timedelta(days=1)


def test_an_open_job_moves_with_its_date():
    row = plan()
    start = day(0).replace(tzinfo=UTC)
    asked = job(
        scheduled_maintenance_id=row.id, original_due=day(0), due_local=day(0), due_at=start, scheduled_start=start,
        scheduled_end=start + timedelta(hours=1), due_reason=row.reason,
    )  # fmt: skip
    opened = OccurrenceRow(id=uuid7(), original_due=day(0), due=day(0), state="open", intervention_id=asked.id)
    device = Device(row.model_copy(update={"occurrences": [opened]}), ("intervention", asked))
    device.do(MoveOccurrence, original_due=day(0), to=day(2, 9))
    moved = device.job(asked.id)
    assert (moved.due_local, moved.scheduled_start) == (day(2, 9), start + timedelta(days=2, hours=1))
    assert moved.due_reason.moved_from == day(0)
    device.do(AssignOccurrence, original_due=day(0), technician_id=ANNE.id)
    assert device.job(asked.id).assigned_technician_id == ANNE.id
    before = device.plan
    assert device.do(SkipOccurrence, original_due=day(0), reason="Arrêt de la ligne") == before
    assert device.job(asked.id).status == InterventionStatus.pending


def test_a_forecast_cannot_be_moved():
    row = plan(weekdays=[], basis="floating")
    assert Device(row).do(MoveOccurrence, original_due=row.upcoming[1], to=day(40)) == row
    moved = Device(row).do(MoveOccurrence, original_due=row.upcoming[0], to=day(3))
    assert moved.next_due == day(3)


def test_what_has_ended_cannot_be_moved():
    done = OccurrenceRow(id=uuid7(), original_due=day(0), due=day(0), state="done")
    row = plan().model_copy(update={"occurrences": [done]})
    assert Device(row).do(MoveOccurrence, original_due=day(0), to=day(1)) == row


def test_a_later_date_left_out_stays_out_and_the_next_one_gives_way():
    device = Device(plan())
    later = device.do(SkipOccurrence, original_due=day(14), reason="Congés")
    assert (later.next_due, device.date(day(14)).state) == (day(0), "skipped")
    first = device.do(SkipOccurrence, original_due=day(0), reason="Congés")
    assert first.upcoming[0] == first.next_due == day(28)
    assert [each.state for each in first.occurrences] == ["skipped", "skipped", "planned"]


def test_a_floating_date_left_out_is_counted_on_from():
    row = plan(weekdays=[], basis="floating")
    skipped = Device(row).do(SkipOccurrence, original_due=row.upcoming[0], reason="Congés")
    assert skipped.next_due == row.upcoming[0] + timedelta(days=14)


def test_a_new_plan_by_meter_counts_from_the_last_service():
    press = machine()
    hours = MeterRow(
        id=uuid7(), site_id=SITE, equipment_id=press.id, name="Heures", unit="h", kind="counter", decimals=0, most_per_day=24,
        expected_per_day=None, low=None, high=None, is_active=True, last_value=4900, last_total=4900, last_read_at=AT, per_day=10,
        readings=[], resets=[], version=1,
    )  # fmt: skip
    command = CreatePlan(
        plan_id=uuid7(), occurred_at=AT, equipment_id=press.id, title="Vidange", frequency_type="hours", frequency_value=500,
        meter_id=hours.id, starts_on=AT.date(), last_done_on=day(-20).date(), last_done_total=4600,
    )  # fmt: skip
    server = {("equipment", press.id): press, ("meter", hours.id): hours}
    rows = Rows(lambda entity, row_id: server.get((entity, row_id)))
    project(command, rows, PAUL)
    made = rows.get(PlanRow, command.plan_id)
    assert made
    assert (made.reason.threshold, made.next_due) == (5100, day(20))
    assert made.meter.per_day == 10


def test_a_changed_rule_moves_the_dates_and_a_changed_title_does_not():
    row = plan()
    fields = {"equipment_id": row.equipment_id, "frequency_type": "weekly", "frequency_value": 2, "basis": "fixed", "version": 1}
    same = Device(row).do(UpdatePlan, title="Autre", weekdays=[0], starts_on=day(0).date(), **fields)
    assert (same.title, same.upcoming) == ("Autre", row.upcoming)
    other = Device(row).do(UpdatePlan, title="Autre", weekdays=[1], starts_on=day(0).date(), **fields)
    assert other.next_due == day(1)


def test_a_new_series_begins_today_however_long_ago_its_first_date():
    assert plan(starts_on=day(-28).date()).upcoming[0] == day(0)


def test_a_new_plan_counts_from_what_was_told_of_before_it():
    told = {"basis": "floating", "weekdays": [], "frequency_type": "monthly", "frequency_value": 1, "starts_on": day(0).date()}
    assert plan(**told).next_due is not None
    assert plan(**told, last_done_on=day(-10).date()).next_due == day(20)


def test_paused_and_taken_up_again():
    """What fell due meanwhile is not made up for."""
    past = plan()
    waited = Reference(kind=ReferenceKind.due, at=day(-29))
    device = Device(past.model_copy(update={"reference": waited, "upcoming": [day(-28), *past.upcoming]}))
    paused = device.do(SetPlanActive, is_active=False, reason="Machine vendue")
    assert (paused.is_active, paused.inactive_reason) == (False, "Machine vendue")
    again = device.do(SetPlanActive, is_active=True)
    assert again.upcoming[0] > day(-1)


def test_a_job_made_at_once_is_the_next_dates():
    press = machine()
    row = plan(press, assigned_technician_id=ANNE.id, estimated_duration=45)
    device = Device(row, ("equipment", press))
    made = uuid7()
    opened = device.do(GeneratePlan, intervention_id=made)
    asked = device.job(made)
    assert (asked.original_due, asked.due_local, asked.assigned_technician_id) == (day(0), day(0), ANNE.id)
    assert (opened.occurrences[0].state, opened.occurrences[0].intervention_id) == ("open", made)
    second = uuid7()
    device.do(GeneratePlan, intervention_id=second)
    assert device.rows.get(InterventionRow, second) is None


def test_types_and_teams_are_written():
    rows = Rows(lambda *_: None)
    type_id, team_id = uuid7(), uuid7()
    project(WriteMaintenanceType(maintenance_type_id=type_id, name="Graissage", color="#1B7F4D", occurred_at=AT), rows, PAUL)
    project(WriteTeam(team_id=team_id, site_id=SITE, name="Matin", member_ids=[ANNE.id], occurred_at=AT), rows, PAUL)
    assert rows.get(MaintenanceTypeRow, type_id).color == "#1B7F4D"
    assert rows.get(TeamRow, team_id).member_ids == [ANNE.id]
