"""A letter as a message (RFC 5322): plain text and HTML, in the form that mail servers and readers expect."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from server.core.i18n import translator
from server.mail.letters import Letter

TEMPLATES = Path(__file__).resolve().parents[2] / "assets" / "templates"
LONGEST_SUBJECT = 200


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


def message_of(letter: Letter, envelope: Envelope) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    domain = _ascii(envelope.sender.domain)
    message["From"] = envelope.sender
    message["To"] = envelope.target
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = f"<{envelope.id}@{domain}>"
    if letter.thread:
        message["In-Reply-To"] = message["References"] = f"<{_mark(letter.thread)}.thread@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.is_urgent:
        message["Importance"] = "high"
    if envelope.stop_url:
        message["List-Unsubscribe"] = f"<{envelope.stop_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text_of(letter, envelope), cte="quoted-printable")
    message.add_alternative(html_of(letter, envelope), subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.lang
    return message


def text_of(letter: Letter, envelope: Envelope) -> str:
    return _rendered("letter.txt", letter, envelope)


def html_of(letter: Letter, envelope: Envelope) -> str:
    return _rendered("letter.html", letter, envelope)


def _rendered(template: str, letter: Letter, envelope: Envelope) -> str:
    host = urlsplit(envelope.address).netloc
    return _environment().get_template(f"mail/{template}").render(
        letter=letter, t=translator(letter.lang).t, colon="\N{NO-BREAK SPACE}:" if letter.lang == "fr" else ":", address=host,
        stop_url=envelope.stop_url,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"], default=False), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _one_line(text: str) -> str:
    """What somebody has called something begins no header of its own."""
    shown = "".join(" " if unicodedata.category(char)[0] in "CZ" and char != "\N{ZERO WIDTH JOINER}" else char for char in text)
    return " ".join(shown.split())[:LONGEST_SUBJECT]


def _mark(thread: str) -> str:
    return hashlib.sha256(thread.encode()).hexdigest()[:32]


def _ascii(domain: str) -> str:
    return domain.encode("idna").decode() if not domain.isascii() else domain
