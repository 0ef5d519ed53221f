"""Where the present work came from, for the audit log: set by the HTTP layer, empty in jobs and on the command line."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    request_id: str = ""
    address: str = ""
    user_agent: str = ""


_NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)
