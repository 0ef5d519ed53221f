"""Limits shared by every node: GCRA in one statement on an unlogged table (lost in a crash, which only forgets attempts).

A hit is counted outside the request's transaction, so that a refused request counts too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
from sqlmodel import Field, SQLModel

from server.core.clock import now
from server.core.errors import TooManyAttempts


class RateLimit(SQLModel, table=True):
    """`tat`: the theoretical arrival time of GCRA, when the key's allowance is whole again."""

    __tablename__ = "rate_limit"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy's own convention

    key: str = Field(primary_key=True, max_length=200)
    tat: datetime = Field(index=True)


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
    insert into rate_limit as r (key, tat) values ($1, $2::timestamptz + $3::interval)
    on conflict (key) do update set tat = greatest(r.tat, $2) + $3
    where greatest(r.tat, $2) + $3 <= $2 + $4::interval
    returning tat
)
select exists (select from hit) as allowed, (select tat from rate_limit where key = $1) as tat
"""


async def hit(pool: asyncpg.Pool, key: str, rate: Rate) -> None:
    """Count one hit; raises `TooManyAttempts` with the seconds to wait when the allowance is used up."""
    at = now()
    row = await pool.fetchrow(_HIT, key[:200], at, rate.interval, rate.per)
    if not row["allowed"]:
        raise TooManyAttempts(retry_after=(row["tat"] + rate.interval - rate.per - at).total_seconds())


async def forgive(pool: asyncpg.Pool, key: str) -> None:
    await pool.execute("delete from rate_limit where key = $1", key[:200])


async def sweep(pool: asyncpg.Pool) -> None:
    """Drop the keys whose allowance is whole again; safe at any time."""
    await pool.execute("delete from rate_limit where tat < $1", now())
