"""Refusals, named after the business fact. `server.core.http` turns them into RFC 9457 problem documents.

EtabliError
├── NotSignedIn 401 ── SessionEnded
├── Forbidden 403
├── NotFound 404            also for rows the actor may not see
├── Conflict 409 ── AlreadyExists, StillInUse, StaleVersion
├── Gone 410
├── Invalid 422             a rule about what was sent; points at a field
├── TooManyAttempts 429
└── Unavailable 503 ── NodeFull, StorageFull 507     passes by itself, or when somebody has seen to it: to be tried again

A domain derives its own, with a code whose wording stands in its catalogue as `problem.<code>.title` and, with the
params as placeholders, `problem.<code>.detail`:

    class AlreadyValidated(Conflict):
        code = "intervention_already_validated"
"""

import math
from typing import Any, ClassVar


class EtabliError(Exception):
    """`params` are shown to the caller and fill the placeholders of the catalogue's wording."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params

    @property
    def headers(self) -> dict[str, str]:
        return {}


class NotSignedIn(EtabliError):
    code = "not_signed_in"
    status = 401

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class SessionEnded(NotSignedIn):
    code = "session_ended"


class Forbidden(EtabliError):
    code = "forbidden"
    status = 403


class NotFound(EtabliError):
    code = "not_found"
    status = 404


class Conflict(EtabliError):
    code = "conflict"
    status = 409


class AlreadyExists(Conflict):
    """Raise with `field`: the name of what must be unique."""

    code = "already_exists"


class StillInUse(Conflict):
    code = "still_in_use"


class StaleVersion(Conflict):
    """Somebody else saved first: the `version` sent is not the row's."""

    code = "stale_version"


class Gone(EtabliError):
    code = "gone"
    status = 410


class Invalid(EtabliError):
    """A rule the schema cannot check; `field` (dotted path) is repeated in the problem's `errors`."""

    code = "invalid"
    status = 422

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        super().__init__(**params)
        self.field = field


class TooManyAttempts(EtabliError):
    code = "too_many_attempts"
    status = 429

    def __init__(self, *, retry_after: float) -> None:
        super().__init__(seconds=max(1, math.ceil(retry_after)))

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.params["seconds"])}


class Unavailable(EtabliError):
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


def error_classes() -> list[type[EtabliError]]:
    """The whole tree, as far as it has been imported."""
    found, queue = [], [EtabliError]
    while queue:
        found.append(cls := queue.pop())
        queue.extend(cls.__subclasses__())
    return found
