"""What a mail says, made of what its parcel holds. Both of its forms, plain text and HTML, are drawn from one `Letter`.

A parcel's content: `template`, `lang`, `facts`; `link` where it leads to a page that a secret opens, whose token is made here
and stands nowhere; `origin` where links do not begin as the settings say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from server.core.i18n import translator
from server.core.security import derived_token
from server.core.settings import Settings
from server.core.zones import zone_of
from shared_models.i18n import Translator
from shared_models.mails import MailTemplate

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Item:
    """One of several things that a mail tells; `head` comes before the first of some."""

    title: str
    message: str
    url: str
    head: str = ""


@dataclass(frozen=True)
class Letter:
    """`afterwards` and `aside` come behind the button, `because` in the footer; `kind` is what its reader may stop."""

    lang: str
    subject: str
    paragraphs: tuple[str, ...]
    title: str = ""
    table: tuple[tuple[str, str], ...] = ()
    items: tuple[Item, ...] = ()
    button: Link | None = None
    afterwards: tuple[str, ...] = ()
    aside: Link | None = None
    because: str = ""
    kind: str = ""
    thread: str = ""
    is_urgent: bool = False


@dataclass(frozen=True)
class Sender:
    """Where a mail's links begin, and the secret by which its tokens are made: none for who only looks."""

    url: str
    secret: str | None

    @classmethod
    def of(cls, settings: Settings) -> "Sender":
        return cls(settings.public_url, settings.secret)


@dataclass(frozen=True)
class _Drawing:
    words: Translator
    facts: Facts
    link: Facts
    sender: Sender

    def t(self, key: str, **more: Any) -> str:
        return self.words.t(key, name=self.facts.get("name", ""), by=self.facts.get("by", ""), **more)

    def at(self, path: str) -> str:
        return self.sender.url + path

    def when(self, name: str = "at") -> str:
        """At the reader's clock, which is named: a mail is read elsewhere too."""
        zone: ZoneInfo = zone_of(self.facts.get("zone") or "UTC")
        moment = datetime.fromisoformat(self.facts[name])
        return f"{format_datetime(moment, 'd MMMM y, HH:mm', tzinfo=zone, locale=self.words.lang)} ({zone.key})"

    @property
    def secret_url(self) -> str:
        token = derived_token(self.link["nonce"], self.sender.secret) if self.sender.secret else "…"
        return self.at(f"{self.link['path']}?token={token}")


def _invitation(d: _Drawing) -> Letter:
    role = d.words.t(f"sign_in.role.{d.facts['role']}")
    where = d.words.t("account.all_sites") if d.facts.get("all_sites") else ", ".join(d.facts.get("sites", ()))
    table = ((d.t("mail.role"), role), *([(d.t("mail.sites"), where)] if where else []))
    return Letter(
        d.words.lang, d.t("mail.invitation.subject"), (d.t("mail.invitation.body"),), title=d.t("mail.invitation.title"), table=table,
        button=Link(d.t("mail.invitation.button"), d.secret_url),
        afterwards=(d.t("mail.invitation.until", day=d.when("until")), d.t("mail.invitation.not_you")),
    )  # fmt: skip


def _password(d: _Drawing) -> Letter:
    body = d.t("mail.password.body_by" if d.facts.get("by") else "mail.password.body")
    return Letter(
        d.words.lang, d.t("mail.password.subject"), (d.t("mail.hello"), body), title=d.t("mail.password.subject"),
        table=((d.t("mail.username"), d.facts["username"]),), button=Link(d.t("mail.password.button"), d.secret_url),
        afterwards=(d.t("mail.password.until", moment=d.when("until")), d.t("mail.password.not_you")),
    )  # fmt: skip


def _new_sign_in(d: _Drawing) -> Letter:
    device = d.facts.get("device") or d.words.t("me.unknown_device")
    table = ((d.t("mail.device"), device), (d.t("mail.when"), d.when()), (d.t("mail.from_where"), d.facts.get("address") or "–"))
    return Letter(
        d.words.lang, d.t("mail.new_sign_in.subject", device=device), (d.t("mail.hello"), d.t("mail.new_sign_in.body")),
        title=d.t("mail.new_sign_in.title"), table=table, button=Link(d.t("mail.new_sign_in.button"), d.at("/me")),
        afterwards=(d.t("mail.new_sign_in.you"), d.t("mail.new_sign_in.not_you")),
        aside=Link(d.t("mail.password.button"), d.at("/forgot-password")),
    )  # fmt: skip


def _password_changed(d: _Drawing) -> Letter:
    where = (d.t("mail.from_where"), d.facts.get("address") or "–")
    return Letter(
        d.words.lang, d.t("mail.password_changed.subject"), (d.t("mail.hello"), d.t("mail.password_changed.body")),
        title=d.t("mail.password_changed.subject"),
        table=((d.t("mail.username"), d.facts["username"]), (d.t("mail.when"), d.when()), where),
        afterwards=(d.t("mail.password_changed.not_you"),), aside=Link(d.t("mail.password.button"), d.at("/forgot-password")),
    )  # fmt: skip


def _notice(d: _Drawing) -> Letter:
    facts = d.facts
    items = tuple(
        Item(one["title"], one["message"], d.at(one["path"]) if "path" in one else "", one["head"]) for one in facts.get("items", ())
    )
    return Letter(
        d.words.lang, facts["title"], (facts["message"],) if facts.get("message") else (), title=facts["title"], items=items,
        button=Link(d.t("mail.open"), d.at(facts.get("path") or "/")), because=facts.get("because", ""), kind=facts["kind"],
        thread=facts.get("thread", ""), is_urgent=facts.get("priority") == "urgent",
    )  # fmt: skip


def _digest(d: _Drawing) -> Letter:
    """`notices` are what a mail of its own would tell; `kind` is what stops the digest."""
    notices = d.facts["notices"]
    items = tuple(Item(one["title"], one.get("message", ""), d.at(one.get("path") or "/")) for one in notices)
    subject = d.words.n("mail.digest.subject", len(items))
    return Letter(
        d.words.lang, subject, (d.t("mail.digest.body"),), title=subject, items=items, because=d.facts.get("because", ""),
        button=Link(d.t("mail.digest.button"), d.at(d.facts.get("path") or "/")), kind=d.facts.get("kind", ""),
        thread=d.facts.get("thread", ""),
    )  # fmt: skip


_DRAWN: Final[Mapping[MailTemplate, Callable[[_Drawing], Letter]]] = {
    MailTemplate.invitation: _invitation,
    MailTemplate.password: _password,
    MailTemplate.new_sign_in: _new_sign_in,
    MailTemplate.password_changed: _password_changed,
    MailTemplate.notice: _notice,
    MailTemplate.digest: _digest,
}


def letter_of(content: Facts, sender: Sender) -> Letter:
    """Without a secret the sender's links that let somebody in are cut short."""
    origin = content.get("origin") or sender.url
    drawing = _Drawing(translator(content["lang"]), content["facts"], content.get("link", {}), Sender(origin, sender.secret))
    return _DRAWN[MailTemplate(content["template"])](drawing)
