"""Why a command on an intervention is refused."""

from server.core.errors import Conflict, Forbidden, Invalid


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


class AlreadyRequested(Conflict):
    """The work request has its intervention."""

    code = "request_has_intervention"


class TechnicianUnknown(Invalid):
    """Nobody active of the machine's site."""

    code = "technician_unknown"


class FailureItemUnfit(Invalid):
    """Not an entry of that pick-list of the machine's class."""

    code = "failure_item_unfit"


class PhotoMissing(Invalid):
    """No picture with this id was uploaded for this site."""

    code = "photo_missing"


class RestartWithoutStop(Invalid):
    code = "restart_without_stop"


class RestartsBeforeStop(Invalid):
    code = "restarts_before_stop"


class TemporaryUntilPast(Invalid):
    """A temporary repair that had expired before it was made."""

    code = "temporary_until_past"


class EndsBeforeStart(Invalid):
    code = "ends_before_start"


class WorkOverlaps(Conflict):
    """The person has given that time already: to job `number`, from `start` to `end`."""

    code = "work_overlaps"


class FoundInUnknown(Invalid):
    """No job of this site, or no step of its checklist."""

    code = "found_in_unknown"


class MaintenanceTypeUnfit(Invalid):
    """No such type of maintenance."""

    code = "maintenance_type_unfit"


class TeamUnfit(Invalid):
    """No such team on the machine's site."""

    code = "team_unfit"


# --- the checklist


class StepUnknown(Invalid):
    """Not a step of the job's checklist."""

    code = "step_unknown"


class StepValueMissing(Invalid):
    code = "step_value_missing"


class StepValueUnfit(Invalid):
    """Not a number, not one of the options, not a signature."""

    code = "step_value_unfit"


class StepPhotoMissing(Invalid):
    code = "step_photo_missing"


class ChecklistIncomplete(Conflict):
    """Required steps have no answer: `count` of them, the first of which have the `titles`."""

    code = "checklist_incomplete"


class PhotoRequired(Conflict):
    code = "photo_required"


class SignatureRequired(Conflict):
    code = "signature_required"
