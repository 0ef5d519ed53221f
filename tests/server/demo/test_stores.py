"""The demonstration's stores: whatever is shown of them is the sum of their ledger, and the ledger follows from the jobs."""

import asyncpg
import pytest

from server.demo import Summary
from tests.server.demo.conftest import NOW

pytestmark = pytest.mark.usefixtures("summary")

WANTED = """
select (count(*) > 0)::int from (
    select sum(r.quantity) as wanted, coalesce(max(x.on_hand), 0) as there
    from part_reservation r left join stock x on x.part_id = r.part_id and x.site_id = r.site_id group by r.part_id, r.site_id
) s where {}
"""
OF_PLAN = """jsonb_array_elements({}) w(part),
    lateral (select (w.part ->> 'part_id')::uuid as part_id, (w.part ->> 'quantity')::numeric as quantity) q"""
COUNTED = {
    "parts": ("select count(*) from spare_parts", 600),
    "suppliers": ("select count(*) from suppliers", 25),
    "stores": ("select count(*) from storage_place where kind = 'store' and is_default", 3),
    "low": ("select count(*) from stock where low_since is not null", 12),
    "stocks of which jobs want more than there is": (WANTED.format("wanted > there"), 1),
    "stocks that have what jobs want": (WANTED.format("wanted <= there"), 1),
    "laid ready": ("select (count(*) > 0)::int from part_reservation where picked > 0", 1),
    "to count": ("select count(*) from place_stock where count_since is not null", 3),
}  # fmt: skip
RUNNING = """
select id from (
    select m.id, m.occurred_at, y.count_since,
        sum(m.quantity) over (partition by m.spare_part_id, m.place_id order by m.occurred_at, m.id) as there
    from stock_movements m join stock x on x.part_id = m.spare_part_id and x.site_id = m.site_id
    join place_stock y on y.stock_id = x.id and y.place_id = m.place_id
) l where there < 0 and (count_since is null or occurred_at < count_since)
"""
IMPOSSIBLE = {
    "a part whose supplier is not the preferred one": (
        "select id from spare_parts where supplier_id::text is distinct from"
        " jsonb_path_query_first(offers, '$[*] ? (@.is_preferred == true).supplier_id') #>> '{}'"
    ),
    "a stock that is not the sum of its lines": (
        "select part_id, site_id, on_hand, value from stock except select spare_part_id, site_id, sum(quantity), sum(amount)"
        " from stock_movements group by 1, 2"
    ),
    "lines without a stock": "select spare_part_id, site_id from stock_movements except select part_id, site_id from stock",
    "a place that is not the sum of its lines": (
        "select x.part_id, y.place_id, y.quantity from place_stock y join stock x on x.id = y.stock_id except"
        " select spare_part_id, place_id, sum(quantity) from stock_movements group by 1, 2"
    ),
    "lines without a place": (
        "select spare_part_id, place_id from stock_movements except"
        " select x.part_id, y.place_id from place_stock y join stock x on x.id = y.stock_id"
    ),
    "a job whose cost is not the sum of its lines": (
        "(select intervention_id, spare_part_id, quantity_used, cost from maintenance_spare_parts except"
        " select intervention_id, spare_part_id, -sum(quantity), -sum(amount) from stock_movements where intervention_id is not null"
        " group by 1, 2)"
    ),
    "lines of a job that it knows nothing of": (
        "select intervention_id, spare_part_id from stock_movements where intervention_id is not null"
        " except select intervention_id, spare_part_id from maintenance_spare_parts"
    ),
    "more taken than there was": RUNNING,
    "a stock at the wrong side of its minimum": (
        "select x.id from stock x join spare_parts p on p.id = x.part_id, lateral (select coalesce(x.minimum, p.minimum_stock)) m (least)"
        " where (least > 0 and on_hand + on_order <= least) is distinct from (low_since is not null)"
    ),
    "a part that no machine of the job takes": (
        "select j.id from maintenance_spare_parts j join spare_parts p on p.id = j.spare_part_id join equipment e on e.id = j.equipment_id"
        " where not (p.equipment_ids @> array[e.id] or p.class_ids @> array[e.class_id])"
    ),
    "a part taken by somebody who did not work there": (
        "select m.id from stock_movements m where movement_type = 'out' and intervention_id is not null and not exists"
        " (select from intervention_action a where a.intervention_id = m.intervention_id and a.user_id = m.created_by"
        " and m.occurred_at between a.started_at and a.ended_at)"
    ),
    "a round that has replaced two joints and used another number": (
        "select i.id from maintenance_interventions i join maintenance_spare_parts j on j.intervention_id = i.id"
        " where work_performed like '%, deux remplacés.' and quantity_used <> 2"
    ),
    "a joint that was replaced and not taken": (
        "select i.id from maintenance_interventions i where work_performed like 'Joint vérin Ø63 remplacé%' and status = 'completed'"
        " and actual_end > $1::timestamptz - interval '700 days' and not exists (select from maintenance_spare_parts j"
        " join spare_parts p on p.id = j.spare_part_id where j.intervention_id = i.id and p.name = 'Joint vérin Ø63')"
    ),
    "a plan whose part its machine does not take, or that is not counted so finely": (
        f"select s.id from scheduled_maintenances s join equipment e on e.id = s.equipment_id, {OF_PLAN.format('s.parts')}"
        " join spare_parts p on p.id = q.part_id where not (p.equipment_ids @> array[e.id] or p.class_ids @> array[e.class_id])"
        " or q.quantity <> round(q.quantity, p.decimals)"
    ),
    "an open job of a plan that has not reserved its parts": (
        f"select i.id, q.part_id, q.quantity from maintenance_interventions i, {OF_PLAN.format('i.required_parts')}"
        " where i.status in ('pending', 'in_progress', 'on_hold') and q.part_id is not null"
        " except select intervention_id, part_id, quantity from part_reservation"
    ),
    "a part reserved for a job of a plan that is over, or does not ask for it": (
        "select r.intervention_id, r.part_id, r.quantity from part_reservation r"
        " join maintenance_interventions j on j.id = r.intervention_id"
        " where j.scheduled_maintenance_id is not null except select i.id, q.part_id, q.quantity"
        f" from maintenance_interventions i, {OF_PLAN.format('i.required_parts')} where i.status in ('pending', 'in_progress', 'on_hold')"
    ),
    "a part reserved for a job whose machine does not take it": (
        "select r.id from part_reservation r join spare_parts p on p.id = r.part_id join equipment e on e.id = r.equipment_id"
        " where not (p.equipment_ids @> array[e.id] or p.class_ids @> array[e.class_id])"
    ),
    "more laid ready than there is": (
        "select r.part_id from part_reservation r left join stock x on x.part_id = r.part_id and x.site_id = r.site_id"
        " group by r.part_id, r.site_id, x.on_hand having sum(r.picked) > coalesce(x.on_hand, 0) and sum(r.picked) > 0"
    ),
}  # fmt: skip


async def test_there_are_as_many_as_the_demonstration_promises(rows: asyncpg.Connection, summary: Summary) -> None:
    found = {name: await rows.fetchval(statement) for name, (statement, _) in COUNTED.items()}
    assert found == {name: count for name, (_, count) in COUNTED.items()}
    assert {row[0] for row in await rows.fetch("select distinct movement_type from stock_movements")} == {
        "in", "out", "adjustment", "transfer", "return",
    }  # fmt: skip


@pytest.mark.parametrize("name", IMPOSSIBLE)
async def test_there_is_no(rows: asyncpg.Connection, name: str) -> None:
    arguments = [NOW] if "$1" in IMPOSSIBLE[name] else []
    assert await rows.fetch(f"select * from ({IMPOSSIBLE[name]}) found limit 3", *arguments) == []


async def test_its_barcodes_can_be_scanned(rows: asyncpg.Connection) -> None:
    codes = [row["code"] for row in await rows.fetch("select code from part_barcode")]
    assert len(codes) > 100
    assert {len(code) for code in codes} == {13}
    assert {(sum(map(int, code[::2])) + 3 * sum(map(int, code[1::2]))) % 10 for code in codes} == {0}
