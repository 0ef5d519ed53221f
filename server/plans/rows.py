"""What devices hold of types, teams and plans, as SQL expressions in the shape of their rows in `shared_models.plans`."""

from server.core.held import hold
from server.core.queries import expression
from server.core.sql import json_row, json_rows
from server.plans.models import MaintenanceType, Plan, Team
from shared_models.plans.rows import STRIP, MaintenanceTypeRow, OccurrenceRow, PlanRow, TeamRow


def team_json(alias: str) -> str:
    members = expression("array_to_json(array(select m.user_id from team_member m where m.team_id = {}.id order by m.user_id))", alias)
    return json_row(TeamRow, alias, member_ids=members)


def _occurrences(alias: str) -> str:
    of_plan = expression("select x.* from plan_occurrence x where x.plan_id = {}.id and x.state", alias)
    both = f"({of_plan} in ('planned', 'open')) union all ({of_plan} not in ('planned', 'open') order by x.original_due desc limit {STRIP})"
    return json_rows(OccurrenceRow, "o", f"({both}) o", "o.original_due")


def plan_json(alias: str) -> str:
    """A `PlanRow`, with the occurrences to come that differ from the rule, the open one, and the last that have ended."""
    return json_row(PlanRow, alias, occurrences=_occurrences(alias))


TYPE = hold(MaintenanceTypeRow, MaintenanceType)
TEAM = hold(TeamRow, Team, team_json)
PLAN = hold(PlanRow, Plan, plan_json, rests=True)
maintenance_type_json = TYPE.json
