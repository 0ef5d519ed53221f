"""How fast the app starts, against a bare Flet hello-world on the same server: `python -m tests.bench.app_start [--rounds N]`.

Runs of both are interleaved, each cold in a fresh profile, and compared by medians: only the ratios travel between machines. Nobody looks
into the pages while they start.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mobile_app.web.build import build_web
from mobile_app.web.stamp import CACHE, ROOT
from server.core.frontend import Frontend, mount_frontend
from tests.bench import quiet
from tests.bench.app_start.bare import build_bare
from tests.bench.quiet import Quiet, Tab
from tests.bench.verdicts import at_most
from tests.browser import serving
from tests.e2e.app import PHONE

HELLO = ROOT / "tests" / "web" / "hello"
RATIO_GOALS = {"cold": 0.8, "warm": 0.5, "warm_4x": 0.6}
MEGABYTES_GOAL = 12.0
CARD_GOALS = {"card_seconds": 1.0, "card_seconds_4x": 1.0}
UP = """
new BroadcastChannel("bench").onmessage = () => performance.mark("app");
"""


@dataclass
class Subject:
    name: str
    url: str
    wire: "Counted"
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    warm_4x: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    megabytes_in_all: list[float] = field(default_factory=list)
    browser: Quiet | None = None
    kept: ExitStack = field(default_factory=ExitStack)
    """The last browser, for the warm starts."""


class Counted:
    """Adds up the bytes of the answers' bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.sent = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counting(message: Message) -> None:
            self.sent += len(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, counting)


def measure(rounds: int, *, hello: bool) -> dict[str, Any]:
    with ExitStack() as stack:
        profiles = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        app = subject_of("app", application(app_root(hello=hello)), stack)
        bare = subject_of("bare", stock_server(build_bare(CACHE / "bench" / "bare")), stack)
        for number in range(rounds):
            for subject in (app, bare):
                cold_start(subject, profiles / f"{subject.name}-{number}")
        for _ in range(rounds):
            for subject in (app, bare):
                subject.warm.append(warm_start(subject, 1))
                subject.warm_4x.append(warm_start(subject, 4))
        cards = {f"card_seconds{name}": card_time(app, rate, rounds) for name, rate in (("", 1), ("_4x", 4))}
    return {**summary(app, bare), **cards}


def subject_of(name: str, app: ASGIApp, stack: ExitStack) -> Subject:
    wire = Counted(app)
    subject = Subject(name, stack.enter_context(serving(wire)), wire)
    stack.enter_context(subject.kept)
    return subject


def app_root(*, hello: bool) -> Path:
    out = ROOT / ".build" / ("bench-hello" if hello else "bench-app")
    build_web(out, HELLO if hello else None)
    return out


def application(root: Path) -> FastAPI:
    app = FastAPI(openapi_url=None)
    mount_frontend(app, root)
    return app


def stock_server(root: Path) -> FastAPI:
    """The same server, with its security headers off (the stock page has inline scripts), and its files cached."""
    app = FastAPI(openapi_url=None)
    app.mount("/", Stock(root))
    return app


class Stock(Frontend):
    def answer(self, path: str, headers: Any) -> Any:
        response = super().answer(path or "index.html", headers)
        for name in ("Content-Security-Policy", "Cross-Origin-Opener-Policy"):
            del response.headers[name]
        response.headers["Cache-Control"] = "no-cache" if path in {"", "index.html"} else "public, max-age=31536000, immutable"
        return response


def cold_start(subject: Subject, profile: Path) -> None:
    """A profile that has never seen the app; the last one is kept for the warm starts."""
    subject.kept.close()
    profile.mkdir()
    subject.browser = subject.kept.enter_context(quiet.opened(profile, PHONE))
    tab = subject.browser.tab(UP)
    before = subject.wire.sent
    subject.cold.append(started(tab, subject.url))
    subject.megabytes.append((subject.wire.sent - before) / 1e6)
    time.sleep(2)
    if subject.name == "app":
        tab.evaluate(KEPT_OFFLINE)
    subject.megabytes_in_all.append((subject.wire.sent - before) / 1e6)
    tab.close()


def warm_start(subject: Subject, rate: int) -> float:
    assert subject.browser
    tab = subject.browser.tab(UP)
    try:
        tab.slow(rate)
        return started(tab, subject.url)
    finally:
        tab.close()
        time.sleep(0.5)


def started(tab: Tab, url: str) -> float:
    """Seconds from the navigation to the app's word that its first screen is sent."""
    tab.go(url + "/")
    return tab.mark("app")


def card_time(subject: Subject, rate: int, rounds: int) -> float:
    """Seconds to the paint that shows the machine's card, on a device that knows the machine."""
    assert subject.browser
    times = []
    for _ in range(rounds):
        tab = subject.browser.tab()
        tab.go(subject.url + "/icons/badge.png")
        tab.evaluate(f"({SEED})()")
        tab.slow(rate)
        tab.go(subject.url + "/e/ABCD234U")
        times.append(tab.mark("card-painted"))
        tab.close()
        time.sleep(1)  # its Python was still starting
    return round(statistics.median(times), 3)


KEPT_OFFLINE = """navigator.serviceWorker.ready.then(() => new Promise((tell) => {
  const look = () => (navigator.serviceWorker.controller ? tell(true) : setTimeout(look, 100));
  look();
}))"""
SEED = (Path(__file__).parents[2] / "web" / "seed_device.js").read_text(encoding="utf-8")


def summary(app: Subject, bare: Subject) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name in ("cold", "warm", "warm_4x", "megabytes", "megabytes_in_all"):
        ours, theirs = (statistics.median(getattr(subject, name)) for subject in (app, bare))
        result[name] = {"app": round(ours, 2), "bare": round(theirs, 2), "ratio": round(ours / theirs, 2)}
    return result


def told(measured: dict[str, Any]) -> bool:
    met = [
        at_most(f"start against a bare page, {name.replace('_', ' ')}", measured[name]["ratio"], goal, "of the bare page's time")
        for name, goal in RATIO_GOALS.items()
    ]
    met += [at_most("megabytes before the first screen", measured["megabytes"]["app"], MEGABYTES_GOAL, "MB")]
    met += [at_most(f"the boot card, {name}", measured[name], goal, "s") for name, goal in CARD_GOALS.items()]
    return all(met)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.app_start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hello", action="store_true", help="the small app of tests/web instead of the real one")
    options = parser.parse_args()
    measured = measure(options.rounds, hello=options.hello)
    sys.stdout.write(json.dumps(measured, indent=1) + "\n")
    return 0 if told(measured) else 1


if __name__ == "__main__":
    sys.exit(main())
