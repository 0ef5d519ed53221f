"""What devices hold of types, teams and plans, as SQL expressions in the shape of their rows in `shared_models.plans`."""

from server.core.sql import json_columns
from shared_models.plans.rows import STRIP, MaintenanceTypeRow, OccurrenceRow, PlanRow, TeamRow


def maintenance_type_json(alias: str) -> str:
    return f"(select row_to_json(o) from (select {json_columns(MaintenanceTypeRow, alias)}) o)"  # noqa: S608


def team_json(alias: str) -> str:
    members = f"(select coalesce(json_agg(m.user_id order by m.user_id), '[]') from team_member m where m.team_id = {alias}.id)"  # noqa: S608
    return f"(select row_to_json(o) from (select {json_columns(TeamRow, alias, member_ids=members)}) o)"  # noqa: S608


def _occurrences(alias: str) -> str:
    of_plan = f"select x.* from plan_occurrence x where x.plan_id = {alias}.id and x.state"  # noqa: S608
    both = f"({of_plan} in ('planned', 'open')) union all ({of_plan} not in ('planned', 'open') order by x.original_due desc limit {STRIP})"
    return (
        "(select coalesce(json_agg(c order by c.original_due), '[]')"  # noqa: S608
        f" from (select {json_columns(OccurrenceRow, 'o')} from ({both}) o) c)"
    )


def plan_json(alias: str) -> str:
    """A `PlanRow`, with the occurrences to come that differ from the rule, the open one, and the last that have ended."""
    columns = json_columns(PlanRow, alias, occurrences=_occurrences(alias))
    return f"(select row_to_json(o) from (select {columns}) o)"  # noqa: S608
