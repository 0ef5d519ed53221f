"""A mail server that does with each mail what its reader's name says."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from queue import Queue
from threading import Thread
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from server.core.settings import Settings
from tests.conftest import SECRET

ANSWERS = {
    "full": "452 4.2.2 mailbox full", "nobody": "550 5.1.1 no such user", "later": "451 4.7.1 greylisted, come back", "box": "550 5.1.1",
}  # fmt: skip
BEFORE = {"box": b"550-Bo\xeete \0 inconnue\r\n", "noise": b"who is there?\r\n"}
"""Said before the answer: what is no text, and what is no answer."""


class Sink:
    """`got` is what it has said yes to, in the order of arrival; `held` mails are answered once it is set."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.last = b""
        self.connections = 0
        self.port = 0
        self.is_open_to_us = True
        self.is_of_old = False
        self.held = asyncio.Event()
        self.arrived = asyncio.Event()

    def by_reader(self) -> Counter[str]:
        return Counter(str(mail["To"]) for mail in self.got)

    async def handle_EHLO(self, server: Any, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        if self.is_of_old:
            return ["502 5.5.1 no such command"]
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if not self.is_open_to_us:
            return "550 5.7.1 you may not send as that"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        name = address.partition("@")[0]
        server.transport.write(BEFORE.get(name, b""))
        if answer := ANSWERS.get(name):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = envelope.rcpt_tos[0].partition("@")[0]
        if name == "spam":
            return "554 5.7.1 refused as spam"
        if name in {"drop", "lost"}:
            if name == "lost":
                self._keep(envelope)
            assert server.transport
            server.transport.abort()
            return "421 gone"
        self._keep(envelope)
        if name == "held":
            await self.held.wait()
        return "250 taken"

    def env(self) -> dict[str, str]:
        """Of a server that sends by it."""
        return {"ETABLI_MAIL_SERVER": "127.0.0.1", "ETABLI_MAIL_PORT": str(self.port), "ETABLI_MAIL_TLS": "none"}

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        self.last = content
        self.got.append(cast("EmailMessage", message_from_bytes(content, policy=default)))
        self.arrived.set()

    def settings(self, **more: Any) -> Settings:
        said = {"mail_server": "127.0.0.1", "mail_port": self.port, "mail_from": "etabli@gmao.example.org", "mail_tls": "none"}
        return Settings(_env_file=None, secret_key=SECRET, base_url="https://gmao.example.org", **said | more)


@contextmanager
def postbox() -> Iterator[Sink]:
    """The same in a thread of its own, for who waits without a loop."""
    ready: Queue[tuple[Sink, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        async with sink() as found:
            ready.put((found, asyncio.get_running_loop(), over := asyncio.Event()))
            await over.wait()

    thread = Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    found, loop, over = ready.get(timeout=10)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)


@asynccontextmanager
async def sink(password: str = "") -> AsyncIterator[Sink]:
    """With a password it wants to be signed in to."""
    found = Sink()

    def judge(server: Any, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        is_right = given.password.decode() == password
        return AuthResult(success=is_right, handled=False, message=None if is_right else "535 5.7.8 no")

    def connected() -> SMTP:
        found.connections += 1
        auth = {"auth_require_tls": False, "authenticator": judge} if password else {}
        return SMTP(found, hostname="sink", enable_SMTPUTF8=False, **auth)

    server = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        found.held.set()
        server.close()
