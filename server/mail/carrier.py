"""Mails out of the outbox: by the mail server that the settings name, or kept here for the administrators."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from email.headerregistry import Address
from functools import cached_property, partial

from server.core.storage import FileGone, Storage
from server.mail import addresses, stopping  # noqa: F401 - addresses declares itself
from server.mail.letters import Sender, letter_of
from server.mail.messages import Enclosed, Envelope, message_of
from server.mail.smtp import CONNECTIONS, Smtp
from server.outbox.carrying import Carrier, Node, Parcel, Verdict, carries
from shared_models.outbox import Channel, ParcelState

_FILES_AT_ONCE = 2
"""Mails that bring files: they are in memory while they are sent."""


class Post:
    at_once = 32 * CONNECTIONS

    def __init__(self, node: Node, smtp: Smtp) -> None:
        self._settings, self._storage = node.settings, node.storage
        self._smtp = smtp
        self._heavy = asyncio.Semaphore(_FILES_AT_ONCE)

    @cached_property
    def _sender(self) -> Address:
        return self._settings.mail_sender

    @cached_property
    def _links(self) -> Sender:
        return Sender.of(self._settings)

    async def carry(self, parcel: Parcel) -> Verdict:
        """Drawn when it is its turn: in a thread, all that is sent meanwhile would wait for the interpreter."""
        if not _files_of(parcel):
            return await self._send(parcel)
        async with self._heavy:
            return await self._send(parcel, [each async for each in _enclosed(self._storage, parcel)])

    async def _send(self, parcel: Parcel, enclosed: Sequence[Enclosed] = ()) -> Verdict:
        drawn = partial(message_for, parcel, self._links, self._sender, enclosed)
        return await self._smtp.send(self._sender.addr_spec, parcel.target, drawn)


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
        yield Post(node, smtp)
    finally:
        await smtp.close()


def _files_of(parcel: Parcel) -> list[dict[str, str]]:
    """What its items bring with them."""
    return [item["file"] for item in parcel.content.get("facts", {}).get("items", ()) if "file" in item]


async def _enclosed(storage: Storage, parcel: Parcel) -> AsyncIterator[Enclosed]:
    """Without one that is gone meanwhile the mail still says where it was to be read."""
    for file in _files_of(parcel):
        with suppress(FileGone):
            yield Enclosed(file["name"], file["mime"], await storage.read(file["sha256"]))


def message_for(parcel: Parcel, links: Sender, sender: Address, enclosed: Sequence[Enclosed] = ()) -> bytes:
    letter = letter_of(parcel.content, links)
    stop_url = stopping.url_of(links, parcel.user_id, letter.kind) if parcel.user_id and letter.kind else ""
    return message_of(letter, Envelope(parcel.id, sender, parcel.target, parcel.created_at, links.url, stop_url), enclosed)
