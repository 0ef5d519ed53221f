"""What the shifts of the last days have handed over: the last of them waits to be taken over."""

import json
from datetime import date, datetime, timedelta
from itertools import pairwise

import asyncpg

from server.demo.calendars import kept_holidays, kept_shifts
from server.demo.chance import Dice
from server.demo.people import Staff
from server.demo.plant import Site
from server.handovers.facts import counted, gather
from shared_models.handovers.rows import HandoverItem, Part, Word
from shared_models.shifts import Hours, OnShift, Shift

LATELY = timedelta(days=5)
_PAST = frozenset({Part.opened, Part.closed, Part.low})
"""What can be told of a shift that is long over."""
_WORDS = (
    "Bourrages à répétition au retournement : ralentir la ligne à 80 % si ça revient, ne pas shunter la sécurité.",
    "Clé du local compresseurs rendue au poste de garde.",
    "Le magasin ferme à 16 h aujourd’hui, sortez les joints avant.",
    "Contrôle sécurité demain matin : allées dégagées, consignations au tableau.",
)
_HANDOVER = """
insert into handover (id, site_id, created_at, updated_at, shift, since, begins_at, ends_at, counts, words, acknowledged_at, acknowledged_by)
values ($1, $2, $3, $3, $4, $5, $6, $3, $7, $8, $9, $10)
"""
_PAGE = "insert into handover_page (id, site_id, items) values ($1, $2, $3)"


async def hand_over(connection: asyncpg.Connection, seed: int, sites: list[Site], staff: Staff, now: datetime) -> None:
    for site in sites:
        dice = Dice(seed, f"handovers {site.index}")
        shifts = [Shift.model_validate(each) for each in kept_shifts(site.index)]
        holidays = {date.fromisoformat(str(each["day"])) for each in kept_holidays(site.index, now)}
        over = [on for on in Hours(shifts, holidays, site.calendar.zone).between(now - LATELY, now) if on.ends_at <= now]
        for before, on in pairwise(over):
            await _write(connection, dice, site, staff, before.ends_at, on, is_last=on is over[-1])


async def _write(
    connection: asyncpg.Connection, dice: Dice, site: Site, staff: Staff, since: datetime, on: OnShift, *, is_last: bool
) -> None:  # fmt: skip
    found = await gather(connection, site.id, since, on.begins_at, on.ends_at)
    known = [item for item in found if item.at is None or item.at <= on.ends_at or item.part is Part.ahead]
    items = known if is_last else [item for item in known if item.part in _PAST]
    crew = [user.name for user in [staff.supervisors[site.index], *staff.crews[site.index]]]
    id_, leaves, comes = dice.id_at(on.ends_at.timestamp()), dice.pick(crew), dice.pick(crew)
    words = [_word(dice, leaves, on)] if is_last or dice.happens(0.4) else []
    taken = (None, "") if is_last else (on.ends_at + timedelta(minutes=dice.randint(4, 25)), comes)
    await connection.execute(
        _HANDOVER, id_, site.id, on.ends_at, on.name, since, on.begins_at, json.dumps(counted(items)), json.dumps(words), *taken
    )  # fmt: skip
    await connection.execute(_PAGE, id_, site.id, json.dumps([_kept(item) for item in items]))


def _word(dice: Dice, by: str, on: OnShift) -> dict[str, object]:
    at = on.ends_at - timedelta(minutes=dice.randint(2, 20))
    return Word(id=dice.id_at(at.timestamp()), by=by, occurred_at=at, text=dice.pick(_WORDS)).model_dump(mode="json")


def _kept(item: HandoverItem) -> dict[str, object]:
    return item.model_dump(mode="json", exclude_none=True)
