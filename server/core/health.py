"""What an orchestrator and a monitoring system ask: alive, ready, metrics."""

import os
import secrets
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from alembic.script import ScriptDirectory
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from pydantic import BaseModel
from starlette.responses import Response

from server.core.database import ReadPoolDep
from server.core.errors import NotFound, Unavailable
from server.core.http import client_address
from server.core.settings import Settings, is_this_machine

_FORWARDING = ("forwarded", "x-forwarded", "x-real-ip", "x-client-ip", "x-original", "true-client-ip", "cf-", "fly-client-ip", "via")
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
router = APIRouter(tags=["health"], include_in_schema=False)


class MigrationsPending(Unavailable):
    code = "migrations_pending"


class Ready(BaseModel):
    status: str = "ready"
    version: str
    database: str
    schema_revision: str


@cache
def server_version() -> str:
    try:
        return version("etabli")
    except PackageNotFoundError:
        return "0.0.0"


@cache
def head_revision() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


@router.get("/healthz")
async def alive() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def ready(pool: ReadPoolDep) -> Ready:
    """503 while the database is away or its schema is not the one this server was built for."""
    if await pool.fetchval("select to_regclass('alembic_version')") is None:
        raise MigrationsPending(found="-", wanted=head_revision())
    found = await pool.fetchval("select version_num from alembic_version")
    if found != head_revision():
        raise MigrationsPending(found=found, wanted=head_revision())
    return Ready(version=server_version(), database=await pool.fetchval("show server_version"), schema_revision=found)


@router.get("/metrics")
async def metrics(request: Request, pool: ReadPoolDep) -> Response:
    """For this machine, or for who knows the token; to anybody else it does not exist. Of the plant, what a job has kept of it."""
    if not _may_scrape(request):
        raise NotFound
    registry: CollectorRegistry = request.app.state.metrics
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry) + await request.app.state.figures(pool), media_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    if settings.metrics_token is not None:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(sent.encode(), settings.metrics_token.get_secret_value().encode())
    return not settings.is_behind_proxy and _comes_from_here(request)


def _comes_from_here(request: Request) -> bool:
    """A proxy on this machine makes everybody look like this machine, and not every proxy says that it is one."""
    says_forwarded = any(name.startswith(_FORWARDING) for name in request.headers)
    return is_this_machine(client_address(request)) and is_this_machine(request.url.hostname or "") and not says_forwarded
