"""Why a command on plans, teams or maintenance types is refused."""

from server.core.errors import Conflict, Invalid


class NameTaken(Conflict):
    code = "name_taken"


class PlanTypeUnfit(Invalid):
    """No such type, or one that is not used any more."""

    code = "plan_type_unfit"


class PlanTeamUnfit(Invalid):
    """No such team of the machine's site, or one that is not used any more."""

    code = "plan_team_unfit"


class TeamMemberUnfit(Invalid):
    """Somebody who is not active, or not of the team's site."""

    code = "team_member_unfit"


class PlanTechnicianUnfit(Invalid):
    """Nobody active of the machine's site."""

    code = "plan_technician_unfit"


class ChecklistUnfit(Invalid):
    code = "checklist_unfit"


class MeterUnfit(Invalid):
    """Not a counter of this machine, or one that is not read any more."""

    code = "meter_unfit"


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
