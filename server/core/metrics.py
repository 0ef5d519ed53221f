"""How many requests, and how long they took, by route: labelled after the answer with the route that gave it."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import Scope

from server.core.routes import ROUTE_PATH

_NOT_COUNTED = frozenset({"/metrics", "/healthz", "/readyz"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class HttpMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter("http_requests", "Requests answered", ["handler", "method", "status"], registry=registry)
        self._durations = Histogram(
            "http_request_duration_seconds", "Time to the end of the answer", ["handler", "method"], registry=registry, buckets=_SECONDS
        )

        self._of = cache(self._labelled)

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Addresses without a route count together: anybody can invent them."""
        handler = scope.get(ROUTE_PATH, "none")
        if handler in _NOT_COUNTED:
            return
        method = scope["method"] if scope["method"] in _METHODS else "other"
        requests, durations = self._of(handler, method, status // 100)
        requests.inc()
        durations.observe(seconds)

    def _labelled(self, handler: str, method: str, hundreds: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(handler, method, f"{hundreds}xx"), self._durations.labels(handler, method)
