"""Sites and their production lines."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from shared_models.base import ON_PHONE, Instant, Line, LongText, Name, NewId, Row, Schema

_ZONE = re.compile(r"[A-Za-z][\w+-]*(/[\w+-]+)*", re.ASCII)


def _zone_exists(value: str) -> str:
    """A phone has no zone data: it lets pass what is written like a zone, and the server judges."""
    if ON_PHONE and _ZONE.fullmatch(value):
        return value
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("time_zone_unknown") from None
    return value


TimeZone = Annotated[str, StringConstraints(max_length=60), AfterValidator(_zone_exists), Field(examples=["Europe/Paris"])]


class SiteRow(Row):
    id: UUID
    name: str
    location: str
    time_zone: str
    version: int


class SiteRead(SiteRow):
    description: str
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


class SiteUpdate(Schema):
    version: int
    name: Name | None = None
    location: Line | None = None
    description: LongText | None = None
    time_zone: TimeZone | None = None
    public_requests: bool | None = None


class LineRow(Row):
    id: UUID
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
    version: int
    name: Name | None = None
    description: LongText | None = None
