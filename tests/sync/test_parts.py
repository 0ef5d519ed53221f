"""A technician at the shelf, with the real server behind the screen: what the books refuse, a hand knows better."""

from decimal import Decimal

import pytest

from mobile_app.core.i18n import t
from mobile_app.domain.parts import stock_at, taken_by
from mobile_app.domain.take_part import TakeForm
from mobile_app.features.needs_you.ways import Way, ways_out
from shared_models.ids import uuid7
from shared_models.inventory.commands import ReceiveStock, TakeStock, WritePart, WritePlace
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import Device, Factory, until
from tests.sync.test_plant_screens import browser, fill, shown
from tests.sync.test_submit import typed

__all__ = ["browser", "screen"]  # fixtures


class Shelf:
    """Two bearings in a store, and a job for which they are taken."""

    def __init__(self, factory: Factory, keeper: Device) -> None:
        self.factory, self.keeper = factory, keeper
        self.part, self.place, self.job = uuid7(), uuid7(), uuid7()

    async def build(self) -> "Shelf":
        keeper, site = self.keeper, self.factory.site
        await keeper.do(WritePart, part_id=self.part, part_number=f"R-{self.part.hex[-8:]}", name="Roulement", unit_price=10)
        await keeper.do(WritePlace, place_id=self.place, site_id=site, name=f"Magasin {self.place.hex[-8:]}")
        await keeper.do(ReceiveStock, movement_id=uuid7(), part_id=self.part, place_id=self.place, quantity=2)
        self.job = await keeper.open_job(self.factory.press, "Bruit")
        await keeper.round()
        assert not keeper.client.outbox.needs_you
        return self

    def on_hand(self, device: Device) -> Decimal:
        stock = stock_at(device.client, self.part, self.factory.site)
        assert stock
        return stock.on_hand


@pytest.fixture
async def shelf(factory: Factory) -> Shelf:
    return await Shelf(factory, await factory.signed_in(await factory.person("supervisor"))).build()


async def test_what_is_not_there_is_refused_and_taken_all_the_same_by_who_has_it_in_hand(
    screen: Screen, factory: Factory, shelf: Shelf
) -> None:
    device = await factory.signed_in(await factory.person("technician"), background=True)
    client = device.client
    await until(lambda: client.sync.is_in_touch)
    part, job, done = client.tables.parts.rows[shelf.part], device.job(shelf.job), list[bool]()
    await screen.show(inside(client, lambda: TakeForm(client, part, job.site_id, job, lambda: done.append(True))))
    await fill(screen, t("parts.quantity"), "3")
    await screen.click(t("parts.take_do"))
    await shown(screen, t("parts.in_hand"))
    assert (typed(screen), client.outbox.entries, done) == (["3"], [], [])
    assert shelf.on_hand(device) == 2
    await screen.click(t("parts.in_hand"))
    await until(lambda: done)
    await shelf.keeper.round()
    (used,) = taken_by(shelf.keeper.client, shelf.job)
    assert (used.quantity_used, used.cost, shelf.on_hand(shelf.keeper)) == (3, 30, -1)
    stock = stock_at(shelf.keeper.client, shelf.part, factory.site)
    assert stock
    assert [at.place_id for at in stock.to_count] == [shelf.place]


async def test_a_taking_that_was_asked_for_and_refused_later_is_one_tap_from_being_true(factory: Factory, shelf: Shelf) -> None:
    """Asked while there was a network, which was gone before the answer."""
    device = await factory.signed_in(await factory.person("technician"))
    asked = {"part_id": shelf.part, "place_id": shelf.place, "quantity": 5, "intervention_id": shelf.job}
    await device.do(TakeStock, movement_id=uuid7(), **asked)
    await device.round()
    (refused,) = device.client.outbox.needs_you
    assert ways_out(device.client, refused)[0] is Way.in_hand
    command = refused.command
    assert isinstance(command, TakeStock)
    await device.client.edit(refused.id, command.model_copy(update={"is_taken": True}))
    await device.round()
    assert not device.client.outbox.needs_you
    assert shelf.on_hand(device) == -3
