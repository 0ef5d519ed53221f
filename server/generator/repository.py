"""Whether there is anything to do."""

from datetime import datetime

from server.core.read_pool import ReadPool

_WAITING = """
select exists (select from scheduled_maintenances where is_active and generate_at <= $1),
    exists (select from scheduled_maintenances where is_active and refresh_at <= $1)
"""


async def waiting(pool: ReadPool, now: datetime) -> tuple[bool, bool]:
    """Whether any plan is to get its job, and whether any is to be looked at again: one probe of an index each."""
    due, stale = await pool.fetchrow(_WAITING, now)
    return due, stale
