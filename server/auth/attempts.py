"""How often a password may be tried, so that nobody uses up somebody else's tries.

A device on which the account has signed in before counts for itself. Everybody else counts by account *and* network, which
leaves the account's owner alone; a whole network, and all strangers to an account together, have wider limits.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from server.auth import repository
from server.core import rate_limit
from server.core.context import origin
from server.core.rate_limit import Rate
from server.core.read_pool import ReadPool

OF_ONE = Rate(10, timedelta(minutes=15))
OF_NETWORK = Rate(100, timedelta(minutes=15))  # a whole workshop may share one address
OF_STRANGERS = Rate(200, timedelta(hours=1))


@dataclass(frozen=True)
class Attempt:
    """Counted before the password is looked at, or a burst would pass uncounted; `succeeded` takes it back."""

    pool: ReadPool
    counters: tuple[tuple[str, Rate], ...]

    async def succeeded(self) -> None:
        """One's own mistakes are forgiven; of what is shared with others, only this attempt."""
        (own, _), *shared = self.counters
        await rate_limit.forgive(self.pool, own)
        for key, rate in shared:
            await rate_limit.give_back(self.pool, key, rate)


async def forgive(pool: ReadPool, user_id: UUID) -> None:
    """A new password has been chosen: what was tried with the old one counts no more."""
    await rate_limit.forgive_under(pool, f"sign-in:{user_id}:")


async def count(pool: ReadPool, name: str, user_id: UUID | None, device_id: UUID | None) -> Attempt:
    """`name` as it was typed stands for an account that does not exist, whose tries are limited alike."""
    where, account = origin.get(), f"sign-in:{user_id or name}"
    known = await repository.knows(pool, user_id, device_id, where.address) if user_id else None
    if known and known["device"]:
        counters: tuple[tuple[str, Rate], ...] = ((f"{account}:{where.network}:{device_id}", OF_ONE),)
    else:
        counters = ((f"{account}:{where.network}", OF_ONE), (f"sign-in:network:{where.network}", OF_NETWORK))
        if not (known and known["address"]):
            counters += ((f"{account}:strangers", OF_STRANGERS),)
    for key, rate in counters:
        await rate_limit.hit(pool, key, rate)
    return Attempt(pool, counters)
