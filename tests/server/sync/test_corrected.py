"""What was refused and then put right is a command of its own; the one that was refused stays refused."""

from collections.abc import Awaitable, Callable

import pytest

from server.core.database import Session
from shared_models.base import Command
from shared_models.buying.commands import PlaceOrder, WriteOrder
from shared_models.ids import uuid7
from shared_models.inventory.commands import TakeStock, WritePart
from tests.server.interventions.workshop import Workshop, open_workshop
from tests.server.sync.given import Given
from tests.server.sync.test_push import codes, send


@pytest.fixture
async def shop(session: Session) -> Workshop:
    return await open_workshop(session)


async def too_many(given: Given) -> tuple[Command, dict[str, object]]:
    return await given.command(TakeStock, is_taken=False, quantity=3), {"is_taken": True}


async def of_itself(given: Given) -> tuple[Command, dict[str, object]]:
    part_id = uuid7()
    return await given.command(WritePart, part_id=part_id, equivalent_ids=[part_id]), {"equivalent_ids": []}


async def empty(given: Given) -> tuple[Command, dict[str, object]]:
    nothing = await given.command(WriteOrder, lines=[])
    await send(given.shop, given.shop.supervisor, nothing)
    full = await given.command(WriteOrder)
    await send(given.shop, given.shop.supervisor, full)
    return await given.command(PlaceOrder, order_id=nothing.subject_id), {"order_id": full.subject_id}


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [(too_many, "stock_insufficient"), (of_itself, "part_of_itself"), (empty, "order_empty")],
    ids=["too_many", "of_itself", "empty"],
)
async def test_put_right_it_is_carried_out_and_the_refusal_stays(
    shop: Workshop, asked: Callable[[Given], Awaitable[tuple[Command, dict[str, object]]]], refusal: str
) -> None:
    refused, right = await asked(Given(shop))
    corrected = refused.model_copy(update=right)
    assert codes(await send(shop, shop.supervisor, refused)) == [refusal]
    assert codes(await send(shop, shop.supervisor, corrected)) == ["idempotency_key_reused"]
    anew = corrected.model_copy(update={"command_id": uuid7()})
    assert codes(await send(shop, shop.supervisor, anew, refused)) == ["applied", refusal]
