"""What becomes of people that others have to know of."""

from dataclasses import dataclass
from uuid import UUID

from shared_models.rules import Consequence


@dataclass(frozen=True)
class SessionsEnded(Consequence):
    """Of some of the person's devices, or all: they are signed out, shut out, or the account is closed."""

    user_id: UUID


@dataclass(frozen=True)
class AccessChanged(Consequence):
    """Of what the person may see, by role or by site."""

    user_id: UUID


@dataclass(frozen=True)
class AddressChanged(Consequence):
    """The person's mails go to `address` now."""

    user_id: UUID
    address: str
