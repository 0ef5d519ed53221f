"""Rules about interventions, and what their commands refuse by themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared_models.ids import uuid7
from shared_models.interventions.commands import AddAction, AddNote, CompleteIntervention, HoldIntervention, OnIntervention
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import ActionRow, FailureCoding, InterventionRow
from shared_models.interventions.sheet import down_time, is_on_device, labour, may_validate, may_work_on
from shared_models.permissions import Role

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ME, OTHER = uuid7(), uuid7()
AT = {"intervention_id": uuid7(), "occurred_at": NOW}
minutes = st.integers(-100_000, 100_000).map(lambda n: NOW + timedelta(minutes=n))


def job(**fields: Any) -> InterventionRow:
    defaults: dict[str, Any] = {
        "status": InterventionStatus.in_progress, "is_validated": False, "assigned_technician_id": None, "completed_by": None,
        "actions": [], "stopped_at": None, "restarted_at": None, "actual_end": None,
    }  # fmt: skip
    return InterventionRow.model_construct(**{**defaults, **fields})


def action(user: UUID = ME, start: datetime = NOW, end: datetime | None = None) -> ActionRow:
    return ActionRow(id=uuid7(), user_id=user, started_at=start, ended_at=end)


class TestRights:
    @pytest.mark.parametrize("role", Role)
    @given(assigned=st.sampled_from([None, ME, OTHER]), joined=st.booleans())
    def test_who_works_on_what(self, role: Role, assigned: UUID | None, joined: bool) -> None:
        sheet = job(assigned_technician_id=assigned, actions=[action()] if joined else [])
        expected = role is not Role.technician or assigned in {None, ME} or joined
        assert may_work_on(role, ME, sheet) is expected

    @pytest.mark.parametrize("role", Role)
    @given(completed_by=st.sampled_from([None, ME, OTHER]))
    def test_four_eyes(self, role: Role, completed_by: UUID | None) -> None:
        assert may_validate(role, ME, job(completed_by=completed_by)) is (role is not Role.technician and completed_by != ME)


class TestDurations:
    @given(
        st.lists(st.tuples(st.integers(-500, 100).map(lambda n: NOW + timedelta(minutes=n)), st.none() | st.integers(0, 300)), max_size=8)
    )
    def test_labour_counts_a_persons_minute_once(self, told: list[tuple[datetime, int | None]]) -> None:
        actions = [action(start=start, end=None if length is None else start + timedelta(minutes=length)) for start, length in told]
        spans = [(start, NOW if length is None else start + timedelta(minutes=length)) for start, length in told]
        minute = timedelta(minutes=1)
        by_hand = {start + number * minute for start, end in spans for number in range((end - start) // minute)}
        assert labour(actions, NOW) == len(by_hand) * minute

    @given(st.none() | minutes, st.none() | minutes)
    def test_down_time_is_never_negative(self, stopped: datetime | None, restarted: datetime | None) -> None:
        found = down_time(job(stopped_at=stopped, restarted_at=restarted), NOW)
        if stopped is None:
            assert found is None
        else:
            assert found == max(timedelta(), (restarted or NOW) - stopped)


class TestOnDevices:
    @given(status=st.sampled_from(list(InterventionStatus)), validated=st.booleans(), days=st.none() | st.integers(0, 90))
    def test_what_is_open_or_awaited_or_recent(self, status: InterventionStatus, validated: bool, days: int | None) -> None:
        is_validated = validated and status is InterventionStatus.completed
        sheet = job(status=status, is_validated=is_validated, actual_end=None if days is None else NOW - timedelta(days=days))
        ended = status is InterventionStatus.cancelled or is_validated
        assert is_on_device(sheet, NOW) is (not ended or days is None or days <= 30)


class TestCommands:
    @pytest.mark.parametrize(("kind", "fields", "code"), [
        (AddAction, {"action_id": ME, "user_id": ME, "started_at": NOW, "ended_at": NOW}, "ends_before_start"),
        (CompleteIntervention, {"stopped_at": NOW, "restarted_at": NOW - timedelta(minutes=1)}, "restarts_before_stop"),
        (CompleteIntervention, {"temporary_until": NOW.date()}, "temporary_needs_follow_up"),
        (CompleteIntervention, {"permanent_id": ME}, "temporary_needs_follow_up"),
        (CompleteIntervention, {"failure": {"mode_id": ME, "mode_unknown": True}}, "mode_and_unknown"),
        (CompleteIntervention, {"worked_minutes": -1}, "greater than or equal to 0"),
        (HoldIntervention, {"reason": "  "}, "at least 1"),
        (AddNote, {"note_id": ME, "text": "bell\a"}, "control_character"),
        (HoldIntervention, {"reason": "x", "resaon": "y"}, "Extra inputs"),
        (HoldIntervention, {"reason": "x", "occurred_at": "2026-11-23T12:00:00"}, "timezone"),
    ])  # fmt: skip
    def test_refuse_what_makes_no_sense(self, kind: type[OnIntervention], fields: dict[str, Any], code: str) -> None:
        with pytest.raises(ValidationError, match=code):
            kind.model_validate({**AT, **fields})

    def test_are_what_travels(self) -> None:
        cmd = CompleteIntervention(**AT, worked_minutes=20, failure=FailureCoding(mode_unknown=True))
        assert CompleteIntervention.model_validate_json(cmd.model_dump_json()) == cmd
