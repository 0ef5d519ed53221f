"""Access tokens: short-lived JWTs signed with HS256. The only module that knows the JWT library.

One algorithm, always named; a header with `crit` is refused, because the library ignores it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from jose import JWTError, jwt

from server.core.clock import now
from server.core.errors import NotSignedIn

_ALGORITHM = "HS256"
_ISSUER = "etabli"
_MAX_LENGTH = 2_000
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AccessClaims:
    user_id: UUID
    session_id: UUID
    expires_at: datetime = _NEVER
    issued_at: datetime = _NEVER


def issue(claims: AccessClaims, *, secret: str, lifetime: timedelta) -> str:
    at = now()
    payload = {
        "iss": _ISSUER,
        "sub": str(claims.user_id),
        "sid": str(claims.session_id),
        "iat": at.timestamp(),  # to the microsecond: it says which refresh token it came with
        "exp": int((at + lifetime).timestamp()),
    }
    return jwt.encode(payload, secret, algorithm=_ALGORITHM)


def read(token: str, *, secret: str) -> AccessClaims:
    """Raises `NotSignedIn` for anything but a token of ours that is still good."""
    try:
        if len(token) > _MAX_LENGTH or "crit" in jwt.get_unverified_header(token):
            raise NotSignedIn
        payload = jwt.decode(
            token, secret, algorithms=[_ALGORITHM], issuer=_ISSUER,
            options={"require_exp": True, "require_sub": True, "verify_aud": False, "verify_exp": False},
        )  # fmt: skip
        expires_at = datetime.fromtimestamp(float(payload["exp"]), UTC)
        if expires_at <= now():
            raise NotSignedIn
        issued_at = datetime.fromtimestamp(float(payload["iat"]), UTC)
        return AccessClaims(UUID(payload["sub"]), UUID(payload["sid"]), expires_at, issued_at)
    except (JWTError, KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        raise NotSignedIn from None
