"""Where messages may be taken: the push services of browsers, and those that the operator names.

An endpoint is an address that a client has sent. It is judged by its letters, before anything looks it up.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

SERVICES = (
    "fcm.googleapis.com", "jmt17.google.com", "*.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com",
)  # fmt: skip
"""Chrome and its relatives, Firefox, Safari, Edge."""
_ENDPOINT = re.compile(r"(?P<scheme>https?)://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(?P<port>[0-9]{1,5}))?/[!-\[\]-~]*")
_NAMED = re.compile(r"(?:(?P<scheme>https?)://)?(?P<host>(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(?P<port>[0-9]{1,5}))?/?", re.IGNORECASE)
_PORTS = {"https": 443, "http": 80}


class Service(NamedTuple):
    """`host` may begin with `*.`, for any name below."""

    scheme: str
    host: str
    port: int

    @classmethod
    def named(cls, text: str) -> "Service":
        """`relay.example.org`, `*.example.org`, `relay:8443` or, where it must be plain, `http://127.0.0.1:8080`."""
        found = _NAMED.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no host of a push service: it should read relay.example.org, or http://10.0.0.5:8080")
        scheme = found["scheme"] or "https"
        return cls(scheme.lower(), found["host"].lower(), int(found["port"] or _PORTS[scheme.lower()]))

    def has(self, other: "Service") -> bool:
        is_below = self.host.startswith("*.") and other.host.endswith(self.host[1:])
        return (self.scheme, self.port) == (other.scheme, other.port) and (self.host == other.host or is_below)


@cache
def of_operator(named: tuple[str, ...]) -> tuple[Service, ...]:
    return tuple(Service.named(text) for text in named)


_KNOWN = of_operator(SERVICES)


def service_of(endpoint: str) -> Service | None:
    """None for what is no plain address: nobody may read it in two ways."""
    found = _ENDPOINT.fullmatch(endpoint)
    return Service(found["scheme"], found["host"], int(found["port"] or _PORTS[found["scheme"]])) if found else None


def is_allowed(endpoint: str, named: tuple[str, ...] = ()) -> bool:
    service = service_of(endpoint)
    return service is not None and any(known.has(service) for known in (*_KNOWN, *of_operator(named)))


def is_of_operator(host: str, named: Iterable[str]) -> bool:
    """Whether it may stand inside the plant: only what the operator has named may."""
    return any(known.host == host or (known.host.startswith("*.") and host.endswith(known.host[1:])) for known in of_operator(tuple(named)))
