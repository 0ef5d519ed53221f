"""The statements of the catalogue, of stocks, and of their ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy import select
from sqlmodel import SQLModel, col

from server.core import row_writes
from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import NotFound, existing
from server.core.kept import columns_of, seen
from server.core.row_writes import Write
from server.core.tables import same_name
from server.inventory.models import (
    JobPart,
    Part,
    PartBarcode,
    PartCategory,
    Reservation,
    Stock,
    StockAlert,
    StockMovement,
    StoragePlace,
    Supplier,
)
from server.inventory.rows import JOB_PART, PART, PLACE, RESERVATION, STOCK, SUPPLIER
from shared_models.ids import uuid7
from shared_models.inventory.reservations import Claim, ReservationRow, reservation_id
from shared_models.inventory.rows import JobPartRow, MonthUse, Movement, PartRow, PlaceRow, StockRow, SupplierRow, job_part_id, stock_id

# --- the catalogue


async def lock_category(session: Session, category_id: UUID) -> PartCategory | None:
    return await session.scalar(select(PartCategory).where(col(PartCategory.id) == category_id).with_for_update())


async def lock_supplier(session: Session, supplier_id: UUID) -> Supplier | None:
    return await session.scalar(select(Supplier).where(col(Supplier.id) == supplier_id).with_for_update())


async def lock_part(session: Session, part_id: UUID) -> Part | None:
    return await session.scalar(select(Part).where(col(Part.id) == part_id).with_for_update())


async def part_rows(session: ReadSession, ids: Collection[UUID]) -> list[PartRow]:
    return [PartRow.model_validate_json(row["part"]) for row in await session.fetch(_PARTS, list(ids))]


_PARTS = f"select {PART.json('t')}::text as part from spare_parts t where t.id = any($1)"  # noqa: S608 - declared


async def supplier_row(session: ReadSession, supplier_id: UUID) -> SupplierRow | None:
    found = await session.fetchval(_SUPPLIER, supplier_id)
    return SupplierRow.model_validate_json(found) if found else None


_SUPPLIER = f"select {SUPPLIER.json('t')}::text from suppliers t where t.id = $1"  # noqa: S608


async def barcodes(session: ReadSession, part_id: UUID) -> list[str]:
    return list(await session.scalars(select(col(PartBarcode.code)).where(col(PartBarcode.part_id) == part_id).order_by(PartBarcode.code)))


async def part_with_barcode(session: ReadSession, code: str) -> tuple[UUID, str] | None:
    found = await session.fetchrow(
        "select p.id, p.part_number from part_barcode b join spare_parts p on p.id = b.part_id where b.code = $1", code
    )
    return (found["id"], found["part_number"]) if found else None


async def replace_barcodes(session: Session, part_id: UUID, codes: Collection[str]) -> None:
    """But for those that another part has, or has just been given."""
    await session.run("delete from part_barcode where part_id = $1 and code <> all($2::text[])", part_id, list(codes))
    await session.run(
        "insert into part_barcode (code, part_id) select c, $1 from unnest($2::text[]) c on conflict (code) do nothing",
        part_id,
        list(codes),
    )


async def name_is_taken(
    session: ReadSession, table: type[SQLModel], column: str, name: str, *, but: UUID, site_id: UUID | None = None
) -> bool:  # fmt: skip
    columns = table.__table__.c  # type: ignore[attr-defined]
    condition = same_name(columns[column], name) & (columns.id != but)
    return bool(await session.scalar(select(sa.exists().where(condition if site_id is None else condition & (columns.site_id == site_id)))))


_UNKNOWN = """
select case
    when $1::uuid is not null and not exists (select from spare_part_categories where id = $1) then 'category_id'
    when $2::uuid is not null and not exists (select from suppliers where id = $2) then 'supplier_id'
    when exists (select from unnest($3::uuid[]) x(id) where not exists (select from suppliers s where s.id = x.id)) then 'offers'
    when exists (select from unnest($4::uuid[]) x(id) where not exists (select from equipment_class c where c.id = x.id)) then 'class_ids'
    when exists (
        select from unnest($5::uuid[]) x(id)
        where not exists (select from equipment e where e.id = x.id and ($7::uuid[] is null or e.site_id = any($7) or e.id = any($8)))
    ) then 'equipment_ids'
    when exists (select from unnest($6::uuid[]) x(id) where not exists (select from spare_parts p where p.id = x.id)) then 'equivalent_ids'
end
"""


async def refers_to_unknown(session: ReadSession, actor: Actor, part: PartRow, before: Collection[UUID]) -> str | None:
    """The field that names what there is not, or what is not in sight; machines that it fitted `before` may stay."""
    suppliers = [offer.supplier_id for offer in part.offers]
    found = await session.fetchval(
        _UNKNOWN, part.category_id, part.supplier_id, suppliers, part.class_ids, part.equipment_ids, part.equivalent_ids, actor.site_list,
        list(before),
    )  # fmt: skip
    return str(found) if found else None


async def lock_stocks_of(session: Session, part_id: UUID) -> list[StockRow]:
    ids = await session.fetch("select id from stock where part_id = $1 order by id for update", part_id)
    return [await _stock(session, row["id"]) for row in ids]


_WITH_JOBS = """
select exists (
    select from maintenance_spare_parts j join maintenance_interventions i on i.id = j.intervention_id
    where j.spare_part_id = $1 and j.quantity_used > 0 and not i.is_validated
) or exists (
    select from part_reservation r join maintenance_interventions i on i.id = r.intervention_id
    where r.part_id = $1 and r.quantity > r.issued and i.status in ('pending', 'in_progress', 'on_hold')
)
"""


async def is_with_jobs(session: ReadSession, part_id: UUID) -> bool:
    """Whether a job has some that it may give back, or is to have some."""
    return bool(await session.fetchval(_WITH_JOBS, part_id))


async def is_drafted(session: ReadSession, part_id: UUID) -> bool:
    return bool(await session.fetchval(_DRAFTED, part_id))


_DRAFTED = """
select exists (
    select from purchase_order_line l join purchase_order o on o.id = l.order_id where l.part_id = $1 and o.status = 'draft'
)
"""


async def use_by_month(session: ReadSession, actor: Actor, part_id: UUID) -> list[MonthUse]:
    """The last twelve months and this one, at the sites in sight; months without any are left out."""
    rows = await session.fetch(_USE, part_id, actor.site_list)
    return [MonthUse(month=row["month"], quantity=row["quantity"]) for row in rows]


_USE = """
select date_trunc('month', m.occurred_at at time zone 'UTC')::date as month, -sum(m.quantity) as quantity
from stock_movements m
where m.spare_part_id = $1 and m.movement_type in ('out', 'return') and ($2::uuid[] is null or m.site_id = any($2))
    and m.occurred_at at time zone 'UTC' >= date_trunc('month', now() at time zone 'UTC') - interval '12 months'
group by 1 order by 1
"""


# --- places


async def lock_places(session: Session, site_id: UUID) -> dict[UUID, StoragePlace]:
    """All of a site's, so that it has one default."""
    await session.run("select from sites where id = $1 for no key update", site_id)
    statement = select(StoragePlace).where(col(StoragePlace.site_id) == site_id).order_by(col(StoragePlace.id)).with_for_update()
    return {place.id: place for place in await session.scalars(statement.execution_options(populate_existing=True))}


async def place_site(session: ReadSession, actor: Actor, place_id: UUID) -> UUID | None:
    return await session.scalar(
        select(col(StoragePlace.site_id)).where(col(StoragePlace.id) == place_id, visible(actor, StoragePlace.site_id))
    )


async def place_exists(session: ReadSession, place_id: UUID) -> bool:
    return bool(await session.scalar(select(sa.exists().where(col(StoragePlace.id) == place_id))))


async def places_in_use(session: ReadSession, site_id: UUID) -> set[UUID]:
    rows = await session.fetch(
        "select distinct x.place_id from place_stock x join stock s on s.id = x.stock_id where s.site_id = $1 and x.quantity <> 0", site_id
    )
    return {row["place_id"] for row in rows}


_DEFAULT = """
select p.id from storage_place p left join stock s on s.site_id = p.site_id and s.part_id = $1
where p.is_default and ($2::uuid[] is null or p.site_id = any($2)) and ($3::uuid is null or p.site_id = $3)
order by coalesce(s.on_hand, 0) > 0 desc, p.site_id limit 2
"""


async def default_places(session: ReadSession, actor: Actor, part_id: UUID, site_id: UUID | None) -> list[UUID]:
    """Two at most: where there is some of the part first."""
    return [row["id"] for row in await session.fetch(_DEFAULT, part_id, actor.site_list, site_id)]


async def sites_in_sight(session: ReadSession, actor: Actor) -> list[UUID]:
    """Two at most, to know whether it is one."""
    rows = await session.fetch("select id from sites where ($1::uuid[] is null or id = any($1)) order by id limit 2", actor.site_list)
    return [row["id"] for row in rows]


async def stocked_sites(session: ReadSession, actor: Actor, part_id: UUID) -> list[UUID]:
    """Two at most: those that have some, or else those that have had some."""
    return [row["site_id"] for row in await session.fetch(_STOCKED, part_id, actor.site_list)]


_STOCKED = """
with kept as (select site_id, on_hand <> 0 as has_some from stock where part_id = $1 and ($2::uuid[] is null or site_id = any($2)))
select site_id from kept where has_some or not exists (select from kept where has_some) order by site_id limit 2
"""


# --- stocks


async def part_row(session: ReadSession, part_id: UUID) -> PartRow | None:
    found = await session.fetchval(_PART, part_id)
    return PartRow.model_validate_json(found) if found else None


async def held_part(session: Session, part_id: UUID) -> PartRow | None:
    """Nobody changes what it is counted and paid in before the transaction ends. Held before its stocks, as by who changes it."""
    found = await session.fetchval(_HELD_PART, part_id)
    return PartRow.model_validate_json(found) if found else None


async def held_shelf(session: Session, actor: Actor, part_id: UUID, place_ids: Sequence[UUID]) -> tuple[PartRow, list[PlaceRow]]:
    """The part and the places, all of them in sight, held: none is archived or closed before this ends."""
    found = existing(await session.fetchrow(_HELD_SHELF, part_id, place_ids, actor.site_list))
    places = {place.id: place for place in map(PlaceRow.model_validate_json, found["places"])}
    if not places.keys() >= set(place_ids):
        raise NotFound
    return PartRow.model_validate_json(found["part"]), [places[place_id] for place_id in place_ids]


async def place_row(session: ReadSession, actor: Actor, place_id: UUID) -> PlaceRow | None:
    found = await session.fetchval(_PLACE, place_id, actor.site_list)
    return PlaceRow.model_validate_json(found) if found else None


async def place_rows(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> list[PlaceRow]:
    found = await session.fetch(_PLACES, list(ids), actor.site_list)
    return [PlaceRow.model_validate_json(row["place"]) for row in found]


async def stocks_at(session: ReadSession, place_ids: Collection[UUID]) -> list[StockRow]:
    """What is kept at one of these places, with all of its places."""
    return [StockRow.model_validate_json(row["stock"]) for row in await session.fetch(_STOCKS_AT, list(place_ids))]


_PART = f"select {PART.json('t')}::text from spare_parts t where t.id = $1"  # noqa: S608 - declared
_HELD_PART = f"{_PART} for key share"
_HELD_SHELF = f"""
select {PART.json("t")}::text as part, array(
    select {PLACE.json("p")}::text from storage_place p
    where p.id = any($2::uuid[]) and ($3::uuid[] is null or p.site_id = any($3)) order by p.id for key share of p
) as places
from spare_parts t where t.id = $1 for key share of t
"""  # noqa: S608
_PLACE = f"select {PLACE.json('t')}::text from storage_place t where t.id = $1 and ($2::uuid[] is null or t.site_id = any($2))"  # noqa: S608

_PLACES = (
    f"select {PLACE.json('t')}::text as place from storage_place t"  # noqa: S608
    " where t.id = any($1) and ($2::uuid[] is null or t.site_id = any($2)) order by t.id"
)
_STOCKS_AT = (
    f"select {STOCK.json('t')}::text as stock from stock t"  # noqa: S608
    " where t.id in (select x.stock_id from place_stock x where x.place_id = any($1)) order by t.id"
)


async def lock_stock(session: Session, part_id: UUID, site_id: UUID) -> StockRow:
    """What the site has of the part, from nothing on; whoever comes second meets what the first has left."""
    return await _stock(session, await _lock_stock(session, part_id, site_id))


async def _lock_stock(session: Session, part_id: UUID, site_id: UUID) -> UUID:
    row_id = stock_id(part_id, site_id)
    if await session.fetchval("select id from stock where id = $1 for update", row_id) is None:
        first = {"id": row_id, "site_id": site_id, "part_id": part_id, "version": 0}
        await row_writes.carry_out(session, row_writes.inserting_once(Stock, first))
        await session.fetchval("select id from stock where id = $1 for update", row_id)
    return row_id


@dataclass(frozen=True)
class Locked:
    """`stocks` by their ids; `claims` of all jobs at the site that was asked for."""

    stocks: Mapping[UUID, StockRow]
    is_in_ledger: bool
    claims: Sequence[Claim]


async def lock_stocks(
    session: Session, part_id: UUID, sites: Sequence[UUID], movements: Sequence[UUID], *, claimed_at: UUID | None
) -> Locked:  # fmt: skip
    """In the order of `sites`; and whether the ledger has one of the movements."""
    ids = [await _lock_stock(session, part_id, site_id) for site_id in sites]
    found = existing(await session.fetchrow(_LOCKED, ids, movements, part_id, claimed_at))
    stocks = [StockRow.model_validate_json(text) for text in found["stocks"]]
    claims = [Claim(ReservationRow.model_validate_json(text), at) for text, at in zip(found["claims"], found["needed"], strict=True)]
    return Locked({stock.id: stock for stock in stocks}, found["is_in_ledger"], claims)


def _claims(part_id: str, site_id: str) -> str:
    return f"""
select {RESERVATION.json("t")}::text as reservation, coalesce(i.due_at, i.scheduled_start, i.scheduled_end) as needed_at
from part_reservation t join maintenance_interventions i on i.id = t.intervention_id
where t.part_id = {part_id} and t.site_id = {site_id} and t.quantity > t.issued and i.status in ('pending', 'in_progress', 'on_hold')
"""  # noqa: S608


_LOCKED = f"""
select array(select {STOCK.json("t")}::text from stock t where t.id = any($1::uuid[])) as stocks,
    exists (select from stock_movements where id = any($2::uuid[])) as is_in_ledger, c.claims, c.needed
from (
    select coalesce(array_agg(q.reservation), '{{}}') as claims, coalesce(array_agg(q.needed_at), '{{}}') as needed
    from ({_claims("$3", "$4")}) q
) c
"""  # noqa: S608


async def _stock(session: ReadSession, row_id: UUID) -> StockRow:
    return StockRow.model_validate_json(await STOCK.written(session, row_id))


_BALANCE_AT = """
select coalesce(sum(quantity), 0) from stock_movements where place_id = $1 and spare_part_id = $2 and occurred_at <= $3
"""


async def balance_at(session: ReadSession, place_id: UUID, part_id: UUID, at: datetime) -> Decimal:
    """What the books had there then."""
    return Decimal(await session.fetchval(_BALANCE_AT, place_id, part_id, at))


async def job_part(session: Session, intervention_id: UUID, part_id: UUID) -> JobPartRow | None:
    found = await session.fetchval(_JOB_PART, job_part_id(intervention_id, part_id))
    return JobPartRow.model_validate_json(found) if found else None


_JOB_PART = f"select {JOB_PART.json('t')}::text from maintenance_spare_parts t where t.id = $1 for update"  # noqa: S608


async def reservation(session: Session, intervention_id: UUID, part_id: UUID) -> ReservationRow | None:
    found = await session.fetchval(_RESERVATION, reservation_id(intervention_id, part_id))
    return ReservationRow.model_validate_json(found) if found else None


_RESERVATION = f"select {RESERVATION.json('t')}::text from part_reservation t where t.id = $1 for update"  # noqa: S608 - declared


_CLAIMS = _claims("$1", "$2")


async def claims(session: ReadSession, part_id: UUID, site_id: UUID) -> list[Claim]:
    rows = await session.fetch(_CLAIMS, part_id, site_id)
    return [Claim(ReservationRow.model_validate_json(row["reservation"]), row["needed_at"]) for row in rows]


async def keep_reservation(session: Session, row: ReservationRow, at: datetime) -> None:
    await row_writes.carry_out(session, keeping_reservation(row, at))


def keeping_reservation(row: ReservationRow, at: datetime) -> Write:
    columns = columns_of(Reservation, row)
    if row.version == 1:
        return row_writes.inserting(Reservation, columns)
    changed = {name: columns[name] for name in ("quantity", "picked", "issued", "returned", "reserved_at", "version")}
    return row_writes.updating(Reservation, row.id, {**changed, "updated_at": at})


_ADD_RESERVATIONS = """
insert into part_reservation (id, site_id, equipment_id, intervention_id, part_id, quantity, reserved_at)
select r.id, r.site_id, r.equipment_id, r.intervention_id, r.part_id, r.quantity, r.reserved_at
from json_populate_recordset(null::part_reservation, $1::json) r join spare_parts p on p.id = r.part_id
"""


async def add_reservations(session: Session, rows: Sequence[ReservationRow]) -> None:
    if rows:
        await session.run(_ADD_RESERVATIONS, to_json(rows).decode())


_KEEP_PLACE = """
insert into place_stock (stock_id, place_id, quantity, count_since, counted_at) values ($1, $2, $3, $4, $5)
on conflict (stock_id, place_id) do update
set quantity = excluded.quantity, count_since = excluded.count_since, counted_at = excluded.counted_at
"""


def keeping_stock(before: StockRow, stock: StockRow, at: datetime) -> list[Write]:
    changes = {name: value for name, value in columns_of(Stock, stock).items() if value != getattr(before, name)}
    places = [
        Write(_KEEP_PLACE, [stock.id, place.place_id, place.quantity, place.count_since, place.counted_at])
        for place in stock.places
        if place not in before.places
    ]
    return [*([row_writes.updating(Stock, stock.id, {**changes, "updated_at": at})] if changes else ()), *places]


def adding_lines(lines: Sequence[Movement], by: UUID | None) -> list[Write]:
    return [row_writes.inserting(StockMovement, {**columns_of(StockMovement, line), "created_by": by}) for line in lines]


def keeping_job_part(row: JobPartRow, at: datetime) -> Write:
    columns = columns_of(JobPart, row)
    if row.version == 1:
        return row_writes.inserting(JobPart, columns)
    changed = {name: columns[name] for name in ("quantity_used", "cost", "currency", "version")} | {"updated_at": at}
    return row_writes.updating(JobPart, row.id, changed)


def adding_alert(stock: StockRow, minimum: Decimal, at: datetime) -> Write:
    alert = {
        "id": uuid7(),
        "site_id": stock.site_id,
        "part_id": stock.part_id,
        "on_hand": stock.on_hand,
        "minimum": minimum,
        "occurred_at": at,
    }
    return row_writes.inserting(StockAlert, alert)


def as_place(place: StoragePlace) -> PlaceRow:
    return seen(PlaceRow, place)
