"""What the signed-in person has to do today, and what comes after the job that they have just closed."""

from uuid import UUID

from mobile_app.core.rows import InOrder
from mobile_app.domain.client import Client
from mobile_app.domain.due import local_day
from mobile_app.domain.readiness import OF_PLAN
from mobile_app.domain.views import OF_OPEN, OpenJob, Reader, Today, teams_of, today_view
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionRow


def today_of(client: Client) -> Today[OpenJob]:
    """In parts: a large site has many open jobs, and a screen shows few of them. `first_of` reads those."""
    user_id = client.user.id
    reader = Reader(user_id, local_day(client.now()), teams_of(client.tables.teams.rows.values(), user_id))
    jobs = client.interventions.rows
    mine = jobs.parts(*OF_OPEN, status=[InterventionStatus.completed], is_validated=[False], completed_by=[user_id])
    plan_of = lambda plan_id: client.tables.plans.rows.part_of(plan_id, *OF_PLAN)  # noqa: E731 - one line
    return today_view([*jobs.parts(*OF_OPEN, status=OPEN), *mine], reader, plan_of)


def first_of(client: Client, jobs: list[OpenJob], many: int | None = None) -> list[InterventionRow]:
    """Whole. One that this version of the app cannot read makes room for the next, and is no longer among the `jobs`."""
    ordered = InOrder(client.interventions.rows, jobs)
    found = ordered[:many]
    jobs[:] = ordered.parts
    return found


def next_job(client: Client, after: UUID) -> InterventionRow | None:
    """What is in hand already, else what is most pressing; nothing that can wait for another day."""
    today = today_of(client)
    pressing = [job for job in (*today.running, *today.begun, *today.late, *today.due) if job.id != after]
    return next(iter(first_of(client, pressing, 1)), None)
