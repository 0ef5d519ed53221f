"""The state machine of an intervention: one definition, enforced by the server and shown by the app.

Validation is apart from the status: a completed job is validated, or returned to `in_progress` with a reason. After
validation nothing moves any more; a correction is a new revision.
"""

from dataclasses import dataclass
from enum import StrEnum


class InterventionStatus(StrEnum):
    pending = "pending"
    in_progress = "in_progress"
    on_hold = "on_hold"
    completed = "completed"
    cancelled = "cancelled"


class Verb(StrEnum):
    start = "start"
    hold = "hold"
    complete = "complete"
    cancel = "cancel"
    validate = "validate"
    send_back = "send_back"


@dataclass(frozen=True)
class State:
    status: InterventionStatus
    is_validated: bool = False


OPEN = frozenset({InterventionStatus.pending, InterventionStatus.in_progress, InterventionStatus.on_hold})

_PENDING = State(InterventionStatus.pending)
_IN_PROGRESS = State(InterventionStatus.in_progress)
_ON_HOLD = State(InterventionStatus.on_hold)
_COMPLETED = State(InterventionStatus.completed)
_VALIDATED = State(InterventionStatus.completed, is_validated=True)
_CANCELLED = State(InterventionStatus.cancelled)

TRANSITIONS: dict[tuple[State, Verb], State] = {
    (_PENDING, Verb.start): _IN_PROGRESS,
    (_PENDING, Verb.cancel): _CANCELLED,
    (_IN_PROGRESS, Verb.start): _IN_PROGRESS,  # a second technician joins
    (_IN_PROGRESS, Verb.hold): _ON_HOLD,
    (_IN_PROGRESS, Verb.complete): _COMPLETED,
    (_IN_PROGRESS, Verb.cancel): _CANCELLED,
    (_ON_HOLD, Verb.start): _IN_PROGRESS,
    (_ON_HOLD, Verb.cancel): _CANCELLED,
    (_COMPLETED, Verb.validate): _VALIDATED,
    (_COMPLETED, Verb.send_back): _IN_PROGRESS,
}


def after(state: State, verb: Verb) -> State | None:
    """The state that `verb` leads to, or None where the verb is not allowed."""
    return TRANSITIONS.get((state, verb))


def allowed(state: State) -> frozenset[Verb]:
    """The verbs that lead somewhere from `state`."""
    return frozenset(verb for (source, verb) in TRANSITIONS if source == state)
