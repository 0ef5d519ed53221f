"""How far the database's log has come, written down each minute: what a server that is found restored surely contains."""

from procrastinate import JobContext

from server.core.jobs import database_of, jobs

NOTE_POSITION = "update sync_run set alive_position = etabli_position() where number = (select max(number) from sync_run)"


@jobs.periodic(cron="* * * * *")
@jobs.task(queueing_lock="alive position", pass_context=True)
async def note_position(context: JobContext, timestamp: int) -> None:
    del timestamp
    await database_of(context).pool.execute(NOTE_POSITION)
