"""Maintenance types, teams, plans and the occurrences that have something of their own."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from server.core.queries import rank
from server.core.tables import (
    Identified,
    Json,
    Synced,
    Versioned,
    enum_column,
    folded,
    instant_column,
    json_column,
    one_name,
    one_of,
    text_column,
)
from shared_models.interventions.rows import InterventionType, Priority
from shared_models.plans.planning import Basis, Outcome
from shared_models.plans.recurrence import FrequencyType, MonthEnd
from shared_models.plans.rows import OccurrenceState

WallClock = sa.DateTime(timezone=False)


class MaintenanceType(Versioned, Synced, table=True):
    __tablename__ = "maintenance_types"
    __table_args__ = (one_name("maintenance_types", "name"),)

    name: str = Field(max_length=50)
    description: str = text_column()
    color: str = Field(default="#1F5FBF", max_length=7, sa_column_kwargs={"server_default": "#1F5FBF"})
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


class Team(Versioned, Synced, table=True):
    __tablename__ = "team"
    __table_args__ = (
        one_name("team", "name", "site_id"),
        sa.Index("ix_team_site_id_sync_xid", "site_id", "sync_xid", "id"),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    name: str = Field(max_length=100)
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


class TeamMember(SQLModel, table=True):
    __tablename__ = "team_member"

    team_id: UUID = Field(primary_key=True, foreign_key="team.id", ondelete="CASCADE")
    user_id: UUID = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", index=True)


def _listed_by(column: str) -> sa.Index:
    """Has the plans in the order of one of the list's sorts, and says at which site they are."""
    key = sa.text(rank("priority", Priority)) if column == "priority" else column
    return sa.Index(f"ix_scheduled_maintenances_by_{column}", key, "id", postgresql_include=["site_id"])


class Plan(Versioned, Synced, table=True):
    """See `shared_models.plans.PlanFields` for what a planner decides.

    The rest follows from it, from the last completion (`reference`) and from the meter, and is computed anew with each of them:
    `next_due` and `upcoming` on the site's wall clock, `next_due_date` the same instant, `generate_at` when the next job is to be
    made, `refresh_at` when `upcoming` has to be extended.
    """

    __tablename__ = "scheduled_maintenances"
    __follows__ = "equipment_id"
    __table_args__ = (
        one_of(InterventionType, "intervention_type"),
        one_of(FrequencyType, "frequency_type"),
        one_of(FrequencyType, "limit_type", nullable=True),
        one_of(MonthEnd, "month_end"),
        one_of(Basis, "basis"),
        one_of(Priority, "priority"),
        sa.CheckConstraint("frequency_value > 0", name="frequency_value"),
        sa.Index("ix_scheduled_maintenances_site_id_sync_xid", "site_id", "sync_xid", "id"),
        sa.Index("ix_scheduled_maintenances_generate_at", "generate_at", "id", postgresql_where=sa.text("is_active")),
        sa.Index("ix_scheduled_maintenances_refresh_at", "refresh_at", "id", postgresql_where=sa.text("is_active")),
        sa.Index("ix_scheduled_maintenances_next_due_date", "site_id", "next_due_date", "id"),
        *map(_listed_by, ["next_due_date", "title_folded", "priority", "created_at"]),
    )

    site_id: UUID = Field(foreign_key="sites.id")
    equipment_id: UUID = Field(foreign_key="equipment.id", index=True)
    maintenance_type_id: UUID | None = Field(default=None, foreign_key="maintenance_types.id", index=True)
    title: str = Field(max_length=200)
    title_folded: str | None = folded("title")
    description: str = text_column()
    intervention_type: InterventionType = enum_column(InterventionType, InterventionType.preventive)
    frequency_type: FrequencyType = enum_column(FrequencyType)
    frequency_value: int
    weekdays: list[int] = json_column("[]")
    week_of_month: int | None = None
    month_end: MonthEnd = enum_column(MonthEnd, MonthEnd.clamp)
    basis: Basis = enum_column(Basis, Basis.floating)
    starts_at: datetime = Field(sa_type=WallClock)
    rrule: str = text_column()
    meter_id: UUID | None = Field(default=None, foreign_key="meter.id", index=True)
    limit_type: FrequencyType | None = enum_column(FrequencyType, nullable=True)
    limit_value: int | None = None
    tolerance_days: float | None = Field(default=None, sa_type=sa.Double, nullable=True)
    lead_days: int = Field(default=7, sa_column_kwargs={"server_default": "7"})
    horizon_days: int = Field(default=7, sa_column_kwargs={"server_default": "7"})
    estimated_duration: int | None = None
    priority: Priority = enum_column(Priority, Priority.medium)
    assigned_technician_id: UUID | None = Field(default=None, foreign_key="users.id", index=True)
    team_id: UUID | None = Field(default=None, foreign_key="team.id", index=True)
    checklist_id: UUID | None = Field(default=None, foreign_key="checklist.id", index=True)
    parts: list[dict[str, Any]] = json_column("[]")
    needs_photo: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    needs_signature: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    needs_validation: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    inactive_reason: str = text_column()
    created_by: UUID | None = Field(default=None, foreign_key="users.id")

    reference: dict[str, Any] = json_column("{}")
    meter: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    next_due: datetime | None = Field(default=None, sa_type=WallClock, nullable=True)
    next_due_date: datetime | None = instant_column(default=None)
    reason: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    upcoming: list[datetime] = Field(
        default_factory=list, sa_type=ARRAY(WallClock), nullable=False, sa_column_kwargs={"server_default": sa.text("'{}'")}
    )
    generate_at: datetime | None = instant_column(default=None)
    refresh_at: datetime | None = instant_column(default=None)
    ignored_since: datetime | None = instant_column(default=None)


class PlanOccurrence(Identified, table=True):
    """One date of a plan. The unique pair is its identity: whoever comes second finds it taken."""

    __tablename__ = "plan_occurrence"
    __table_args__ = (
        one_of(OccurrenceState, "state"),
        one_of(Outcome, "outcome", nullable=True),
        sa.UniqueConstraint("plan_id", "original_due"),
        sa.Index(
            "uq_plan_occurrence_open", "plan_id", unique=True, postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_plan_occurrence_original_due", "original_due"),
        sa.Index("ix_plan_occurrence_due", "due"),
        sa.Index("ix_plan_occurrence_done_at", "done_at", postgresql_where=sa.text("done_at IS NOT NULL")),
        sa.Index("ix_plan_occurrence_ahead", "plan_id", "original_due", postgresql_where=sa.text("state IN ('planned', 'open')")),
    )  # fmt: skip

    plan_id: UUID = Field(foreign_key="scheduled_maintenances.id", ondelete="CASCADE")
    original_due: datetime = Field(sa_type=WallClock)
    due: datetime = Field(sa_type=WallClock)
    due_at: datetime = instant_column()
    state: OccurrenceState = enum_column(OccurrenceState, OccurrenceState.planned)
    outcome: Outcome | None = enum_column(Outcome, nullable=True)
    assigned_technician_id: UUID | None = Field(default=None, foreign_key="users.id")
    intervention_id: UUID | None = Field(default=None, foreign_key="maintenance_interventions.id", unique=True)
    done_at: datetime | None = instant_column(default=None)
    missed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    reason: str = text_column()
