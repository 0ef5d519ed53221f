"""The lists of plans, of their dates, of the types and the teams of their work."""

from server.core.lists import UTC, List, Of, every_word, exact, on_sites
from server.core.queries import expression, rank
from server.core.sql import name_of
from server.plans.rows import maintenance_type_json, team_json
from shared_models.interventions.rows import Priority
from shared_models.paging import KeysetQuery
from shared_models.plans.rows import STRIP, MaintenanceTypeRow, OccurrenceRow, PlanFilter, PlanListItem, TeamRow


def _of_strip(outcome: str) -> str:
    return expression(
        "(select count(*) filter (where x.outcome {}) from (select o.outcome from plan_occurrence o where o.plan_id = p.id"
        " and o.state in ('done', 'missed', 'skipped') order by o.original_due desc limit {}) x)",
        outcome, str(STRIP),
    )  # fmt: skip


PLANS = List(
    "plans", PlanListItem, "scheduled_maintenances p", joins="join equipment e on e.id = p.equipment_id join sites s on s.id = p.site_id",
    scope=on_sites("p.site_id"),
    carried={"equipment_name": "e.name", "equipment_code": "e.code"},
    columns={
        "on_time": _of_strip("= 'on_time'"),
        "judged": _of_strip("<> 'skipped'"),
        "type": "(select t.name from maintenance_types t where t.id = p.maintenance_type_id)",
        "technician": name_of("p.assigned_technician_id"),
        "team": "(select t.name from team t where t.id = p.team_id)",
    },
    still=("equipment_name", "equipment_code", "on_time", "judged", "type", "technician", "team"),
    query=PlanFilter,
    filters=exact("p", "site_id", "equipment_id", "maintenance_type_id", "assigned_technician_id", "team_id", "is_active") | {
        "production_line_id": "e.production_line_id = {}",
        "is_ignored": "(p.ignored_since is not null) = {}",
        "is_late": (  # of a machine in use, since yesterday or longer on its site's calendar
            "coalesce(p.is_active and e.status <> 'inactive' and p.next_due < date_trunc('day', now() at time zone s.clock), false) = {}"
        ),
    },
    search=every_word("(p.title_folded like etabli_fold({word}) or e.search_text like etabli_fold({word}))"),
    sorts={
        "next_due": "p.next_due_date nulls last",
        "title": "p.title_folded",
        "equipment": "e.name_folded",
        "priority": rank("p.priority", Priority),
        "created_at": "p.created_at",
    },
    order="next_due",
    exported=(
        "title", "equipment_code", "equipment_name", "type", "frequency_type", "frequency_value", "next_due", "priority", "technician",
        "team", "on_time", "judged", "is_active",
    ),
    words={"priority": "domain.priority", "frequency_type": "export.frequency"},
)  # fmt: skip
OCCURRENCES = List(
    "occurrences", OccurrenceRow, "plan_occurrence o", of=Of("scheduled_maintenances p", "plan_id"), where="o.state <> 'planned'",
    columns={"technician": name_of("o.assigned_technician_id")}, query=KeysetQuery,
    sorts={"original_due": "o.original_due"}, order="-original_due",
    exported=("original_due", "due", "state", "outcome", "done_at", "technician", "reason"),
    words={"state": "export.occurrence", "outcome": "due.outcome"},
    clock="(select s.clock from scheduled_maintenances p join sites s on s.id = p.site_id where p.id = o.plan_id)",
)  # fmt: skip
TYPES = List(
    "types", MaintenanceTypeRow, "maintenance_types t", row=maintenance_type_json("t"), sorts={"name": "t.name"}, order="name",
    exported=("name", "description", "is_active"), clock=UTC,
)  # fmt: skip
TEAMS = List(
    "teams", TeamRow, "team t", row=team_json("t"), scope=on_sites("t.site_id"), sorts={"name": "t.name"}, order="name",
    columns={
        "site_name": "(select s.name from sites s where s.id = t.site_id)",
        "members": (
            "(select string_agg(u.first_name || ' ' || u.last_name, ', ' order by u.last_name, u.id)"
            " from team_member m join users u on u.id = m.user_id where m.team_id = t.id)"
        ),
    },
    exported=("name", "site_name", "members", "is_active"),
)  # fmt: skip
