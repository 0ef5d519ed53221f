"""Whoever comes in reads what was handed over, and takes over without a network."""

from datetime import timedelta
from typing import Any

from mobile_app.core.i18n import t
from mobile_app.features.handovers.list import HandoversScreen
from mobile_app.features.handovers.page import Read
from mobile_app.ui.hooks import MemoryDrafts
from server.core.clock import now
from server.handovers.models import Handover, HandoverPage
from shared_models.ids import uuid7
from tests.mobile_app.roots import inside
from tests.mobile_app.test_spoken import dumb, unheard
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import Factory, until

__all__ = ["screen"]  # a fixture


async def handed_over(factory: Factory) -> Handover:
    at = now()
    begins, since = at - timedelta(hours=8), at - timedelta(hours=30)
    handover = Handover(site_id=factory.site, shift="Nuit", since=since, begins_at=begins, ends_at=at, counts={"stuck": 1})
    factory.session.add(handover)
    await factory.session.flush()
    items = [
        {"part": "stuck", "about": "intervention", "about_id": str(uuid7()), "title": "Vérin", "machine": "Presse 4", "reason": "Pièce"}
    ]
    factory.session.add(HandoverPage(id=handover.id, site_id=factory.site, items=items))
    await factory.session.commit()
    return handover


async def test_read_and_taken_over_without_a_network(screen: Screen, factory: Factory) -> None:
    written = await handed_over(factory)
    device = await factory.signed_in(await factory.person("technician", sites=[factory.site]), background=True)
    client: Any = device.client
    await until(lambda: written.id in client.tables.handovers.rows)
    device.transport.online = False
    await screen.show(inside(client, lambda: Read(client, client.tables.handovers.rows[written.id]), MemoryDrafts()))
    await until(lambda: "Presse 4 · Vérin" in screen.texts)
    assert (dumb(screen), unheard(screen)) == ([], [])
    await screen.click(t("handovers.take"))
    await until(lambda: client.tables.handovers.rows[written.id].acknowledged_at is not None)
    device.transport.online = True
    await client.sync.now()
    await until(lambda: not client.outbox.waiting)
    await factory.session.refresh(written)
    assert written.acknowledged_by == client.tables.handovers.rows[written.id].acknowledged_by != ""


async def test_a_site_without_shifts_says_how_to_have_some(screen: Screen, factory: Factory) -> None:
    admin = await factory.signed_in(await factory.person("admin", sites=[factory.site]), background=True)
    await screen.show(inside(admin.client, HandoversScreen, MemoryDrafts()))
    await until(lambda: t("handovers.no_shifts") in screen.texts)
