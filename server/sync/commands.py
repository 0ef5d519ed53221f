"""Which service verb carries out a command, as far as the services do not say so themselves (`server.core.commands.carries_out`)."""

from server.core.commands import VERBS
from server.generator import service as generator  # noqa: F401 - says itself what it carries out
from server.interventions import answers
from server.interventions import service as interventions
from server.requests import service as requests
from shared_models.checklists import commands as cl
from shared_models.interventions import commands as iv
from shared_models.requests import commands as rq

VERBS.update(
    {
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
        cl.AnswerStep: answers.answer_step,
        rq.AcceptWorkRequest: requests.accept,
        rq.DeclineWorkRequest: requests.decline,
    }
)
