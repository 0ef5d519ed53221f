"""Imported by the process from which workers are forked: what is here by then is held once for all of them, and never looked through for
garbage again.

Besides modules that is what libraries put off until it is needed first, and each worker would then make for itself.
"""

import anyio
import procrastinate.worker  # noqa: F401
import uvicorn.lifespan.on
import uvicorn.loops.uvloop  # noqa: F401
from cryptography.hazmat.backends import default_backend
from sqlalchemy.orm import configure_mappers

import server.cli
import server.core.connections  # noqa: F401
from server.core import garbage, health
from server.core.settings import Settings
from server.main import create_app

configure_mappers()
default_backend()
health.head_revision()
anyio.run(anyio.sleep, 0)
create_app(Settings()).build_middleware_stack()
garbage.settle()
