"""What machines are said to be: a log by the clocks of those who say it, the last entry of which is what a machine is."""

from uuid import UUID

import sqlalchemy as sa

from server.audit import service as audit
from server.core.access import Actor
from server.core.clock import now
from server.core.consequences import tell
from server.core.database import Session
from server.core.kept import keep, seen
from server.equipment import repository
from server.equipment.consequences import MachineBack
from server.equipment.models import Equipment, EquipmentStatusLog
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.equipment.rules import Around, Entry, StatusTold, told

_AROUND = sa.text("""
(select true as is_before, id, to_status, occurred_at from equipment_status_log where equipment_id = :id and occurred_at <= :at
 order by occurred_at desc, received_at desc, id desc limit 1)
union all
(select false, id, to_status, occurred_at from equipment_status_log where equipment_id = :id and occurred_at > :at
 order by occurred_at, received_at, id limit 1)
""")
_FOLLOWS = sa.text("update equipment_status_log set from_status = :status where id = :id")


async def _around(session: Session, said: StatusTold) -> tuple[Around, UUID | None]:
    """With the id of the entry that follows."""
    before, following, following_id = None, None, None
    for row in await session.execute(_AROUND, {"id": said.equipment_id, "at": said.at}):
        if row.is_before:
            before = EquipmentStatus(row.to_status)
        else:
            following, following_id = Entry(row.occurred_at, EquipmentStatus(row.to_status)), row.id
    return Around(before, following), following_id


async def tell_status(session: Session, actor: Actor, machine: Equipment, said: StatusTold) -> None:
    """Nothing where the machine was that already and there is no reason to add."""
    log, following_id = await _around(session, said)
    row = told(seen(EquipmentRow, machine), said, log)
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
        await session.execute(_FOLLOWS, {"id": following_id, "status": said.status})
    if rested and machine.status is not EquipmentStatus.inactive:
        await tell(session, actor, MachineBack(machine.id))
    await repository.rebuild_life(session, [machine.id])
    await audit.record(session, actor, "equipment.status_changed", machine, before=before, occurred_at=said.at)
