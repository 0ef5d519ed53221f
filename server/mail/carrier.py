"""Mails out of the outbox: by the mail server that the settings name, or kept here for the administrators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.headerregistry import Address
from functools import cached_property

from server.core.settings import Settings
from server.mail import addresses, stopping  # noqa: F401 - addresses declares itself
from server.mail.letters import Sender, letter_of
from server.mail.messages import Envelope, message_of
from server.mail.smtp import CONNECTIONS, Smtp
from server.outbox.carrying import Carrier, Node, Parcel, Verdict, carries
from shared_models.outbox import Channel, ParcelState


class Post:
    at_once = 32 * CONNECTIONS

    def __init__(self, settings: Settings, smtp: Smtp) -> None:
        self._settings = settings
        self._smtp = smtp

    @cached_property
    def _sender(self) -> Address:
        return self._settings.mail_sender

    async def carry(self, parcel: Parcel) -> Verdict:
        """Drawn when it is its turn: in a thread, all that is sent meanwhile would wait for the interpreter."""
        return await self._smtp.send(self._sender.addr_spec, parcel.target, lambda: message_for(parcel, self._settings, self._sender))


class Shelf:
    """Without a mail server nothing leaves, and nothing is lost."""

    at_once = 32 * CONNECTIONS

    async def carry(self, parcel: Parcel) -> Verdict:  # noqa: ARG002 - whatever it is
        return Verdict(ParcelState.kept)


@carries(Channel.email)
@asynccontextmanager
async def posting(node: Node) -> AsyncIterator[Carrier]:
    if not node.settings.mail_server:
        yield Shelf()
        return
    smtp = Smtp(node.settings)
    try:
        yield Post(node.settings, smtp)
    finally:
        await smtp.close()


def message_for(parcel: Parcel, settings: Settings, sender: Address | None = None) -> bytes:
    letter = letter_of(parcel.content, Sender(settings.public_url, settings.secret))
    stop_url = stopping.url_of(settings, parcel.user_id, letter.kind) if parcel.user_id and letter.kind else ""
    envelope = Envelope(parcel.id, sender or settings.mail_sender, parcel.target, parcel.created_at, settings.public_url, stop_url)
    return message_of(letter, envelope)
