"""The intervention sheet, the work done on it, and its former states."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.queries import rank
from server.core.tables import (
    Identified,
    Instant,
    Json,
    Synced,
    Versioned,
    enum_column,
    instant_column,
    json_column,
    one_of,
    text_column,
)
from shared_models.checklists.rows import StepState
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionType, PhotoKind, Priority, StopKind

_SEARCH_TEXT = "etabli_fold(number || ' ' || title)"
_DOWN_MINUTES = "(extract(epoch FROM (restarted_at - stopped_at)) / 60)::integer"


class Intervention(Versioned, Synced, table=True):
    """See `shared_models.interventions.InterventionRow` for the meaning of each column."""

    __tablename__ = "maintenance_interventions"
    __follows__ = "equipment_id"
    __table_args__ = (
        one_of(InterventionType, "intervention_type"),
        one_of(InterventionStatus, "status"),
        one_of(Priority, "priority"),
        one_of(StopKind, "stop_kind", nullable=True),
        sa.CheckConstraint("restarted_at IS NULL OR restarted_at >= stopped_at", name="restart_after_stop"),
        sa.CheckConstraint("NOT is_validated OR status = 'completed'", name="validated_is_completed"),
        sa.CheckConstraint("NOT (mode_unknown AND mode_id IS NOT NULL)", name="mode_or_unknown"),
        sa.Index("ix_maintenance_interventions_site_id_sync_xid", "site_id", "sync_xid", "id"),
        sa.Index("ix_maintenance_interventions_equipment_id_created_at", "equipment_id", "created_at", "id"),
        sa.Index(
            "ix_maintenance_interventions_mode_id",
            "mode_id",
            "equipment_id",
            "actual_end",
            "id",
            postgresql_where=sa.text("mode_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_maintenance_interventions_equipment_id_stopped_at",
            "equipment_id",
            "stopped_at",
            postgresql_include=["restarted_at"],
            postgresql_where=sa.text("stopped_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_maintenance_interventions_restarted_at",
            sa.text("coalesce(restarted_at, 'infinity'::timestamptz)"),
            postgresql_where=sa.text("stopped_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_maintenance_interventions_date_moved",
            "id",
            postgresql_where=sa.text("(due_reason ->> 'moved_from') IS NOT NULL"),
        ),
        sa.Index("ix_maintenance_interventions_site_id_created_at", "site_id", "created_at", "id"),
        sa.Index("ix_maintenance_interventions_created_at", "created_at", "id"),
        sa.Index("ix_maintenance_interventions_site_id_actual_end", "site_id", "actual_end", postgresql_include=["sync_xid", "id"]),
        sa.Index("ix_maintenance_interventions_actual_end", "actual_end", "id"),
        sa.Index("ix_maintenance_interventions_title", sa.text("etabli_fold(title)"), "id"),
        sa.Index("ix_maintenance_interventions_by_status", sa.text(rank("status", InterventionStatus)), "id"),
        sa.Index("ix_maintenance_interventions_by_priority", sa.text(rank("priority", Priority)), "id"),
        sa.Index("ix_maintenance_interventions_by_scheduled_start", "scheduled_start", "id"),
        sa.Index("ix_maintenance_interventions_by_downtime_minutes", "downtime_minutes", "id"),
        sa.Index(
            "ix_maintenance_interventions_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
        sa.Index(
            "ix_maintenance_interventions_equipment_id_open",
            "equipment_id",
            postgresql_where=sa.text("status IN ('pending', 'in_progress', 'on_hold')"),
        ),
        sa.Index(
            "ix_maintenance_interventions_waiting",
            "site_id",
            "sync_xid",
            "id",
            postgresql_where=sa.text(
                "status IN ('pending', 'in_progress', 'on_hold') OR (status = 'completed' AND NOT is_validated AND needs_validation)"
            ),
        ),
        sa.Index(
            "ix_maintenance_interventions_open",
            "site_id",
            "status",
            "id",
            postgresql_where=sa.text("status IN ('pending', 'in_progress', 'on_hold') OR (status = 'completed' AND NOT is_validated)"),
        ),
        sa.Index(
            "ix_maintenance_interventions_scheduled_start",
            "site_id",
            "scheduled_start",
            postgresql_where=sa.text("scheduled_start IS NOT NULL"),
        ),
    )

    number: str = Field(max_length=30, unique=True)
    site_id: UUID = Field(foreign_key="sites.id")
    equipment_id: UUID = Field(foreign_key="equipment.id")
    request_id: UUID | None = Field(default=None, foreign_key="work_request.id", unique=True)
    permanent_repair_of: UUID | None = Field(default=None, foreign_key="maintenance_interventions.id", index=True)
    title: str = Field(max_length=200)
    description: str = text_column()
    intervention_type: InterventionType = enum_column(InterventionType)
    status: InterventionStatus = enum_column(InterventionStatus, InterventionStatus.pending)
    status_reason: str = text_column()
    priority: Priority = enum_column(Priority, Priority.medium)

    scheduled_start: datetime | None = instant_column(default=None)
    scheduled_end: datetime | None = instant_column(default=None)
    actual_start: datetime | None = instant_column(default=None)
    actual_end: datetime | None = instant_column(default=None)

    assigned_technician_id: UUID | None = Field(default=None, foreign_key="users.id", index=True)
    supervisor_id: UUID | None = Field(default=None, foreign_key="users.id")
    created_by: UUID | None = Field(default=None, foreign_key="users.id")
    completed_by: UUID | None = Field(default=None, foreign_key="users.id")

    stop_kind: StopKind | None = enum_column(StopKind, nullable=True)
    reported_at: datetime | None = instant_column(default=None)
    stopped_at: datetime | None = instant_column(default=None)
    restarted_at: datetime | None = instant_column(default=None)
    downtime_minutes: int | None = Field(default=None, sa_column=sa.Column(sa.Integer, sa.Computed(_DOWN_MINUTES, persisted=True)))

    mode_id: UUID | None = Field(default=None, foreign_key="failure_item.id")
    mode_unknown: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    mechanism_id: UUID | None = Field(default=None, foreign_key="failure_item.id")
    cause_id: UUID | None = Field(default=None, foreign_key="failure_item.id")
    remedy_id: UUID | None = Field(default=None, foreign_key="failure_item.id")
    failure_cause: str = text_column()
    work_performed: str = text_column()
    observations: str = text_column()
    temporary_until: date | None = None
    signature: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)

    is_validated: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    validated_by: UUID | None = Field(default=None, foreign_key="users.id")
    validated_at: datetime | None = instant_column(default=None)
    returned_by: UUID | None = Field(default=None, foreign_key="users.id")
    returned_at: datetime | None = instant_column(default=None)
    return_reason: str = text_column()
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})

    scheduled_maintenance_id: UUID | None = Field(default=None, foreign_key="scheduled_maintenances.id", index=True)
    maintenance_type_id: UUID | None = Field(default=None, foreign_key="maintenance_types.id")
    assigned_team_id: UUID | None = Field(default=None, foreign_key="team.id")
    original_due: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=False), nullable=True)
    due_local: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=False), nullable=True)
    due_at: datetime | None = instant_column(default=None)
    due_reason: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    estimated_duration: int | None = None
    required_parts: list[dict[str, Any]] = json_column("[]")
    needs_photo: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    needs_signature: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    needs_validation: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    found_in: UUID | None = Field(default=None, foreign_key="maintenance_interventions.id", index=True)
    found_at_step: UUID | None = None
    checklist: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    search_text: str | None = Field(default=None, sa_column=sa.Column(sa.Text, sa.Computed(_SEARCH_TEXT, persisted=True)))


class _OfIntervention(Identified):
    intervention_id: UUID = Field(foreign_key="maintenance_interventions.id", ondelete="CASCADE", index=True)
    user_id: UUID = Field(foreign_key="users.id")


class InterventionAction(_OfIntervention, table=True):
    """One person's work; one running timer a person and job.

    `rate`, of an hour, is the person's or the site's of when the server heard of it; a trigger keeps it.
    """

    __tablename__ = "intervention_action"
    __table_args__ = (
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_start"),
        sa.Index(
            "uq_intervention_action_running",
            "intervention_id",
            "user_id",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_intervention_action_ended_at", "ended_at"),
    )

    started_at: datetime = instant_column()
    ended_at: datetime | None = instant_column(default=None)
    note: str = text_column()
    rate: Decimal | None = Field(default=None, sa_type=sa.Numeric(14, 2))
    currency: str | None = Field(default=None, max_length=3)


class InterventionNote(_OfIntervention, table=True):
    __tablename__ = "intervention_note"

    occurred_at: datetime = instant_column()
    text: str = Field(sa_type=sa.Text)


class InterventionPhoto(_OfIntervention, table=True):
    """`id` is the attachment's."""

    __tablename__ = "intervention_photo"
    __table_args__ = (
        one_of(PhotoKind, "kind"),
        sa.ForeignKeyConstraint(["id"], ["attachment.id"], ondelete="CASCADE"),
    )

    occurred_at: datetime = instant_column()
    kind: PhotoKind = enum_column(PhotoKind, PhotoKind.other)
    caption: str = text_column()


class InterventionAnswer(_OfIntervention, table=True):
    """What was found at a step of the job's checklist; answered anew, it is replaced."""

    __tablename__ = "intervention_answer"
    __table_args__ = (one_of(StepState, "state"), sa.UniqueConstraint("intervention_id", "step_id"))

    step_id: UUID
    state: StepState = enum_column(StepState)
    value: Any = Field(default=None, sa_type=Json, nullable=True)
    reason: str = text_column()
    photo_id: UUID | None = Field(default=None, foreign_key="attachment.id", index=True)
    reading_id: UUID | None = None
    occurred_at: datetime = instant_column()


class InterventionRevision(SQLModel, table=True):
    """The sheet as it stood before revision `revision` replaced it."""

    __tablename__ = "intervention_revision"

    intervention_id: UUID = Field(primary_key=True, foreign_key="maintenance_interventions.id", ondelete="CASCADE")
    revision: int = Field(primary_key=True)
    replaced_at: datetime = Field(sa_type=Instant, nullable=False)
    by_user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    reason: str = text_column()
    snapshot: dict[str, Any] = json_column("{}")
