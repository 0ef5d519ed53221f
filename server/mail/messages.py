"""A letter as a message (RFC 5322): plain text and HTML, in the form that mail servers and readers expect."""

import hashlib
import unicodedata
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import escape

from server.core.i18n import translator
from server.mail.letters import Letter

TEMPLATES = Path(__file__).resolve().parents[2] / "assets" / "templates"
LONGEST_SUBJECT = 200
_STOP = "\N{OBJECT REPLACEMENT CHARACTER}stop\N{OBJECT REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Envelope:
    """`id` is the parcel's: whoever gets it twice sees it once."""

    id: UUID
    sender: Address
    target: str
    at: datetime
    address: str
    """Of this server, as people know it."""
    stop_url: str = ""


@dataclass(frozen=True)
class Enclosed:
    """A file that comes with a mail."""

    name: str
    mime: str
    content: bytes


def message_of(letter: Letter, envelope: Envelope, enclosed: Sequence[Enclosed] = ()) -> bytes:
    """Written out: the library would parse each of our own headers, and each part's, which takes three times as long as all else."""
    domain = _ascii(envelope.sender.domain)
    thread = f"<{_mark(letter.thread)}.thread@{domain}>" if letter.thread else ""
    stop = f"<{envelope.stop_url}>" if envelope.stop_url else ""
    own = {
        "Date": _dated(envelope.at), "Message-ID": f"<{envelope.id}@{domain}>", "In-Reply-To": thread, "References": thread,
        "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Importance": "high" if letter.is_urgent else "",
        "List-Unsubscribe": stop, "List-Unsubscribe-Post": stop and "List-Unsubscribe=One-Click", "Content-Language": letter.lang,
        "MIME-Version": "1.0",
    }  # fmt: skip
    same = _written_to(letter, envelope)
    said = b"".join([
        f'Content-Type: multipart/alternative; boundary="{envelope.id.hex}"\r\n'.encode(),
        _part(envelope.id, "plain", _encoded("letter.txt", *same), envelope.stop_url),
        _part(envelope.id, "html", _encoded("letter.html", *same), escape(envelope.stop_url)),
        f"\r\n--{envelope.id.hex}--\r\n".encode(),
    ])  # fmt: skip
    return b"".join([
        _folded("From", str(envelope.sender)), _folded("To", envelope.target), _folded("Subject", _one_line(letter.subject)),
        *(f"{name}: {value}\r\n".encode() for name, value in own.items() if value),
        _with(said, enclosed, f"{envelope.id.hex}.all") if enclosed else said,
    ])  # fmt: skip


def _with(said: bytes, enclosed: Sequence[Enclosed], boundary: str) -> bytes:
    between = f"\r\n--{boundary}\r\n".encode()
    whole = [f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n'.encode(), between, said]
    for file in enclosed:
        head = f"Content-Type: {file.mime}\r\nContent-Transfer-Encoding: base64\r\n"
        head += f"Content-Disposition: attachment; filename*=UTF-8''{quote(file.name, safe='')}\r\n\r\n"
        whole += [between, head.encode(), encodebytes(file.content).replace(b"\n", b"\r\n")]
    return b"".join([*whole, f"\r\n--{boundary}--\r\n".encode()])


@lru_cache(maxsize=512)
def _folded(name: str, value: str) -> bytes:
    """What somebody has written: in as many lines and encoded words as it takes."""
    policy = SMTPUTF8 if name == "To" and not value.isascii() else SMTP
    return policy.fold_binary(*policy.header_store_parse(name, value))


def _part(boundary: UUID, subtype: str, runs: Iterable[bytes | str], stop_url: str) -> bytes:
    head = f'\r\n--{boundary.hex}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + b"".join(run if isinstance(run, bytes) else _quoted(run.replace(_STOP, stop_url)) for run in runs)


@lru_cache(maxsize=64)
def _encoded(template: str, letter: Letter, host: str, can_stop: bool) -> tuple[bytes | str, ...]:  # noqa: FBT001 - a key of the cache
    """Many get the same, but for the lines with the address by which each of them stops it: only these are still text."""
    lines = [f"{line}\r\n" for line in _drawn(template, letter, host, can_stop).splitlines()]
    runs = [(is_own, "".join(run)) for is_own, run in groupby(lines, lambda line: _STOP in line)]
    return tuple(run if is_own else _quoted(run) for is_own, run in runs)


def _quoted(text: str) -> bytes:
    return b2a_qp(text.encode())


def text_of(letter: Letter, envelope: Envelope) -> str:
    return _drawn("letter.txt", *_written_to(letter, envelope)).replace(_STOP, envelope.stop_url)


def _written_to(letter: Letter, envelope: Envelope) -> tuple[Letter, str, bool]:
    """What a text depends on that is not its reader's alone."""
    return letter, urlsplit(envelope.address).netloc, bool(envelope.stop_url)


def _drawn(template: str, letter: Letter, host: str, can_stop: bool) -> str:  # noqa: FBT001 - one of what it depends on
    return _environment().get_template(f"mail/{template}").render(
        letter=letter, t=translator(letter.lang).t, colon="\N{NO-BREAK SPACE}:" if letter.lang == "fr" else ":", address=host,
        stop_url=_STOP if can_stop else "",
    )  # fmt: skip


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"], default=False), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _one_line(text: str) -> str:
    """What somebody has called something begins no header of its own."""
    shown = "".join(" " if unicodedata.category(char)[0] in "CZ" and char != "\N{ZERO WIDTH JOINER}" else char for char in text)
    return " ".join(shown.split())[:LONGEST_SUBJECT]


@lru_cache(maxsize=64)
def _dated(at: datetime) -> str:
    return format_datetime(at)


@lru_cache(maxsize=64)
def _mark(thread: str) -> str:
    return hashlib.sha256(thread.encode()).hexdigest()[:32]


def _ascii(domain: str) -> str:
    return domain.encode("idna").decode() if not domain.isascii() else domain
