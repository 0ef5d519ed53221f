"""The rules that foretell what a command does; tests/sync compares them to what the server then does."""

from datetime import timedelta

import pytest

from mobile_app.core.outbox import parse_command
from mobile_app.core.projection import Rows, project
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions.commands import (
    AddNote,
    CompleteIntervention,
    CreateIntervention,
    EndAction,
    HoldIntervention,
    OnIntervention,
    ReturnIntervention,
    StartIntervention,
    ValidateIntervention,
)
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import ActionRow, FailureCoding, InterventionRow, StopKind
from shared_models.interventions.sheet import labour
from tests.mobile_app.core.rows import ANNE, AT, PAUL, job, machine


class Device:
    def __init__(self, *rows: EquipmentRow | InterventionRow) -> None:
        self.server = {("equipment" if isinstance(row, EquipmentRow) else "intervention", row.id): row for row in rows}
        self.rows = Rows(lambda entity, row_id: self.server.get((entity, row_id)))

    def do(self, command: OnIntervention, person=ANNE, *, times: int = 2) -> InterventionRow:
        """Each rule must bear being replayed over its own effect."""
        for _ in range(times):
            project(command, self.rows, person)
        found = self.rows.get(InterventionRow, command.intervention_id)
        assert found
        return found

    def machine(self, row_id) -> EquipmentRow:
        found = self.rows.get(EquipmentRow, row_id)
        assert found
        return found


def minutes(number: int):
    return AT + timedelta(minutes=number)


def test_a_job_from_breakdown_to_validation():
    press = machine("Presse")
    device = Device(press)
    intervention_id, action_id = uuid7(), uuid7()
    opened = device.do(CreateIntervention(
        intervention_id=intervention_id, equipment_id=press.id, title="Fuite", stopped_at=AT, action_id=action_id, occurred_at=AT,
    ))  # fmt: skip
    assert (opened.status, opened.stop_kind, len(opened.actions)) == (InterventionStatus.in_progress, StopKind.failure, 1)
    assert device.machine(press.id).status == EquipmentStatus.maintenance

    held = device.do(HoldIntervention(intervention_id=intervention_id, reason="Pièce", occurred_at=minutes(10)))
    assert held.actions[0].ended_at == minutes(10)
    device.do(StartIntervention(intervention_id=intervention_id, action_id=uuid7(), occurred_at=minutes(20)))
    closed = device.do(CompleteIntervention(
        intervention_id=intervention_id, worked_minutes=45, equipment_status=EquipmentStatus.active, occurred_at=minutes(40),
        failure=FailureCoding(mode_unknown=True), work_performed="Joint changé",
    ))  # fmt: skip
    assert labour(closed.actions, minutes(90)) == timedelta(minutes=45)
    assert (closed.restarted_at, closed.completed_by, closed.mode_unknown) == (minutes(40), ANNE.id, True)
    assert device.machine(press.id).status == EquipmentStatus.active

    back = device.do(ReturnIntervention(intervention_id=intervention_id, reason="Photo ?", occurred_at=minutes(50)), PAUL)
    assert (back.status, back.return_reason) == (InterventionStatus.in_progress, "Photo ?")
    device.do(CompleteIntervention(intervention_id=intervention_id, occurred_at=minutes(60)))
    done = device.do(ValidateIntervention(intervention_id=intervention_id, occurred_at=minutes(70)), PAUL)
    assert (done.is_validated, done.validated_by) == (True, PAUL.id)
    InterventionRow.model_validate_json(done.model_dump_json())


def test_time_told_by_somebody_without_a_timer_is_work_too():
    begun = job(status=InterventionStatus.in_progress, actual_start=AT)
    closed = Device(machine(), begun).do(CompleteIntervention(intervention_id=begun.id, worked_minutes=30, occurred_at=minutes(40)))
    [action] = closed.actions
    assert (action.user_id, action.started_at, action.ended_at) == (ANNE.id, minutes(10), minutes(40))


def test_who_has_worked_says_when_he_stopped_though_somebody_else_held_the_job():
    action = ActionRow(id=uuid7(), user_id=ANNE.id, started_at=AT, ended_at=minutes(30))
    held = job(status=InterventionStatus.on_hold, actions=[action])
    ended = Device(machine(), held).do(EndAction(intervention_id=held.id, action_id=action.id, occurred_at=minutes(20)))
    assert ended.actions[0].ended_at == minutes(20)


@pytest.mark.parametrize("status", [InterventionStatus.completed, InterventionStatus.cancelled])
def test_what_the_lifecycle_forbids_changes_nothing(status: InterventionStatus):
    ended = job(status=status)
    device = Device(machine(), ended)
    assert device.do(StartIntervention(intervention_id=ended.id, action_id=uuid7(), occurred_at=AT)) is ended


def test_a_command_on_a_row_this_device_does_not_hold_changes_nothing():
    rows = Rows(lambda *_: None)
    project(AddNote(intervention_id=uuid7(), note_id=uuid7(), text="x", occurred_at=AT), rows, ANNE)
    assert rows.changes == {}


def test_commands_survive_the_store():
    told = AddNote(intervention_id=uuid7(), note_id=uuid7(), text="é", occurred_at=AT)
    assert parse_command(told.model_dump(mode="json")) == told
    assert parse_command({"type": "meter.read"}) is None
