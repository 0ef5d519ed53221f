"""Every sheet of the group, by the time it was written."""

import heapq
from collections.abc import Iterator

from server.demo import needs
from server.demo.calendars import DAY
from server.demo.needs import BY_HAND, Need
from server.demo.plans import Workbook
from server.demo.plant import Machine, Plant
from server.demo.sheets import Sheet
from server.demo.workshop import LATEST, QUIET, Workshop

LEAD = 80 * DAY  # a planned job is made up to this long before it is done


def simulated(plant: Plant, book: Workbook, workshop: Workshop, seed: int, since: float, now: float) -> Iterator[Sheet]:
    """What the machines asked for, in the order in which it happened; memory holds one need for each machine and plan."""
    streams = [_needs(machine, book, seed, since, now) for machine in plant.machines if machine.kind]
    for need in heapq.merge(*streams):
        sheet = workshop.sheet(need)
        if sheet is not None:
            yield sheet


def _needs(machine: Machine, book: Workbook, seed: int, since: float, now: float) -> Iterator[Need]:
    until = now - QUIET
    by_hand_for = BY_HAND.get(machine.name, 0) if machine.site.index == 0 else 0
    no_failure_from = min(until - by_hand_for, machine.idle_from or until)
    return needs.of_machine(machine, book.plans[machine.id], seed, since, now - LATEST, no_failure_from=no_failure_from)


def by_creation(sheets: Iterator[Sheet], present: list[Sheet]) -> Iterator[Sheet]:
    """All sheets by `created_at`: those of the last weeks are held back until nothing earlier can come."""
    waiting = [(sheet.created_at, -1 - rank, sheet) for rank, sheet in enumerate(present)]
    heapq.heapify(waiting)
    for rank, sheet in enumerate(sheets):
        heapq.heappush(waiting, (sheet.created_at, rank, sheet))
        while waiting[0][0].timestamp() < sheet.created_at.timestamp() - LEAD:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]
