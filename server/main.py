"""The application: every domain's router, the web app, and what runs beside them for as long as the node lives."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, cast

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

import server.housekeeping  # declares periodic jobs and carriers
import server.tables  # noqa: F401 - foreign keys name tables of other domains
from server.attachments import router as attachments
from server.audit import router as audit
from server.auth import access_router as access
from server.auth import router as auth
from server.auth.known_actors import KnownActors
from server.buying import router as buying
from server.calendar import router as calendar
from server.checklists import router as checklists
from server.core import docs, garbage, health, openapi, zones
from server.core.addresses import Addresses
from server.core.database import Database
from server.core.events import PokeHub
from server.core.frontend import mount_frontend
from server.core.gates import Gates
from server.core.http import RequestMiddleware, add_problem_handlers, answer_error
from server.core.jobs import working
from server.core.json_bodies import JsonBodies
from server.core.logs import configure
from server.core.metrics import HttpMetrics
from server.core.reads import Reads
from server.core.routes import RouteIndex
from server.core.settings import Settings, get_settings
from server.core.storage import open_storage
from server.core.workers import end_with_starter
from server.equipment import router as equipment
from server.feeds import router as feeds
from server.generator import router as generator
from server.handovers import router as handovers
from server.interventions import router as interventions
from server.inventory import router as inventory
from server.kpis import readings
from server.kpis import router as kpis
from server.labels import router as labels
from server.mail import pages as mail_pages
from server.mail import router as mail
from server.meters import router as meters
from server.notifications import router as notifications
from server.outbox.carrying import Node
from server.outbox.courier import carrying
from server.plans import router as plans
from server.push import router as push
from server.reports import router as reports
from server.requests import pages
from server.requests import router as requests
from server.sites import router as sites
from server.stocktakes import router as stocktakes
from server.sync import router as sync
from server.sync.receipts import KeptAnswers
from server.tls.keeping import kept_current
from server.users import router as users
from server.webhooks import router as webhooks
from shared_models.problems import Problem

API = "/api/v1"
BUILT_WEB = Path(__file__).resolve().parents[1] / ".build" / "web"
DOMAINS = (
    auth, users, access, sites, equipment, interventions, meters, requests, checklists, plans, generator, attachments, labels, calendar,
    inventory, buying, stocktakes, kpis, handovers, notifications, webhooks, feeds, push, mail, reports, audit, sync,
)  # fmt: skip


class Application(FastAPI):
    """Every answer passes through `RequestMiddleware`; the OpenAPI document says that refusals are problem documents."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Straight on: what the framework asks of telemetry at each request, we do not use."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        index = cast("RouteIndex", self.routes[0])
        reads = Reads(super().build_middleware_stack(), index.reading, answer_error)
        return RequestMiddleware(reads, HttpMetrics(self.state.metrics), Addresses(self.routes))

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            openapi.complete(super().openapi(), self.routes)
        return cast("dict[str, Any]", self.openapi_schema)


def node() -> FastAPI:
    """The application of one uvicorn process; its settings come from the environment."""
    os.umask(0o077)
    settings = get_settings()
    configure(settings)
    end_with_starter()
    app = create_app(settings)
    garbage.settle()
    return app


def create_app(settings: Settings | None = None) -> FastAPI:
    """Needs a migrated database once it starts, not before."""
    settings = settings or get_settings()
    app = Application(
        title="Établi", description=openapi.DESCRIPTION, version=health.server_version(), lifespan=_lifespan,
        max_body_size=settings.max_body_bytes,
        docs_url=None, redoc_url=None, openapi_url=f"{API}/openapi.json", generate_unique_id_function=_operation_id,
    )  # fmt: skip
    app.state.settings = settings
    app.state.load_actor, app.state.known_actors = auth.load_actor, KnownActors()
    app.state.receipts = KeptAnswers(settings)
    app.state.metrics = CollectorRegistry()
    app.state.figures = readings.told
    app.state.gates = Gates()
    app.state.metrics.register(zones.UNKNOWN)
    add_problem_handlers(app)
    app.add_middleware(JsonBodies)
    _add_routes(app, settings)
    return app


def _operation_id(route: APIRoute) -> str:
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


def _add_routes(app: FastAPI, settings: Settings) -> None:
    app.router.routes[:0] = routes()
    root = settings.web_root or BUILT_WEB
    if (root / "index.html").exists():
        app.state.web_root = root
        mount_frontend(app, root)


@cache
def routes() -> tuple[BaseRoute, ...]:
    """The same for every application of a process: what differs among them is in their state."""
    assembled = APIRouter(generate_unique_id_function=_operation_id)
    assembled.include_router(health.router)
    api = APIRouter(prefix=API, responses={"default": {"model": Problem, "description": "What was refused, and why"}})
    for domain in DOMAINS:
        api.include_router(domain.router)
    assembled.include_router(api)
    assembled.include_router(pages.router)
    assembled.include_router(mail_pages.router)
    assembled.include_router(docs.router)
    return RouteIndex(assembled.routes), *assembled.routes


# --- what lives beside the requests


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    database = Database(settings.dsn)
    pokes = PokeHub(database)
    app.state.database, app.state.pokes = database, pokes
    app.state.storage = open_storage(settings.storage_url, settings.storage_dir)
    async with AsyncExitStack() as stack:
        await database.start()
        stack.push_async_callback(database.stop)
        if settings.jobs:
            await stack.enter_async_context(working(database, app.state.storage))
            await stack.enter_async_context(carrying(Node(database, app.state.storage, settings)))
        if settings.serves_https:
            await stack.enter_async_context(kept_current(settings))
        pokes.start()
        stack.push_async_callback(pokes.stop)
        stack.enter_context(_streams_end_on_signal(pokes))
        yield


@contextmanager
def _streams_end_on_signal(pokes: PokeHub) -> Iterator[None]:
    """The server waits for open answers before it tells the application to stop: streams must hear of the signal first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    previous = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number, handler in previous.items():
        if callable(handler):
            signal.signal(number, _ending(loop, pokes, handler))
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _ending(
    loop: asyncio.AbstractEventLoop, pokes: PokeHub, then: Callable[[int, FrameType | None], Any]
) -> Callable[[int, FrameType | None], Any]:
    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(pokes.end_streams)
        then(number, frame)

    return handle
