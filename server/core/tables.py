"""What tables share: column types, time stamps, and the marks that sync needs."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared_models.ids import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

Instant = sa.DateTime(timezone=True)
Json = JSONB(none_as_null=True)


def one_of(enum: type[StrEnum], column: str, *, nullable: bool = False) -> sa.CheckConstraint:
    """The seed's `CHECK (column IN (…))`, generated from the enum that the code uses."""
    values = ", ".join(f"'{member.value}'" for member in enum)
    absent = f"{column} IS NULL OR " if nullable else ""
    return sa.CheckConstraint(f"{absent}{column} IN ({values})", name=column)


def one_name(table: str, column: str, *within: str) -> sa.Index:
    """Unique however it is written: in small letters or capitals, with accents composed or not."""
    return sa.Index("_".join(["uq", table, *within, column]), *within, sa.text(f"etabli_key({column})"), unique=True)


def same_name(column: Any, value: str) -> sa.ColumnElement[bool]:
    return sa.func.etabli_key(column) == sa.func.etabli_key(value)


def text_column(**options: Any) -> Any:
    """A text that is empty rather than null."""
    return Field(default="", sa_type=sa.Text, sa_column_kwargs={"server_default": ""}, **options)


def folded(column: str) -> Any:
    """What `column` is sorted and searched by: in small letters and without accents, kept by the database."""
    return Field(default=None, sa_column=sa.Column(sa.Text, sa.Computed(f"etabli_fold({column})", persisted=True)))


def enum_column(enum: type[StrEnum], default: StrEnum | None = None, *, nullable: bool = False) -> Any:
    """A column whose Python side is the enum and whose database side is a short text."""
    short_text = sa.Enum(
        enum,
        native_enum=False,
        create_constraint=False,
        length=20,
        values_callable=lambda members: [m.value for m in members],
    )
    if default is not None:
        return Field(default=default, sa_type=short_text, nullable=nullable, sa_column_kwargs={"server_default": default.value})
    return Field(default=None, sa_type=short_text, nullable=True) if nullable else Field(sa_type=short_text, nullable=False)


def json_column(default: str, **options: Any) -> Any:
    """A JSONB column; `default` is the JSON text it starts with, `[]` or `{}`."""
    factory = list if default == "[]" else dict
    return Field(
        default_factory=factory,
        sa_type=Json,
        sa_column_kwargs={"server_default": sa.text(f"'{default}'")},
        nullable=False,
        **options,
    )


def instant_column(**options: Any) -> Any:
    return Field(sa_type=Instant, **options)


def _now() -> datetime:
    return datetime.now(UTC)


class Identified(SQLModel):
    """UUIDv7, made by whoever creates the row."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)


class Timestamped(Identified):
    created_at: datetime = Field(default_factory=_now, sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    updated_at: datetime = Field(
        default_factory=_now,
        sa_type=Instant,
        nullable=False,
        sa_column_kwargs={"server_default": sa.func.now(), "onupdate": _now},
    )


class Versioned(Timestamped):
    """`version` goes up with each change; a change that read an older one is refused."""

    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class Synced(SQLModel):
    """`sync_xid`: the transaction that last changed the row, set by a trigger, never by the code."""

    sync_xid: int | None = Field(default=None, sa_type=sa.BigInteger, nullable=False, sa_column_kwargs={"server_default": sa.text("0")})
    __synced__: ClassVar[bool] = True
    __own__: ClassVar[str | None] = None
    """The column that says whose a row is, of a table whose rows each have one reader."""
