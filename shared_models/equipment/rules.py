"""What commands do to a machine, and what it is said to be."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_models.equipment.commands import ChangeEquipmentStatus, CreateEquipment, LinkLabel, SetEquipmentPhoto, UpdateEquipment
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.papers import with_photo
from shared_models.rules import By, Consequence, Outcome, made, replaced, rule


@dataclass(frozen=True)
class StatusReported(Consequence):
    """What the machine is from `at` on."""

    equipment_id: UUID
    status: EquipmentStatus
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """Of the status log. `is_last_change`: the machine has been nothing else after it."""

    at: datetime
    status: EquipmentStatus
    is_last_change: bool


@dataclass(frozen=True)
class Around:
    """What the machine was said to be before an instant, and what it was said to be next."""

    before: EquipmentStatus | None
    following: Entry | None


def around(machine: EquipmentRow, at: datetime) -> Around:
    """By the row alone, which tells of the last change only: what a device knows of the log."""
    if at >= machine.status_since:
        return Around(machine.status, None)
    return Around(None, Entry(machine.status_since, machine.status, is_last_change=True))


def with_status(machine: EquipmentRow, said: StatusReported, log: Around) -> EquipmentRow | None:
    """The machine with that entry in its log, the last of which is what it is; None where it says nothing."""
    if log.before == said.status and not said.reason:
        return None
    if log.following is None:
        since = machine.status_since if log.before == said.status else said.at
        return machine.model_copy(update={"status": said.status, "status_reason": said.reason, "status_since": since})
    return machine.model_copy(update={"status_since": _since(machine.status_since, said, log.before, log.following)})


def _since(since: datetime, said: StatusReported, before: EquipmentStatus | None, following: Entry) -> datetime:
    """The last change: the entry that follows may have become one, or be none any more."""
    if following.status != said.status:
        return max(since, following.at)
    return said.at if following.is_last_change and before != said.status else since


@rule(ChangeEquipmentStatus)
def change_status(machine: EquipmentRow, cmd: ChangeEquipmentStatus, _: By) -> Outcome[EquipmentRow]:
    return Outcome(machine, (StatusReported(machine.id, cmd.status, cmd.occurred_at, cmd.reason),))


def create(cmd: CreateEquipment, *, code: str = "") -> EquipmentRow:
    """`code` and the first label are the server's to give."""
    return made(
        EquipmentRow, cmd, id=cmd.equipment_id, code=cmd.code or code, serial_number=cmd.serial_number or None,
        status_since=cmd.occurred_at, status_reason="", label_codes=[], photo_id=None,
    )  # fmt: skip


@rule(UpdateEquipment)
def update(machine: EquipmentRow, cmd: UpdateEquipment, _: By) -> EquipmentRow:
    return replaced(machine, cmd, code=cmd.code or machine.code, serial_number=cmd.serial_number or None)


@rule(LinkLabel)
def link_label(machine: EquipmentRow, cmd: LinkLabel, _: By) -> EquipmentRow:
    if cmd.label_code in machine.label_codes:
        return machine
    return machine.model_copy(update={"label_codes": [*machine.label_codes, cmd.label_code]})


rule(SetEquipmentPhoto)(with_photo)
