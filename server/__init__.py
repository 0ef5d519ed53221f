"""The server."""

from server.core import garbage

garbage.seldom()
