"""What people do to machines. REST and devices call the same verbs with the same commands.

`version` counts changes of what `UpdateEquipment` replaces: a status, a photo or a label that changes meanwhile does not
make somebody's edit stale.
"""

from uuid import UUID

from server.attachments import service as attachments
from server.attachments.papers import Papers
from server.audit import service as audit
from server.core import events
from server.core.access import Actor
from server.core.clock import now
from server.core.commands import carries_out
from server.core.consequences import tell
from server.core.database import Session
from server.core.errors import AlreadyExists, NotFound
from server.core.held import load_again
from server.core.kept import columns_of, keep, seen
from server.core.label_codes import blank_labels, draw_label, lock_label, stick
from server.core.numbers import next_number
from server.core.versions import touch
from server.equipment import errors, repository
from server.equipment.consequences import MachineArchived, MachineBack, MachinesMoved
from server.equipment.models import Document, Equipment, EquipmentStatusLog
from server.equipment.status import tell_status
from server.notifications.access import follow_machines
from shared_models.equipment import commands as eq
from shared_models.equipment import rules
from shared_models.equipment.rows import EquipmentRow
from shared_models.equipment.rules import StatusReported
from shared_models.rules import apply

get_visible = repository.get_visible
take_place = repository.take_place
rebuild_life = repository.rebuild_life
lock = repository.lock
refresh_mode_counts = repository.refresh_mode_counts


@carries_out(eq.CreateEquipment)
async def create(session: Session, actor: Actor, cmd: eq.CreateEquipment) -> Equipment:
    """With its first status and its label code."""
    if await repository.id_is_taken(session, cmd.equipment_id):
        raise AlreadyExists(field="equipment_id")
    await _check(session, actor, cmd)
    row = rules.create(cmd, code=cmd.code or await _next_code(session))
    machine = Equipment(**columns_of(Equipment, row))
    session.add(machine)
    await session.flush()
    await _label_and_log(session, actor, machine)
    await rebuild_life(session, [machine.id])
    await audit.record(session, actor, "equipment.created", machine, after=audit.snapshot(machine), occurred_at=cmd.occurred_at)
    return machine


async def _label_and_log(session: Session, actor: Actor, machine: Equipment) -> None:
    await draw_label(session, equipment_id=machine.id)
    session.add(EquipmentStatusLog(
        equipment_id=machine.id, to_status=machine.status, occurred_at=machine.status_since, received_at=now(),
        by_user_id=actor.by.account,
    ))  # fmt: skip
    await session.flush()


@carries_out(eq.UpdateEquipment)
async def update(session: Session, actor: Actor, cmd: eq.UpdateEquipment) -> Equipment:
    """Another site takes everything recorded about the machine there."""
    if cmd.parent_id:
        await repository.hold_parents(session)
    machine = await get_visible(session, actor, cmd.equipment_id, for_update=True)
    row = apply(seen(EquipmentRow, machine), cmd, actor.by).row
    await _check(session, actor, cmd, machine=machine)
    before = audit.snapshot(machine)
    if cmd.site_id != machine.site_id:
        await _move(session, actor, machine, cmd.site_id)
    keep(machine, row)
    await session.flush()
    await audit.record(session, actor, "equipment.updated", machine, before=before, occurred_at=cmd.occurred_at)
    return machine


@carries_out(eq.PutEquipment)
async def put(session: Session, actor: Actor, cmd: eq.PutEquipment) -> None:
    """Replace the editable fields, and the status where one is given."""
    if cmd.parent_id:
        await repository.hold_parents(session)
    machine = await get_visible(session, actor, cmd.equipment_id, for_update=True)
    stays = {name: getattr(machine, name) for name in ("version", "site_id") if getattr(cmd, name) is None}
    machine = await update(session, actor, eq.UpdateEquipment(**(cmd.model_dump(exclude={"status"}) | stays)))
    if cmd.status not in {None, machine.status}:
        await tell_status(session, actor, machine, StatusReported(machine.id, cmd.status, cmd.occurred_at))


async def _move(session: Session, actor: Actor, machine: Equipment, site_id: UUID) -> None:
    events.poke(session, site_ids=[machine.site_id, site_id])
    moved = await repository.move(session, await repository.subtree(session, machine.id), site_id)
    await attachments.move(session, Equipment.__tablename__, moved, site_id)
    await tell(session, actor, MachinesMoved(moved, site_id))
    await follow_machines(session, moved)
    await session.refresh(machine, ["site_id", "production_line_id", "sync_xid"])


async def _check(session: Session, actor: Actor, cmd: eq.CreateEquipment | eq.UpdateEquipment, *, machine: Equipment | None = None) -> None:
    own_id = machine.id if machine else None
    if not actor.sees(cmd.site_id) or not await repository.site_exists(session, cmd.site_id):
        raise errors.SiteUnknown(field="site_id")
    if cmd.production_line_id and not await repository.line_is_of_site(session, cmd.production_line_id, cmd.site_id):
        raise errors.LineOfOtherSite(field="production_line_id")
    if cmd.class_id and not await repository.class_exists(session, cmd.class_id):
        raise errors.ClassUnknown(field="class_id")
    if cmd.parent_id:
        await _check_parent(session, actor, cmd.parent_id, cmd)
    if cmd.code and await repository.code_is_taken(session, cmd.code, but=own_id):
        raise errors.CodeTaken(field="code", value=cmd.code)
    if cmd.serial_number and await repository.serial_is_taken(session, cmd.serial_number, but=own_id):
        raise errors.SerialNumberTaken(field="serial_number", value=cmd.serial_number)


async def _check_parent(session: Session, actor: Actor, parent_id: UUID, cmd: eq.CreateEquipment | eq.UpdateEquipment) -> None:
    if parent_id in await repository.subtree(session, cmd.equipment_id):
        raise errors.ParentCycle(field="parent_id")
    try:
        parent = await get_visible(session, actor, parent_id, for_update=True)  # it neither leaves nor moves meanwhile
    except (NotFound, errors.EquipmentArchived):
        raise errors.ParentOfOtherSite(field="parent_id") from None
    if parent.site_id != cmd.site_id:
        raise errors.ParentOfOtherSite(field="parent_id")


async def _next_code(session: Session) -> str:
    """Codes people have typed themselves are skipped."""
    while True:
        code = f"EQ-{await next_number(session, 'EQ'):04}"
        if not await repository.code_is_taken(session, code):
            return code


@carries_out(eq.ArchiveEquipment)
async def archive(session: Session, actor: Actor, cmd: eq.ArchiveEquipment) -> Equipment:
    """Off the lists; its plans stand still."""
    machine = await get_visible(session, actor, cmd.equipment_id, for_update=True)
    await tell(session, actor, MachineArchived(machine.id))
    if await repository.has_open_jobs(session, machine.id):
        raise errors.HasOpenJobs(equipment=machine.name)
    if await repository.has_parts(session, machine.id):
        raise errors.HasParts(equipment=machine.name)
    before = audit.snapshot(machine)
    machine.archived_at = now()
    touch(machine)
    await session.flush()
    await audit.record(session, actor, "equipment.archived", machine, before=before, occurred_at=cmd.occurred_at)
    return machine


async def restore(session: Session, actor: Actor, equipment_id: UUID) -> Equipment:
    """Back on the lists with all that was recorded about it; its plans go on from now. Twice is once."""
    machine = await get_visible(session, actor, equipment_id, for_update=True, or_archived=True)
    if machine.archived_at is None:
        return machine
    if machine.parent_id is not None:
        await get_visible(session, actor, machine.parent_id)  # a part of what is archived stays there
    before = audit.snapshot(machine)
    machine.archived_at = None
    touch(machine)
    await session.flush()
    await load_again(session, Equipment.__tablename__, machine.id)
    await tell(session, actor, MachineBack(machine.id))
    await audit.record(session, actor, "equipment.restored", machine, before=before)
    return machine


# --- status


@carries_out(eq.ChangeEquipmentStatus)
async def change_status(session: Session, actor: Actor, cmd: eq.ChangeEquipmentStatus) -> Equipment:
    machine = await get_visible(session, actor, cmd.equipment_id, for_update=True)
    await tell_status(session, actor, machine, StatusReported(machine.id, cmd.status, cmd.occurred_at, cmd.reason))
    return machine


# --- labels


@carries_out(eq.LinkLabel)
async def link_label(session: Session, actor: Actor, cmd: eq.LinkLabel) -> Equipment:
    """A code already on this machine is fine; one on another machine, archived or not, stays there."""
    machine = await get_visible(session, actor, cmd.equipment_id, for_update=True)
    label = await lock_label(session, cmd.label_code)
    if label is None:
        raise errors.LabelUnknown(field="label_code", label=cmd.label_code)
    if label.equipment_id == machine.id:
        return machine
    if not label.is_blank:
        raise errors.LabelInUse(label=cmd.label_code)
    await stick(session, label, equipment_id=machine.id)
    after = {"label_code": cmd.label_code}
    await audit.record(session, actor, "equipment.label_linked", machine, before={}, after=after, occurred_at=cmd.occurred_at)
    return machine


async def new_blank_labels(session: Session, actor: Actor, count: int) -> list[str]:
    """Codes to print before anybody knows on which machine they will be."""
    labels = await blank_labels(session, count)
    codes = [label.code for label in labels]
    await audit.record(session, actor, "label.blank_made", labels[0], before={}, after={"codes": codes})
    return codes


# --- documents and picture


async def _locked(session: Session, actor: Actor, equipment_id: UUID) -> Equipment:
    return await get_visible(session, actor, equipment_id, for_update=True)


PAPERS = Papers("equipment", eq.PAPERS, Document, _locked)
PAPERS.carry_out()
