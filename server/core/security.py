"""Passwords (bcrypt) and opaque tokens (random, kept as SHA-256)."""

import base64
import hashlib
import hmac
import secrets
from functools import cache

import anyio
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pwdlib import PasswordHash
from pwdlib.hashers.bcrypt import BcryptHasher

from shared_models.auth.passwords import MAX_BYTES, opaque

_hasher = PasswordHash((BcryptHasher(rounds=12),))


@cache
def _thread_limit() -> anyio.CapacityLimiter:
    """Hashing is all processor: a burst of sign-ins must not take every thread."""
    return anyio.CapacityLimiter(2)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


async def hash_password(password: str) -> str:
    return await anyio.to_thread.run_sync(_hasher.hash, opaque(password), limiter=_thread_limit())


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Takes as long for an account that does not exist (None) as for one that does."""
    return await anyio.to_thread.run_sync(_verify, password, password_hash, limiter=_thread_limit())


def _verify(password: str, password_hash: str | None) -> bool:
    """As it is set today, else as typed: what was set before may have been hashed that way."""
    is_usable = password_hash is not None and _hasher.current_hasher.identify(password_hash)  # an account may have no password yet
    kept = password_hash if password_hash and is_usable else _nobodys_hash()
    return any(_is_right(typed, kept) for typed in dict.fromkeys((opaque(password), password))) and is_usable


def _is_right(password: str, kept: str) -> bool:
    fits = len(password.encode(errors="replace")) <= MAX_BYTES and "\0" not in password
    return _hasher.verify(password if fits else "", kept) and fits


def _sealing(secret: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"etabli sealed " + secret.encode()).digest())


def seal(data: bytes, secret: str) -> bytes:
    """For what must be read again by this server only."""
    nonce = secrets.token_bytes(12)
    return nonce + _sealing(secret).encrypt(nonce, data, None)


def unseal(sealed: bytes, secret: str) -> bytes | None:
    """None for what was sealed with another secret."""
    try:
        return _sealing(secret).decrypt(sealed[:12], sealed[12:], None)
    except InvalidTag:
        return None


def new_opaque_token() -> str:
    return secrets.token_urlsafe(32)


def derived_token(nonce: str, secret: str) -> str:
    """A token that whoever has the server's secret makes again: so a mail that waits to be sent holds a nonce, and no link."""
    digest = hmac.digest(secret.encode(), b"etabli link " + nonce.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
