"""Which service verb carries out a command, as far as the services do not say so themselves (`server.core.commands.carries_out`)."""

from server.checklists import service as checklists
from server.core.commands import VERBS
from server.equipment import service as equipment
from server.generator import service as generator  # noqa: F401 - says itself what it carries out
from server.interventions import answers
from server.interventions import service as interventions
from server.meters import service as meters
from server.plans import service as plans
from server.requests import service as requests
from shared_models.checklists import commands as cl
from shared_models.equipment import commands as eq
from shared_models.interventions import commands as iv
from shared_models.meters import commands as mt
from shared_models.plans import commands as pl
from shared_models.requests import commands as rq

VERBS.update(
    {
        eq.CreateEquipment: equipment.create,
        eq.UpdateEquipment: equipment.update,
        eq.ArchiveEquipment: equipment.archive,
        eq.ChangeEquipmentStatus: equipment.change_status,
        eq.LinkLabel: equipment.link_label,
        eq.AddDocument: equipment.add_document,
        eq.RemoveDocument: equipment.remove_document,
        eq.SetEquipmentPhoto: equipment.set_photo,
        iv.CreateIntervention: interventions.create,
        iv.StartIntervention: interventions.start,
        iv.HoldIntervention: interventions.hold,
        iv.EndAction: interventions.end_action,
        iv.AddAction: interventions.add_action,
        iv.CompleteIntervention: interventions.complete,
        iv.CancelIntervention: interventions.cancel,
        iv.ValidateIntervention: interventions.validate,
        iv.ReturnIntervention: interventions.return_,
        iv.AssignIntervention: interventions.assign,
        iv.UpdateIntervention: interventions.update,
        iv.ReviseIntervention: interventions.revise,
        iv.AddNote: interventions.add_note,
        iv.AddPhoto: interventions.add_photo,
        iv.RemovePhoto: interventions.remove_photo,
        cl.WriteChecklist: checklists.write,
        cl.AnswerStep: answers.answer_step,
        rq.AcceptWorkRequest: requests.accept,
        rq.DeclineWorkRequest: requests.decline,
        mt.CreateMeter: meters.create,
        mt.UpdateMeter: meters.update,
        mt.RecordReading: meters.record_reading,
        mt.VoidReading: meters.void_reading,
        mt.ResetMeter: meters.reset,
        pl.WriteMaintenanceType: plans.write_type,
        pl.WriteTeam: plans.write_team,
    }
)
