"""How bytes travel to the server: `fetch` in the browser, the application itself in tests."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Body = bytes | Any
"""Bytes, or whatever the platform keeps a file in (a JavaScript Blob)."""

DEFAULT_SECONDS = 30.0
UPLOAD_SECONDS = 180.0


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004


OnHeaders = Callable[[Mapping[str, str]], None]
"""Hears what a good answer's headers say, while its body is still on its way."""


class Transport(Protocol):
    """`Offline` is the only error that either may raise."""

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], body: Body | None = None, seconds: float = DEFAULT_SECONDS,
        on_headers: OnHeaders | None = None,
    ) -> Response: ...  # fmt: skip

    def stream(self, path: str, *, headers: Mapping[str, str]) -> AsyncIterator[str]:
        """Lines as they come; a refusal is `StreamRefused`."""
        ...


class StreamRefused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status
