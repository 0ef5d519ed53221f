"""Why a command on a plan or one of its dates is refused."""

from shared_models.refusals import Conflict, Invalid


class PlanHasOpenJob(Conflict):
    """One job at a time; `number` is the open one's."""

    code = "plan_has_open_job"


class PlanInactive(Conflict):
    code = "plan_inactive"


class MachineOutOfService(Conflict):
    code = "machine_out_of_service"


class PlanHasNoDate(Conflict):
    """A meter whose use nobody knows yet."""

    code = "plan_has_no_date"


class OccurrenceUnknown(Invalid):
    """The plan never falls due then."""

    code = "occurrence_unknown"


class OccurrenceSettled(Conflict):
    """Done, missed or skipped already."""

    code = "occurrence_settled"


class OccurrenceIsForecast(Conflict):
    """A later date that depends on when the next one is done."""

    code = "occurrence_is_forecast"


class OccurrenceHasJob(Conflict):
    """To leave out a date that has its job, cancel the job."""

    code = "occurrence_has_job"


class MovePastNeighbour(Conflict):
    """`day` is the date before or after, which a date may not pass."""

    code = "move_past_neighbour"
