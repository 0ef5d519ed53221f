"""A node that answers requests, in a process of its own that is only forked: `serve(pipe, SETTINGS)` tells its address once it does."""

import socket
from multiprocessing.connection import Connection
from typing import Any

import uvicorn

from server.core.settings import Settings
from server.main import create_app


def serve(pipe: Connection, settings: dict[str, Any]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    pipe.send(f"http://127.0.0.1:{listener.getsockname()[1]}")
    app = create_app(Settings(_env_file=None, jobs=False, **settings))
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
