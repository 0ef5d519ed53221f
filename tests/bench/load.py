"""Requests as fast as they are answered: wrk where there is one, else a small client in a process of its own."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 8
JSON = {"content-type": "application/json"}
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")


def rate(
    base: str, paths: list[str], headers: dict[str, str], seconds: float, *, connections: int = CONNECTIONS, bodies: list[str] | None = None
) -> float:  # fmt: skip
    """Answered requests a second, the paths in turn; each of `bodies` is posted to the path beside it. Raises when one is refused."""
    asked = [[path, body] for path, body in zip(paths, bodies or [""] * len(paths), strict=True)]
    given = headers | (JSON if bodies else {})
    return (_wrk if shutil.which("wrk") else _own)(base, asked, given, seconds, connections)


def _wrk(base: str, asked: list[list[str]], headers: dict[str, str], seconds: float, connections: int) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_lua(asked, headers))
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-s", script.name, base]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if refused := _REFUSED.search(said):
        raise RuntimeError(f"{refused[1]} requests refused at {base}{asked[0][0]}")
    found = _RATE.search(said)
    assert found, said
    return float(found[1])


def _lua(asked: list[list[str]], headers: dict[str, str]) -> str:
    listed = ", ".join(f"{{ {json.dumps(path)}, {json.dumps(body)} }}" for path, body in asked)
    given = "".join(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n" for name, value in headers.items())
    return f"""{given}
local asked, next = {{ {listed} }}, 0
request = function()
    next = next % #asked + 1
    local path, body = asked[next][1], asked[next][2]
    return wrk.format(body == "" and "GET" or "POST", path, nil, body ~= "" and body or nil)
end
"""


def _own(base: str, asked: list[list[str]], headers: dict[str, str], seconds: float, connections: int) -> float:
    given = json.dumps({"base": base, "asked": asked, "headers": headers, "seconds": seconds, "connections": connections})
    said = subprocess.run([sys.executable, Path(__file__)], input=given, capture_output=True, text=True, check=True).stdout
    return float(said)


class _Connection(asyncio.Protocol):
    """Asks again as soon as it is answered. Nothing is decoded but the status and the length, so that the client costs little."""

    transport: asyncio.Transport

    def __init__(self, requests: list[bytes], first: int) -> None:
        self.answered = 0
        self.refusal = ""
        self._turns = cycle(requests[first:] + requests[:first])
        self._parts: list[bytes] = []
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(next(self._turns))

    def data_received(self, data: bytes) -> None:
        if not self._missing:
            self._parts.append(data)
            data = b"".join(self._parts)
            head, ends, body = data.partition(b"\r\n\r\n")
            if not ends:
                self._parts = [data]
                return
            self._parts, self._missing = [], _length(head)
            if not head.startswith(b"HTTP/1.1 2"):
                self.refusal = data.decode(errors="replace")
                self.transport.close()
                return
            data = body
        self._missing -= len(data)
        if not self._missing:
            self.answered += 1
            self.transport.write(next(self._turns))


def _length(head: bytes) -> int:
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert found, "answers of unknown length are not measured"
    assert int(found[1]), "nor are empty ones"
    return int(found[1])


async def _measure(base: str, asked: list[list[str]], headers: dict[str, str], seconds: float, connections: int) -> float:
    parts = urlsplit(base)
    requests = [_request(path, body, {"host": parts.netloc, **headers}) for path, body in asked]
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    opened = [
        await loop.create_connection(lambda start=start: _Connection(requests, start % len(requests)), parts.hostname, parts.port)
        for start in range(connections)
    ]
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    for transport, connection in opened:
        if connection.refusal:
            raise RuntimeError(connection.refusal)
        transport.abort()
    return sum(connection.answered for _, connection in opened) / took


def _request(path: str, body: str, headers: dict[str, str]) -> bytes:
    content = body.encode()
    given = headers | ({"content-length": str(len(content))} if content else {})
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{'POST' if content else 'GET'} {path} HTTP/1.1\r\n{lines}\r\n".encode() + content


if __name__ == "__main__":
    print(asyncio.run(_measure(**json.loads(sys.stdin.read()))))
