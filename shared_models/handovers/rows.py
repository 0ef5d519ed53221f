"""Handovers: what a shift leaves to the next, written at its end and kept as it was."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared_models.base import EntityRow, Instant, Local, Row
from shared_models.interventions.rows import DEVICE_WINDOW
from shared_models.paging import PageQuery

AHEAD = timedelta(hours=12)
"""So much of the work to come is handed over."""


class Part(StrEnum):
    """Of a handover, in the order in which they are read."""

    degraded = "degraded"
    stuck = "stuck"
    opened = "opened"
    temporary = "temporary"
    low = "low"
    ahead = "ahead"
    closed = "closed"


class Word(Row):
    """What somebody had to say to the next crew."""

    id: UUID
    by: str
    occurred_at: Instant
    text: str


class HandoverRow(EntityRow, entity="handover"):
    """Of the shift from `begins_at` to `ends_at`; it tells of what has happened `since`, which is when the shift before it ended.

    `counts`: how much there is of each part; whoever `acknowledged_by` names has taken over.
    """

    site_id: UUID
    shift: str
    since: Instant
    begins_at: Instant
    ends_at: Instant
    counts: dict[Part, int]
    words: list[Word]
    acknowledged_at: Instant | None
    acknowledged_by: str
    version: int


def is_on_device(handover: HandoverRow, now: datetime) -> bool:
    return now - handover.ends_at <= DEVICE_WINDOW


class HandoverItem(Row):
    """A line of it, as it was. `about` and `about_id`: a job, a machine or a part, which may be another one by now."""

    part: Part
    about: str
    about_id: UUID
    title: str
    number: str | None = None
    machine: str | None = None
    who: str | None = None
    reason: str | None = None
    status: str | None = None
    priority: str | None = None
    at: Instant | None = None
    due: Local | None = None
    until: date | None = None
    on_hand: Decimal | None = None
    minimum: Decimal | None = None
    unit: str | None = None

    @property
    def path(self) -> str:
        """Where in the app it is."""
        return f"/{PLACES[self.about]}/{self.about_id}"


PLACES = {"intervention": "jobs", "equipment": "equipment", "part": "parts"}


class HandoverPageRow(EntityRow, entity="handover_page", read_by="id"):
    """What the handover of this id tells; nothing changes it."""

    site_id: UUID
    items: list[HandoverItem]


class HandoverFilter(PageQuery):
    site_id: UUID | None = None
    is_open: bool | None = None
