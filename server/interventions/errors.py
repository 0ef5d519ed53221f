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


class EndsBeforeStart(Invalid):
    code = "ends_before_start"


class ImplausibleTime(Invalid):
    """A clock that is wrong by decades."""

    code = "implausible_time"
