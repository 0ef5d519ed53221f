"""What a connection may take: time for a request to arrive, pace at which an answer is read, a place among the others.

By itself the web server waits for ever for the rest of half a request, and for whoever does not read their answer.
"""

import asyncio
import math
import os
import socket
import sys
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.core.arriving import IS_CROWDED
from server.core.http import PROBLEM_TYPE, build_problem
from server.core.i18n import translator
from shared_models.i18n import best_language

_ACKED_AT = 120
"""Where Linux's `tcp_info` has `tcpi_bytes_acked`."""


class Connection(HttpToolsProtocol):
    """Whenever no request is being answered one clock runs, which further bytes do not wind up again."""

    arrival_seconds: ClassVar[float] = 20
    """For a request line with its headers, and for what is left of a body that nobody wants any more."""
    grace_seconds: ClassVar[float] = 1
    """How long nobody's place is taken who has just come."""
    stall_seconds: ClassVar[float] = 30
    """How long an answer may make no way."""
    least_way_bytes: ClassVar[int] = 10_000
    longest_head_bytes: ClassVar[int] = 2**16
    spare: ClassVar[int] = 100
    """Connections beyond the limit that are still told that there is no place."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._most, self.limit_concurrency = self.limit_concurrency or math.inf, None
        self._clock: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._way_made = 0
        self._head_bytes = 0
        self._is_half_asked = False
        self.waits_since = self.loop.time()

    @property
    def is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    @property
    def is_crowded(self) -> bool:
        return len(self.connections) > self._most and len(self._others()) > self._most

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._socket = transport.get_extra_info("socket")
        self._keep_time()
        if self.is_crowded:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._stop()
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._is_half_asked and self._head_bytes > self.longest_head_bytes and not self.transport.is_closing():
            self._refuse(431)
        self._keep_time()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_half_asked = True

    def on_headers_complete(self) -> None:
        self._is_half_asked, self._head_bytes = False, 0
        if self.is_crowded:
            self.scope["state"][IS_CROWDED] = True
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._keep_time()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - ours is a problem document
        self._refuse(400)

    def _unsupported_upgrade_warning(self) -> None:
        """Anybody may ask for a protocol we do not speak: that is not worth a line."""

    # --- arriving

    def _keep_time(self) -> None:
        if self.is_answering:
            self._stop()
        elif self._clock is None:
            self.waits_since = self.loop.time()
            self._clock = self.loop.call_later(self.arrival_seconds, self._late)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _late(self) -> None:
        """A request that has begun is told why it ends; an answer may still be on its way to a slow reader."""
        if not self.transport.is_closing():
            self.end()
            self._way_made = self._way()
        elif not self._makes_way():
            self.transport.abort()
            return
        self._clock = self.loop.call_later(self.arrival_seconds, self._late)

    def end(self) -> None:
        if self._is_half_asked:
            self._refuse(408)
        self.transport.close()

    def _make_room(self) -> None:
        """Whoever has been waiting longest, and is not waiting for us, goes."""
        asked_until = self.loop.time() - self.grace_seconds
        if idle := [other for other in self._others() if not other.is_answering and other.waits_since < asked_until]:
            min(idle, key=lambda other: other.waits_since).end()
        elif len(self.connections) > self._most + self.spare:
            self.transport.abort()

    def _others(self) -> list["Connection"]:
        """Of this process, without those that are on their way out."""
        return [other for other in self.connections if isinstance(other, Connection) and not other.transport.is_closing()]

    def _refuse(self, status: int) -> None:
        accepted = dict(self.headers or ()).get(b"accept-language", b"").decode("latin-1")
        problem = build_problem("request_timeout" if status == 408 else "bad_request", status, translator(best_language(accepted)))  # noqa: PLR2004
        body = problem.model_dump_json(exclude_none=True).encode()
        head = f"HTTP/1.1 {status} \r\nContent-Type: {PROBLEM_TYPE}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self._is_half_asked = False
        self.transport.write(head.encode() + body)
        self.transport.close()

    # --- leaving

    def pause_writing(self) -> None:
        super().pause_writing()
        self._way_made = self._way()
        self._stall = self.loop.call_later(self.stall_seconds, self._watch)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _watch(self) -> None:
        if self._makes_way():
            self._stall = self.loop.call_later(self.stall_seconds, self._watch)
        else:
            self.transport.abort()

    def _makes_way(self) -> bool:
        before, self._way_made = self._way_made, self._way()
        return self._way_made - before >= self.least_way_bytes

    def _way(self) -> int:
        """Bytes that have reached the peer. Under TLS our own buffer says nothing: what it lets go of waits in another."""
        if sys.platform != "linux":
            return -self.transport.get_write_buffer_size()
        try:
            with socket.socket(fileno=os.dup(self._socket.fileno())) as same:
                info = same.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _ACKED_AT + 8)
        except OSError:  # closed by now
            return self._way_made
        return int.from_bytes(info[_ACKED_AT:], sys.byteorder)
