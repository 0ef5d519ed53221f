"""Where the present work came from, for the audit log: set by the HTTP layer, empty in jobs and on the command line."""

from contextvars import ContextVar
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple


class Origin(NamedTuple):
    request_id: str = ""
    address: str = ""
    user_agent: str = ""

    @property
    def network(self) -> str:
        """What attempts are counted by: who has one IPv6 address has 2⁶⁴ of them."""
        try:
            address = ip_address(self.address)
        except ValueError:
            return self.address
        return f"{IPv6Address(int(address) >> 64 << 64)}/64" if isinstance(address, IPv6Address) else self.address


_NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)

device_time: ContextVar[datetime | None] = ContextVar("device_time", default=None)
"""What the device's own clock said, while a command is carried out whose time had to be corrected."""
