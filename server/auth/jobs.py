"""What a sign-in page asks for, and is told nothing of: whether there is such an account shows neither in the answer nor in its time."""

from procrastinate import JobContext

from server.auth import invitations
from server.auth.mails import Secret
from server.core.jobs import database_of, jobs


@jobs.task(name=invitations.SEND_FORGOTTEN, pass_context=True, retry=3)
async def send_forgotten_password(context: JobContext, login: str, nonce: str, hash: str) -> None:  # noqa: A002 - as it is called
    async with database_of(context).session() as session:
        await invitations.send_forgotten(session, login, Secret(nonce, hash))
