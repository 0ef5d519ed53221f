"""The three engines, each driven by what its own distribution ships, behind the few verbs that a person has.

Chromium by Playwright, WebKit by WebKitWebDriver over HTTP (W3C WebDriver), Firefox by Marionette: the same commands, spoken
by Firefox itself, which also takes the network away.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Protocol, Self

import httpx2
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, sync_playwright

from tests.browser import launched
from tests.e2e.waiting import until

WIDTH, HEIGHT = 820, 1180
ENTER = "\ue007"
CONTROL = "\ue009"


class ScriptError(Exception):
    """The page was between two documents, or the script is wrong."""


class Tab(Protocol):
    def open(self, url: str) -> None: ...
    def run(self, script: str, *values: Any) -> Any: ...
    def click(self, x: float, y: float) -> None: ...
    def scroll(self, by: int) -> None: ...
    def type(self, text: str, *, over: bool = False) -> None: ...


Opened = tuple[Tab, Callable[[bool], None] | None]
"""A tab, and what takes the network away from it where the engine lets us."""


class WebDriverTab:
    """What Firefox and WebKit have in common; `send(command, path, **parameters)` is each one's own way to say it."""

    def __init__(self, send: Callable[..., Any]) -> None:
        self._send = send

    def open(self, url: str) -> None:
        self._send("Navigate", "POST url", url=url)

    def run(self, script: str, *values: Any) -> Any:
        return self._send("ExecuteScript", "POST execute/sync", script=f"return ({script})(...arguments)", args=list(values))

    def click(self, x: float, y: float) -> None:
        move = {"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y), "origin": "viewport"}
        press = [{"type": "pointerDown", "button": 0}, {"type": "pause", "duration": 60}, {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [move, *press]})

    def scroll(self, by: int) -> None:
        turn = {"type": "scroll", "x": WIDTH // 2, "y": HEIGHT // 2, "deltaX": 0, "deltaY": by, "duration": 0, "origin": "viewport"}
        self._act({"type": "wheel", "id": "wheel", "actions": [turn]})

    def type(self, text: str, *, over: bool = False) -> None:
        keys = [(CONTROL, "keyDown"), ("a", "keyDown"), ("a", "keyUp"), (CONTROL, "keyUp")] if over else []
        keys += [(char, kind) for char in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": [{"type": kind, "value": char} for char, kind in keys]})

    def _act(self, source: dict[str, Any]) -> None:
        self._send("PerformActions", "POST actions", actions=[source])


class ChromiumTab:
    def __init__(self, page: Page) -> None:
        self._page = page

    def open(self, url: str) -> None:
        self._page.goto(url, wait_until="commit")

    def run(self, script: str, *values: Any) -> Any:
        try:
            return self._page.evaluate(f"(values) => ({script})(...values)", list(values))
        except BrowserError as error:
            raise ScriptError(str(error)) from error

    def click(self, x: float, y: float) -> None:
        self._page.mouse.click(x, y)

    def scroll(self, by: int) -> None:
        self._page.mouse.move(WIDTH / 2, HEIGHT / 2)
        self._page.mouse.wheel(0, by)

    def type(self, text: str, *, over: bool = False) -> None:
        if over:
            self._page.keyboard.press("Control+A")
        for char in text:
            self._page.keyboard.press("Enter") if char == ENTER else self._page.keyboard.insert_text(char)


@contextmanager
def chromium(_folder: Path) -> Iterator[Opened]:
    with sync_playwright() as playwright, launched(playwright) as browser:
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="fr-FR")
        yield ChromiumTab(context.new_page()), context.set_offline


@contextmanager
def firefox(folder: Path) -> Iterator[Opened]:
    port = free_port()
    prefs = {"marionette.port": port, "intl.accept_languages": "fr", "datareporting.policy.dataSubmissionEnabled": False}
    (folder / "user.js").write_text("".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in prefs.items()))
    flags = ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", str(folder)]
    command = [found("firefox-esr", "firefox"), *flags]
    with process(command, folder, {"MOZ_HEADLESS_WIDTH": str(WIDTH), "MOZ_HEADLESS_HEIGHT": str(HEIGHT)}), ExitStack() as stack:
        link = until(lambda: connected(port), "Firefox to listen", 60)
        send = stack.enter_context(Marionette(link))
        send("NewSession", "", capabilities={"alwaysMatch": {"pageLoadStrategy": "none", "acceptInsecureCerts": True}})
        send("SetWindowRect", "", width=WIDTH, height=HEIGHT + 90)

        def offline(is_off: bool) -> None:
            send("Marionette:SetContext", "", value="chrome")
            send("ExecuteScript", "", script="Services.io.offline = arguments[0]", args=[is_off])
            send("Marionette:SetContext", "", value="content")

        yield WebDriverTab(send), offline


class Marionette:
    """Messages are `<length>:<JSON>`; a command is `[0, id, name, parameters]`, its answer `[1, id, error, result]`."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._said = link.makefile("rb")
        self._count = 0

    def __enter__(self) -> Self:
        self._read()
        return self

    def __exit__(self, *_: object) -> None:
        self._said.close()
        self._link.close()

    def __call__(self, command: str, _path: str, **parameters: Any) -> Any:
        self._count += 1
        name = command if ":" in command else f"WebDriver:{command}"
        text = json.dumps([0, self._count, name, parameters]).encode()
        self._link.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        if error:
            raise ScriptError(f"{name}: {error['error']}: {error['message']}")
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def _read(self) -> Any:
        size = b""
        while not size.endswith(b":"):
            size += self._said.read(1)
        return json.loads(self._said.read(int(size[:-1])))


@contextmanager
def webkit(folder: Path) -> Iterator[Opened]:
    port = free_port()
    with ExitStack() as stack:
        screen = stack.enter_context(display(folder))
        stack.enter_context(process([found("WebKitWebDriver"), f"--port={port}"], folder, screen))
        client = stack.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False))
        until(lambda: reachable(client), "WebKitWebDriver to listen", 60)
        options = {"binary": minibrowser(), "args": ["--automation"]}
        asked = {"alwaysMatch": {"webkitgtk:browserOptions": options, "pageLoadStrategy": "none"}}

        def send(_command: str, path: str, **parameters: Any) -> Any:
            method, _, rest = path.partition(" ")
            answer = client.request(method, f"/session/{session}/{rest}" if session else "/session", json=parameters).json()
            if isinstance(answer["value"], dict) and "error" in answer["value"]:
                raise ScriptError(f"{rest}: {answer['value']}")
            return answer["value"]

        session = ""
        session = send("NewSession", "POST ", capabilities=asked)["sessionId"]
        send("SetWindowRect", "POST window/rect", width=WIDTH, height=HEIGHT)
        yield WebDriverTab(send), None
        with suppress(httpx2.HTTPError):
            client.delete(f"/session/{session}")


@contextmanager
def display(folder: Path) -> Iterator[dict[str, str]]:
    number = next(n for n in range(90, 200) if not Path(f"/tmp/.X{n}-lock").exists())
    with process([found("Xvfb"), f":{number}", "-screen", "0", f"{WIDTH + 100}x{HEIGHT + 200}x24", "-nolisten", "tcp"], folder, {}):
        until(lambda: Path(f"/tmp/.X11-unix/X{number}").exists(), "the display", 20)
        yield {"DISPLAY": f":{number}", "GDK_BACKEND": "x11", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "HOME": str(folder)}


@contextmanager
def process(command: list[str], folder: Path, env: dict[str, str]) -> Iterator[None]:
    """A program and what it starts, ended together."""
    with (folder / "log").open("ab") as log:
        running = subprocess.Popen(command, env=os.environ | env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            running.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)


def found(*names: str) -> str:
    path = next(filter(None, map(shutil.which, names)), None)
    assert path, f"{names[0]} is not installed: run .ci/engines"
    return path


def minibrowser() -> str:
    places = Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), Path("/usr/libexec").glob("webkit2gtk-4.*/MiniBrowser")
    return str(next(place for group in places for place in group))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def connected(port: int) -> socket.socket | None:
    with suppress(OSError):
        return socket.create_connection(("127.0.0.1", port), timeout=60)
    return None


def reachable(client: httpx2.Client) -> bool:
    with suppress(httpx2.HTTPError):
        return client.get("/status").is_success
    return False


ENGINES = {"chromium": chromium, "firefox": firefox, "webkit": webkit}


@contextmanager
def running(name: str) -> Iterator[Opened]:
    folder = Path(mkdtemp(prefix=f"etabli-{name}-"))
    try:
        with ENGINES[name](folder) as opened:
            yield opened
    finally:
        shutil.rmtree(folder, ignore_errors=True)
