"""What people have to be told of: found where a row becomes another one."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared_models.equipment.rows import Criticality, EquipmentRow, EquipmentStatus
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionRow, InterventionType
from shared_models.inventory.rows import StockRow
from shared_models.notices.kinds import NoticeKind
from shared_models.rules import By

DEAR = frozenset({Criticality.high, Criticality.critical})


@dataclass(frozen=True)
class Cause:
    """`subject`: what `subject_id` is one of; `occurrence` tells it from the next of its kind; `facts` are what the subject does
    not say.
    """

    kind: NoticeKind
    subject: str
    subject_id: UUID
    at: datetime
    occurrence: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def of_job(before: InterventionRow | None, after: InterventionRow, by: By, at: datetime) -> list[Cause]:
    """A planned job that was made with somebody's name on it is told when it is due, not weeks before."""
    kinds = [
        (NoticeKind.job_assigned, _is_given(before, after, by)),
        (NoticeKind.job_returned, after.returned_at is not None and (before is None or after.returned_at != before.returned_at)),
        (NoticeKind.job_to_validate, after.awaits_validation and not (before and before.awaits_validation)),
        (NoticeKind.repeated_failure, _is_repaired(after) and not (before and _is_repaired(before))),
    ]
    return [Cause(kind, "intervention", after.id, at, str(after.version)) for kind, is_so in kinds if is_so]


def _is_given(before: InterventionRow | None, after: InterventionRow, by: By) -> bool:
    if after.status not in OPEN or (before is None and after.scheduled_maintenance_id is not None):
        return False
    had = (before.assigned_technician_id, before.assigned_team_id) if before else (None, None)
    has = (after.assigned_technician_id, after.assigned_team_id)
    is_own = after.assigned_technician_id == by.account or (before is not None and has == (None, had[1]))
    return has not in {had, (None, None)} and not is_own


def _is_repaired(job: InterventionRow) -> bool:
    is_failure = job.intervention_type is InterventionType.corrective and job.mode_id is not None
    return is_failure and job.status is InterventionStatus.completed


def of_status(before: EquipmentRow, after: EquipmentRow) -> list[Cause]:
    """A machine that matters has broken down."""
    if after.status is not EquipmentStatus.broken or before.status is EquipmentStatus.broken or after.criticality not in DEAR:
        return []
    return [Cause(NoticeKind.machine_down, "equipment", after.id, after.status_since, after.status_since.isoformat())]


def of_stock(before: StockRow, after: StockRow) -> list[Cause]:
    """At or below its minimum, since more was there; nothing left of what was low already; a shelf that holds less than was taken."""
    found = []
    if before.low_since is None and after.low_since is not None and before.version:
        found.append(_of_stock(NoticeKind.low_stock, after, after.low_since))
    elif before.low_since is not None and after.low_since is not None and before.on_hand > 0 >= after.on_hand:
        found.append(_of_stock(NoticeKind.out_of_stock, after, after.low_since))
    doubted = {place.place_id for place in before.places if place.count_since is not None}
    return found + [
        _of_stock(NoticeKind.count_shelf, after, place.count_since, place_id=str(place.place_id))
        for place in after.places
        if place.count_since is not None and place.place_id not in doubted
    ]


def _of_stock(kind: NoticeKind, stock: StockRow, at: datetime, **facts: Any) -> Cause:
    place = facts.get("place_id", "")
    return Cause(kind, "stock", stock.id, at, f"{stock.version}{place and f' {place}'}", facts)
