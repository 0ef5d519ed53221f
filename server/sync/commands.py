"""Which service verb carries out a command, and who may ask for it. Beyond that, services have rules of their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from server.checklists import service as checklists
from server.core.access import Actor
from server.core.database import Session
from server.core.errors import Forbidden
from server.equipment import service as equipment
from server.generator import service as generator
from server.interventions import answers
from server.interventions import service as interventions
from server.meters import service as meters
from server.plans import service as plans
from server.requests import service as requests
from shared_models.base import Command
from shared_models.checklists import commands as cl
from shared_models.equipment import commands as eq
from shared_models.interventions import commands as iv
from shared_models.meters import commands as mt
from shared_models.permissions import Permission
from shared_models.plans import commands as pl
from shared_models.requests import commands as rq

Verb = Callable[[Session, Actor, Any], Awaitable[object]]
_WRITE_EQUIPMENT = (Permission.equipment_write,)
_TELL_OF_EQUIPMENT = (Permission.equipment_write, Permission.maintenance_write, Permission.maintenance_update_assigned)
_WORK = (Permission.maintenance_write, Permission.maintenance_update_assigned)
_PLAN = (Permission.maintenance_write,)
_VALIDATE = (Permission.maintenance_validate,)
_SETTLE = (Permission.settings_write,)


@dataclass(frozen=True)
class Handler:
    """`any_of`: one of these permissions is enough."""

    verb: Verb
    any_of: tuple[Permission, ...]

    async def run(self, session: Session, actor: Actor, command: Command) -> None:
        if not any(map(actor.may, self.any_of)):
            raise Forbidden(permission=self.any_of[0])
        await self.verb(session, actor, command)


HANDLERS: dict[type[Command], Handler] = {
    eq.CreateEquipment: Handler(equipment.create, _WRITE_EQUIPMENT),
    eq.UpdateEquipment: Handler(equipment.update, _WRITE_EQUIPMENT),
    eq.ArchiveEquipment: Handler(equipment.archive, _WRITE_EQUIPMENT),
    eq.ChangeEquipmentStatus: Handler(equipment.change_status, _TELL_OF_EQUIPMENT),
    eq.LinkLabel: Handler(equipment.link_label, _TELL_OF_EQUIPMENT),
    eq.AddDocument: Handler(equipment.add_document, _WRITE_EQUIPMENT),
    eq.RemoveDocument: Handler(equipment.remove_document, _WRITE_EQUIPMENT),
    eq.SetEquipmentPhoto: Handler(equipment.set_photo, _TELL_OF_EQUIPMENT),
    iv.CreateIntervention: Handler(interventions.create, _WORK),
    iv.StartIntervention: Handler(interventions.start, _WORK),
    iv.HoldIntervention: Handler(interventions.hold, _WORK),
    iv.EndAction: Handler(interventions.end_action, _WORK),
    iv.AddAction: Handler(interventions.add_action, _WORK),
    iv.CompleteIntervention: Handler(interventions.complete, _WORK),
    iv.CancelIntervention: Handler(interventions.cancel, _WORK),
    iv.ValidateIntervention: Handler(interventions.validate, _VALIDATE),
    iv.ReturnIntervention: Handler(interventions.return_, _VALIDATE),
    iv.AssignIntervention: Handler(interventions.assign, _WORK),
    iv.UpdateIntervention: Handler(interventions.update, _WORK),
    iv.ReviseIntervention: Handler(interventions.revise, _PLAN),
    iv.AddNote: Handler(interventions.add_note, _WORK),
    iv.AddPhoto: Handler(interventions.add_photo, _WORK),
    iv.RemovePhoto: Handler(interventions.remove_photo, _WORK),
    cl.WriteChecklist: Handler(checklists.write, _PLAN),
    cl.AnswerStep: Handler(answers.answer_step, _WORK),
    rq.AcceptWorkRequest: Handler(requests.accept, _PLAN),
    rq.DeclineWorkRequest: Handler(requests.decline, _PLAN),
    mt.CreateMeter: Handler(meters.create, _WRITE_EQUIPMENT),
    mt.UpdateMeter: Handler(meters.update, _WRITE_EQUIPMENT),
    mt.RecordReading: Handler(meters.record_reading, _WORK),
    mt.VoidReading: Handler(meters.void_reading, _WORK),
    mt.ResetMeter: Handler(meters.reset, _WORK),
    pl.WriteMaintenanceType: Handler(plans.write_type, _SETTLE),
    pl.WriteTeam: Handler(plans.write_team, _PLAN),
    pl.CreatePlan: Handler(plans.create, _PLAN),
    pl.UpdatePlan: Handler(plans.update, _PLAN),
    pl.SetPlanActive: Handler(plans.set_active, _PLAN),
    pl.MoveOccurrence: Handler(plans.move, _PLAN),
    pl.AssignOccurrence: Handler(plans.assign, _PLAN),
    pl.SkipOccurrence: Handler(plans.skip, _PLAN),
    pl.GeneratePlan: Handler(generator.generate_now, _PLAN),
}
TYPES: dict[str, type[Command]] = {str(command.model_fields["type"].default): command for command in HANDLERS}
