"""Routes found by method and number of segments, before the framework tries them one after the other.

The framework walks every included router twice, which costs more than most of our endpoints. What is not found here (wrong
methods, redirects, the web app's files, routes added later) is left to it.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import cast

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

ROUTE_PATH = "etabli.route_path"
"""Where the scope says which route answers: its path with the parameters' names."""
_FOUND = "etabli.found_route"


class RouteIndex(BaseRoute):
    """The first route of an application; of two that match, the one declared first wins, as usual."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._contexts: dict[tuple[str, int], list[RouteContext]] = defaultdict(list)
        for context in iter_route_contexts(list(routes)):
            if isinstance(context.original_route, APIRoute) and ":path}" not in (context.path or ""):
                for method in context.methods or ():
                    self._contexts[method, (context.path or "").count("/")].append(context)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and not scope.get("root_path"):
            path = scope["path"]
            for context in self._contexts.get((scope["method"], path.count("/")), ()):
                if found := context.path_regex.match(path):
                    return Match.FULL, _selected(context, found.groupdict())
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await cast("ASGIApp", scope[_FOUND].app)(scope, receive, send)


def _selected(context: RouteContext, texts: dict[str, str]) -> Scope:
    return {
        "endpoint": context.endpoint, "route": context.original_route, ROUTE_PATH: context.path, _FOUND: context,
        "path_params": {name: context.param_convertors[name].convert(text) for name, text in texts.items()},
    }  # fmt: skip
