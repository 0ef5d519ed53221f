"""Every setting of the server, read from the environment (prefix `ETABLI_`, and `DATABASE_URL`) and from `.env`."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, HttpUrl, IPvAnyNetwork, SecretStr, StringConstraints, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.core.postgres import EmbeddedPostgres
from server.core.service_account import make_passable
from shared_models.attachments import MOST_MEGABYTES, USUAL_MEGABYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST_SECRET = 32
SECRET_FILE = "secret-key"  # noqa: S105 - where it is, not what
DEFAULT_PASSWORDS = frozenset({"", "admin", "changeme", "change-me", "etabli", "password", "postgres", "secret"})
MEBIBYTE = 2**20
SMTPS_PORT = 465
NOBODYS_SITE = "https://example.org"
"""A name that the internet knows, for a server that has none there."""
_PRIVATE_NAMES = (".arpa", ".corp", ".home", ".internal", ".invalid", ".lan", ".local", ".localdomain", ".localhost", ".test")


PushHost = Annotated[str, StringConstraints(pattern=r"^(https?://)?(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?/?$")]


class UnsafeSettingsError(ValueError):
    """What must change before anything but a demonstration may start, one line each."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("unsafe settings, not starting:\n" + "\n".join(f"  - {reason}" for reason in reasons))


class Settings(BaseSettings):
    """Defaults suit one machine with its own PostgreSQL; `check_safe` names what a real installation must set."""

    model_config = SettingsConfigDict(env_prefix="ETABLI_", env_file=".env", extra="ignore", populate_by_name=True)

    data_dir: Path = Path(".data")
    database_url: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL", "ETABLI_DATABASE_URL"))
    storage_url: str | None = None
    """An `s3://bucket/prefix`; attachments stay in the data folder without one."""
    web_root: Path | None = None
    """The built web app; by default the one that `etabli build-web` makes."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1)] = 1
    max_connections: Annotated[int, Field(ge=10, le=50_000)] = 1000
    """Of each process; who comes beyond takes the place of who waits longest without asking, else is told to come back."""
    base_url: HttpUrl | None = None
    """The address people type; QR labels and e-mails carry it."""
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Networks whose `X-Forwarded-…` headers are believed."""

    tls: bool = False
    """Serve https with a certificate of this machine's own authority."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    """Serve https with a certificate of the operator's: PEM files, looked at again every few minutes."""
    trust_port: Annotated[int | None, Field(ge=0, le=65535)] = None
    """Of the plain page from which phones get the authority; by default the port after `port`."""

    demo: bool = False
    allow_http: bool = False
    """Accept a plain http `base_url` on another host than this one (a closed network)."""

    secret_key: SecretStr | None = None
    access_token_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30
    refresh_token_days: Annotated[int, Field(ge=1, le=90)] = 7
    cookie_secure: bool | None = None
    """By default as `base_url` says: secure over https."""

    max_upload_mb: Annotated[int, Field(ge=1, le=MOST_MEGABYTES)] = USUAL_MEGABYTES
    max_body_mb: Annotated[int, Field(ge=1, le=1024)] = 4

    push: bool = True
    """Reach phones and browsers with the app closed, by the push services of their makers."""
    push_hosts: Annotated[tuple[PushHost, ...], NoDecode] = ()
    """Push services besides those of the usual browsers, as a relay of the plant's own; these may stand inside it."""
    push_subject: Annotated[str, StringConstraints(pattern=r"^(mailto:[^\s<>]+@|https://)[\w-]+(\.[\w-]+)+$")] | None = None
    """Whom a push service writes to when something is wrong: `mailto:` or `https:`."""

    mail_server: str = Field("", validation_alias=AliasChoices("ETABLI_MAIL_SERVER", "MAIL_SERVER"))
    """Who takes our mail (SMTP). Without one, mails are kept for the administrators to read."""
    mail_port: Annotated[int, Field(ge=1, le=65535, validation_alias=AliasChoices("ETABLI_MAIL_PORT", "MAIL_PORT"))] = 587
    mail_username: str = Field("", validation_alias=AliasChoices("ETABLI_MAIL_USERNAME", "MAIL_USERNAME"))
    mail_password: SecretStr = Field(SecretStr(""), validation_alias=AliasChoices("ETABLI_MAIL_PASSWORD", "MAIL_PASSWORD"))
    mail_from: str = Field("", validation_alias=AliasChoices("ETABLI_MAIL_FROM", "MAIL_FROM"))
    """`maintenance@usine.example`, or `Maintenance Lyon <maintenance@usine.example>`; by default the user name, where it is an address."""
    mail_tls: Literal["starttls", "tls", "none"] | None = Field(None, validation_alias=AliasChoices("ETABLI_MAIL_TLS", "MAIL_TLS"))
    """By default `tls` on port 465, else `starttls`, without which nothing is sent."""

    metrics_token: SecretStr | None = None
    """Who may read `/metrics` from elsewhere; without one, this machine alone."""
    jobs: bool = True
    """Run background jobs in the processes that answer requests."""

    escalation_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 15
    """After so long without anybody on it, what is urgent is told further up, and as long after that once more; 0 for never."""

    report_days: Annotated[int, Field(ge=1, le=3_650)] = 400
    """How long reports are kept."""

    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, values: dict[str, object]) -> dict[str, object]:
        for name in ("trusted_proxies", "push_hosts"):
            listed = values.get(name)
            if isinstance(listed, str):
                values[name] = tuple(part.strip() for part in listed.split(",") if part.strip())
        return values

    @model_validator(mode="after")
    def _make_absolute(self) -> Self:
        self.data_dir = self.data_dir.expanduser().absolute()
        return self

    @property
    def public_url(self) -> str:
        """Where this instance is reached, without a final slash."""
        if self.base_url is not None:
            return str(self.base_url).rstrip("/")
        host = "localhost" if is_this_machine(self.host) or _is_any(self.host) else self.host
        return f"{'https' if self.serves_https else 'http'}://{_bracketed(host)}:{self.port}"

    @property
    def serves_https(self) -> bool:
        return self.tls or self.tls_cert is not None or self.tls_key is not None

    @property
    def has_own_authority(self) -> bool:
        return self.tls and self.tls_cert is None and self.tls_key is None

    @property
    def trust_url(self) -> str:
        """Where phones get the authority; plain http, which is why people compare its fingerprint."""
        return f"http://{_bracketed(urlsplit(self.public_url).hostname or 'localhost')}:{self.trust_at}"

    @property
    def trust_at(self) -> int:
        return self.port + 1 if self.trust_port is None else self.trust_port

    @property
    def is_behind_proxy(self) -> bool:
        """Whether somebody else takes the calls to `public_url` and passes them on."""
        return bool(self.trusted_proxies) or not is_this_machine(urlsplit(self.public_url).hostname or "")

    @property
    def dsn(self) -> str:
        """`DATABASE_URL`, or the running embedded server's address; raises `EmbeddedPostgresError` when it is down."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return EmbeddedPostgres(self.data_dir).dsn.url

    @property
    def secret(self) -> str:
        """What tokens are signed with: the setting, or a secret made once and kept in the data folder."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        return kept_secret(self.data_dir / SECRET_FILE)

    @property
    def access_lifetime(self) -> timedelta:
        return timedelta(minutes=self.access_token_minutes)

    @property
    def refresh_lifetime(self) -> timedelta:
        return timedelta(days=self.refresh_token_days)

    @property
    def is_cookie_secure(self) -> bool:
        return self.public_url.startswith("https:") if self.cookie_secure is None else self.cookie_secure

    @property
    def vapid_subject(self) -> str:
        """Whom mails come from, else where we are: Apple refuses a host that the internet does not know, as a plant's own name."""
        if self.push_subject is not None:
            return self.push_subject
        if self.mail_from and self._is_sender_whole() and _is_public(self.mail_sender.domain):
            return f"mailto:{self.mail_sender.addr_spec}"
        host = urlsplit(self.public_url).hostname or ""
        return f"https://{host}" if self.public_url.startswith("https:") and _is_public(host) else NOBODYS_SITE

    @property
    def mail_security(self) -> Literal["starttls", "tls", "none"]:
        return self.mail_tls or ("tls" if self.mail_port == SMTPS_PORT else "starttls")

    @property
    def mail_sender(self) -> Address:
        """Whom mails come from; raises `ValueError` for what is no address."""
        name, address = parseaddr(self.mail_from or (self.mail_username if "@" in self.mail_username else ""))
        return Address(name or "Établi", addr_spec=address or f"etabli@{urlsplit(self.public_url).hostname or 'localhost'}")

    @property
    def storage_dir(self) -> Path:
        return self.data_dir / "attachments"

    @property
    def lacks_web_root(self) -> bool:
        """Whether the web app that somebody named is not there."""
        return self.web_root is not None and not (self.web_root / "index.html").is_file()

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_mb * MEBIBYTE

    @property
    def max_body_bytes(self) -> int:
        return self.max_body_mb * MEBIBYTE

    def check_safe(self) -> None:
        """Raise `UnsafeSettingsError` naming every unsafe setting; a demonstration may have them."""
        if not self.demo and (reasons := list(self._unsafe())):
            raise UnsafeSettingsError(reasons)

    def _unsafe(self) -> Iterator[str]:
        if len(self.secret) < SHORTEST_SECRET or len(set(self.secret)) < SHORTEST_SECRET // 4:
            yield self._guessable()
        if self.database_url is not None and _has_default_password(self.dsn):
            yield "DATABASE_URL has a default password: give the database's user one of its own"
        yield from self._unsafe_transport()
        yield from self._unsafe_mail()

    def _guessable(self) -> str:
        if self.secret_key is not None:
            return f"ETABLI_SECRET_KEY is guessable: use {SHORTEST_SECRET} random characters or leave it out"
        return f"{self.data_dir / SECRET_FILE} is damaged: put it back from a backup, or remove it (everybody then signs in again)"

    def _unsafe_transport(self) -> Iterator[str]:
        url = urlsplit(self.public_url)
        if url.scheme != "https" and not is_this_machine(url.hostname or "") and not self.allow_http:
            yield f"{self.public_url} is not https: set ETABLI_BASE_URL, or ETABLI_ALLOW_HTTP=true on a closed network"
        if url.scheme == "https" and self.cookie_secure is False:
            yield "ETABLI_COOKIE_SECURE=false sends sign-in cookies unprotected: leave it out"
        if _is_any(self.host) and self.base_url is None and not (self.allow_http or self.serves_https):
            yield "ETABLI_HOST opens the server to the network: set ETABLI_BASE_URL to its https address"

    def _unsafe_mail(self) -> Iterator[str]:
        """In plain text, who listens on the way has the password, or the links that let people in."""
        if self.mail_server and not self._is_sender_whole():
            yield "ETABLI_MAIL_FROM is no address that mail can come from: set it to one like maintenance@example.org"
        if self.mail_password.get_secret_value() and not self.mail_username:
            yield "ETABLI_MAIL_PASSWORD is set without ETABLI_MAIL_USERNAME: set both or neither"
        if self.mail_server and self.mail_security == "none" and not is_this_machine(self.mail_server):
            if self.mail_username:
                yield "ETABLI_MAIL_TLS=none sends the password in plain text: use starttls or tls, or a server that asks for none"
            elif not self.allow_http:
                yield "ETABLI_MAIL_TLS=none sends mails in plain text: use starttls or tls, or ETABLI_ALLOW_HTTP=true on a closed network"

    def _is_sender_whole(self) -> bool:
        try:
            return bool(self.mail_sender.username and self.mail_sender.domain)
        except (ValueError, MessageError):
            return False


def kept_secret(path: Path) -> str:
    """A random secret that stays the same: made by whoever comes first, readable by us alone."""
    with suppress(FileNotFoundError):
        return path.read_text(errors="replace")
    make_passable(path.parent)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_text()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    return Settings()


def _has_default_password(url: str) -> bool:
    parts = urlsplit(url)
    if parts.password is None:
        return False  # a socket, a certificate or a password file
    return parts.password.lower() in DEFAULT_PASSWORDS or parts.password == parts.username


def is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False


def _is_public(host: str) -> bool:
    return "." in host and not host.endswith(_PRIVATE_NAMES) and not _is_address(host)


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        ip_address(host)
        return True
    return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_any(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_unspecified
    return host == ""
