"""Refresh tokens: `<session id>.<random>`, of which the database keeps the SHA-256.

The successor of a token is derived from it with the server's secret. So two tabs that refresh at once, or a phone that
retries after a lost answer, get the same successor, and the database still holds nothing that could be replayed.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from server.core.security import new_opaque_token, token_hash

MAX_LENGTH = 200
_GENERATIONS = 1_000  # some weeks of daily use; what is older is refused like a guess


def first(session_id: UUID) -> str:
    return f"{session_id.hex}.{new_opaque_token()}"


def successor(token: str, secret: str) -> str:
    digest = hmac.digest(secret.encode(), b"etabli refresh " + token.encode(), hashlib.sha256)
    return f"{token.partition('.')[0]}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def session_id_of(token: str) -> UUID | None:
    try:
        return UUID(hex=token.partition(".")[0]) if len(token) <= MAX_LENGTH else None
    except ValueError:
        return None


def generations_since(token: str, current_hash: str, secret: str) -> int | None:
    """How often the session's token has been replaced since this one: 0 for the current; None for one that it never had."""
    for number in range(_GENERATIONS):
        if token_hash(token) == current_hash:
            return number
        token = successor(token, secret)
    return None
