"""Numbers people read, such as `EQ-0001` and `REQ-2026-000001`: unique under a row lock; a rolled-back one leaves a gap."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.database import Session


class NumberSeries(SQLModel, table=True):
    """The last number given of `INT-2026-…`; a row lock keeps numbers unique, gaps are allowed."""

    __tablename__ = "number_series"

    series: str = Field(primary_key=True, max_length=20)
    last: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


_NEXT = sa.text(
    "insert into number_series as s (series, last) values (:series, 1)"
    " on conflict (series) do update set last = s.last + 1 returning s.last"
)


async def next_number(session: Session, series: str) -> int:
    """The series' next number; whoever asks for the same series waits until this transaction ends."""
    return int((await session.execute(_NEXT, {"series": series})).scalar_one())


_NEXT_OF_MANY = sa.text(
    "insert into number_series as s (series, last) values (:series, :count)"
    " on conflict (series) do update set last = s.last + :count returning s.last"
)


async def next_numbers(session: Session, series: str, count: int) -> range:
    """The series' next `count` numbers at once."""
    last = int((await session.execute(_NEXT_OF_MANY, {"series": series, "count": count})).scalar_one())
    return range(last - count + 1, last + 1)
