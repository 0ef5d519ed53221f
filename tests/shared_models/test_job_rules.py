"""What each command makes of a sheet: by whom, in which state, and told twice; then the work, the stop and the closing."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.base import Command
from shared_models.checklists.rows import AnswerRow, JobChecklist, Step, StepKind, StepState
from shared_models.equipment.rows import EquipmentStatus
from shared_models.equipment.rules import StatusReported
from shared_models.ids import uuid7
from shared_models.interventions import commands as iv
from shared_models.interventions.closing import RepairIsTemporary
from shared_models.interventions.creation import new_job
from shared_models.interventions.lifecycle import OPEN, TRANSITIONS, InterventionStatus, State, Verb
from shared_models.interventions.refusals import (
    AssignedToAnother,
    ChecklistIncomplete,
    CompletedByYou,
    EndsBeforeStart,
    NotAllowedNow,
    PhotoRequired,
    RestartsBeforeStop,
    RestartWithoutStop,
    SignatureRequired,
    SkipsDueDate,
    TemporaryUntilPast,
)
from shared_models.interventions.rows import ActionRow, InterventionRow, InterventionType, PhotoRow, Priority, Signature, StopKind
from shared_models.interventions.rules import create
from shared_models.interventions.sheet import labour, usual_stop
from shared_models.permissions import Role
from shared_models.plans.jobs import JobCalledOff, JobClosed, JobReopened
from shared_models.refusals import AlreadyExists, Forbidden, NotFound, Refusal, StaleVersion
from shared_models.rules import NOBODY, By, Outcome, apply, rule_of

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACE = {"site_id": uuid7(), "equipment_id": uuid7()}
TECHNICIAN, COLLEAGUE = (By(uuid7(), Role.technician, name) for name in ("Anne", "Paul"))
SUPERVISOR, CHIEF = (By(uuid7(), Role.supervisor, name) for name in ("Zoé", "Luc"))
PEOPLE = (TECHNICIAN, COLLEAGUE, SUPERVISOR, CHIEF)
STATES = [*(State(status) for status in InterventionStatus), State(InterventionStatus.completed, is_validated=True)]
MOVES: dict[type[Command], Verb] = {
    iv.StartIntervention: Verb.start, iv.HoldIntervention: Verb.hold, iv.CompleteIntervention: Verb.complete,
    iv.CancelIntervention: Verb.cancel, iv.ValidateIntervention: Verb.validate, iv.ReturnIntervention: Verb.send_back,
}  # fmt: skip
OF_ANYBODY = {iv.AddNote, iv.AddPhoto, iv.RemovePhoto, iv.ValidateIntervention, iv.ReturnIntervention, iv.ReviseIntervention}
"""Told by whoever works on the site, or kept to others by what the command needs."""
KINDS = [kind for kind in iv.OnIntervention.__subclasses__() if rule_of(kind)]


def fresh(**fields: Any) -> InterventionRow:
    return new_job(uuid7(), **PLACE, title="Oil leak", at=AT, by=TECHNICIAN.id).model_copy(update=fields)


def let(job: InterventionRow, kind: type[Command], by: By = TECHNICIAN, at: datetime = AT, **fields: Any) -> Outcome[InterventionRow]:
    return apply(job, kind(intervention_id=job.id, occurred_at=at, **fields), by)


def do(job: InterventionRow, kind: type[Command], by: By = TECHNICIAN, at: datetime = AT, **fields: Any) -> InterventionRow:
    return let(job, kind, by, at, **fields).row


def started(job: InterventionRow, by: By = TECHNICIAN, at: datetime = AT) -> InterventionRow:
    return do(job, iv.StartIntervention, by, at, action_id=uuid7())


def job_in(state: State) -> InterventionRow:
    job = fresh()
    if state.status is not InterventionStatus.pending:
        job = started(job)
    if state.status is InterventionStatus.on_hold:
        job = do(job, iv.HoldIntervention, reason="No part")
    if state.status is InterventionStatus.completed:
        job = do(job, iv.CompleteIntervention)
    if state.status is InterventionStatus.cancelled:
        job = do(job, iv.CancelIntervention, reason="Mistake")
    return do(job, iv.ValidateIntervention, SUPERVISOR) if state.is_validated else job


def command(kind: type[Command], job: InterventionRow, **changes: Any) -> Command:
    more: dict[type[Command], dict[str, Any]] = {
        iv.StartIntervention: {"action_id": uuid7()},
        iv.HoldIntervention: {"reason": "No part"},
        iv.CancelIntervention: {"reason": "Mistake"},
        iv.ReturnIntervention: {"reason": "Not tight"},
        iv.EndAction: {"action_id": job.actions[0].id if job.actions else uuid7(), "occurred_at": AT + HOUR},
        iv.AddAction: {"action_id": uuid7(), "user_id": TECHNICIAN.id, "started_at": AT - 3 * HOUR, "ended_at": AT - 2 * HOUR},
        iv.AssignIntervention: {"technician_id": TECHNICIAN.id},
        iv.UpdateIntervention: {"title": "Another title"},
        iv.ReviseIntervention: {"reason": "Wrong text", "version": job.version, "work_performed": "Seal changed"},
        iv.AddNote: {"note_id": uuid7(), "text": "Noise again"},
        iv.AddPhoto: {"photo_id": uuid7()},
        iv.RemovePhoto: {"photo_id": job.photos[0].id if job.photos else uuid7()},
    }  # fmt: skip
    return kind.model_validate({"intervention_id": job.id, "occurred_at": AT, **more.get(kind, {}), **changes})


def is_allowed(kind: type[Command], state: State) -> bool:
    if verb := MOVES.get(kind):
        return (state, verb) in TRANSITIONS
    if kind in {iv.AssignIntervention, iv.UpdateIntervention}:
        return state.status in OPEN
    if kind is iv.ReviseIntervention:
        return state.status is InterventionStatus.completed
    return not state.is_validated


class TestEveryCommand:
    @pytest.mark.parametrize("state", STATES, ids=lambda state: f"{state.status}{'-validated' * state.is_validated}")
    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
    def test_in_each_state(self, kind: type[Command], state: State) -> None:
        photo = PhotoRow(id=uuid7(), user_id=COLLEAGUE.id, occurred_at=AT, kind="other")
        job = job_in(state).model_copy(update={"photos": [photo]})
        cmd = command(kind, job)
        if kind is iv.EndAction and state.status is InterventionStatus.pending:
            with pytest.raises(NotFound):
                apply(job, cmd, SUPERVISOR)
        elif is_allowed(kind, state):
            after = apply(job, cmd, SUPERVISOR).row
            assert after.state == (TRANSITIONS[state, MOVES[kind]] if kind in MOVES else state)
            assert after.version == job.version + 1
            assert InterventionRow.model_validate_json(after.model_dump_json()) == after
        else:
            with pytest.raises(NotAllowedNow) as refused:
                apply(job, cmd, SUPERVISOR)
            assert refused.value.params.items() >= {("status", state.status), ("is_validated", state.is_validated)}

    @given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(PEOPLE), st.integers(-30, 90)), max_size=12))
    def test_told_again_changes_nothing_whatever_went_before(self, told: list[tuple[type[Command], By, int]]) -> None:
        """A device foretells over the server's row, which may have it already; entries stay in the order in which they are read."""
        job = fresh()
        for kind, by, minutes in told:
            cmd = command(kind, job, occurred_at=AT + timedelta(minutes=minutes))
            try:
                after = apply(job, cmd, by).row
            except Refusal:
                continue
            with contextlib.suppress(Refusal):
                assert apply(after, cmd, by).row is after
            assert after.version <= job.version + 1
            assert after.actions == sorted(after.actions, key=lambda action: (action.started_at, action.id))
            assert all(action.ended_at is None or action.ended_at >= action.started_at for action in after.actions)
            running = [action.user_id for action in after.actions if action.ended_at is None]
            assert len(running) == len(set(running))
            assert not running or after.status is InterventionStatus.in_progress
            job = after

    @pytest.mark.parametrize("kind", [k for k in KINDS if k not in OF_ANYBODY], ids=lambda kind: kind.__name__)
    def test_on_somebody_elses_job_is_for_planners(self, kind: type[Command]) -> None:
        job = job_in(State(InterventionStatus.in_progress)).model_copy(update={"assigned_technician_id": TECHNICIAN.id})
        with pytest.raises((AssignedToAnother, Forbidden)):
            apply(job, command(kind, job), COLLEAGUE)


class TestAsking:
    def test_a_breakdown_that_is_begun_at_once(self) -> None:
        asked = {"intervention_id": uuid7(), "equipment_id": PLACE["equipment_id"], "title": "Leak", "occurred_at": AT}
        cmd = iv.CreateIntervention(**asked, stopped_at=AT + HOUR, action_id=uuid7())
        made = create(_Machine, cmd, SUPERVISOR)
        assert (made.row.stop_kind, made.row.stopped_at, made.row.reported_at) == (StopKind.failure, AT, AT)
        assert (made.row.status, made.row.version, made.row.supervisor_id) == ("in_progress", 1, SUPERVISOR.id)
        assert [told.status for told in made.then if isinstance(told, StatusReported)] == ["broken", "maintenance"]
        planned = iv.CreateIntervention(**asked, stopped_at=AT, intervention_type=InterventionType.preventive)
        assert (create(_Machine, planned, TECHNICIAN).row.stop_kind, create(_Machine, planned, TECHNICIAN).then) == (StopKind.planned, ())
        with pytest.raises(EndsBeforeStart):
            create(_Machine, iv.CreateIntervention(**asked, scheduled_start=AT, scheduled_end=AT - HOUR), TECHNICIAN)
        with pytest.raises(Forbidden):
            create(_Machine, iv.CreateIntervention(**asked, assigned_technician_id=COLLEAGUE.id), TECHNICIAN)

    def test_technicians_give_work_to_themselves_only(self) -> None:
        job, team = fresh(), uuid7()
        for wrong in ({"technician_id": COLLEAGUE.id}, {"technician_id": None, "team_id": team}):
            with pytest.raises(Forbidden):
                do(job, iv.AssignIntervention, **wrong)
        own = do(job, iv.AssignIntervention, technician_id=TECHNICIAN.id)
        assert (own.assigned_technician_id, own.supervisor_id) == (TECHNICIAN.id, None)
        of_team = do(job, iv.AssignIntervention, SUPERVISOR, technician_id=None, team_id=team)
        assert (of_team.assigned_team_id, of_team.supervisor_id) == (team, SUPERVISOR.id)
        assert do(of_team, iv.AssignIntervention, technician_id=TECHNICIAN.id).assigned_team_id == team

    def test_what_was_asked_is_changed_by_who_has_asked_and_by_planners(self) -> None:
        own, others = fresh(), fresh(created_by=SUPERVISOR.id)
        assert do(own, iv.UpdateIntervention, priority=Priority.urgent).priority is Priority.urgent
        with pytest.raises(Forbidden):
            do(others, iv.UpdateIntervention, priority=Priority.urgent)
        with pytest.raises(EndsBeforeStart):
            do(own, iv.UpdateIntervention, SUPERVISOR, scheduled_start=AT, scheduled_end=AT - HOUR)


class _Machine:
    id, site_id = PLACE["equipment_id"], PLACE["site_id"]


class TestWork:
    def test_labour_is_the_sum_of_two_peoples_actions(self) -> None:
        job = started(started(fresh(), at=AT - 4 * HOUR), COLLEAGUE, AT - 3 * HOUR)
        job = do(job, iv.HoldIntervention, at=AT - 2 * HOUR, reason="No part")
        job = do(started(job, at=AT - HOUR), iv.CompleteIntervention)
        assert labour(job.actions, AT) == 4 * HOUR
        assert (job.actual_start, job.actual_end) == (AT - 4 * HOUR, AT)

    def test_who_starts_twice_has_one_timer_and_none_begins_before_the_last_has_ended(self) -> None:
        job = started(fresh())
        assert started(job, at=AT + HOUR) is job
        held = do(job, iv.HoldIntervention, at=AT + HOUR, reason="No part")
        assert started(held, at=AT).actions[1].started_at == AT + HOUR

    def test_somebody_leaves_and_the_job_goes_on(self) -> None:
        job = started(started(fresh(), at=AT - HOUR), COLLEAGUE)
        left = do(job, iv.EndAction, action_id=job.actions[0].id)
        assert (left.status, [action.ended_at for action in left.actions]) == (InterventionStatus.in_progress, [AT, None])
        with pytest.raises(Forbidden):
            do(job, iv.EndAction, COLLEAGUE, action_id=job.actions[0].id)
        held = do(job, iv.HoldIntervention, reason="No part")
        assert do(held, iv.EndAction, at=AT - HOUR / 2, action_id=job.actions[0].id).actions[0].ended_at == AT - HOUR / 2

    def test_a_clock_that_went_back_ends_no_timer_before_it_began(self) -> None:
        closed = do(started(fresh()), iv.CompleteIntervention, COLLEAGUE, AT - 9 * HOUR)
        assert (closed.actions[0].ended_at, closed.actual_end) == (AT, AT)

    @given(minutes=st.integers(0, 2_000), spans=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), max_size=4))
    def test_worked_minutes_are_what_the_person_says(self, minutes: int, spans: list[tuple[int, int]]) -> None:
        given = [(AT - timedelta(minutes=2_000 + ago), length) for ago, length in spans]
        own = [ActionRow(id=uuid7(), user_id=TECHNICIAN.id, started_at=at, ended_at=at + timedelta(minutes=n)) for at, n in given]
        own.sort(key=lambda action: (action.started_at, action.id))
        mate = ActionRow(id=uuid7(), user_id=COLLEAGUE.id, started_at=AT - HOUR, ended_at=None)
        job = fresh(status=InterventionStatus.in_progress, actions=[*own, mate], actual_start=min([AT, *(a.started_at for a in own)]))
        closed = do(job, iv.CompleteIntervention, worked_minutes=minutes)
        mine = [action for action in closed.actions if action.user_id == TECHNICIAN.id]
        assert labour(mine, AT) == timedelta(minutes=minutes)
        assert all(action.ended_at and action.ended_at <= AT for action in closed.actions)

    def test_time_that_no_timer_has_seen(self) -> None:
        told = {"action_id": uuid7(), "started_at": AT - HOUR, "ended_at": AT}
        job = do(fresh(), iv.AddAction, user_id=TECHNICIAN.id, **told)
        with pytest.raises(AlreadyExists):
            do(job, iv.AddAction, user_id=TECHNICIAN.id, **told)
        with pytest.raises(Forbidden):
            do(job, iv.AddAction, **told | {"action_id": uuid7(), "user_id": COLLEAGUE.id})
        now = iv.AddAction(intervention_id=job.id, occurred_at=AT, user_id=TECHNICIAN.id, **told | {"action_id": uuid7()})
        with pytest.raises(EndsBeforeStart):
            apply(job, now.model_copy(update={"started_at": AT}), TECHNICIAN)

    def test_a_photo_is_removed_by_who_took_it_unless_the_plan_asks_for_one(self) -> None:
        job = do(started(fresh(needs_photo=True)), iv.AddPhoto, photo_id=uuid7())
        photo = job.photos[0].id
        with pytest.raises(Forbidden):
            do(job, iv.RemovePhoto, COLLEAGUE, photo_id=photo)
        assert do(job, iv.RemovePhoto, photo_id=photo).photos == []
        with pytest.raises(PhotoRequired):
            do(do(job, iv.CompleteIntervention), iv.RemovePhoto, photo_id=photo)


class TestStops:
    @pytest.mark.parametrize("kind", InterventionType)
    def test_a_machine_that_runs_again_has_restarted(self, kind: InterventionType) -> None:
        job = started(fresh(intervention_type=kind, stopped_at=AT - 3 * HOUR))
        closed = let(job, iv.CompleteIntervention, equipment_status=EquipmentStatus.active)
        assert (closed.row.restarted_at, closed.row.stop_kind) == (AT, usual_stop(kind))
        assert closed.then == (StatusReported(job.equipment_id, EquipmentStatus.active, AT),)
        told = let(job, iv.CompleteIntervention, equipment_status=EquipmentStatus.active, restarted_at=AT - HOUR)
        assert (told.row.restarted_at, told.then[0]) == (AT - HOUR, StatusReported(job.equipment_id, EquipmentStatus.active, AT - HOUR))

    def test_stops_and_restarts_are_in_order(self) -> None:
        with pytest.raises(RestartWithoutStop):
            do(started(fresh()), iv.CompleteIntervention, restarted_at=AT)
        stopped = started(fresh(stopped_at=AT - HOUR))
        for more in ({}, {"equipment_status": EquipmentStatus.active}):
            with pytest.raises(RestartsBeforeStop):
                do(stopped, iv.CompleteIntervention, restarted_at=AT - 2 * HOUR, **more)

    def test_calling_off_says_what_becomes_of_the_machine(self) -> None:
        job = fresh(stopped_at=AT - HOUR)
        off = let(job, iv.CancelIntervention, reason="Mistake", equipment_status=EquipmentStatus.active)
        assert (off.row.restarted_at, off.row.status_reason) == (AT, "Mistake")
        assert off.then == (StatusReported(job.equipment_id, EquipmentStatus.active, AT, "Mistake"),)
        assert do(job, iv.CancelIntervention, reason="Twice").restarted_at is None


class TestClosing:
    def test_what_the_plan_asks_for_is_there(self) -> None:
        steps = [Step(id=uuid7(), kind=StepKind.check, title=f"Step {n}", is_required=n < 5) for n in range(6)]
        checklist = JobChecklist(checklist_id=None, version=1, name="Round", steps=steps)
        job = started(fresh(checklist=checklist, needs_photo=True, needs_signature=True))
        with pytest.raises(ChecklistIncomplete) as refused:
            do(job, iv.CompleteIntervention)
        assert refused.value.params == {"count": 5, "titles": "Step 0, Step 1, Step 2 …"}
        answers = [AnswerRow(id=uuid7(), step_id=step.id, state=StepState.done, user_id=uuid7(), occurred_at=AT) for step in steps[:5]]
        job = job.model_copy(update={"answers": answers})
        with pytest.raises(PhotoRequired):
            do(job, iv.CompleteIntervention)
        job = do(job, iv.AddPhoto, photo_id=uuid7())
        with pytest.raises(SignatureRequired):
            do(job, iv.CompleteIntervention)
        signature = Signature(name="Anne", path="M1,2 L3,4", width=10, height=10)
        assert do(job, iv.CompleteIntervention, signature=signature).signature == signature

    def test_a_temporary_repair_asks_for_a_permanent_one(self) -> None:
        until, follow_up = (AT + timedelta(days=20)).date(), uuid7()
        [repair] = let(
            started(fresh()), iv.CompleteIntervention, temporary_until=until, permanent_id=follow_up, work_performed="Clamp"
        ).then
        assert isinstance(repair, RepairIsTemporary)
        permanent = repair.follow_up(AT + timedelta(days=20), TECHNICIAN)
        assert (permanent.id, permanent.permanent_repair_of, permanent.description) == (follow_up, repair.job.id, "Clamp")
        with pytest.raises(TemporaryUntilPast):
            repair.follow_up(AT - HOUR, TECHNICIAN)

    def test_the_plan_of_a_date_hears_of_it(self) -> None:
        plan = uuid7()
        job = started(fresh(scheduled_maintenance_id=plan))
        closed = let(job, iv.CompleteIntervention)
        assert closed.then == (JobClosed(plan, closed.row, AT),)
        back = let(closed.row, iv.ReturnIntervention, SUPERVISOR, reason="Leaks")
        assert back.then == (JobReopened(plan, back.row, AT),)
        with pytest.raises(SkipsDueDate):
            let(job, iv.CancelIntervention, reason="No time")
        off = let(job, iv.CancelIntervention, SUPERVISOR, reason="No time")
        assert off.then == (JobCalledOff(plan, off.row, AT, "No time"),)


class TestJudging:
    def test_by_another_than_who_has_closed_it_and_as_it_was_read(self) -> None:
        closed = do(started(fresh()), iv.CompleteIntervention, SUPERVISOR)
        with pytest.raises(CompletedByYou):
            do(closed, iv.ValidateIntervention, SUPERVISOR)
        assert do(closed, iv.ValidateIntervention, CHIEF, AT - HOUR).validated_at == AT
        noted = do(closed, iv.AddNote, note_id=uuid7(), text="Noise")
        with pytest.raises(StaleVersion):
            do(noted, iv.ValidateIntervention, CHIEF, version=closed.version)
        back = do(closed, iv.ReturnIntervention, CHIEF, reason="Guard missing")
        assert (back.completed_by, back.actual_end, back.returned_by, back.return_reason) == (None, None, CHIEF.id, "Guard missing")

    def test_a_correction_keeps_what_it_leaves_out_and_the_validation(self) -> None:
        closed = do(started(fresh()), iv.CompleteIntervention, work_performed="Belt", observations="Worn")
        job = do(closed, iv.ValidateIntervention, SUPERVISOR)
        told = {"reason": "Typo", "version": job.version, "work_performed": "Bearing", "stopped_at": AT - HOUR}
        revised = do(job, iv.ReviseIntervention, CHIEF, **told)
        assert (revised.work_performed, revised.observations, revised.revision, revised.is_validated) == ("Bearing", "Worn", 1, True)
        assert (revised.stop_kind, revised.failure_cause) == (StopKind.failure, "")
        with pytest.raises(StaleVersion):
            do(revised, iv.ReviseIntervention, CHIEF, **told)


def test_the_system_is_nobody() -> None:
    system = By(NOBODY, Role.admin, "Établi")
    assert create(_Machine, iv.CreateIntervention(
        intervention_id=uuid7(), equipment_id=_Machine.id, title="x", occurred_at=AT), system).row.created_by is None  # fmt: skip
    with pytest.raises(Forbidden):
        started(fresh(), system)
