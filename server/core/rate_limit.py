"""Limits shared by every node: GCRA in one statement on an unlogged table (lost in a crash, which only forgets attempts).

A hit is counted outside the request's transaction, so that a refused request counts too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel

from server.core.clock import now
from server.core.errors import TooManyAttempts
from server.core.read_pool import ReadPool
from server.core.tables import instant_column


class RateLimit(SQLModel, table=True):
    """GCRA state, shared by all nodes: when the next attempt would be on time. Lost in a crash, which is fine."""

    __tablename__ = "rate_limit"
    __forgotten__ = "arrival_at", timedelta()
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: str = Field(primary_key=True, max_length=200)
    arrival_at: datetime = instant_column(index=True)


@dataclass(frozen=True)
class Rate:
    """`burst` hits at once, then one every `per / burst`."""

    burst: int
    per: timedelta

    @property
    def interval(self) -> timedelta:
        return self.per / self.burst


_HIT = """
with hit as (
    insert into rate_limit as r (key, arrival_at) values ($1, $2::timestamptz + $3::interval)
    on conflict (key) do update set arrival_at = greatest(r.arrival_at, $2) + $3
    where greatest(r.arrival_at, $2) + $3 <= $2 + $4::interval
    returning arrival_at
)
select exists (select from hit) as allowed, (select arrival_at from rate_limit where key = $1) as arrival_at
"""


async def hit(pool: ReadPool, key: str, rate: Rate) -> None:
    """Count one hit; raises `TooManyAttempts` with the seconds to wait when the allowance is used up."""
    at = now()
    row = await pool.fetchrow(_HIT, key[:200], at, rate.interval, rate.per)
    if not row["allowed"]:
        raise TooManyAttempts(retry_after=(row["arrival_at"] + rate.interval - rate.per - at).total_seconds())


async def check(pool: ReadPool, key: str, rate: Rate) -> None:
    """As `hit`, without counting: refuses whoever has used up their allowance."""
    at = now()
    arrival_at = await pool.fetchval("select arrival_at from rate_limit where key = $1", key[:200])
    if arrival_at is not None and arrival_at + rate.interval - rate.per > at:
        raise TooManyAttempts(retry_after=(arrival_at + rate.interval - rate.per - at).total_seconds())


async def give_back(pool: ReadPool, key: str, rate: Rate) -> None:
    """Uncount one hit."""
    await pool.execute("update rate_limit set arrival_at = arrival_at - $2::interval where key = $1", key[:200], rate.interval)


async def forgive(pool: ReadPool, key: str) -> None:
    await pool.execute("delete from rate_limit where key = $1", key[:200])


async def forgive_under(pool: ReadPool, prefix: str) -> None:
    """All keys that begin with `prefix`."""
    await pool.execute("delete from rate_limit where starts_with(key, $1)", prefix)


async def sweep(pool: ReadPool) -> None:
    """Drop the keys whose allowance is whole again; safe at any time."""
    await pool.execute("delete from rate_limit where arrival_at < $1", now())
