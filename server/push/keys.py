"""The keys of web push: made by whoever first needs them, kept in the database for every node, sealed with the server's secret."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from server.core.clock import now
from server.core.database import Session
from server.core.read_pool import ReadPool
from server.core.security import seal, unseal
from server.push import repository
from server.push.models import VapidKey
from shared_models.ids import uuid7

SIGNED_FOR = timedelta(hours=12)
"""Push services take no more than a day, by their own clocks."""
_PRIVATE_BYTES, _SECRET_BYTES = 32, 16


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def is_public(text: str) -> bool:
    """Whether it is a point of the curve, as a browser's key is."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(text))
    except ValueError:
        return False
    return True


def is_secret(text: str) -> bool:
    try:
        return len(decoded(text)) == _SECRET_BYTES
    except ValueError:
        return False


@dataclass(frozen=True)
class Key:
    """`vapid` is None where the server's secret is not the one any more that the key was sealed with."""

    id: UUID
    public: str
    vapid: Vapid02 | None

    @classmethod
    def of(cls, id_: UUID, public: str, sealed: bytes, secret: str) -> "Key":
        private = unseal(sealed, secret)
        return cls(id_, public, Vapid02.from_raw(encoded(private).encode()) if private else None)


async def current(session: Session, secret: str) -> Key:
    """The key that browsers subscribe with. One that nobody can open any more is replaced."""
    found = await _current(session, secret)
    if found is not None and found.vapid is not None:
        return found
    if found is not None:
        await repository.retire(session, found.id, now())
    await repository.add_key(session, _made(secret))
    made = await _current(session, secret)
    assert made is not None
    return made


async def rotate(session: Session, secret: str, *, at_once: bool = False) -> Key:
    """Another key. Subscriptions of the one before are reached with it until the app has subscribed anew; `at_once`: never again."""
    await repository.retire_all(session, now())
    await repository.add_key(session, _made(secret))
    made = await current(session, secret)
    if at_once:
        await repository.drop_others(session, made.id)
    return made


async def load(pool: ReadPool, key_id: UUID, secret: str) -> Key | None:
    row = await repository.key(pool, key_id)
    return Key.of(row["id"], row["public_key"], row["sealed"], secret) if row else None


async def _current(session: Session, secret: str) -> Key | None:
    row = await repository.current_key(session)
    return Key.of(row["id"], row["public_key"], row["sealed"], secret) if row else None


def _made(secret: str) -> VapidKey:
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    sealed = seal(private.private_numbers().private_value.to_bytes(_PRIVATE_BYTES, "big"), secret)
    return VapidKey(id=uuid7(), public_key=encoded(public), sealed=sealed, created_at=now())
