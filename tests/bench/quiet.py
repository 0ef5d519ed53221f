"""A Chromium into which nobody looks while a page starts.

Playwright listens to every page as a debugger does, and V8 then finds out at once where each error was made, thrown or not: 0.6 s of the
processor at each start of a Flutter app, which no user pays. What is asked here is asked without that (`Runtime.evaluate` needs no `enable`).
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from websockets.sync.client import ClientConnection, connect

from tests.browser import ARGUMENTS, executable
from tests.e2e.waiting import until

_LIKE_PLAYWRIGHTS = [
    "--headless", "--hide-scrollbars", "--mute-audio", "--force-color-profile=srgb", "--password-store=basic", "--use-mock-keychain",
    "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
    "--disable-ipc-flooding-protection", "--disable-field-trial-config", "--disable-extensions", "--disable-dev-shm-usage",
]  # fmt: skip


class _Devtools:
    def __init__(self, address: str) -> None:
        self._connection: ClientConnection = connect(address, max_size=None)
        self._asked = 0

    def send(self, method: str, seconds: float = 60, **parameters: Any) -> dict[str, Any]:
        self._asked += 1
        self._connection.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._connection.recv(seconds))
            if answer.get("id") == self._asked:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def close(self) -> None:
        self._connection.close()


class Tab:
    """`script` (JavaScript) runs before the page's own in every document."""

    def __init__(self, address: str, script: str, size: Mapping[str, int]) -> None:
        self._tools = _Devtools(address)
        self._tools.send("Page.enable")
        self._tools.send("Page.addScriptToEvaluateOnNewDocument", source=script)
        self._tools.send("Emulation.setDeviceMetricsOverride", **size, deviceScaleFactor=1, mobile=False)

    def slow(self, rate: int) -> None:
        """The processor, by so many times."""
        self._tools.send("Emulation.setCPUThrottlingRate", rate=rate)

    def go(self, url: str) -> None:
        """Until the document is there, and no longer."""
        self._tools.send("Page.navigate", url=url)

    def evaluate(self, expression: str, seconds: float = 60) -> Any:
        """What it (a promise: what comes of it) is as JSON; `TimeoutError` when nothing is heard for `seconds`."""
        answer = self._tools.send("Runtime.evaluate", seconds, expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def mark(self, name: str) -> float:
        """Seconds from the navigation to the page's mark called `name`."""
        return float(self.evaluate(f"({_MARKED})({json.dumps(name)})")) / 1000

    def tap(self, name: str) -> None:
        """In the middle of what has a role and that name (or more behind a comma), once it is there and lies still."""
        x, y = self.evaluate(f"({_MIDDLE})({json.dumps(name)})")
        for kind, button in (("mouseMoved", "none"), ("mousePressed", "left"), ("mouseReleased", "left")):
            self._tools.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=int(button == "left"))

    def close(self) -> None:
        self._tools.send("Page.close")
        self._tools.close()


_MARKED = """(name) => new Promise((tell) => {
  const look = () => (performance.getEntriesByName(name).length ? tell(performance.getEntriesByName(name)[0].startTime) : setTimeout(look, 20));
  look();
})"""


_MIDDLE = """(name) => new Promise((tell) => {
  const named = (node) => `${node.ariaLabel ?? node.textContent},`.startsWith(`${name},`);
  let before = "";
  const look = () => {
    const { x, y, width, height } = [...document.querySelectorAll("flt-semantics-host [role]")].find(named)?.getBoundingClientRect() ?? {};
    const middle = [x + width / 2, y + height / 2];
    if (width && before === String(middle)) return tell(middle);
    before = String(middle);
    setTimeout(look, 100);
  };
  look();
})"""


class Quiet:
    def __init__(self, port: int, size: Mapping[str, int]) -> None:
        self._port, self._size = port, size

    def tab(self, script: str = "") -> Tab:
        return Tab(self._ask("new?about:blank", "PUT"), script, self._size)

    def close(self) -> None:
        """As somebody would who is done: what it keeps is on the disk then."""
        tools = _Devtools(self._ask("version"))
        tools.send("Browser.close")
        tools.close()

    def _ask(self, what: str, method: str = "GET") -> str:
        with urlopen(Request(f"http://127.0.0.1:{self._port}/json/{what}", method=method)) as answer:
            address: str = json.load(answer)["webSocketDebuggerUrl"]
            return address


@contextmanager
def opened(profile: Path, size: Mapping[str, int], lang: str = "fr-FR") -> Iterator[Quiet]:
    """On a profile kept on disk, as `open_profile` makes one; of one profile, one at a time."""
    told = profile / "DevToolsActivePort"
    told.unlink(missing_ok=True)
    options = [f"--user-data-dir={profile}", "--remote-debugging-port=0", f"--lang={lang}", f"--accept-lang={lang}"]
    command = [executable() or "chromium", *ARGUMENTS, *_LIKE_PLAYWRIGHTS, *options, "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = until(lambda: told.exists() and told.read_text().partition("\n")[0], "the browser's port")
        quiet = Quiet(int(port), size)
        try:
            yield quiet
        finally:
            quiet.close()
    finally:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
