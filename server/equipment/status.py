"""What machines are said to be: a log by the clocks of those who say it, the last entry of which is what a machine is."""

from server.audit import service as audit
from server.core.access import Actor
from server.core.clock import now
from server.core.consequences import tell
from server.core.database import Session
from server.core.kept import keep, seen
from server.equipment import repository
from server.equipment.consequences import MachineBack
from server.equipment.models import Equipment, EquipmentStatusLog
from server.notifications.causes import cause
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.equipment.rules import StatusReported, with_status
from shared_models.notices.causes import of_status


async def tell_status(session: Session, actor: Actor, machine: Equipment, said: StatusReported) -> None:
    """Nothing where the machine was that already and there is no reason to add."""
    log, following_id = await repository.status_around(session, machine.id, said.at)
    known = seen(EquipmentRow, machine)
    row = with_status(known, said, log)
    if row is None:
        return
    before, rested = audit.snapshot(machine), machine.status is EquipmentStatus.inactive
    session.add(EquipmentStatusLog(
        equipment_id=machine.id, from_status=log.before, to_status=said.status, occurred_at=said.at, received_at=now(),
        by_user_id=actor.by.account, reason=said.reason,
    ))  # fmt: skip
    keep(machine, row)
    await session.flush()
    if following_id is not None:
        await repository.follow_status(session, following_id, said.status)
    if rested and machine.status is not EquipmentStatus.inactive:
        await tell(session, actor, MachineBack(machine.id))
    await repository.rebuild_life(session, [machine.id])
    await audit.record(session, actor, "equipment.status_changed", machine, before=before, occurred_at=said.at)
    await cause(session, actor, of_status(known, row))
