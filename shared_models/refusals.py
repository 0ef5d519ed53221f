"""Refusals, named after the business fact: what rules raise, on the server and on the device alike.

Refusal
├── Forbidden 403
├── NotFound 404            also for rows the actor may not see
├── Conflict 409 ── AlreadyExists, StillInUse, StaleVersion
├── Gone 410
└── Invalid 422             a rule about what was sent; points at a field

`server.core.errors` adds what only a server says, and turns all of them into RFC 9457 problem documents. A domain derives its
own in its `refusals` (in the server's `errors`, where only the server can know), with a code whose wording stands in the server's
catalogue as `problem.<code>.title` and, with the params as placeholders, `problem.<code>.detail`:

    class AlreadyValidated(Conflict):
        code = "intervention_already_validated"
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """`params` are shown to the caller and fill the placeholders of the catalogue's wording."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params

    @property
    def headers(self) -> dict[str, str]:
        return {}


class Forbidden(Refusal):
    code = "forbidden"
    status = 403


class NotFound(Refusal):
    code = "not_found"
    status = 404


class Conflict(Refusal):
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


class Gone(Refusal):
    code = "gone"
    status = 410


class Invalid(Refusal):
    """A rule the schema cannot check; `field` (dotted path) is repeated in the problem's `errors`."""

    code = "invalid"
    status = 422

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        super().__init__(**params)
        self.field = field
