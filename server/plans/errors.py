"""Why a command on plans, teams or maintenance types is refused, where only the server knows; see `shared_models.plans.refusals`."""

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


class PlanPartUnfit(Invalid):
    """No such part, or one that is not used any more."""

    code = "plan_part_unfit"


class ChecklistUnfit(Invalid):
    code = "checklist_unfit"


class MeterUnfit(Invalid):
    """Not a counter of this machine, or one that is not read any more."""

    code = "meter_unfit"
