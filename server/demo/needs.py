"""When machines need somebody: failures that wear out, relapse and follow the seasons, and dates of its plans."""

import heapq
import math
from collections.abc import Iterator
from typing import NamedTuple

from server.demo import courses
from server.demo.calendars import DAY, HOUR, MINUTE, Calendar, weekday
from server.demo.catalogue import Fault
from server.demo.chance import Dice
from server.demo.plans import Plan
from server.demo.plant import Machine, age_share

WEEK = (1.0, 0.85, 0.8, 0.82, 0.86, 0.22, 0.05)  # Mondays restart cold lines
HOURS = (2, 1, 1, 1, 4, 28, 24, 20, 16, 16, 16, 12, 12, 24, 20, 16, 16, 16, 12, 12, 10, 4, 2, 2)
INFANT_SHARE = 0.06
WORN_SHARE = 0.8
RUNNING_SHARE = 0.36  # of what is drawn, the part that falls on days when the lines run
BY_HAND = {"Palettiseur 2": 400 * DAY, "Boucheuse 1": 20 * DAY}  # machines whose failures are written by hand from then on


class Need(NamedTuple):
    """At `at`, this machine fails, or a plan's next date is taken up. The first three fields order needs."""

    at: float
    machine_index: int
    stream: int
    machine: Machine
    fault: Fault | None
    plan: Plan | None


def of_machine(machine: Machine, plans: list[Plan], seed: int, since: float, until: float, *, no_failure_from: float) -> Iterator[Need]:
    """Every need of the machine, by time; no failure from `no_failure_from` on."""
    if machine.kind is None:
        return iter(())
    failures = _failures(machine, Dice(seed, machine.code, "failures"), since, min(until, no_failure_from))
    return heapq.merge(failures, *(_dates(plan, until) for plan in plans))


def _dates(plan: Plan, until: float) -> Iterator[Need]:
    for at in courses.dates(plan, until):
        yield Need(at, plan.machine.index, plan.stream, plan.machine, None, plan)


def is_by_hand(machine: Machine, at: float, now: float) -> bool:
    return machine.site.index == 0 and at > now - BY_HAND.get(machine.name, 0) - 3 * DAY


def hazard(machine: Machine, at: float) -> float:
    """Failures drawn a day: a bathtub over the machine's life."""
    share = age_share(machine, at)
    if share < 0:
        return 1e-9  # not yet installed
    infant = 1.5 * math.exp(-share / INFANT_SHARE)
    worn: float = 2.2 * max(0.0, share - WORN_SHARE) ** 1.3
    yearly = machine.kind.yearly if machine.kind else 0
    return yearly / 365 / RUNNING_SHARE * machine.health * (0.8 + infant + worn)


def _failures(machine: Machine, dice: Dice, since: float, until: float) -> Iterator[Need]:
    assert machine.kind is not None
    faults = machine.kind.faults
    weights = [fault.weight * dice.lognormvariate(0, 0.7) for fault in faults]
    calendar, at, before, last = machine.site.calendar, since, since, None
    while True:
        relapses = last is not None and dice.happens(machine.relapse)
        at += DAY * (dice.around(9, 0.7) if relapses else dice.weibullvariate(1.0 / max(hazard(machine, at), 1e-4), 1.1))
        if at >= until:
            return
        day = calendar.day_of(at)
        if not dice.happens(WEEK[weekday(day)] * calendar.summer_heat[calendar.month(day) - 1] / 1.1):
            continue
        fault = last if relapses and last else dice.choices(faults, weights)[0]
        moment = max(_moment(calendar, day, dice), before + MINUTE)
        if moment >= until:
            return
        at = before = moment
        last = fault
        yield Need(at, machine.index, 0, machine, fault, None)


def _moment(calendar: Calendar, day: int, dice: Dice) -> float:
    hour = dice.choices(range(24), HOURS)[0]
    return calendar.at(day, hour * HOUR + dice.randrange(60) * MINUTE)
