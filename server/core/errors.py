"""Refusals: those of the rules (`shared_models.refusals`), and those that only a server says.

`server.core.http` makes problem documents of them.

Refusal
├── … of the rules
├── NotSignedIn 401 ── SessionEnded
├── TooManyAttempts 429
└── Unavailable 503 ── NodeFull, StorageFull 507     passes by itself, or when somebody has seen to it: to be tried again
"""

import math
from typing import TypeVar

from shared_models.refusals import AlreadyExists, Conflict, Forbidden, Gone, Invalid, NotFound, Refusal, StaleVersion, StillInUse

__all__ = [
    "AlreadyExists", "Conflict", "Forbidden", "Gone", "Invalid", "NodeFull", "NotFound", "NotSignedIn", "Refusal", "SessionEnded",
    "StaleVersion", "StillInUse", "StorageFull", "TooManyAttempts", "Unavailable", "existing",
]  # fmt: skip
T = TypeVar("T")


class NotSignedIn(Refusal):
    code = "not_signed_in"
    status = 401

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class SessionEnded(NotSignedIn):
    code = "session_ended"


class TooManyAttempts(Refusal):
    code = "too_many_attempts"
    status = 429

    def __init__(self, *, retry_after: float) -> None:
        super().__init__(seconds=max(1, math.ceil(retry_after)))

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.params["seconds"])}


class Unavailable(Refusal):
    code = "unavailable"
    status = 503

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "5"}


class StorageFull(Unavailable):
    """No room on a disk of the server. Nothing of what was sent has been kept, and all of it can be sent again."""

    code = "storage_full"
    status = 507

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "60"}


class NodeFull(Unavailable):
    """More connections than `max_connections`."""

    code = "node_full"


def existing(found: T | None) -> T:
    """Raises `NotFound` where there is none."""
    if found is None:
        raise NotFound
    return found
