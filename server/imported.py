"""Imported by the process from which workers are forked. What is here by then is never looked through for garbage again."""

import uvicorn.lifespan.on
import uvicorn.protocols.http.httptools_impl  # noqa: F401
import uvloop  # noqa: F401

import server.cli
import server.main
from server.core import garbage

server.main.routes()
garbage.settle()
