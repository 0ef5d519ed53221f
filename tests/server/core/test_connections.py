"""Connections as a real server has them: who sends or reads too slowly does not stay, and makes nobody else wait."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response, StreamingResponse

from server.core.arriving import ArrivingBody
from server.core.clock import now
from server.core.connections import Connection
from server.tls.authority import issue, new_authority
from server.tls.machine import names_here

PIECE = b"x" * 65_536


class Impatient(Connection):
    arrival_seconds = 0.3
    least_way_bytes = 1000
    grace_seconds = 0.05
    stall_seconds = 0.3
    spare = 2


class Peer:
    """The other end of a connection, which does no more than a test says."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, text: str) -> None:
        self.writer.write(text.encode())
        await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], dict[str, str]]:
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 20)).decode()
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(first.split()[1]), headers, json.loads(body or b"{}")

    async def dribble(self, text: str = "x") -> bytes:
        """Send a little for ever; what was answered until the connection was cut."""
        heard: list[bytes] = []
        hearing = asyncio.ensure_future(self._hear(heard))
        with suppress(ConnectionError):
            while not hearing.done():
                await self.send(text)
                await asyncio.sleep(0.02)
        await asyncio.wait_for(hearing, 20)
        return b"".join(heard)

    async def _hear(self, heard: list[bytes]) -> None:
        with suppress(ConnectionError):
            while piece := await self.reader.read(65_536):
                heard.append(piece)

    async def is_cut(self) -> bool:
        with suppress(ConnectionError):
            while await asyncio.wait_for(self.reader.read(65_536), 20):
                pass
        return True


@asynccontextmanager
async def served(app: FastAPI, most: int | None = None, **more: Any) -> AsyncIterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        config = uvicorn.Config(
            app, http=Impatient, ws="none", lifespan="off", limit_concurrency=most, log_config=None, access_log=False, **more
        )
        server = uvicorn.Server(config)
        server.capture_signals = nothing  # type: ignore[method-assign]
        task = asyncio.ensure_future(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            await task


@asynccontextmanager
async def connected(port: int, receive_bytes: int | None = None) -> AsyncIterator[Peer]:
    connection = socket.socket()
    if receive_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=4096 if receive_bytes else 2**16)
    try:
        yield Peer(reader, writer)
    finally:
        writer.transport.abort()


class nothing:  # noqa: N801 - in the place of a method that yields
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


@pytest.fixture(autouse=True)
def impatient_body(monkeypatch):
    monkeypatch.setattr(ArrivingBody, "seconds", 0.3)


@pytest.fixture
def app(app):
    router = APIRouter(prefix="/try")

    @router.get("/long")
    async def long(pieces: int):
        async def content():
            for _ in range(pieces):
                yield PIECE

        return StreamingResponse(content())

    @router.get("/whole")
    async def whole():
        return Response(PIECE * 320)

    @router.get("/open")
    async def stay_open():
        async def content():
            yield b"."
            await asyncio.Event().wait()

        return StreamingResponse(content())

    @router.post("/sum")
    async def total(request: Request):
        return len(await request.body())

    app.include_router(router)
    return app


@pytest.fixture
async def port(app):
    async with served(app) as port:
        yield port


HALVES = (
    "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", "GET /", "POST /try/sum HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
    "POST /try/sum HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFF\r\n",
    'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n{"',
    "POST /try/sum HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 999999\r\n\r\n",
)  # fmt: skip


class TestArrival:
    @pytest.mark.parametrize("half", HALVES)
    async def test_half_a_request_is_ended_with_the_reason(self, port, half):
        async with connected(port) as peer:
            await peer.send(half)
            told = await peer.dribble()
        assert b"HTTP/1.1 408 " in told
        assert b"application/problem+json" in told

    async def test_three_hundred_halves_leave_the_server_free(self, port):
        peers = [connected(port) for _ in range(300)]
        opened = [await peer.__aenter__() for peer in peers]
        for number, peer in enumerate(opened):
            await peer.send(HALVES[number % 4])
        async with connected(port) as other:
            await other.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await other.answer())[0] == 200
        assert all([await peer.is_cut() for peer in opened])
        for peer in peers:
            await peer.__aexit__(None, None, None)

    @pytest.mark.parametrize("before", ["", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
    @pytest.mark.parametrize("dribbled", ["", "\r\n"])
    async def test_a_connection_without_a_request_is_closed_without_a_word(self, port, before, dribbled):
        async with connected(port) as peer:
            if before:
                await peer.send(before)
                assert (await peer.answer())[0] == 200
            assert await peer.dribble(dribbled) == b""

    async def test_a_body_that_nobody_wants_does_not_hold_the_connection(self, port):
        async with connected(port) as peer:
            await peer.send("POST /api/v1/nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
            assert (await peer.answer())[0] in {404, 405}
            assert b"HTTP" not in await peer.dribble()

    async def test_headers_without_end_are_refused(self, port):
        async with connected(port) as peer:
            await peer.send("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ")
            assert b"HTTP/1.1 431 " in await peer.dribble("x" * 30_000)

    async def test_what_is_no_request_gets_a_problem(self, port):
        async with connected(port) as peer:
            await peer.send("\x00\x01\x02 nonsense\r\n\r\n")
            status, headers, problem = await peer.answer()
            assert (status, headers["content-type"], problem["code"]) == (400, "application/problem+json", "bad_request")

    async def test_a_slow_body_that_keeps_coming_is_taken(self, port):
        async with connected(port) as peer:
            await peer.send("POST /try/sum HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n")
            for _ in range(10):
                await peer.send("x" * 3000)
                await asyncio.sleep(0.1)
            status, *_ = await peer.answer()
            assert status == 200


class TestReading:
    async def test_who_stops_reading_is_cut(self, port):
        async with connected(port, receive_bytes=4096) as peer:
            await peer.send("GET /try/long?pieces=400 HTTP/1.1\r\nHost: x\r\n\r\n")
            await asyncio.sleep(1.5)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await peer.reader.readexactly(400 * len(PIECE))

    async def test_who_reads_slowly_gets_everything(self, port):
        async with connected(port, receive_bytes=4096) as peer:
            await peer.send("GET /try/long?pieces=40 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            size = 0
            while piece := await peer.reader.read(2**18):
                size += len(piece)
                if size % 7 == 0:
                    await asyncio.sleep(0.01)
            assert size > 40 * len(PIECE)

    async def test_under_tls_too_which_keeps_a_buffer_of_its_own(self, app, tmp_path):
        (tmp_path / "server.pem").write_bytes(issue(new_authority("x", names_here(), now()), names_here(), now()).pem)
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        async with served(app, ssl_certfile=tmp_path / "server.pem") as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, limit=4096)
            writer.write(b"GET /try/whole HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            size = 0
            while piece := await reader.read(2**18):
                size += len(piece)
                await asyncio.sleep(0.02)
            assert size > 320 * len(PIECE)
            writer.close()
            unread, idle = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, limit=4096)
            idle.write(b"GET /try/whole HTTP/1.1\r\nHost: x\r\n\r\n")
            await asyncio.sleep(1.5)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await unread.readexactly(320 * len(PIECE))
            idle.transport.abort()


class TestCrowd:
    async def test_who_waits_longest_makes_room(self, app):
        async with served(app, most=5) as port:
            halves = [connected(port) for _ in range(5)]
            peers = [await half.__aenter__() for half in halves]
            for peer in peers:
                await peer.send(HALVES[0])
            await asyncio.sleep(0.1)
            async with connected(port) as other:
                await other.send("GET /api/v1/nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
                assert (await other.answer())[0] == 404
            assert (await peers[0].answer())[0] == 408
            for half in halves:
                await half.__aexit__(None, None, None)

    async def test_where_everybody_is_being_served_others_are_told_and_probes_answered(self, app):
        async with served(app, most=5) as port:
            busy = [connected(port) for _ in range(5)]
            for one in busy:
                peer = await one.__aenter__()
                await peer.send("GET /try/open HTTP/1.1\r\nHost: x\r\n\r\n")
                await peer.reader.readuntil(b"\r\n\r\n")
            async with connected(port) as other:
                await other.send("GET /api/v1/equipment HTTP/1.1\r\nHost: x\r\nAccept-Language: en\r\n\r\n")
                status, headers, problem = await other.answer()
                assert (status, problem["code"], problem["title"]) == (503, "node_full", "Too many connections")
                assert headers["retry-after"]
                assert await other.is_cut()
            async with connected(port) as probe:
                await probe.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert (await probe.answer())[0] == 200
            for one in busy:
                await one.__aexit__(None, None, None)
