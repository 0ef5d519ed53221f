"""The way to the mail server: some connections, each used for one mail after another."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import aiosmtplib
from aiosmtplib import (  # fmt: skip
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from server.core.settings import Settings
from server.outbox.carrying import SENT, Verdict
from shared_models.outbox import ParcelState

CONNECTIONS: Final = 4
TIMEOUT: Final = 20.0
"""Of each step: four of them fit in the time that the courier waits."""
IDLE: Final = 20.0
"""Seconds after which a connection is closed rather than used again."""
BREATH: Final = 10.0
"""Seconds for which nobody tries again where the server itself could not be reached, or let nobody in."""
PERMANENT: Final = 500
_CLOSING: Final = 421


class Unreachable(Exception):
    """The server, for everybody: no mail's own fault."""


class Smtp:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[tuple[SMTP, float]] = []
        self._trouble = ""
        self._until = 0.0

    async def send(self, sender: str, to: str, drawn: Callable[[], bytes]) -> Verdict:
        """One mail's fate is its own: what is refused for good is given up, everything else is tried again."""
        async with self._room:
            try:
                async with self._connection() as connection:
                    await _sent(connection, sender, to, drawn())
            except Unreachable as error:
                return Verdict(ParcelState.waiting, str(error))
            except SMTPRecipientsRefused as error:
                return _refused(error.recipients[0])
            except SMTPResponseException as error:
                return _refused(error)
            except SMTPNotSupported as error:  # an address that this server cannot write
                return Verdict(ParcelState.given_up, str(error))
            except (SMTPException, OSError, TimeoutError) as error:
                return Verdict(ParcelState.waiting, str(error) or repr(error))
        return SENT

    async def close(self) -> None:
        while self._idle:
            await _leave(self._idle.pop()[0])

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        """Kept for the next mail, unless something has become of it."""
        connection = await self._open_one()
        try:
            yield connection
        except SMTPRecipientsRefused as error:
            self._keep(connection, error.recipients[0].code)
            raise
        except SMTPResponseException as error:
            self._keep(connection, error.code)
            raise
        except BaseException:
            connection.close()
            raise
        self._keep(connection)

    def _keep(self, connection: SMTP, code: int = 0) -> None:
        if code == _CLOSING or not connection.is_connected:
            connection.close()
        else:
            self._idle.append((connection, time.monotonic()))

    async def _open_one(self) -> SMTP:
        while self._idle:
            connection, since = self._idle.pop()
            if connection.is_connected and time.monotonic() - since < IDLE:
                return connection
            connection.close()
        if time.monotonic() < self._until:
            raise Unreachable(self._trouble)
        try:
            return await self._connected()
        except SMTPAuthenticationError as error:
            raise self._out_of_reach(f"the mail server refuses our user name or password: {error.code} {error.message}") from error
        except (SMTPConnectError, SMTPHeloError, SMTPException, OSError, ValueError) as error:
            raise self._out_of_reach(str(error) or repr(error)) from error

    def _out_of_reach(self, trouble: str) -> Unreachable:
        self._trouble, self._until = trouble, time.monotonic() + BREATH
        return Unreachable(trouble)

    async def _connected(self) -> SMTP:
        settings = self._settings
        connection = aiosmtplib.SMTP(
            hostname=settings.mail_server, port=settings.mail_port, username=settings.mail_username or None,
            password=settings.mail_password.get_secret_value() or None, use_tls=settings.mail_security == "tls",
            start_tls=settings.mail_security == "starttls", timeout=TIMEOUT,
        )  # fmt: skip
        await connection.connect()
        return connection


async def _sent(connection: SMTP, sender: str, to: str, message: bytes) -> None:
    await connection.sendmail(sender, [to], message, mail_options=[] if to.isascii() else ["SMTPUTF8", "BODY=8BITMIME"])


def _refused(error: SMTPResponseException) -> Verdict:
    """For good, but for the sender: that is us, of every mail alike, and may be put right."""
    is_final = error.code >= PERMANENT and not isinstance(error, SMTPSenderRefused)
    state = ParcelState.given_up if is_final else ParcelState.waiting
    return Verdict(state, f"{error.code} {error.message}")


async def _leave(connection: SMTP) -> None:
    try:
        await connection.quit(timeout=2)
    except (SMTPException, OSError):
        connection.close()
