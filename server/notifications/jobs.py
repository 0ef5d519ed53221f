"""What the couriers do first at each look, and what is let go of at night."""

from datetime import timedelta

from procrastinate import JobContext

import server.notifications.access
import server.notifications.operating
import server.notifications.timers
import server.notifications.vetting  # noqa: F401 - declares itself
from server.core.clock import now
from server.core.jobs import database_of, jobs
from server.notifications import repository
from server.notifications.digests import post_digests
from server.notifications.telling import tell_all
from server.outbox.carrying import Node, beside_carrying

KEPT = timedelta(days=60)


@beside_carrying
async def tell(node: Node) -> bool:
    return await tell_all(node.database, timedelta(minutes=node.settings.escalation_minutes)) | await post_digests(node.database)


@jobs.periodic(cron="23 3 * * *")
@jobs.task(queueing_lock="old notices", pass_context=True)
async def let_go_of_old_notices(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the queue's signature
    async with database_of(context).session() as session:
        await repository.let_go(session, now() - KEPT)
