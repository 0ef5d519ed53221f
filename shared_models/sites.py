"""Sites, when they work, and their production lines."""

from decimal import Decimal
from uuid import UUID

from shared_models.base import EntityRow, Instant, Line, LongText, Name, NewId, Schema, Version
from shared_models.equipment.rows import Currency
from shared_models.numbers import Money
from shared_models.shifts import Holiday, Holidays, Shift, Shifts
from shared_models.zones import TimeZone


class SiteRow(EntityRow, entity="site", site="id"):
    name: str
    location: str
    time_zone: str
    shifts: list[Shift] = []
    holidays: list[Holiday] = []
    version: int


class SiteRead(SiteRow):
    """`labour_rate`: what an hour of work costs, in `currency`; each piece of work keeps the rate of when it was entered."""

    description: str
    currency: str
    labour_rate: Decimal | None
    public_requests: bool
    created_at: Instant
    updated_at: Instant


class SiteCreate(Schema):
    """`public_requests`: whether people without an account may report a problem from a label."""

    id: NewId
    name: Name
    location: Line = ""
    description: LongText = ""
    time_zone: TimeZone = "Europe/Paris"
    public_requests: bool = True
    currency: Currency = "EUR"
    labour_rate: Money | None = None


class SiteUpdate(Schema):
    """A `labour_rate` of null is none."""

    version: Version
    name: Name | None = None
    location: Line | None = None
    description: LongText | None = None
    time_zone: TimeZone | None = None
    public_requests: bool | None = None
    currency: Currency | None = None
    labour_rate: Money | None = None
    shifts: Shifts | None = None
    holidays: Holidays | None = None


class LineRow(EntityRow, entity="line"):
    site_id: UUID
    name: str
    version: int


class LineRead(LineRow):
    description: str
    created_at: Instant


class LineCreate(Schema):
    id: NewId
    site_id: UUID
    name: Name
    description: LongText = ""


class LineUpdate(Schema):
    version: Version
    name: Name | None = None
    description: LongText | None = None
