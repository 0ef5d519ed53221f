"""Numbers people read, such as `EQ-0001` and `REQ-2026-000001`: unique, in the order in which they are taken, with a gap where
what took one was not done after all.
"""

from sqlmodel import Field, SQLModel

from server.core.database import Session


class NumberSeries(SQLModel, table=True):
    """What had been given of `INT-2026-…` when its sequence was made, which tells the rest: nobody waits for whoever took one."""

    __tablename__ = "number_series"

    series: str = Field(primary_key=True, max_length=20)
    last: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


async def next_number(session: Session, series: str) -> int:
    return int(await session.fetchval("select etabli_number($1)", series))


async def next_numbers(session: Session, series: str, count: int) -> list[int]:
    """The series' next numbers; others may take some in between."""
    found = await session.fetch("select etabli_number($1) as number from generate_series(1, $2)", series, count)
    return [row["number"] for row in found]
