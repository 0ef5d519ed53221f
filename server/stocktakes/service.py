"""What people do to stocktakes: by the shared rules, on a stocktake that is locked; an approved count is the stock's own count.

A stocktake is locked before the stocks that it moves, and these in the order of their ids.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.core.access import Actor, ensure_sees
from server.core.clock import now
from server.core.commands import carries_out
from server.core.consequences import tell
from server.core.database import Session
from server.core.errors import AlreadyExists, existing
from server.core.kept import seen
from server.core.numbers import next_number
from server.inventory import service as inventory
from server.stocktakes import repository
from server.stocktakes.models import Stocktake
from shared_models.inventory.commands import CountStock
from shared_models.rules import apply
from shared_models.stocktakes import commands as st
from shared_models.stocktakes import rules
from shared_models.stocktakes.rows import StocktakeLineRow, StocktakeRow, line_id


@carries_out(st.OpenStocktake)
async def open_(session: Session, actor: Actor, cmd: st.OpenStocktake) -> None:
    ensure_sees(actor, cmd.site_id)
    if await repository.stocktake_exists(session, cmd.stocktake_id):
        raise AlreadyExists(field="stocktake_id")
    places = await inventory.places_named(session, actor, cmd.place_ids)
    opened = rules.open_(rules.Chosen(places, await inventory.stocks_at(session, cmd.place_ids)), cmd, actor.by)
    row = opened.stocktake.model_copy(update={"number": await _number(session, cmd.site_id, now())})
    await audit.keep(session, actor, "stocktake.opened", Stocktake, row, cmd.occurred_at)
    await repository.add_lines(session, opened.lines)


async def _number(session: Session, site_id: UUID, at: datetime) -> str:
    year = await repository.year_at(session, site_id, at)
    return f"ST-{year}-{await next_number(session, f'ST-{year}'):04}"


@carries_out(st.CountLine)
async def count(session: Session, actor: Actor, cmd: st.CountLine) -> None:
    found, known = await _locked(session, actor, cmd)
    part = (await inventory.part_rows(session, [cmd.part_id])).get(cmd.part_id)
    line = await repository.line(session, line_id(known.id, cmd.place_id, cmd.part_id))
    counted = rules.count(rules.Counting(known, line, existing(part)), cmd, actor.by)
    if await repository.count_exists(session, cmd.count_id):
        raise AlreadyExists(field="count_id")
    if line is None:
        await repository.add_lines(session, [counted.line])
    else:
        await repository.keep_line(session, counted.line, now())
    await repository.add_count(session, counted.line.id, next(each for each in counted.line.counts if each.id == cmd.count_id))
    told: Any = {"part": existing(part).part_number, "counted": cmd.counted}
    await audit.keep(session, actor, "stocktake.line_counted", found, counted.of.row, cmd.occurred_at, more=({}, told))
    for consequence in counted.of.then:
        await tell(session, actor, consequence)


@carries_out(st.AskAgain)
async def ask_again(session: Session, actor: Actor, cmd: st.AskAgain) -> None:
    found, known = await _locked(session, actor, cmd)
    lines = [line for line in await repository.lines(session, "id", cmd.line_ids) if line.stocktake_id == known.id]
    asked = rules.ask_again(rules.Looked(known, lines), cmd, actor.by)
    more: Any = ({}, {"lines": len(asked.lines)})
    await audit.keep(session, actor, "stocktake.asked_again", found, asked.stocktake, cmd.occurred_at, more=more)
    for line in asked.lines:
        await repository.keep_line(session, line, now())


@carries_out(st.FinishCounting, st.CancelStocktake)
async def end(session: Session, actor: Actor, cmd: st.FinishCounting | st.CancelStocktake) -> None:
    found, known = await _locked(session, actor, cmd)
    row = apply(known, cmd, actor.by).row
    if row is not known:
        done = "finished" if isinstance(cmd, st.FinishCounting) else "cancelled"
        await audit.keep(session, actor, f"stocktake.{done}", found, row, cmd.occurred_at)


@carries_out(st.ApproveStocktake)
async def approve(session: Session, actor: Actor, cmd: st.ApproveStocktake) -> None:
    found, known = await _locked(session, actor, cmd)
    looked = rules.Looked(known, await repository.lines(session, "stocktake_id", [known.id]))
    approved = rules.approve(looked, cmd, actor.by)
    results = [await _put_right(session, actor, line, counted) for line, counted in approved.counts]
    await repository.keep_results(session, results, now())
    more: Any = ({}, {"lines": len(results), "amount": sum((result[3] or Decimal(0) for result in results), Decimal(0))})
    await audit.keep(session, actor, "stocktake.approved", found, approved.stocktake, cmd.occurred_at, more=more)


async def _put_right(
    session: Session, actor: Actor, line: StocktakeLineRow, counted: CountStock
) -> tuple[UUID, Decimal, Decimal | None, Decimal | None]:  # fmt: skip
    """What the books had at the instant of the count, by how much they were wrong, and what that is worth."""
    shelf, moved = await inventory.count(session, actor, counted)
    then = existing(shelf.then)
    if shelf.present.counted_at is not None and counted.occurred_at < shelf.present.counted_at:
        return line.id, then, None, None  # somebody has counted since
    return line.id, then, counted.counted - then, sum((entry.amount for entry in moved.lines), Decimal(0))


async def _locked(session: Session, actor: Actor, cmd: st.OnStocktake) -> tuple[Stocktake, StocktakeRow]:
    found = await repository.lock_stocktake(session, actor, cmd.stocktake_id)
    return found, seen(StocktakeRow, found)
