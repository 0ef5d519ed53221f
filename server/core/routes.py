"""Routes found by method and number of segments, before the framework tries them one after the other.

The framework walks every included router twice, which costs more than most of our endpoints, and names in `Allow` only the
methods of the first route that has the path. What is not found here (redirects, the web app's files, routes added later) is
left to it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
_ANSWERING = "etabli.found_route"
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
    """The places with names in their paths that may fit the same address and say more of it."""

    def selected(self, method: str, texts: Mapping[str, str]) -> Scope:
        """What a scope says of it, with the texts that stand for the names in its path."""
        context = self.by_method[method]
        return {
            "endpoint": context.endpoint, "route": context.original_route, ROUTE_PATH: context.path, _ANSWERING: context,
            "path_params": {name: context.param_convertors[name].convert(text) for name, text in texts.items()},
        }  # fmt: skip

    @property
    def nearness(self) -> tuple[int, int]:
        return -self.path.count("{"), len(re.sub(r"{\w+}", "", self.path))

    def may_meet(self, other: "_Place") -> bool:
        ours, theirs = self.path.split("/"), other.path.split("/")
        return len(ours) == len(theirs) and all("{" in a + b or a == b for a, b in zip(ours, theirs, strict=True))


_Found = tuple[_Place, Mapping[str, str]]


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
        self._written = {path: place for path, place in places.items() if "{" not in path}
        patterns = [place for path, place in places.items() if path not in self._written]
        for place in patterns:
            place.nearer = [one for one in patterns if one.nearness > place.nearness and one.may_meet(place)]
        self._patterns: dict[tuple[str, int], list[_Place]] = defaultdict(list)
        for place in sorted(patterns, key=lambda one: one.nearness, reverse=True):
            for method in (*place.by_method, _ANY):
                self._patterns[method, place.path.count("/")].append(place)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        method, path = scope["method"], scope["path"]
        found = self._found(method, path) or self._fitting(_ANY, path)
        if found is None:
            return Match.NONE, {}
        place, texts = found
        if method in place.by_method:
            return Match.FULL, place.selected(method, texts)
        return Match.FULL, {_ALLOWED: set(place.by_method)}

    def reading(self, scope: Scope) -> Handler | None:
        """What answers a GET without a body by itself; the scope then says which route that is."""
        found = self._found("GET", scope["path"]) if scope["method"] == "GET" else None
        if found is None or found[0].reads is None:
            return None
        place, texts = found
        scope.update(place.selected("GET", texts))
        return place.reads

    def _found(self, method: str, path: str) -> _Found | None:
        place = self._written.get(path)
        return (place, {}) if place else self._fitting(method, path)

    def _fitting(self, method: str, path: str) -> _Found | None:
        for place in self._patterns.get((method, path.count("/")), ()):
            if match := place.regex.match(path):
                for nearer in place.nearer:
                    if met := nearer.regex.match(path):
                        return nearer, met.groupdict()
                return place, match.groupdict()
        return None

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _ALLOWED in scope:
            headers = {"Allow": ", ".join(sorted({*scope[_ALLOWED], "OPTIONS"}))}
            if scope["method"] != "OPTIONS":
                raise HTTPException(405, headers=headers)
            await Response(status_code=204, headers=headers)(scope, receive, send)
            return
        await cast("ASGIApp", scope[_ANSWERING].app)(scope, receive, _without_body(send) if scope["method"] == "HEAD" else send)


def _methods(context: RouteContext) -> set[str]:
    """A stream has no end that the answer to HEAD could wait for."""
    declared = set(context.methods or ())
    is_stream = context.response_class is EventSourceResponse
    return declared | {"HEAD"} if "GET" in declared and not is_stream else declared


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return headers_only
