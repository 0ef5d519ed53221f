"""The `Idempotency-Key` of a request, and the request's fingerprint: the same key with another request is a mistake."""

import hashlib
import hmac
import json
import re
from typing import Any
from uuid import UUID, uuid5

from starlette.requests import Request

from server.core.errors import Invalid

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEYS = UUID("5f0c5d0e-9d0f-5b5e-8a53-0f1b8b6d0c11")
_QUOTED = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"\s*(?:;.*)?')
_BARE = re.compile(r"[\x20\x21\x23-\x7e]+")


class KeyMalformed(Invalid):
    code = "idempotency_key_malformed"


class KeyReused(Invalid):
    """The first request with this key said something else."""

    code = "idempotency_key_reused"


def key_of(request: Request, user_id: UUID) -> UUID | None:
    """The header as a command's id: a UUID as it is, any other text by user. Quoted, as the standard's draft has it, or bare."""
    values = request.headers.getlist(HEADER)
    if not values:
        return None
    text = _text(values[0].strip()) if len(set(values)) == 1 else None
    if not text:
        raise KeyMalformed(field=HEADER)
    try:
        return UUID(text)
    except ValueError:
        return uuid5(_KEYS, f"{user_id}:{text}")


def _text(value: str) -> str | None:
    if quoted := _QUOTED.fullmatch(value):
        return re.sub(r'\\(["\\])', r"\1", quoted[1])
    return value if _BARE.fullmatch(value) else None


def canonical(body: Any) -> bytes:
    """The same bytes for the same JSON, whatever its blanks and the order of its names."""
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(request: Request, body: Any, secret: str) -> bytes:
    """With the server's secret, because a body may hold a password."""
    said = [request.method, request.url.path, request.url.query, body]
    return hmac.digest(secret.encode(), b"etabli request " + canonical(said), hashlib.sha256)
