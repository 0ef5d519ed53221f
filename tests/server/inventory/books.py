"""Whether what the books say of stocks is what their ledger says."""

from typing import Any

import sqlalchemy as sa

from server.core.database import Database

DISAGREEING = """
with ledger as (
    select s.id, sum(m.quantity) as quantity, sum(m.amount) as amount
    from stock s left join stock_movements m on m.spare_part_id = s.part_id and m.site_id = s.site_id group by 1
)
select 'stock' as what, s.part_id, s.on_hand, s.value from stock s join ledger l using (id)
where s.on_hand <> coalesce(l.quantity, 0) or s.value <> coalesce(l.amount, 0)
    or s.on_hand <> (select coalesce(sum(quantity), 0) from place_stock where stock_id = s.id)
union all
select 'place', s.part_id, x.quantity, null from place_stock x join stock s on s.id = x.stock_id
where x.quantity <> (select coalesce(sum(quantity), 0) from stock_movements where spare_part_id = s.part_id and place_id = x.place_id)
union all
select 'job', j.spare_part_id, j.quantity_used, j.cost from maintenance_spare_parts j where not exists (
    select from stock_movements m where m.intervention_id = j.intervention_id and m.spare_part_id = j.spare_part_id
    having -sum(m.quantity) = j.quantity_used and -sum(m.amount) = j.cost
)
"""
"""What a balance, a place or a job says that the ledger does not."""


async def disagreeing(database: Database) -> list[Any]:
    async with database.engine.connect() as connection:
        return list(await connection.execute(sa.text(DISAGREEING)))
