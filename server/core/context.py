"""Where the present work came from, for the audit log: set by the HTTP layer, empty in jobs and on the command line."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Origin:
    request_id: str = ""
    address: str = ""
    user_agent: str = ""


_NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)

device_time: ContextVar[datetime | None] = ContextVar("device_time", default=None)
"""What the device's own clock said, while a command is carried out whose time had to be corrected."""
