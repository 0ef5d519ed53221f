"""Work requests: what an operator without an account reports from the page behind a label."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from shared_models.base import LINES, EntityRow, Instant, Label, Schema
from shared_models.paging import PageQuery


class RequestStatus(StrEnum):
    new = "new"
    accepted = "accepted"
    declined = "declined"


class Symptom(StrEnum):
    """“What is wrong?”, as the big choices of the public page."""

    stopped = "stopped"
    leak = "leak"
    noise = "noise"
    heat = "heat"
    jam = "jam"
    quality = "quality"
    safety = "safety"
    other = "other"


class WorkRequestRow(EntityRow, entity="work_request"):
    """The requester's words and photo never change."""

    number: str
    site_id: UUID
    equipment_id: UUID
    symptom: Symptom
    text: str
    requester: str
    is_stopped: bool
    photo_id: UUID | None
    status: RequestStatus
    reason: str
    intervention_id: UUID | None
    decided_by: UUID | None
    decided_at: Instant | None
    created_at: Instant
    version: int


class WorkRequestFilter(PageQuery):
    site_id: UUID | None = None
    equipment_id: UUID | None = None
    status: RequestStatus | None = None


class WorkRequestSubmit(Schema):
    """What the public form sends."""

    symptom: Symptom
    text: Annotated[str, StringConstraints(max_length=2_000), LINES] = ""
    requester: Label = ""
    is_stopped: bool = False
