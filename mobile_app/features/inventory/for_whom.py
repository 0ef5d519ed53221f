"""For which job a part is taken: the one that runs first; whoever keeps the stock may also take it without one."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import by_name, dotted, has_several_sites, place
from mobile_app.domain.parts import fits
from mobile_app.domain.views import is_mine, open_jobs, runs_for
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.pickers import PickList
from shared_models.interventions.lifecycle import OPEN
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import may_work_on
from shared_models.inventory.rows import PartRow
from shared_models.permissions import Permission

MOST = 60
SITE = "site:"


class Whom(NamedTuple):
    """A job, or a site without one."""

    site_id: UUID
    job: InterventionRow | None = None


def jobs_for(client: Client, part: PartRow) -> list[InterventionRow]:
    """Those that the person may work on: what they have running, their own, those of machines that it fits, then as pressing."""
    mine = client.user

    def rank(job: InterventionRow) -> tuple[bool, bool, bool]:
        machine = client.equipment.get(job.equipment_id)
        return not runs_for(job, mine.id), not is_mine(job, mine.id), machine is None or not fits(part, machine)

    jobs = [job for job in open_jobs(client.interventions.having(status=OPEN)) if may_work_on(mine.role, mine.id, job)]
    return sorted(jobs, key=rank)[:MOST]


@component
def ForWhom(client: Client, part: PartRow, on_pick: Callable[[Whom], None]) -> ft.Control:
    jobs = jobs_for(client, part)
    choices = [Choice(str(job.id), job.title, ft.Icons.ASSIGNMENT_ROUNDED, note=place(client, job.equipment_id)) for job in jobs]
    if client.may(Permission.inventory_write):
        several = has_several_sites(client)
        sites = by_name(client.sites.rows.values())
        without = [
            Choice(
                f"{SITE}{site.key}", dotted(t("parts.without_job"), site.label if several else ""), ft.Icons.REMOVE_CIRCLE_OUTLINE_ROUNDED
            )
            for site in sites
        ]
        choices += without
    if not choices:
        return EmptyState(ft.Icons.ASSIGNMENT_LATE_OUTLINED, t("parts.no_job"), t("parts.no_job_body"))

    def pick(key: str) -> None:
        if key.startswith(SITE):
            on_pick(Whom(UUID(key.removeprefix(SITE))))
        else:
            job = next(job for job in jobs if str(job.id) == key)
            on_pick(Whom(job.site_id, job))

    running = sum(1 for job in jobs if runs_for(job, client.user.id))
    return PickList(choices, None, pick, likely=running)
