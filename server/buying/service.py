"""What people do to orders: by the shared rules, on an order that is locked; the stock hears what comes of it.

An order is locked before the stocks that it moves, and these in the order of their ids: two orders of the same parts never wait for
each other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.buying import papers, repository
from server.buying.models import PurchaseOrder
from server.buying.papers import Paper
from server.core.access import Actor, ensure_sees
from server.core.apart import WorkFailedError, apart
from server.core.clock import now
from server.core.commands import carries_out
from server.core.consequences import tell
from server.core.database import ReadSession, Session
from server.core.errors import NotFound, Unavailable, existing
from server.core.i18n import translator
from server.core.numbers import next_number
from server.inventory import service as inventory
from server.inventory.errors import PartRefersUnfit
from shared_models.buying import commands as buying
from shared_models.buying import rules
from shared_models.buying.rows import OrderLine, PurchaseOrderRow, Suggestion
from shared_models.buying.suggesting import suggestion
from shared_models.rules import apply

_MOST_MIB, _MOST_SECONDS = 512, 60


@carries_out(buying.WriteOrder)
async def write(session: Session, actor: Actor, cmd: buying.WriteOrder) -> None:
    ensure_sees(actor, cmd.site_id)
    found = await repository.lock_order(session, actor, cmd.order_id)
    if found is None and await repository.order_exists(session, cmd.order_id):
        raise NotFound
    known = await repository.order_row(session, found.id) if found else None
    row = rules.write(await _asked(session, known, cmd.supplier_id, cmd.lines), cmd, actor.by)
    if known is None:
        row = row.model_copy(update={"number": await _number(session, row.site_id, now())})
    await _keep(session, actor, "created" if known is None else "updated", found, known, row, cmd.occurred_at)


async def _asked(
    session: Session, known: PurchaseOrderRow | None, supplier_id: UUID, lines: Sequence[buying.AskedLine | OrderLine]
) -> rules.Asked:  # fmt: skip
    supplier = await inventory.supplier_row(session, supplier_id)
    if supplier is None:
        raise PartRefersUnfit(field="supplier_id")
    parts = await inventory.part_rows(session, [line.part_id for line in lines])
    for place, line in enumerate(lines):
        if line.part_id not in parts:
            raise PartRefersUnfit(field=f"lines.{place}.part_id")
    return rules.Asked(known, supplier, parts)


async def _number(session: Session, site_id: UUID, at: datetime) -> str:
    year = await repository.year_at(session, site_id, at)
    return f"PO-{year}-{await next_number(session, f'PO-{year}'):04}"


@carries_out(buying.OnOrder)
async def change(session: Session, actor: Actor, cmd: buying.OnOrder) -> None:
    found = existing(await repository.lock_order(session, actor, cmd.order_id))
    known = await repository.order_row(session, found.id)
    outcome = apply(known, cmd, actor.by)
    await _keep(session, actor, cmd.done, found, known, outcome.row, cmd.occurred_at)
    for consequence in outcome.then:
        await tell(session, actor, consequence)
    if isinstance(cmd, buying.PlaceOrder):  # its parts are held by what has been told
        rules.ensure_still_ordered(await _asked(session, known, known.supplier_id, known.lines), known)


async def _keep(
    session: Session, actor: Actor, done: str, found: PurchaseOrder | None, known: PurchaseOrderRow | None, row: PurchaseOrderRow,
    at: datetime,
) -> None:  # fmt: skip
    before, after = (_told(order.lines) if order else [] for order in (known, row))
    more: Any = ({"lines": before}, {"lines": after}) if before != after else ({}, {})
    await audit.keep(session, actor, f"purchase_order.{done}", found or PurchaseOrder, row, at, more=more)
    await repository.keep_lines(session, known, row)


def _told(lines: Sequence[OrderLine]) -> list[dict[str, Any]]:
    return [line.model_dump(mode="json") for line in lines]


# --- what is read


async def purchase_list(session: ReadSession, actor: Actor, site_id: UUID) -> list[Suggestion]:
    ensure_sees(actor, site_id)
    active = await repository.active_suppliers(session)
    tr = translator(actor.lang)
    return [suggestion(found, active, tr) for found in await repository.low(session, site_id, now())]


async def paper(session: ReadSession, actor: Actor, order_id: UUID) -> Paper:
    return await repository.paper(session, actor, order_id)


async def printed(found: Paper) -> bytes:
    try:
        return await apart(papers.printed, found.model_dump_json().encode(), most_mib=_MOST_MIB, most_seconds=_MOST_SECONDS)
    except WorkFailedError:
        raise Unavailable from None
