"""Orders to suppliers."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.tables import Synced, Versioned, enum_column, instant_column, one_of, text_column
from shared_models.buying.rows import OrderStatus

_QUANTITY, _PRICE = sa.Numeric(14, 3), sa.Numeric(14, 4)


class PurchaseOrder(Versioned, Synced, table=True):
    __tablename__ = "purchase_order"
    __table_args__ = (
        one_of(OrderStatus, "status"),
        sa.UniqueConstraint("number"),
        sa.Index("ix_purchase_order_site_id_sync_xid", "site_id", "sync_xid", "id"),
    )

    number: str = Field(max_length=30)
    site_id: UUID = Field(foreign_key="sites.id")
    supplier_id: UUID = Field(foreign_key="suppliers.id", index=True)
    status: OrderStatus = enum_column(OrderStatus, OrderStatus.draft)
    currency: str = Field(max_length=3)
    expected_on: date | None = None
    notes: str = text_column()
    ordered_at: datetime | None = instant_column(default=None)
    closed_at: datetime | None = instant_column(default=None)


class PurchaseOrderLine(SQLModel, table=True):
    __tablename__ = "purchase_order_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("received >= 0", name="received"),
    )

    order_id: UUID = Field(primary_key=True, foreign_key="purchase_order.id", ondelete="CASCADE")
    part_id: UUID = Field(primary_key=True, foreign_key="spare_parts.id", index=True)
    place: int
    quantity: Decimal = Field(sa_type=_QUANTITY)
    unit_price: Decimal | None = Field(default=None, sa_type=_PRICE)
    reference: str = text_column()
    received: Decimal = Field(default=Decimal(0), sa_type=_QUANTITY, sa_column_kwargs={"server_default": sa.text("0")})
