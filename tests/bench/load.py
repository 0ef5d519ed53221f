"""Requests as fast as they are answered: wrk where there is one, else a small client in a process of its own."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 8
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")


def rate(base: str, paths: list[str], headers: dict[str, str], seconds: float) -> float:
    """Answered requests a second, the paths in turn. Raises when a request is refused."""
    return _wrk(base, paths, headers, seconds) if shutil.which("wrk") else _own(base, paths, headers, seconds)


def _wrk(base: str, paths: list[str], headers: dict[str, str], seconds: float) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_lua(paths, headers))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", script.name, base]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if refused := _REFUSED.search(said):
        raise RuntimeError(f"{refused[1]} requests refused at {base}{paths[0]}")
    found = _RATE.search(said)
    assert found, said
    return float(found[1])


def _lua(paths: list[str], headers: dict[str, str]) -> str:
    listed = ", ".join(json.dumps(path) for path in paths)
    given = "".join(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n" for name, value in headers.items())
    return f"""{given}
local paths, next = {{ {listed} }}, 0
request = function()
    next = next % #paths + 1
    return wrk.format("GET", paths[next])
end
"""


def _own(base: str, paths: list[str], headers: dict[str, str], seconds: float) -> float:
    given = json.dumps({"base": base, "paths": paths, "headers": headers, "seconds": seconds})
    said = subprocess.run([sys.executable, Path(__file__)], input=given, capture_output=True, text=True, check=True).stdout
    return float(said)


async def _measure(base: str, paths: list[str], headers: dict[str, str], seconds: float) -> float:
    ends = time.monotonic() + seconds
    counts = await asyncio.gather(*(_client(base, paths[start:] + paths[:start], headers, ends) for start in range(CONNECTIONS)))
    return sum(counts) / seconds


async def _client(base: str, paths: list[str], headers: dict[str, str], ends: float) -> int:
    parts = urlsplit(base)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    given = "".join(f"{name}: {value}\r\n" for name, value in {"host": parts.netloc, **headers}.items())
    count = 0
    while time.monotonic() < ends:
        writer.write(f"GET {paths[count % len(paths)]} HTTP/1.1\r\n{given}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(head.decode())
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length, "answers of unknown length are not measured"
        await reader.readexactly(int(length[1]))
        count += 1
    writer.close()
    return count


if __name__ == "__main__":
    print(asyncio.run(_measure(**json.loads(sys.stdin.read()))))
