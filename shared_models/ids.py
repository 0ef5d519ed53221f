"""UUIDv7 (RFC 9562), made by whoever creates the row: the phone must be able to create rows without a network."""

import secrets
import time
from uuid import UUID

_COUNTER_MAX = 0xFFF
_last_ms = 0
_counter = 0


def uuid7() -> UUID:
    """A UUIDv7 that never sorts before an earlier one of this process, even when the clock steps back."""
    global _last_ms, _counter  # noqa: PLW0603 - the monotonic counter of RFC 9562 §6.2 is per process
    now_ms = time.time_ns() // 1_000_000
    if now_ms > _last_ms:
        _last_ms, _counter = now_ms, secrets.randbits(11)
    else:
        _counter += 1
        if _counter > _COUNTER_MAX:
            _last_ms, _counter = _last_ms + 1, 0
    value = (_last_ms & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | _counter << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)
