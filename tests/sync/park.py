"""Machines without a request each."""

from uuid import UUID

from server.core.clock import now
from server.core.database import Session
from server.equipment.models import Equipment
from shared_models.ids import uuid7


async def add_machine(session: Session, site_id: UUID, name: str = "Presse") -> UUID:
    row = Equipment(id=uuid7(), site_id=site_id, code=f"T-{uuid7().hex[-8:].upper()}", name=name, status_since=now())
    session.add(row)
    await session.commit()
    return row.id
