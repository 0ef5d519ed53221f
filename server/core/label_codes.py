"""The labels that are stuck on things: one space of codes, whatever they are on."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Field, SQLModel, col

from server.core.clock import now
from server.core.database import Session
from server.core.queries import expression
from server.core.tables import Instant, instant_column
from shared_models.labels.codes import LENGTH, new_label_code


class LabelCode(SQLModel, table=True):
    """Permanent: a code is printed once, linked once, and never reused. Blank while it is on nothing."""

    __tablename__ = "label_code"
    __table_args__ = (sa.CheckConstraint("num_nonnulls(equipment_id, part_id, place_id) <= 1", name="on_one_thing"),)

    code: str = Field(primary_key=True, max_length=LENGTH)
    equipment_id: UUID | None = Field(default=None, foreign_key="equipment.id", ondelete="SET NULL", index=True)
    part_id: UUID | None = Field(default=None, foreign_key="spare_parts.id", ondelete="SET NULL", index=True)
    place_id: UUID | None = Field(default=None, foreign_key="storage_place.id", ondelete="SET NULL", index=True)
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    linked_at: datetime | None = instant_column(default=None)

    @property
    def is_blank(self) -> bool:
        return self.equipment_id is None and self.part_id is None and self.place_id is None


async def draw_label(session: Session, **on: UUID) -> None:
    """The first label of what is new: `part_id=…`."""
    session.add(LabelCode(code=new_label_code(), created_at=now(), linked_at=now(), **on))
    await session.flush()


async def blank_labels(session: Session, count: int) -> list[LabelCode]:
    """Codes to print before anybody knows on what they will be."""
    labels = [LabelCode(code=new_label_code(), created_at=now()) for _ in range(count)]
    session.add_all(labels)
    await session.flush()
    return labels


async def lock_label(session: Session, code: str) -> LabelCode | None:
    statement = select(LabelCode).where(col(LabelCode.code) == code)
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def stick(session: Session, label: LabelCode, **on: UUID) -> None:
    """`label` was blank: from now on it is on `equipment_id=…`."""
    for column, thing_id in {**on, "linked_at": now()}.items():
        setattr(label, column, thing_id)
    await session.flush()


def label_codes(alias: str, column: str) -> str:
    """All that are on a row, as JSON, the last one linked at the end."""
    return expression(
        "array_to_json(array(select label.code from label_code label where label.{} = {}.id order by label.linked_at, label.code))",
        column, alias,
    )  # fmt: skip
