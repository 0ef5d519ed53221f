"""A push service and a mail server that say yes to everything, in a process of their own: what they cost is no part of what is measured.

They read as little as HTTP/1.1 and SMTP allow, and count. `serving()` answers their ports and how many each has taken, once all have so many.
"""

import asyncio
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
OVER = b"\r\n.\r\n"
LOOK_SECONDS = 0.005


class Push(asyncio.Protocol):
    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._to, self._read = transport, b""

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            length = int(self._read[:end].lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(self._read) < end + 4 + length:
                return
            self._read = self._read[end + 4 + length :]
            Push.taken += 1
            self._to.write(CREATED)


class Mail(asyncio.Protocol):
    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._to, self._read, self._in_mail = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._read += data
        while self._took():
            pass

    def _took(self) -> bool:
        end = OVER if self._in_mail else b"\r\n"
        said, found, rest = self._read.partition(end)
        if not found:
            return False
        self._read = rest
        if self._in_mail:
            Mail.taken += 1
            self._in_mail = False
        self._in_mail = said[:4].upper() == b"DATA"
        self._to.write(b"354 go on\r\n" if self._in_mail else b"250 yes\r\n")
        return True


def _serve(pipe: Connection) -> None:
    asyncio.run(_serving(pipe))


async def _serving(pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(kind, "127.0.0.1", 0) for kind in (Push, Mail)]
    pipe.send([server.sockets[0].getsockname()[1] for server in servers])
    while (due := await asyncio.to_thread(pipe.recv)) is not None:
        while Push.taken + Mail.taken < due:
            await asyncio.sleep(LOOK_SECONDS)
        pipe.send((Push.taken, Mail.taken))


@contextmanager
def serving() -> Iterator[tuple[int, int, Callable[[int], tuple[int, int]]]]:
    ours, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(its,), daemon=True)
    process.start()

    def taken(due: int) -> tuple[int, int]:
        ours.send(due)
        found: tuple[int, int] = ours.recv()
        return found

    push, mail = ours.recv()
    try:
        yield push, mail, taken
    finally:
        ours.send(None)
        process.join(5)
