"""The statements of orders, and of what is short."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from server.buying.models import PurchaseOrder
from server.buying.papers import Paper, PaperLine
from server.buying.rows import ORDER
from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.core.queries import expression
from server.inventory.rows import PART
from shared_models.buying.rows import PurchaseOrderRow
from shared_models.buying.suggesting import Situation, months_known
from shared_models.inventory.rows import PartRow

_YEAR = timedelta(days=365)


async def lock_order(session: Session, actor: Actor, order_id: UUID) -> PurchaseOrder | None:
    statement = select(PurchaseOrder).where(col(PurchaseOrder.id) == order_id, visible(actor, PurchaseOrder.site_id)).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def order_exists(session: ReadSession, order_id: UUID) -> bool:
    return bool(await session.fetchval("select exists (select from purchase_order where id = $1)", order_id))


async def order_row(session: ReadSession, order_id: UUID) -> PurchaseOrderRow:
    return PurchaseOrderRow.model_validate_json(await ORDER.written(session, order_id))


async def year_at(session: ReadSession, site_id: UUID, at: datetime) -> int:
    """By the site's clock. Raises `NotFound` where there is no such site."""
    found = await session.fetchval("select extract(year from $2::timestamptz at time zone clock) from sites where id = $1", site_id, at)
    return int(existing(found))


async def keep_lines(session: Session, before: PurchaseOrderRow | None, order: PurchaseOrderRow) -> None:
    known = {line.part_id: (place, line) for place, line in enumerate(before.lines)} if before else {}
    gone = known.keys() - {line.part_id for line in order.lines}
    if gone:
        await session.run("delete from purchase_order_line where order_id = $1 and part_id = any($2)", order.id, list(gone))
    for place, line in enumerate(order.lines):
        if known.get(line.part_id) != (place, line):
            columns = {**line.model_dump(), "order_id": order.id, "place": place}
            await session.run(
                _KEEP, *(columns[name] for name in ("order_id", "part_id", "place", "quantity", "unit_price", "reference", "received"))
            )


_KEEP = """
insert into purchase_order_line (order_id, part_id, place, quantity, unit_price, reference, received) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (order_id, part_id) do update set place = excluded.place, quantity = excluded.quantity, unit_price = excluded.unit_price,
reference = excluded.reference, received = excluded.received
"""


# --- what is short

_LOW = """
select x.on_hand, x.on_order, coalesce(x.minimum, p.minimum_stock) as minimum, {}::text as part,
    (select coalesce(-sum(m.quantity), 0) from stock_movements m where m.spare_part_id = p.id and m.site_id = x.site_id
        and m.movement_type in ('out', 'return') and m.occurred_at > $2) as used,
    (select min(m.occurred_at) from stock_movements m where m.spare_part_id = p.id and m.site_id = x.site_id
        and m.movement_type = 'out') as since,
    (select coalesce(sum(y.quantity), 0) from purchase_order_line y join purchase_order o on o.id = y.order_id
        where y.part_id = p.id and o.site_id = x.site_id and o.status = 'draft') as drafted
from stock x join spare_parts p on p.id = x.part_id
where x.site_id = $1 and x.low_since is not null and p.is_active order by p.name_folded, p.id
"""


async def low(session: ReadSession, site_id: UUID, at: datetime) -> list[Situation]:
    """What the site is short of, with what the last twelve months took of it, returns taken off."""
    found = []
    for row in await session.fetch(expression(_LOW, PART.json("p")), site_id, at - _YEAR):
        months = months_known((at - row["since"]).days if row["since"] else None)
        part = PartRow.model_validate_json(row["part"])
        numbers: Mapping[str, Decimal] = {name: row[name] for name in ("on_hand", "on_order", "minimum", "used", "drafted")}
        found.append(Situation(part, months=months, **numbers))
    return found


async def active_suppliers(session: ReadSession) -> set[UUID]:
    return {row["id"] for row in await session.fetch("select id from suppliers where is_active")}


_PAPER = """
select o.number, o.status, o.currency, o.expected_on, o.notes, o.ordered_at at time zone s.clock as ordered_at,
    s.name as site, s.location, p.name as supplier, p.contact_person, p.address, p.email, p.phone, p.lang
from purchase_order o join sites s on s.id = o.site_id join suppliers p on p.id = o.supplier_id where o.id = $1
"""
_PAPER_LINES = """
select p.part_number, p.name, p.manufacturer, p.manufacturer_reference, y.reference, y.quantity, p.unit, y.unit_price
from purchase_order_line y join spare_parts p on p.id = y.part_id where y.order_id = $1 order by y.place
"""


async def paper(session: ReadSession, actor: Actor, order_id: UUID) -> Paper:
    """Raises `NotFound` where the order is not in sight."""
    of_order = select(col(PurchaseOrder.id)).where(col(PurchaseOrder.id) == order_id)
    head = await session.fetchrow(_PAPER, existing(await session.scalar(of_order.where(visible(actor, PurchaseOrder.site_id)))))
    lines = [PaperLine(**dict(row)) for row in await session.fetch(_PAPER_LINES, order_id)]
    return Paper(**dict(existing(head)), lines=lines)
