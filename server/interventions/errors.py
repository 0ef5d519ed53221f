"""Why a command on an intervention is refused that the rules allow: what it refers to is not there."""

from server.core.errors import Conflict, Invalid


class TechnicianUnknown(Invalid):
    """Nobody active of the machine's site."""

    code = "technician_unknown"


class FailureItemUnfit(Invalid):
    """Not an entry of that pick-list of the machine's class."""

    code = "failure_item_unfit"


class PhotoMissing(Invalid):
    """No picture with this id was uploaded for this site."""

    code = "photo_missing"


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
