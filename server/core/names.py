"""What rows of other tables are called by: it changes so seldom that lists remember it, until a transaction gives one of them another.

The database keeps which transactions did (`renaming`, written by triggers); the newest one says whether what is remembered still holds.
"""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.queries import plain

NAMED: Final = {
    "equipment": ("name", "code"),
    "maintenance_types": ("name",),
    "production_lines": ("name",),
    "sites": ("name",),
    "spare_part_categories": ("name",),
    "suppliers": ("name",),
    "team": ("name",),
    "users": ("first_name", "last_name"),
}
"""By table, the columns that have a trigger."""
NEWEST = plain("(select coalesce(max(r.sync_xid), 0) from renaming r)")


class Renaming(SQLModel, table=True):
    """A transaction that has renamed something. They are few; none is ever forgotten, for what was remembered before may still be there."""

    __tablename__ = "renaming"
    __table_args__ = (sa.Index("ix_renaming_sync_xid", "sync_xid"),)

    number: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True))
    sync_xid: int | None = Field(default=None, sa_type=sa.BigInteger, nullable=False)
