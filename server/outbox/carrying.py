"""Carriers: who takes a channel's parcels out of the house.

@carries(Channel.email)
@asynccontextmanager
async def posting(node: Node) -> AsyncIterator[Carrier]: ...
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from server.core.database import Database, ReadSession
from server.core.settings import Settings
from server.core.storage import Storage
from shared_models.outbox import Channel, ParcelState


@dataclass(frozen=True)
class Node:
    """What a carrier may use of the node that it works for."""

    database: Database
    storage: Storage
    settings: Settings


@dataclass(frozen=True, eq=False)
class Parcel:
    """`attempts` counts this one."""

    id: UUID
    channel: Channel
    key: str
    target: str
    user_id: UUID | None
    notice_id: UUID | None
    content: dict[str, Any]
    attempts: int
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Verdict:
    """`waiting`: to be tried again, after `after` where the receiver has said when; `content` replaces the parcel's."""

    state: ParcelState
    error: str = ""
    after: timedelta | None = None
    content: dict[str, Any] | None = None


SENT = Verdict(ParcelState.sent)


class Carrier(Protocol):
    @property
    def at_once(self) -> int:
        """So many are handed to it before one is back: none may wait for its turn longer than a receiver may take."""
        ...

    async def carry(self, parcel: Parcel) -> Verdict:
        """Whatever it raises is a failure that is tried again."""


Opened = Callable[[Node], AbstractAsyncContextManager[Carrier]]
CARRIERS: dict[Channel, Opened] = {}
O = TypeVar("O", bound=Opened)  # noqa: E741 - a type


def carries(channel: Channel) -> Callable[[O], O]:
    def register(opened: O) -> O:
        CARRIERS[channel] = opened
        return opened

    return register


Vetting = Callable[[ReadSession, Sequence[Parcel]], Awaitable[Mapping[UUID, Verdict]]]
VETTINGS: list[Vetting] = []
"""Each is asked before parcels go: a verdict for those that do not."""


Errand = Callable[[Node], Awaitable[bool]]
ERRANDS: list[Errand] = []
"""What a courier does beside carrying, whenever it wakes: whether there was anything to do."""


def beside_carrying(errand: Errand) -> Errand:
    ERRANDS.append(errand)
    return errand


def vets(vetting: Vetting) -> Vetting:
    VETTINGS.append(vetting)
    return vetting
