"""Jobs, from the request to the validated sheet."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.rows import StepKind, StepState
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions.commands import (
    AddAction,
    AddNote,
    AddPhoto,
    AssignIntervention,
    CancelIntervention,
    CompleteIntervention,
    CreateIntervention,
    EndAction,
    HoldIntervention,
    RemovePhoto,
    ReturnIntervention,
    ReviseIntervention,
    StartIntervention,
    UpdateIntervention,
    ValidateIntervention,
)
from shared_models.interventions.rows import FailureCoding, PhotoKind, StopKind
from shared_models.plans.commands import WriteTeam
from shared_models.requests.commands import AcceptWorkRequest, DeclineWorkRequest
from tests.parity.cases import case
from tests.parity.shop import Shop, step


async def completed(shop: Shop, **fields: Any) -> UUID:
    job = await shop.add_job(start=True)
    await shop.do(CompleteIntervention, intervention_id=job, work_performed="Serré", **fields)
    return job


# --- asking for work


@case(CreateIntervention)
async def with_all_that_may_be_said(shop: Shop) -> None:
    checklist, machine = await shop.add_checklist(), await shop.add_machine()
    await shop.offline()
    start = shop.device.client.now() + timedelta(days=1)
    await shop.add_job(
        machine, description="À changer", priority="high", assigned_technician_id=shop.me, scheduled_start=start,
        scheduled_end=start + timedelta(hours=1), estimated_duration=30, checklist_id=checklist,
    )  # fmt: skip


@case(CreateIntervention)
async def of_a_breakdown_begun_at_once(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await shop.add_job(machine, start=True, stopped_at=shop.ago(hours=1))


@case(CreateIntervention)
async def of_a_planned_stop(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await shop.add_job(machine, intervention_type="preventive", stopped_at=shop.ago(hours=1), reported_at=shop.ago(hours=2))


@case(CreateIntervention)
async def found_at_a_step(shop: Shop) -> None:
    checked, machine = step(StepKind.pass_fail), await shop.add_machine()
    job = await shop.add_job(machine, checklist_id=await shop.add_checklist(checked))
    await shop.offline()
    await shop.add_job(machine, found_in=job, found_at_step=checked.id)


@case(AssignIntervention)
async def to_me(shop: Shop) -> None:
    job = await shop.add_job()
    await shop.offline()
    await shop.do(AssignIntervention, intervention_id=job, technician_id=shop.me)


@case(UpdateIntervention)
async def of_an_open_job(shop: Shop) -> None:
    job = await shop.add_job()
    await shop.offline()
    await shop.do(UpdateIntervention, intervention_id=job, title="Deux courroies", priority="urgent")
    await shop.do(UpdateIntervention, intervention_id=job, intervention_type="predictive", scheduled_start=shop.device.client.now())


# --- work


@case(StartIntervention)
async def of_a_pending_job(shop: Shop) -> None:
    job = await shop.add_job()
    await shop.offline()
    await shop.do(StartIntervention, intervention_id=job, action_id=uuid7())


@case(StartIntervention)
async def where_the_machine_stands_still(shop: Shop) -> None:
    job = await shop.add_job(stopped_at=shop.ago(hours=1))
    await shop.offline()
    await shop.do(StartIntervention, intervention_id=job, action_id=uuid7())


@case(StartIntervention, refused="not_allowed_now")
async def of_a_closed_job(shop: Shop) -> None:
    job = await completed(shop)
    await shop.offline()
    await shop.do(StartIntervention, intervention_id=job, action_id=uuid7())


@case(HoldIntervention)
async def of_a_running_job(shop: Shop) -> None:
    job = await shop.add_job(start=True)
    await shop.offline()
    await shop.do(HoldIntervention, intervention_id=job, reason="Pièce")


@case(HoldIntervention)
async def and_taken_up_again(shop: Shop) -> None:
    """The timer, hold, the timer again, closed."""
    job = await shop.add_job()
    await shop.offline()
    await shop.do(StartIntervention, intervention_id=job, action_id=uuid7())
    await shop.do(HoldIntervention, intervention_id=job, reason="Pièce")
    await shop.do(StartIntervention, intervention_id=job, action_id=uuid7())
    await shop.do(CompleteIntervention, intervention_id=job, work_performed="Changée")


@case(HoldIntervention, refused="not_allowed_now")
async def of_what_has_not_begun(shop: Shop) -> None:
    job = await shop.add_job()
    await shop.offline()
    await shop.do(HoldIntervention, intervention_id=job, reason="Pièce")


@case(EndAction)
async def of_ones_own_timer(shop: Shop) -> None:
    job = await shop.add_job(start=True)
    await shop.offline()
    await shop.do(EndAction, intervention_id=job, action_id=shop.job(job).actions[0].id)


@case(AddAction)
async def of_yesterday(shop: Shop) -> None:
    job = await shop.add_job()
    await shop.offline()
    await shop.do(
        AddAction, intervention_id=job, action_id=uuid7(), user_id=shop.me, started_at=shop.ago(hours=30), ended_at=shop.ago(hours=29),
        note="Démontage",
    )  # fmt: skip


@case(AddNote)
async def to_an_open_job(shop: Shop) -> None:
    job = await shop.add_job()
    await shop.offline()
    await shop.do(AddNote, intervention_id=job, note_id=uuid7(), text="Bruit")


@case(AddPhoto)
async def taken_without_a_network(shop: Shop) -> None:
    job = await shop.add_job()
    await shop.offline()
    await shop.do(AddPhoto, intervention_id=job, photo_id=await shop.picture(), kind=PhotoKind.before, caption="Usée")


@case(RemovePhoto)
async def of_a_job_with_one(shop: Shop) -> None:
    job, photo = await shop.add_job(), await shop.picture()
    await shop.do(AddPhoto, intervention_id=job, photo_id=photo)
    await shop.offline()
    await shop.do(RemovePhoto, intervention_id=job, photo_id=photo)


@case(AnswerStep)
async def of_every_kind(shop: Shop) -> None:
    """A check, a number out of its limits and corrected, a choice that fails, a skipped one, one taken back."""
    steps = [
        step(StepKind.check), step(StepKind.number, "Pression", low=5, high=7),
        step(StepKind.choice, "Courroie", options=["Bon", "Rompu"], bad_options=["Rompu"]), step(StepKind.pass_fail, "Arrêt"),
        step(StepKind.text, "Remarques", is_required=False),
    ]  # fmt: skip
    job = await shop.add_job(start=True, checklist_id=await shop.add_checklist(*steps))
    await shop.offline()
    given: list[dict[str, Any]] = [
        {"state": StepState.done}, {"state": StepState.done, "value": 8.2}, {"state": StepState.done, "value": "Rompu"},
        {"state": StepState.skipped, "reason": "En marche"}, {"state": StepState.done, "value": "Bruit"},
    ]  # fmt: skip
    for asked, said in zip(steps, given, strict=True):
        await shop.do(AnswerStep, intervention_id=job, step_id=asked.id, answer_id=uuid7(), **said)
    await shop.do(AnswerStep, intervention_id=job, step_id=steps[1].id, answer_id=uuid7(), state=StepState.done, value=6)
    await shop.do(AnswerStep, intervention_id=job, step_id=steps[4].id, answer_id=uuid7(), state=None)


@case(AnswerStep)
async def that_reads_a_meter(shop: Shop) -> None:
    asked, machine = step(StepKind.meter, "Heures", unit="h"), await shop.add_machine()
    await shop.add_meter(machine, readings={20: 1_000, 1: 1_190})
    job = await shop.add_job(machine, start=True, checklist_id=await shop.add_checklist(asked))
    await shop.offline()
    for value in (1_200, 1_201):
        await shop.do(
            AnswerStep, intervention_id=job, step_id=asked.id, answer_id=uuid7(), reading_id=uuid7(), state=StepState.done, value=value
        )


@case(AnswerStep, refused="not_allowed_now")
async def of_a_job_that_has_not_begun(shop: Shop) -> None:
    asked = step(StepKind.check)
    job = await shop.add_job(checklist_id=await shop.add_checklist(asked))
    await shop.offline()
    await shop.do(AnswerStep, intervention_id=job, step_id=asked.id, answer_id=uuid7(), state=StepState.done)


# --- its end


@case(CompleteIntervention)
async def with_all_that_was_done(shop: Shop) -> None:
    job = await shop.add_job(start=True, stopped_at=shop.ago(hours=2))
    await shop.offline()
    await shop.do(
        CompleteIntervention, intervention_id=job, failure=FailureCoding(mode_unknown=True), failure_cause="Usure",
        work_performed="Changée", observations="Rien", worked_minutes=25, stop_kind=StopKind.failure,
        equipment_status=EquipmentStatus.active,
    )  # fmt: skip


@case(CompleteIntervention)
async def of_work_that_no_timer_has_seen(shop: Shop) -> None:
    job = await shop.add_job()
    await shop.offline()
    await shop.do(StartIntervention, intervention_id=job, action_id=uuid7())
    await shop.do(CompleteIntervention, intervention_id=job, worked_minutes=25)


@case(CompleteIntervention)
async def as_a_temporary_repair(shop: Shop) -> None:
    job = await shop.add_job(start=True)
    await shop.offline()
    await repair_for_now(shop, job)


async def repair_for_now(shop: Shop, job: UUID) -> None:
    until = shop.today + timedelta(days=7)
    await shop.do(CompleteIntervention, intervention_id=job, work_performed="Collier", temporary_until=until, permanent_id=uuid7())


@case(CompleteIntervention)
async def as_a_temporary_repair_twice(shop: Shop) -> None:
    """Sent back and closed again: it keeps its one follow-up."""
    job = await shop.add_job(start=True)
    await shop.offline()
    await repair_for_now(shop, job)
    await shop.do(ReturnIntervention, intervention_id=job, reason="Photo ?")
    await repair_for_now(shop, job)


@case(CompleteIntervention)
async def as_a_temporary_repair_again_after_the_pull(shop: Shop) -> None:
    job = await shop.add_job(start=True)
    await repair_for_now(shop, job)
    await shop.do(ReturnIntervention, intervention_id=job, reason="Photo ?")
    await shop.offline()
    await repair_for_now(shop, job)


@case(CancelIntervention)
async def of_a_pending_one(shop: Shop) -> None:
    job = await shop.add_job()
    await shop.offline()
    await shop.do(CancelIntervention, intervention_id=job, reason="Doublon")


@case(CancelIntervention)
async def of_a_breakdown_with_the_machine_running_again(shop: Shop) -> None:
    job = await shop.add_job(start=True, stopped_at=shop.ago(hours=2))
    await shop.offline()
    await shop.do(CancelIntervention, intervention_id=job, reason="Fausse alerte", equipment_status=EquipmentStatus.active)


@case(ValidateIntervention)
async def of_a_colleagues_sheet(shop: Shop) -> None:
    job = await completed_by_technician(shop)
    await shop.offline()
    await shop.do(ValidateIntervention, intervention_id=job, version=shop.job(job).version)


async def completed_by_technician(shop: Shop) -> UUID:
    job = await shop.add_job()
    await shop.online()
    await shop.technician.round()
    await shop.technician.do(StartIntervention, intervention_id=job, action_id=uuid7())
    await shop.technician.do(CompleteIntervention, intervention_id=job, work_performed="Serré")
    await shop.technician.round()
    return job


@case(ValidateIntervention, refused="completed_by_you")
async def of_ones_own_sheet(shop: Shop) -> None:
    job = await completed(shop)
    await shop.offline()
    await shop.do(ValidateIntervention, intervention_id=job, version=shop.job(job).version)


@case(ReturnIntervention)
async def of_a_completed_sheet(shop: Shop) -> None:
    job = await completed(shop)
    await shop.offline()
    await shop.do(ReturnIntervention, intervention_id=job, reason="Photo ?")


@case(ReviseIntervention)
async def of_a_sheet_with_a_stop(shop: Shop) -> None:
    job = await completed(shop)
    await shop.offline()
    await shop.do(
        ReviseIntervention, intervention_id=job, version=shop.job(job).version, reason="Oubli", observations="Arrêtée une heure",
        stopped_at=shop.ago(hours=3), restarted_at=shop.ago(hours=2), failure=FailureCoding(mode_unknown=True),
    )  # fmt: skip


@case(ReviseIntervention)
async def after_a_note(shop: Shop) -> None:
    job = await completed(shop)
    await shop.offline()
    await shop.do(AddNote, intervention_id=job, note_id=uuid7(), text="Revu")
    await shop.do(ReviseIntervention, intervention_id=job, version=shop.job(job).version, reason="Oubli", observations="Bruit")
    await shop.do(ReviseIntervention, intervention_id=job, version=shop.job(job).version, reason="Oubli", observations="Bruit léger")


@case(ReviseIntervention, refused="stale_version")
async def of_another_version(shop: Shop) -> None:
    job = await completed(shop)
    await shop.online()
    version = shop.job(job).version
    await shop.do(AddNote, intervention_id=job, note_id=uuid7(), text="Revu")
    await shop.offline()
    await shop.do(ReviseIntervention, intervention_id=job, version=version, reason="Oubli", observations="Bruit")


# --- requests


@case(AcceptWorkRequest)
async def of_a_machine_that_stands_still(shop: Shop) -> None:
    request = await shop.reported(is_stopped="true")
    await shop.offline()
    await shop.do(AcceptWorkRequest, request_id=request, intervention_id=uuid7(), title="Bruit", priority="high")


@case(AcceptWorkRequest)
async def for_a_team(shop: Shop) -> None:
    request, team = await shop.reported(), uuid7()
    name = f"Méca {team.hex[-6:]}"
    await shop.do(WriteTeam, team_id=team, site_id=shop.factory.site, name=name, member_ids=[shop.me])
    await shop.offline()
    await shop.do(AcceptWorkRequest, request_id=request, intervention_id=uuid7(), title="Bruit", assigned_team_id=team)


@case(AcceptWorkRequest, refused="request_already_decided")
async def of_a_declined_one(shop: Shop) -> None:
    request = await shop.reported()
    await shop.do(DeclineWorkRequest, request_id=request, reason="Connu")
    await shop.offline()
    await shop.do(AcceptWorkRequest, request_id=request, intervention_id=uuid7(), title="Bruit")


@case(DeclineWorkRequest)
async def of_a_new_one(shop: Shop) -> None:
    request = await shop.reported()
    await shop.offline()
    await shop.do(DeclineWorkRequest, request_id=request, reason="Connu")
