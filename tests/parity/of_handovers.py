"""What somebody does with what the shift before has left."""

from datetime import timedelta
from uuid import UUID

from server.core.clock import now
from server.handovers.models import Handover, HandoverPage
from shared_models.handovers.commands import AcknowledgeHandover, AddWord
from shared_models.ids import uuid7
from tests.parity.cases import case
from tests.parity.shop import Shop


async def written(shop: Shop) -> UUID:
    session, at = shop.factory.session, now()
    handover = Handover(
        site_id=shop.factory.site, shift="Nuit", since=at - timedelta(hours=8), begins_at=at - timedelta(hours=8), ends_at=at
    )
    session.add(handover)
    await session.flush()
    session.add(HandoverPage(id=handover.id, site_id=shop.factory.site))
    await session.commit()
    await shop.offline()
    return handover.id


@case(AddWord)
async def behind_another(shop: Shop) -> None:
    handover = await written(shop)
    await shop.do(AddWord, handover_id=handover, word_id=uuid7(), text="Ne pas relancer la ligne B sans le chef.")
    await shop.do(AddWord, handover_id=handover, word_id=uuid7(), text="Clés au poste de garde.")


@case(AcknowledgeHandover)
async def twice(shop: Shop) -> None:
    handover = await written(shop)
    await shop.do(AcknowledgeHandover, handover_id=handover)
    await shop.do(AcknowledgeHandover, handover_id=handover)
