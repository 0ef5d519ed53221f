"""Why a rule about interventions says no."""

from shared_models.refusals import Conflict, Forbidden, Invalid


class NotAllowedNow(Conflict):
    """The sheet is not in a state for this: `status` and `is_validated` say where it stands, `by` and `at` since whom and when."""

    code = "not_allowed_now"


class CompletedByYou(Forbidden):
    """Four eyes: who completed a job does not validate it."""

    code = "completed_by_you"


class AssignedToAnother(Forbidden):
    code = "assigned_to_another"


class SkipsDueDate(Forbidden):
    """Cancelling a plan's job skips its due date, which is for planners to decide."""

    code = "skips_due_date"


class RestartWithoutStop(Invalid):
    code = "restart_without_stop"


class RestartsBeforeStop(Invalid):
    code = "restarts_before_stop"


class TemporaryUntilPast(Invalid):
    """A temporary repair that had expired before it was made."""

    code = "temporary_until_past"


class EndsBeforeStart(Invalid):
    code = "ends_before_start"


class ChecklistIncomplete(Conflict):
    """Required steps have no answer: `count` of them, the first of which have the `titles`."""

    code = "checklist_incomplete"


class PhotoRequired(Conflict):
    code = "photo_required"


class SignatureRequired(Conflict):
    code = "signature_required"
