"""What this machine is called on its networks: the names and addresses people may type."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterable

IPAddress = IPv4Address | IPv6Address
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*", re.ASCII)
_ALWAYS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Names:
    dns: frozenset[str]
    addresses: frozenset[IPAddress]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Names:
        """What no certificate can say (an underscore, a scope) is left out."""
        found = [_parsed(text) for text in texts]
        return cls(frozenset(name for name in found if isinstance(name, str)), frozenset(a for a in found if not isinstance(a, str | None)))

    def __or__(self, other: Names) -> Names:
        return Names(self.dns | other.dns, self.addresses | other.addresses)

    def __le__(self, other: Names) -> bool:
        return self.dns <= other.dns and self.addresses <= other.addresses


def _parsed(text: str) -> str | IPAddress | None:
    try:
        address = ip_address(text)
    except ValueError:
        name = text.rstrip(".").lower()
        return name if _NAME.fullmatch(name) else None
    return None if address.is_link_local or address.is_unspecified or address.is_multicast else address


def names_here(*also: str) -> Names:
    """Every address of this machine's networks, its name with and without `.local`, `localhost`, and `also`."""
    host = socket.gethostname()
    first = host.partition(".")[0]
    plugged = [found.address for family in psutil.net_if_addrs().values() for found in family if found.family in _IP_FAMILIES]
    return Names.of([*_ALWAYS, host, first, f"{first}.local", *plugged, *also])


_IP_FAMILIES = (socket.AF_INET, socket.AF_INET6)
