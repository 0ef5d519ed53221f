"""What a device holds of a machine besides its row: read from its store when a screen asks. Read again when `client.details` changes."""

from uuid import UUID

from mobile_app.domain.client import Client
from shared_models.equipment.life import EquipmentLifeRow


async def life_of(client: Client, machine_id: UUID) -> EquipmentLifeRow | None:
    """Its last twelve months."""
    return await client.held(EquipmentLifeRow, machine_id)
