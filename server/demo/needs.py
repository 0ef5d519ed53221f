"""When machines need somebody: failures that wear out, relapse and follow the seasons; rounds that come back."""

import heapq
import math
from collections.abc import Iterator
from typing import NamedTuple

from server.demo.calendars import DAY, HOUR, MINUTE, Calendar, on_a_working_day, weekday
from server.demo.catalogue import Fault, Round
from server.demo.chance import Dice
from server.demo.plant import Machine, age_share

WEEK = (1.0, 0.85, 0.8, 0.82, 0.86, 0.22, 0.05)  # Mondays restart cold lines
HOURS = (2, 1, 1, 1, 4, 28, 24, 20, 16, 16, 16, 12, 12, 24, 20, 16, 16, 16, 12, 12, 10, 4, 2, 2)
INFANT_SHARE = 0.06
WORN_SHARE = 0.8
RUNNING_SHARE = 0.36  # of what is drawn, the part that falls on days when the lines run
LONG = 60  # minutes of work from which a round may stop the machine


class Need(NamedTuple):
    """At `at`, this machine fails or is due; `due` is when a round was planned. The first three fields order needs."""

    at: float
    machine_index: int
    stream: int
    machine: Machine
    fault: Fault | None
    round: Round | None
    due: float


def of_machine(machine: Machine, seed: int, since: float, until: float, *, no_failure_from: float) -> Iterator[Need]:
    """Every need of the machine, by time; from `no_failure_from` on, nothing that stops it."""
    if machine.kind is None:
        return iter(())
    ends = {plan: min(until, no_failure_from) if plan.minutes >= LONG else until for plan in machine.kind.rounds}
    rounds = [
        _rounds(machine, stream, plan, Dice(seed, machine.code, plan.title), since, end)
        for stream, (plan, end) in enumerate(ends.items(), start=1)
    ]
    failures = _failures(machine, Dice(seed, machine.code, "failures"), since, min(until, no_failure_from))
    return heapq.merge(failures, *(rounds if machine.parent is None else rounds[:1]))


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
        yield Need(at, machine.index, 0, machine, fault, None, at)


def _moment(calendar: Calendar, day: int, dice: Dice) -> float:
    hour = dice.choices(range(24), HOURS)[0]
    return calendar.at(day, hour * HOUR + dice.randrange(60) * MINUTE)


def _rounds(machine: Machine, stream: int, plan: Round, dice: Dice, since: float, until: float) -> Iterator[Need]:
    calendar = machine.site.calendar
    day = calendar.day_of(since) + 1 + dice.randrange(plan.period_days)
    done = -1.0
    while True:
        due_day = on_a_working_day(day)
        due = calendar.at(due_day, dice.pick((6, 8, 9, 10, 13, 14)) * HOUR)
        late = dice.choices((0, 1, 2, 3, 6, 11), (62, 16, 8, 6, 5, 3))[0]
        at = calendar.at(on_a_working_day(due_day + late), dice.randint(6, 17) * HOUR + dice.randrange(60) * MINUTE)
        if at >= until:
            return
        if at > done:
            yield Need(at, machine.index, stream, machine, None, plan, due)
        done = max(at, done)
        day += plan.period_days
