"""What has been summed up beforehand: a machine's stops by local day, and machines of which that holds no more."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.tables import Identified, instant_column, json_column


class FigureDay(SQLModel, table=True):
    """Of a day on the machine's site in which something stopped, from stops that are over.

    `restoring` is how long the failures restored that day have lasted, `early` what of it lies before that month.
    """

    __tablename__ = "figure_day"

    equipment_id: UUID = Field(primary_key=True, foreign_key="equipment.id", ondelete="CASCADE")
    day: date = Field(primary_key=True)
    down: timedelta = Field(sa_type=sa.Interval)
    failures: int
    restored: int
    restoring: timedelta = Field(sa_type=sa.Interval)
    early: timedelta = Field(sa_type=sa.Interval)


class FigureStale(Identified, table=True):
    """A machine whose days are to be summed anew: triggers write it with whatever changes them, as often as that happens.

    Nothing is unique here: who changes a machine waits for nobody else who does.
    """

    __tablename__ = "figure_stale"

    equipment_id: UUID = Field(index=True)


class FigureReading(SQLModel, table=True):
    """One row: what a monitoring system is told, as it was last reckoned (`server.kpis.readings`)."""

    __tablename__ = "figure_reading"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    read_at: datetime = instant_column()
    content: list[Any] = json_column("[]")
