"""Push and pull: how devices and the server agree."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from shared_models.base import Bound, Instant, Item, Row, Schema
from shared_models.checklists import commands as cl
from shared_models.equipment import commands as eq
from shared_models.interventions import commands as iv
from shared_models.meters import commands as mt
from shared_models.plans import commands as pl
from shared_models.problems import Problem
from shared_models.requests import commands as rq

HAPPENED = ("occurred_at", "reported_at", "stopped_at", "restarted_at", "started_at", "ended_at", "read_at")
"""The instants of a command that a device has read off its own clock; what is planned was read off a calendar."""

Entity = Literal[
    "site", "line", "equipment_class", "user", "equipment", "equipment_life", "document", "intervention", "work_request",
    "maintenance_type", "team", "checklist", "meter", "plan",
]  # fmt: skip

AnyCommand = Annotated[
    eq.CreateEquipment
    | eq.UpdateEquipment
    | eq.ArchiveEquipment
    | eq.ChangeEquipmentStatus
    | eq.LinkLabel
    | eq.AddDocument
    | eq.RemoveDocument
    | eq.SetEquipmentPhoto
    | iv.CreateIntervention
    | iv.StartIntervention
    | iv.HoldIntervention
    | iv.EndAction
    | iv.AddAction
    | iv.CompleteIntervention
    | iv.CancelIntervention
    | iv.ValidateIntervention
    | iv.ReturnIntervention
    | iv.AssignIntervention
    | iv.UpdateIntervention
    | iv.ReviseIntervention
    | iv.AddNote
    | iv.AddPhoto
    | iv.RemovePhoto
    | rq.AcceptWorkRequest
    | rq.DeclineWorkRequest
    | mt.CreateMeter
    | mt.UpdateMeter
    | mt.RecordReading
    | mt.VoidReading
    | mt.ResetMeter
    | cl.WriteChecklist
    | cl.AnswerStep
    | pl.WriteMaintenanceType
    | pl.WriteTeam
    | pl.CreatePlan
    | pl.UpdatePlan
    | pl.SetPlanActive
    | pl.MoveOccurrence
    | pl.AssignOccurrence
    | pl.SkipOccurrence
    | pl.GeneratePlan,
    Field(discriminator="type"),
]
COMMAND: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand, config={"defer_build": True})  # built at its first use: the phone starts faster


class PushRequest(Schema):
    """Commands in the order in which they happened. Each is validated for itself, so that a bad one does not stop the rest.

    `sent_at` is the device's clock as it sends: a difference to the server's clock corrects every `occurred_at`.
    """

    device_id: UUID
    sent_at: Bound
    commands: list[Item] = Field(max_length=500)


class PushResult(Row):
    """`id` is the command's; `problem` says why it was refused."""

    id: UUID | None = None
    status: Literal["applied", "rejected"]
    problem: Problem | None = None


class PushAnswer(Row):
    """`xid` is the number of the transaction that carried the commands out: see `PullPage.horizon`."""

    results: list[PushResult]
    xid: int | None = None


class Change(Row):
    """`row` is None for a row that is gone; a device drops it only while its copy still has this `site_id`."""

    entity: Entity
    id: UUID
    site_id: UUID | None
    row: dict[str, Any] | None


class Progress(Row):
    """Rows sent and rows in all, of a first load."""

    done: int
    total: int


class Scope(Row):
    """The sites a device may hold; None means all."""

    site_ids: list[UUID] | None


class PullPage(Row):
    """Apply `changes`, drop rows of sites out of `scope`, then keep `cursor`; with `reset`, empty the store first.

    Everything done by transactions below `horizon` (the page's `pg_snapshot_xmin`) is included once `more` is false: a device
    shows its own change until then, so that nothing flickers back.
    """

    changes: list[Change]
    cursor: str
    more: bool
    progress: Progress | None = None
    scope: Scope
    reset: bool = False
    server_now: Instant
    horizon: int | None = None
