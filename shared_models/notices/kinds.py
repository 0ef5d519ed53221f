"""The table of notices: what can be told, to whom and how, unless somebody says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from shared_models.interventions.rows import Priority
from shared_models.permissions import Permission, Role


class NoticeKind(StrEnum):
    due_soon = "maintenance_due_soon"
    due = "maintenance_due"
    overdue = "maintenance_overdue"
    job_assigned = "job_assigned"
    job_returned = "job_returned"
    job_to_validate = "job_to_validate"
    machine_down = "machine_down"
    request_received = "request_received"
    low_stock = "low_stock"
    out_of_stock = "out_of_stock"
    count_shelf = "count_shelf"
    order_overdue = "order_overdue"
    repair_expiring = "repair_expiring"
    warranty_ending = "warranty_ending"
    document_ending = "document_ending"
    plan_unanswered = "plan_unanswered"
    repeated_failure = "repeated_failure"
    shift_handover = "shift_handover"
    report_ready = "report_ready"
    unacknowledged = "unacknowledged"
    push_lost = "push_lost"
    push_found = "push_found"


class Because(StrEnum):
    """Why somebody is told. Of several reasons the first in this order is the one that is said."""

    recipient = "recipient"
    assignee = "assignee"
    did_it = "did_it"
    team = "team"
    author = "author"
    keeper = "keeper"
    supervisor = "supervisor"
    admin = "admin"
    works_there = "works_there"
    operator = "operator"


class Way(StrEnum):
    """How a notice comes: in the app, as a push, as a mail."""

    app = "app"
    push = "push"
    email = "email"


ALL = frozenset(Role)
LEADS = frozenset({Role.supervisor, Role.admin})
ADMINS = frozenset({Role.admin})
SUPERVISORS = frozenset({Role.supervisor})
NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Kind:
    """`told`: for which reasons people are; `push`, `email`: the roles that get one where they have not chosen. `days`: how long before,
    where that can be chosen. `lasts`: how long it is worth telling. `needs`: what its reader must be allowed to see.
    """

    told: frozenset[Because]
    needs: Permission
    priority: Priority = Priority.medium
    push: frozenset[Role] = ALL
    email: frozenset[Role] = NOBODY
    days: int | None = None
    lasts: timedelta = timedelta(days=3)
    ways: Mapping[Way, frozenset[Role]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ways", {Way.app: ALL, Way.push: self.push, Way.email: self.email})


_THEIRS = frozenset({Because.assignee, Because.team})
_LEADS = frozenset({Because.supervisor})
_OPERATORS = frozenset({Because.operator})
_JOBS, _MACHINES, _STOCK = Permission.maintenance_read, Permission.equipment_read, Permission.inventory_read

KINDS: Mapping[NoticeKind, Kind] = {
    NoticeKind.due_soon: Kind(_THEIRS, _JOBS, push=NOBODY, days=3),
    NoticeKind.due: Kind(_THEIRS, _JOBS),
    NoticeKind.overdue: Kind(_THEIRS | _LEADS, _JOBS, Priority.high, email=SUPERVISORS),
    NoticeKind.job_assigned: Kind(_THEIRS, _JOBS, Priority.high),
    NoticeKind.job_returned: Kind(frozenset({Because.assignee, Because.did_it}), _JOBS, Priority.high),
    NoticeKind.job_to_validate: Kind(_LEADS, Permission.maintenance_validate, push=SUPERVISORS),
    NoticeKind.machine_down: Kind(_LEADS | {Because.works_there}, _MACHINES, Priority.urgent, email=SUPERVISORS, lasts=timedelta(hours=12)),
    NoticeKind.request_received: Kind(_LEADS, Permission.maintenance_write, Priority.high, push=SUPERVISORS),
    NoticeKind.low_stock: Kind(frozenset({Because.keeper}), _STOCK, push=SUPERVISORS, email=SUPERVISORS),
    NoticeKind.out_of_stock: Kind(frozenset({Because.keeper}), _STOCK, Priority.high, push=SUPERVISORS, email=SUPERVISORS),
    NoticeKind.count_shelf: Kind(frozenset({Because.keeper}), _STOCK, push=SUPERVISORS),
    NoticeKind.order_overdue: Kind(frozenset({Because.keeper}), _STOCK, push=SUPERVISORS, email=SUPERVISORS),
    NoticeKind.repair_expiring: Kind(_THEIRS | _LEADS | {Because.did_it}, _JOBS, Priority.high, days=2),
    NoticeKind.warranty_ending: Kind(_LEADS, _MACHINES, push=NOBODY, email=LEADS, days=30, lasts=timedelta(days=10)),
    NoticeKind.document_ending: Kind(_LEADS, _MACHINES, email=LEADS, push=NOBODY, days=30, lasts=timedelta(days=10)),
    NoticeKind.plan_unanswered: Kind(_LEADS, Permission.maintenance_write, push=SUPERVISORS, email=SUPERVISORS),
    NoticeKind.repeated_failure: Kind(_LEADS, _JOBS, Priority.high, push=SUPERVISORS, email=SUPERVISORS),
    NoticeKind.shift_handover: Kind(_LEADS | {Because.works_there}, _JOBS, push=SUPERVISORS, email=SUPERVISORS, lasts=timedelta(hours=12)),
    NoticeKind.report_ready: Kind(
        frozenset({Because.recipient}), Permission.reports_generate, Priority.low, push=NOBODY, email=LEADS, lasts=timedelta(days=10)
    ),
    NoticeKind.unacknowledged: Kind(
        _LEADS | {Because.admin},
        _MACHINES,
        Priority.urgent,
        push=LEADS,
        email=LEADS,
        lasts=timedelta(hours=12),
    ),
    NoticeKind.push_lost: Kind(_OPERATORS, Permission.settings_write, Priority.high, push=NOBODY, email=ADMINS),
    NoticeKind.push_found: Kind(_OPERATORS, Permission.settings_write, push=NOBODY),
}
MOST_DAYS = 365
ESCALATES = frozenset(kind for kind, each in KINDS.items() if each.priority is Priority.urgent and kind is not NoticeKind.unacknowledged)
"""What is told further up while nobody says that they are on it."""
