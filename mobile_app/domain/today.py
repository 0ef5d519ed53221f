"""What the signed-in person has to do today, and what comes after the job that they have just closed."""

from collections.abc import Iterable
from uuid import UUID

from mobile_app.domain.client import Client
from mobile_app.domain.due import local_day
from mobile_app.domain.views import OF_OPEN, OpenJob, Reader, Today, teams_of, today_view
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionRow


def today_of(client: Client) -> Today[OpenJob]:
    """In parts: a large site has many open jobs, and a screen shows few of them. `first_of` and `whole` read those."""
    user_id = client.user.id
    reader = Reader(user_id, local_day(client.now()), teams_of(client.tables.teams.rows.values(), user_id))
    jobs = client.interventions.rows
    mine = jobs.parts(*OF_OPEN, status=[InterventionStatus.completed], is_validated=[False], completed_by=[user_id])
    return today_view([*jobs.parts(*OF_OPEN, status=OPEN), *mine], reader, client.tables.plans.rows)


def whole(client: Client, jobs: Iterable[OpenJob]) -> list[InterventionRow]:
    found = (client.interventions.get(job.id) for job in jobs)
    return [job for job in found if job is not None]


def first_of(client: Client, jobs: list[OpenJob], many: int) -> list[InterventionRow]:
    """Whole. One that this version of the app cannot read makes room for the next, and is no longer among the `jobs`."""
    found = whole(client, jobs[:many])
    while len(found) < min(many, len(jobs)):
        jobs[:] = [job for job in jobs if job.id in client.interventions.rows]
        found = whole(client, jobs[:many])
    return found


def next_job(client: Client, after: UUID) -> InterventionRow | None:
    """What is in hand already, else what is most pressing; nothing that can wait for another day."""
    today = today_of(client)
    pressing = [job for job in (*today.running, *today.begun, *today.late, *today.due) if job.id != after]
    return next(iter(first_of(client, pressing, 1)), None)
