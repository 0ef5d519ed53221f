"""What people do to the catalogue and to stocks: by the shared rules, on rows that are locked, with what only the server knows.

A movement locks its job first, holds the part as it is, then locks the part's stock at the site: two that want the same come one
after the other, and the second meets what the first has left; whoever changes the part locks it before its stocks, too. The stock,
its places and the lines of the ledger are written together, or not at all.
"""

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid5

import server.inventory.reserving  # noqa: F401 - hears of plans' jobs
from server.attachments.papers import Papers
from server.audit import service as audit
from server.core.access import Actor, ensure_sees
from server.core.clock import now
from server.core.commands import carries_out, run
from server.core.consequences import hears
from server.core.database import ReadSession, Session
from server.core.errors import AlreadyExists, NotFound, existing
from server.core.i18n import translator
from server.core.kept import seen
from server.core.label_codes import draw_label
from server.core.row_writes import Write, carry_out_together
from server.interventions import service as interventions
from server.inventory import errors, repository
from server.inventory.asked import JOBS_MOVE, AskedMovement, command_of
from server.inventory.models import Part, PartCategory, PartDocument, Stock, StoragePlace, Supplier
from server.notifications.causes import causing
from shared_models.inventory import commands as inv
from shared_models.inventory import refusals, rules
from shared_models.inventory.rows import MonthUse, Movement, PartCategoryRow, PartRow, PlaceRow, StockRow, SupplierRow, stock_id
from shared_models.inventory.rules import Doubted, Expected, GoodsIn, Moved, Shelf
from shared_models.notices.causes import of_stock
from shared_models.permissions import Permission
from shared_models.rules import rule_of

# ---------------------------------------------------------------- the catalogue


@carries_out(inv.WritePartCategory)
async def write_category(session: Session, actor: Actor, cmd: inv.WritePartCategory) -> None:
    found = await repository.lock_category(session, cmd.category_id)
    row = rules.write_category(seen(PartCategoryRow, found) if found else None, cmd, actor.by)
    if await repository.name_is_taken(session, PartCategory, "name", row.name, but=row.id):
        raise errors.InventoryNameTaken(field="name", name=row.name)
    await audit.keep(session, actor, _written("part_category", found), found or PartCategory, row, cmd.occurred_at)


@carries_out(inv.WriteSupplier)
async def write_supplier(session: Session, actor: Actor, cmd: inv.WriteSupplier) -> None:
    found = await repository.lock_supplier(session, cmd.supplier_id)
    row = rules.write_supplier(seen(SupplierRow, found) if found else None, cmd, actor.by)
    if await repository.name_is_taken(session, Supplier, "name", row.name, but=row.id):
        raise errors.InventoryNameTaken(field="name", name=row.name)
    await audit.keep(session, actor, _written("supplier", found), found or Supplier, row, cmd.occurred_at)


@carries_out(inv.WritePart)
async def write_part(session: Session, actor: Actor, cmd: inv.WritePart) -> None:
    found = await repository.lock_part(session, cmd.part_id)
    known = seen(PartRow, found, barcodes=await repository.barcodes(session, found.id)) if found else None
    row = rules.write_part(known, cmd, actor.by)
    if await repository.name_is_taken(session, Part, "part_number", row.part_number, but=row.id):
        raise errors.PartNumberTaken(field="part_number", part_number=row.part_number)
    if field := await repository.refers_to_unknown(session, actor, row, known.equipment_ids if known else []):
        raise errors.PartRefersUnfit(field=field)
    stocks = await repository.lock_stocks_of(session, row.id) if known else []
    if known:
        is_with_jobs, is_drafted = await repository.is_with_jobs(session, row.id), await repository.is_drafted(session, row.id)
        rules.ensure_can_be_kept(row, known, stocks, is_with_jobs=is_with_jobs, is_drafted=is_drafted)
    await audit.keep(session, actor, _written("part", found), found or Part, row, cmd.occurred_at)
    if known is None:
        await draw_label(session, part_id=row.id)
    for stock in stocks:
        await _keep_stock(session, actor, row, stock, rules.judged_again(stock, row, cmd.occurred_at))


@carries_out(inv.LinkBarcode, inv.UnlinkBarcode)
async def change_barcodes(session: Session, actor: Actor, cmd: inv.LinkBarcode | inv.UnlinkBarcode) -> None:
    found = existing(await repository.lock_part(session, cmd.part_id))
    known = seen(PartRow, found, barcodes=await repository.barcodes(session, found.id))
    rule = existing(rule_of(type(cmd)))
    row: PartRow = rule(known, cmd, actor.by)
    if row is known:
        return
    more = ({"barcodes": known.barcodes}, {"barcodes": row.barcodes})
    await repository.replace_barcodes(session, row.id, row.barcodes)
    if isinstance(cmd, inv.LinkBarcode):
        await _ensure_theirs(session, row, cmd.barcode)
    await audit.keep(session, actor, "part.updated", found, row, cmd.occurred_at, more=more)


async def _ensure_theirs(session: Session, part: PartRow, barcode: str) -> None:
    """Of two parts that are given one code at once, the second has waited for the first."""
    other = await repository.part_with_barcode(session, barcode)
    if other and other[0] != part.id:
        raise refusals.BarcodeInUse(part=other[1])


async def _locked(session: Session, _: Actor, part_id: UUID) -> Part:
    return existing(await repository.lock_part(session, part_id))


PAPERS = Papers("part", inv.PAPERS, PartDocument, _locked)
PAPERS.carry_out()


@carries_out(inv.WritePlace)
async def write_place(session: Session, actor: Actor, cmd: inv.WritePlace) -> None:
    ensure_sees(actor, cmd.site_id)
    site_id = await repository.place_site(session, actor, cmd.place_id)
    if site_id is None and await repository.place_exists(session, cmd.place_id):
        raise NotFound
    places = await repository.lock_places(session, site_id or cmd.site_id)
    in_use = await repository.places_in_use(session, site_id or cmd.site_id)
    site = rules.Places([repository.as_place(place) for place in places.values()], in_use)
    row, *others = rules.write_place(site, cmd, actor.by)
    if await repository.name_is_taken(session, StoragePlace, "name", row.name, but=row.id, site_id=row.site_id):
        raise errors.InventoryNameTaken(field="name", name=row.name)
    for place in sorted([row, *others], key=lambda place: place.is_default):  # a site never has two
        known = places.get(place.id)
        await audit.keep(session, actor, _written("storage_place", known), known or StoragePlace, place, cmd.occurred_at)
    if row.id not in places:
        await draw_label(session, place_id=row.id)


def _written(entity: str, found: object) -> str:
    return f"{entity}.updated" if found else f"{entity}.created"


# ---------------------------------------------------------------- the ledger


@carries_out(inv.OnStock)
async def move(session: Session, actor: Actor, cmd: inv.OnStock) -> None:
    shelf = await _new_to(session, actor, cmd)
    rule = existing(rule_of(type(cmd)))
    job = interventions.naming_who_moved(session, shelf.job.id) if shelf.job else nullcontext()
    async with job:
        moved: Moved = rule(shelf, cmd, actor.by)
    await _keep(session, actor, shelf, moved, cmd)
    if moved.also is not None and shelf.to is not None:
        await _keep(session, actor, shelf.to, moved.also, cmd)


@hears(GoodsIn)
async def receive_ordered(session: Session, actor: Actor, goods: GoodsIn) -> None:
    shelf = await _new_to(session, actor, goods.receipt)
    await _keep(session, actor, shelf, rules.receive_ordered(shelf, goods, actor.by), goods.receipt)


@hears(Expected)
async def expect(session: Session, actor: Actor, expected: Expected) -> None:
    part = existing(await repository.held_part(session, expected.part_id))
    stock = await repository.lock_stock(session, part.id, expected.site_id)
    await _keep_stock(session, actor, part, stock, rules.expecting(stock, part, expected))


@hears(Doubted)
async def doubt(session: Session, actor: Actor, doubted: Doubted) -> None:
    part = existing(await repository.held_part(session, doubted.part_id))
    place = existing(await repository.place_row(session, actor, doubted.place_id))
    stock = await repository.lock_stock(session, part.id, place.site_id)
    then = await repository.balance_at(session, place.id, part.id, doubted.at)
    await _keep_stock(session, actor, part, stock, rules.doubting(Shelf(part, place, stock, then=then), doubted))


@carries_out(inv.SetMinimum)
async def set_minimum(session: Session, actor: Actor, cmd: inv.SetMinimum) -> None:
    ensure_sees(actor, cmd.site_id)
    part = existing(await repository.held_part(session, cmd.part_id))
    stock = await repository.lock_stock(session, part.id, cmd.site_id)
    row = rules.with_minimum(stock, part, cmd)
    await _keep_stock(session, actor, part, stock, row)
    before, after = {"minimum": stock.minimum}, {"minimum": row.minimum}
    await audit.record(session, actor, "stock.minimum_set", _named(row), before=before, after=after, occurred_at=cmd.occurred_at)


async def _new_to(session: Session, actor: Actor, cmd: inv.OnStock) -> Shelf:
    """The shelf, before a movement that the ledger does not have yet.

    Locked in the order of the stocks' ids, the job before them.
    """
    job_id: UUID | None = getattr(cmd, "intervention_id", None)
    job = await interventions.take(session, actor, job_id) if job_id else None
    places, movements = [cmd.place_id], [cmd.movement_id]
    if isinstance(cmd, inv.TransferStock):
        places, movements = [*places, cmd.to_place_id], [*movements, cmd.arrival_id]
    part, rows = await repository.held_shelf(session, actor, cmd.part_id, places)
    claimed_at = rows[0].site_id if isinstance(cmd, inv.TakeStock) else None
    known = await repository.lock_stocks(session, part.id, _in_order(part.id, rows), movements, claimed_at=claimed_at)
    if known.is_in_ledger:
        raise AlreadyExists(field="movement_id")
    here, *there = [Shelf(part, place, known.stocks[stock_id(part.id, place.site_id)], claims=known.claims) for place in rows]
    if job is not None:
        reserved = await repository.reservation(session, job.id, part.id)
        here = replace(here, job=job, used=await repository.job_part(session, job.id, part.id), reserved=reserved)
    if isinstance(cmd, inv.CountStock):
        here = replace(here, then=await repository.balance_at(session, cmd.place_id, part.id, cmd.occurred_at))
    return replace(here, to=there[0]) if there else here


def _in_order(part_id: UUID, places: Collection[PlaceRow]) -> list[UUID]:
    """Their sites, as whoever else locks several stocks of a part does."""
    return sorted({place.site_id for place in places}, key=lambda site: stock_id(part_id, site))


async def _keep(session: Session, actor: Actor, shelf: Shelf, moved: Moved, cmd: inv.OnStock) -> None:
    told = _told(shelf, moved.lines, cmd)
    action, named = f"stock.{cmd.done}", _named(moved.stock)
    await carry_out_together(session, [
        *_kept(session, actor, shelf.part, shelf.known, moved.stock), *repository.adding_lines(moved.lines, actor.by.account),
        *([repository.keeping_job_part(moved.used, now())] if moved.used else ()),
        *([repository.keeping_reservation(moved.reserved, now())] if moved.reserved else ()),
        audit.recording(session, actor, action, named, before={}, after=told, occurred_at=cmd.occurred_at),
    ])  # fmt: skip


async def _keep_stock(session: Session, actor: Actor, part: PartRow, before: StockRow, stock: StockRow) -> None:
    await carry_out_together(session, _kept(session, actor, part, before, stock))


def _kept(session: Session, actor: Actor, part: PartRow, before: StockRow, stock: StockRow) -> list[Write]:
    writes = [*repository.keeping_stock(before, stock, now()), *causing(session, actor, of_stock(before, stock))]
    if before.low_since is None and stock.low_since is not None and before.version:
        minimum = part.minimum_stock if stock.minimum is None else stock.minimum
        writes.append(repository.adding_alert(stock, minimum, stock.low_since))
    return writes


def _named(stock: StockRow) -> audit.Target:
    return audit.Target(Stock, stock.id, stock.site_id)


def _told(shelf: Shelf, lines: Collection[Movement], cmd: inv.OnStock) -> dict[str, object]:
    told: dict[str, object] = {"part": shelf.part.part_number, "place": shelf.place.name}
    if isinstance(cmd, inv.CountStock):
        told["counted"] = cmd.counted
    quantity = sum((line.quantity for line in lines), Decimal(0)) if len(lines) == 1 else getattr(cmd, "quantity", None)
    return told if quantity is None else {**told, "quantity": quantity}


async def use_by_month(session: ReadSession, actor: Actor, part_id: UUID) -> list[MonthUse]:
    existing(await repository.part_row(session, part_id))
    return await repository.use_by_month(session, actor, part_id)


# ---------------------------------------------------------------- as a client asks that knows no places


async def move_asked(session: Session, actor: Actor, part_id: UUID, asked: AskedMovement) -> None:
    if asked.movement_type not in JOBS_MOVE and not actor.may(Permission.inventory_write):
        raise refusals.JobsOnly
    place_id = asked.place_id or await _default_place(session, actor, part_id, asked.site_id)
    await run(session, actor, command_of(part_id, place_id, asked, now()))


async def _default_place(session: Session, actor: Actor, part_id: UUID, site_id: UUID | None) -> UUID:
    """Of the site that is named, of the only one that keeps the part, or of the only one that there is; its first store is made."""
    if site_id is not None:
        ensure_sees(actor, site_id)
        sites = [site_id]
    else:
        sites = await repository.stocked_sites(session, actor, part_id) or await repository.sites_in_sight(session, actor)
    if len(sites) != 1:
        raise errors.SiteNeeded(field="site_id")
    found = await repository.default_places(session, actor, part_id, sites[0])
    return found[0] if found else await _first_store(session, actor, sites[0])


async def _first_store(session: Session, actor: Actor, site_id: UUID) -> UUID:
    place_id = uuid5(site_id, "store")
    if known := await repository.place_row(session, actor, place_id):
        raise refusals.PlaceClosed(place=known.name)
    name = translator(actor.lang).t("inventory.first_store")
    await run(session, actor, inv.WritePlace(place_id=place_id, site_id=site_id, name=name, is_default=True, occurred_at=now()))
    return place_id


# ---------------------------------------------------------------- for other domains


async def part_rows(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, PartRow]:
    """Those that there are."""
    return {row.id: row for row in await repository.part_rows(session, ids)}


async def supplier_row(session: ReadSession, supplier_id: UUID) -> SupplierRow | None:
    return await repository.supplier_row(session, supplier_id)


async def places_named(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> list[PlaceRow]:
    """Those of them that are in sight."""
    return await repository.place_rows(session, actor, ids)


async def stocks_at(session: ReadSession, place_ids: Collection[UUID]) -> list[StockRow]:
    return await repository.stocks_at(session, place_ids)


async def count(session: Session, actor: Actor, cmd: inv.CountStock) -> tuple[Shelf, Moved]:
    """As it was found, and what the count has made of it."""
    shelf = await _new_to(session, actor, cmd)
    moved = rules.count(shelf, cmd, actor.by)
    await _keep(session, actor, shelf, moved, cmd)
    return shelf, moved
