"""Where the authority and the certificate are kept, and how they stay current while the server runs.

In the data folder's `tls/`, for us alone: `authority.pem` stays, `server.pem` is replaced whole. Every process that serves
looks at it again every few minutes, and gives new connections what it finds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from server.core import flock
from server.core.clock import now
from server.core.service_account import make_passable
from server.core.settings import get_settings
from server.core.start_errors import StartError
from server.tls import authority as issuing
from server.tls.authority import Pair
from server.tls.machine import Names, names_here

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from server.core.settings import Settings

LOOK_SECONDS = 300
_log = structlog.get_logger(__name__)
_serving: WeakKeyDictionary[ssl.SSLContext, tuple[float, ...]] = WeakKeyDictionary()


class CertificateError(StartError):
    """One sentence for whoever starts the server."""


@dataclass(frozen=True)
class Files:
    """What the web server reads; with our own authority both are one file, so that they change together."""

    certificate: Path
    key: Path

    @property
    def changed(self) -> tuple[float, ...]:
        return tuple(path.stat().st_mtime_ns for path in (self.certificate, self.key))


def ensure(settings: Settings) -> Files:
    """The certificate to serve with: the operator's own, checked, or ours, made or renewed where it is due."""
    if settings.tls_cert is not None or settings.tls_key is not None:
        return _own_files(settings)
    folder = _folder(settings)
    with flock.exclusive(folder / "lock"):
        return _current(folder, names_here(_host(settings)), now(), typed=_host(settings))


def authority_of(settings: Settings) -> x509.Certificate:
    """What phones have to trust; after `ensure`."""
    return _read(_folder(settings) / "authority.pem").certificate


def _host(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or "localhost"


def _folder(settings: Settings) -> Path:
    make_passable(settings.data_dir)
    folder = settings.data_dir / "tls"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _current(folder: Path, wanted: Names, at: datetime, *, typed: str) -> Files:
    authority = _authority(folder / "authority.pem", wanted, at)
    if not Names.of([typed]) <= issuing.permitted(authority, wanted):
        raise CertificateError(
            f"this machine's authority may not speak for {typed}, which ETABLI_BASE_URL names: give a certificate of your own "
            f"(ETABLI_TLS_CERT), or remove {folder} for a new authority, which every phone has to trust again"
        )
    path = folder / "server.pem"
    with suppress(OSError, ValueError):
        if not issuing.is_due(Pair.read(path.read_bytes()), authority, wanted, at):
            return Files(path, path)
    issued = issuing.issue(authority, wanted, at)
    _write(path, issued.pem + authority.certificate.public_bytes(serialization.Encoding.PEM))
    _log.info("tls.issued", until=issued.certificate.not_valid_after_utc.isoformat(), names=sorted(issued.names.dns))
    return Files(path, path)


def _authority(path: Path, own: Names, at: datetime) -> Pair:
    if not path.exists():
        _write(path, issuing.new_authority(socket.gethostname(), own, at).pem)
        _log.info("tls.authority_made")
    return _read(path)


def _read(path: Path) -> Pair:
    try:
        return Pair.read(path.read_bytes())
    except (OSError, ValueError, IndexError) as error:
        raise CertificateError(
            f"{path} cannot be read ({error}): put it back from a backup, or remove it for a new authority, "
            "which every phone has to trust again"
        ) from None


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for us alone."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


# --- certificates of the operator's


def _own_files(settings: Settings) -> Files:
    if settings.tls_cert is None or settings.tls_key is None:
        raise CertificateError("ETABLI_TLS_CERT and ETABLI_TLS_KEY belong together: name the certificate's file and its key's")
    files = Files(settings.tls_cert, settings.tls_key)
    certificate = _own_certificate(files.certificate)
    if _own_key(files.key).public_key() != certificate.public_key():
        raise CertificateError(f"the key in {files.key} does not belong to the certificate in {files.certificate}")
    if certificate.not_valid_after_utc <= now():
        raise CertificateError(f"the certificate in {files.certificate} ran out on {certificate.not_valid_after_utc:%Y-%m-%d}: renew it")
    if certificate.not_valid_before_utc > now():
        raise CertificateError(
            f"the certificate in {files.certificate} begins on {certificate.not_valid_before_utc:%Y-%m-%d}: is the clock right?"
        )
    return files


def _own_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(_bytes(path))[0]
    except (ValueError, IndexError):
        raise CertificateError(f"{path} holds no certificate in PEM form, the server's own first") from None


def _own_key(path: Path) -> Any:
    try:
        return serialization.load_pem_private_key(_bytes(path), None)
    except TypeError:
        raise CertificateError(f"the key in {path} is locked with a password: store it without one, readable by the server alone") from None
    except ValueError:
        raise CertificateError(f"{path} holds no private key in PEM form") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror}") from None


# --- while it runs


def context(*_: object) -> ssl.SSLContext:
    """What uvicorn asks for in each process."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    files = ensure(get_settings())
    made.load_cert_chain(files.certificate, files.key)
    _serving[made] = files.changed
    return made


def refresh(settings: Settings) -> None:
    """Renew what is due; connections from here on get the files as they are now."""
    files = ensure(settings)
    for served, changed in list(_serving.items()):
        if changed != files.changed:
            served.load_cert_chain(files.certificate, files.key)
            _serving[served] = files.changed
            _log.info("tls.reloaded")


@asynccontextmanager
async def kept_current(settings: Settings) -> AsyncIterator[None]:
    """Look every few minutes, for as long as the block lasts."""
    looking = asyncio.create_task(_look(settings), name="certificate")
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def _look(settings: Settings) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await asyncio.to_thread(refresh, settings)
        except (CertificateError, OSError) as error:
            _log.error("tls.not_renewed", error=str(error))
