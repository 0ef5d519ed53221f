"""Routes found by method and number of segments, before the framework tries them one after the other.

The framework walks every included router twice, which costs more than most of our endpoints, and names in `Allow` only the
methods of the first route that has the path. What is not found here (redirects, the web app's files, routes added later) is
left to it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.sse import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.core.reads import Handler, straight

ROUTE_PATH = "etabli.route_path"
"""Where the scope says which route answers: its path with the parameters' names."""
_FOUND = "etabli.found_route"
_ALLOWED = "etabli.allowed_methods"
_ANY = "*"


@dataclass
class _Place:
    """A path as it was declared, with what answers there."""

    path: str
    regex: re.Pattern[str]
    by_method: dict[str, RouteContext] = field(default_factory=dict)
    reads: Handler | None = None
    """What answers GET, where that needs nothing of the framework."""
    nearer: list["_Place"] = field(default_factory=list)
    """The places that may fit the same address and say more of it."""

    @cached_property
    def is_pattern(self) -> bool:
        return "{" in self.path

    @property
    def nearness(self) -> tuple[int, int]:
        return -self.path.count("{"), len(re.sub(r"{\w+}", "", self.path))

    def may_meet(self, other: "_Place") -> bool:
        ours, theirs = self.path.split("/"), other.path.split("/")
        return len(ours) == len(theirs) and all("{" in a + b or a == b for a, b in zip(ours, theirs, strict=True))


class RouteIndex(BaseRoute):
    """The first route of an application: of several paths that fit, the one that says most of the address answers, or nobody.

    What answers GET answers HEAD without a body, and every path answers OPTIONS with its methods.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        places: dict[str, _Place] = {}
        for context in iter_route_contexts(list(routes)):
            path = context.path or ""
            if isinstance(context.original_route, APIRoute) and ":path}" not in path:
                place = places.setdefault(path, _Place(path, context.path_regex))
                for method in _methods(context):
                    place.by_method.setdefault(method, context)
                if "GET" in place.by_method:
                    place.reads = straight(place.by_method["GET"].dependant)
        for place in places.values():
            place.nearer = [one for one in places.values() if one.nearness > place.nearness and one.may_meet(place)]
        self._written = {path: place for path, place in places.items() if "{" not in path}
        self._patterns: dict[tuple[str, int], list[_Place]] = defaultdict(list)
        for place in sorted(places.values(), key=lambda one: one.nearness, reverse=True):
            for method in (*place.by_method, _ANY) if "{" in place.path else ():
                self._patterns[method, place.path.count("/")].append(place)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        method, path = scope["method"], scope["path"]
        place = self._place(method, path) or self._fitting(_ANY, path)
        if place is None:
            return Match.NONE, {}
        if method in place.by_method:
            return Match.FULL, _selected(place, method, path)
        return Match.FULL, {_ALLOWED: set(place.by_method)}

    def _place(self, method: str, path: str) -> _Place | None:
        return self._written.get(path) or self._fitting(method, path)

    def reading(self, scope: Scope) -> Handler | None:
        """What answers a GET without a body by itself; the scope then says which route that is."""
        place = self._place("GET", scope["path"])
        if place is None or place.reads is None or scope["method"] != "GET":
            return None
        scope.update(_selected(place, "GET", scope["path"]))
        return place.reads

    def _fitting(self, method: str, path: str) -> _Place | None:
        for place in self._patterns.get((method, path.count("/")), ()):
            if place.regex.match(path):
                return next((nearer for nearer in place.nearer if nearer.regex.match(path)), place)
        return None

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _ALLOWED in scope:
            headers = {"Allow": ", ".join(sorted({*scope[_ALLOWED], "OPTIONS"}))}
            if scope["method"] != "OPTIONS":
                raise HTTPException(405, headers=headers)
            await Response(status_code=204, headers=headers)(scope, receive, send)
            return
        await cast("ASGIApp", scope[_FOUND].app)(scope, receive, _without_body(send) if scope["method"] == "HEAD" else send)


def _methods(context: RouteContext) -> set[str]:
    """A stream has no end that the answer to HEAD could wait for."""
    declared = set(context.methods or ())
    is_stream = context.response_class is EventSourceResponse
    return declared | {"HEAD"} if "GET" in declared and not is_stream else declared


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return headers_only


def _selected(place: _Place, method: str, path: str) -> Scope:
    context, found = place.by_method[method], place.regex.match(path) if place.is_pattern else None
    texts = found.groupdict() if found else {}
    return {
        "endpoint": context.endpoint, "route": context.original_route, ROUTE_PATH: context.path, _FOUND: context,
        "path_params": {name: context.param_convertors[name].convert(text) for name, text in texts.items()},
    }  # fmt: skip
