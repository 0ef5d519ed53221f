"""The way to the mail server: some connections, each used for one mail after another."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Final

import aiosmtplib
from aiosmtplib import (  # fmt: skip
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPStatus,
)
from aiosmtplib.email import quote_address

from server.core.settings import Settings
from server.outbox.carrying import SENT, Verdict
from shared_models.outbox import ParcelState

CONNECTIONS: Final = 4
TIMEOUT: Final = 20.0
"""To be let in, by each step."""
LONGEST: Final = 40.0
"""For one mail, once we are in: less than the courier waits."""
IDLE: Final = 20.0
"""Seconds after which a connection is closed rather than used again."""
BREATH: Final = 10.0
"""Seconds for which nobody tries again where the server itself could not be reached, or let nobody in."""
RESET: Final = 5.0
"""Seconds in which a connection has to be ready for the next mail after it has refused one."""
PERMANENT: Final = 500
_REFUSED: Final = 400
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
                async with self._connection() as connection, asyncio.timeout(LONGEST):
                    await _sent(connection, sender, to, drawn())
            except Unreachable as error:
                return Verdict(ParcelState.waiting, str(error))
            except SMTPResponseException as error:
                return _refused(error)
            except SMTPNotSupported as error:  # an address that cannot be written, or what this server cannot take
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
        connection, is_ready = await self._open_one(), False
        try:
            yield connection
            is_ready = True
        except SMTPNotSupported:  # nothing was said yet
            is_ready = True
            raise
        except SMTPResponseException as error:
            is_ready = await _is_ready_again(connection, error.code)
            raise
        finally:
            if is_ready and connection.is_connected:
                self._idle.append((connection, time.monotonic()))
            else:
                connection.close()

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
        try:
            await _greeted(connection)
        except BaseException:
            connection.close()
            raise
        return connection


async def _greeted(connection: SMTP) -> None:
    """The library has done so where it had to encrypt or to sign in."""
    if connection.is_ehlo_or_helo_needed:
        try:
            await connection.ehlo()
        except SMTPHeloError:
            if not connection.is_connected:
                raise
            await connection.helo()


async def _sent(connection: SMTP, sender: str, to: str, message: bytes) -> None:
    """One after another on the library's connection: its own way looks through each address twice and each mail three times, which is
    half of what a mail costs. The message's lines end as SMTP wants them, the last one too.
    """
    by, for_ = _mailbox(sender), _mailbox(to)
    _ensure_fits(connection, message)
    options = [f"SIZE={len(message)}"] if connection.supports_extension("size") else []
    if not (by + for_).isascii():
        if not connection.supports_extension("smtputf8"):
            trouble = SMTPNotSupported if by.isascii() else SMTPException  # our own address may be put right
            raise trouble("SMTPUTF8 is not supported by this server")
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    answer = await connection.execute_command(b"MAIL", b"FROM:" + by, *map(str.encode, options), timeout=None)
    if answer.code != SMTPStatus.completed:
        raise SMTPSenderRefused(answer.code, answer.message, sender)
    answer = await connection.execute_command(b"RCPT", b"TO:" + for_, timeout=None)
    if answer.code not in {SMTPStatus.completed, SMTPStatus.will_forward}:
        raise SMTPRecipientRefused(answer.code, answer.message, to)
    await _said(connection, message)


async def _is_ready_again(connection: SMTP, code: int) -> bool:
    """Where a mail met anything but a refusal, or what comes then is no yes, the next one would be given answers that are not its own."""
    if code < _REFUSED or code == _CLOSING:
        return False
    try:
        await connection.rset(timeout=RESET)
    except (SMTPException, OSError):
        return False
    return True


def _ensure_fits(connection: SMTP, message: bytes) -> None:
    most = connection.esmtp_extensions.get("size", "")
    if most.isdigit() and 0 < int(most) < len(message):
        raise SMTPNotSupported(f"{len(message)} bytes are more than this server takes: {most}")


async def _said(connection: SMTP, message: bytes) -> None:
    answer = await connection.execute_command(b"DATA", timeout=None)
    if answer.code != SMTPStatus.start_input or connection.protocol is None:
        raise SMTPDataError(answer.code, answer.message)
    connection.protocol.write(message.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    answer = await connection.protocol.read_response()
    if answer.code != SMTPStatus.completed:
        raise SMTPDataError(answer.code, answer.message)


@lru_cache(maxsize=1024)
def _mailbox(address: str) -> bytes:
    """Of one who is told often, looked through once. What the library would read another address out of goes to nobody."""
    with suppress(ValueError):
        if address and address.isprintable() and quote_address(address) == f"<{address}>":
            return f"<{address}>".encode()
    raise SMTPNotSupported(f"{address!r} is no address that a mail can go to")


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
