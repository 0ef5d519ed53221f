"""Reports that come by themselves: the letter of the last month is made as soon as the server runs, and mailed."""

from datetime import datetime

import asyncpg

from server.demo.chance import Dice
from server.demo.people import Staff
from server.demo.plant import Site
from shared_models.kpis.periods import Period, days_of
from shared_models.reports.periods import last_whole

_SCHEDULE = """
insert into report_schedule (id, created_at, updated_at, created_by, kind, every, site_id, people, is_active, done_until)
values ($1, $2, $2, $3, 'letter', 'month', $4, $5, true, $6)
"""


async def schedule(connection: asyncpg.Connection, seed: int, sites: list[Site], staff: Staff, now: datetime) -> None:
    """For the management, of all sites; for the first site's supervisor, of theirs."""
    dice, today = Dice(seed, "reports"), now.date()
    told_until = last_whole(Period.month, days_of(Period.month, today).since).since
    admin, lead = staff.named("admin"), staff.supervisors[sites[0].index]
    for number, (site_id, reader) in enumerate(((None, admin), (sites[0].id, lead))):
        await connection.execute(_SCHEDULE, dice.id_at(now.timestamp() + number), now, admin.id, site_id, [reader.id], told_until)
