"""What the closing questions send, as against what was measured."""

from datetime import date, timedelta

from mobile_app.features.jobs.close import UNKNOWN, answers_of, completion, times_of
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import ActionRow, InterventionRow, InterventionType, StopKind
from tests.mobile_app.core.rows import ANNE, AT, job

NOW = AT + timedelta(minutes=60)


def stopped(**changes: object) -> InterventionRow:
    action = ActionRow(id=uuid7(), user_id=ANNE.id, started_at=AT, ended_at=None)
    told = {"status": InterventionStatus.in_progress, "stopped_at": AT, "stop_kind": StopKind.failure, "actions": [action]}
    return job(**{**told, **changes})


def closed(sheet: InterventionRow, **answers: object):
    return completion(sheet, {**answers_of(sheet), **answers}, times_of(sheet, ANNE.id, NOW), NOW)


class TestStop:
    def test_left_alone_ends_when_the_machine_runs_again(self):
        command = closed(stopped())
        assert (command.stopped_at, command.restarted_at, command.worked_minutes) == (AT, NOW, None)

    def test_of_a_machine_still_down_goes_on(self):
        assert closed(stopped(), runs="broken").restarted_at is None

    def test_corrected_is_as_long_as_was_said(self):
        command = closed(stopped(), down=10)
        assert command.restarted_at - command.stopped_at == timedelta(minutes=10)

    def test_emptied_or_zero_means_that_the_machine_never_stood_still(self):
        for nothing in (None, 0):
            command = closed(stopped(), down=nothing)
            assert command.restarted_at == command.stopped_at == AT

    def test_of_preventive_work_is_not_called_a_failure(self):
        sheet = stopped(intervention_type=InterventionType.preventive, stopped_at=None, stop_kind=None)
        command = closed(sheet, down=30)
        assert command.stopped_at == NOW - timedelta(minutes=30)
        assert command.stop_kind is None


class TestReturned:
    def test_keeps_what_was_answered_before_it_came_back(self):
        mode, remedy, cause = uuid7(), uuid7(), uuid7()
        before = stopped(
            mode_id=mode, remedy_id=remedy, cause_id=cause, work_performed="Joint changé", observations="Fuite ancienne",
            temporary_until=date(2026, 12, 7), restarted_at=AT + timedelta(minutes=20),
        )  # fmt: skip
        command = closed(before)
        assert (command.failure.mode_id, command.failure.remedy_id, command.failure.cause_id) == (mode, remedy, cause)
        assert (command.work_performed, command.observations) == ("Joint changé", "Fuite ancienne")
        assert command.temporary_until == date(2026, 12, 7)
        assert command.restarted_at == AT + timedelta(minutes=20)

    def test_unknown_stays_unknown(self):
        assert answers_of(stopped(mode_unknown=True))["mode"] == UNKNOWN
