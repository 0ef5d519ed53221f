"""Running hours, cycles, pressures and temperatures: eighteen months of weekly readings, with a few counters that began anew."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from server.demo.calendars import DAY, HOUR, MINUTE
from server.demo.chance import BORN, Dice, instant
from server.demo.people import Staff, User
from server.demo.plant import Machine, Plant
from shared_models.meters import metering
from shared_models.meters.history import line
from shared_models.meters.metering import Point, Reset
from shared_models.meters.rows import MeterKind

WEEKS = 78


class Gauge(NamedTuple):
    """`usual` is what a counter adds a day, or where a gauge stands; `spread` how far readings scatter."""

    name: str
    unit: str
    kind: MeterKind
    usual: float
    spread: float
    most_per_day: float | None = None
    low: float | None = None
    high: float | None = None


def _hours(usual: float) -> Gauge:
    return Gauge("Heures de marche", "h", MeterKind.counter, usual, 0.08, most_per_day=24)


def _cycles(usual: float) -> Gauge:
    return Gauge("Cycles", "cycles", MeterKind.counter, usual, 0.12, most_per_day=4 * usual)


METERS = {
    "SOUF": (_hours(12.5),),
    "REMP": (_hours(12.5),),
    "POMP": (_hours(19.5),),
    "COMP": (_hours(17.0), Gauge("Pression de refoulement", "bar", MeterKind.gauge, 7.3, 0.15, low=5.5, high=8.5)),
    "PALE": (_cycles(2_200),),
    "ROBO": (_cycles(2_900),),
    "CHAU": (Gauge("Pression vapeur", "bar", MeterKind.gauge, 9.4, 0.25, low=7, high=11),),
    "FROI": (Gauge("Température de départ", "°C", MeterKind.gauge, 3.4, 0.5, low=0, high=9),),
    "PAST": (Gauge("Température zone 5", "°C", MeterKind.gauge, 62.5, 0.6, low=50, high=72),),
}
BEGAN_ANEW = 0.07
WHY = (
    ("replacement", "Compteur remplacé, afficheur illisible."),
    ("reset", "Remis à zéro après changement de variateur."),
    ("replacement", "Carte automate changée."),
)


@dataclass(slots=True)
class Taken:
    """A reading."""

    id: UUID
    read_at: datetime
    value: float
    total: float
    user_id: UUID
    intervention_id: UUID | None = None


@dataclass(eq=False, slots=True)
class Meter:
    id: UUID
    machine: Machine
    gauge: Gauge
    expected: float | None
    readings: list[Taken] = field(default_factory=list)
    resets: list[tuple[UUID, str, str, Reset, UUID]] = field(default_factory=list)
    read: list[Point] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)

    @property
    def is_counter(self) -> bool:
        return self.gauge.kind is MeterKind.counter

    def arrange(self) -> None:
        """To be called when readings have been added."""
        self.readings.sort(key=lambda taken: (taken.read_at, taken.id))
        self.read = [Point(taken.read_at, taken.total) for taken in self.readings]
        self.points = line(self.read, [reset for _, _, _, reset, _ in self.resets])

    def read_until(self, at: datetime) -> list[Point]:
        return self.read[: bisect_right(self.read, at, key=lambda point: point.at)]

    def per_day(self, points: list[Point]) -> float | None:
        return metering.use_per_day(points, self.expected) if self.is_counter else None

    def use_until(self, at: datetime) -> float | None:
        return self.per_day(self.points[: bisect_right(self.points, at, key=lambda point: point.at)])

    def read_at_job(self, reading_id: UUID, at: datetime, by: UUID, intervention_id: UUID) -> float | None:
        """A reading taken with a job, which lies on the line of the others; answers what the meter showed."""
        total = metering.total_at(self.read, at, self.use_until(at))
        if total is None:
            return None
        total = float(int(total))
        value = total - metering.offset_at([reset for _, _, _, reset, _ in self.resets], at)
        self.readings.append(Taken(reading_id, at, value, total, by, intervention_id))
        return value


def build(seed: int, plant: Plant, staff: Staff, now: float) -> dict[UUID, list[Meter]]:
    """The meters of each machine that has any."""
    return {
        m.id: [_meter(m, gauge, Dice(seed, "meter", m.code, gauge.name), staff.crews[m.site.index], now) for gauge in METERS[m.kind.code]]
        for m in plant.machines
        if m.kind and m.parent is None and m.kind.code in METERS
    }


def _meter(machine: Machine, gauge: Gauge, dice: Dice, crew: list[User], now: float) -> Meter:
    meter = Meter(dice.id_at(BORN), machine, gauge, gauge.usual if gauge.kind is MeterKind.counter else None)
    until = min(now, machine.idle_from or now)
    moments = [at for at in _moments(machine, dice, now) if at < until]
    if meter.is_counter:
        _count(meter, moments, dice, crew)
    else:
        for at in moments:
            value = round(dice.gauss(gauge.usual, gauge.spread), 1)
            meter.readings.append(Taken(dice.id_at(at), instant(at), value, value, dice.pick(crew).id))
    meter.arrange()
    return meter


def _moments(machine: Machine, dice: Dice, now: float) -> list[float]:
    """Once a week, on the machine's day, in the morning."""
    calendar = machine.site.calendar
    first = calendar.day_of(now) - WEEKS * 7 + dice.randrange(7)
    return [calendar.at(first + 7 * week, dice.randint(6 * 60 + 30, 10 * 60) * MINUTE) for week in range(WEEKS + 1)]


def _count(meter: Meter, moments: list[float], dice: Dice, crew: list[User]) -> None:
    """A counter that goes on from the machine's age; some start from nought again on the way."""
    usual = meter.gauge.usual * dice.uniform(0.85, 1.15)
    value = float(round(usual * dice.uniform(150, 2_000)))
    total, anew_at = value, dice.randrange(12, WEEKS - 8) if dice.happens(BEGAN_ANEW) else -1
    for index, (before, at) in enumerate(pairwise([moments[0] - 7 * DAY, *moments] if moments else [])):
        span = (at - before) / DAY
        most = 0.98 * (meter.gauge.most_per_day or 0) * span
        grown = float(int(min(most, usual * span * max(0.3, dice.gauss(1, meter.gauge.spread)))))
        if index == anew_at:
            kind, why = dice.pick(WHY)
            then = before + 3 * DAY + 2 * HOUR
            shown = value + float(round(grown * (then - before) / (at - before)))
            reset = Reset(instant(then), shown, 0.0)
            meter.resets.append((dice.id_at(then), kind, why, reset, dice.pick(crew).id))
            value -= shown
        value, total = value + grown, total + grown
        meter.readings.append(Taken(dice.id_at(at), instant(at), value, total, dice.pick(crew).id))


METER_COLUMNS = (
    "id", "created_at", "updated_at", "site_id", "equipment_id", "name", "unit", "kind", "digits", "decimals", "most_per_day", "expected_per_day",
    "low", "high",
)  # fmt: skip
READING_COLUMNS = ("id", "meter_id", "read_at", "recorded_at", "value", "total", "user_id", "intervention_id")
RESET_COLUMNS = ("id", "meter_id", "kind", "occurred_at", "final_value", "start_value", "user_id", "reason")


def _digits(meter: Meter) -> int | None:
    """A dial with room for what it has shown, as most machines have."""
    shown = max((taken.value for taken in meter.readings), default=0.0)
    return max(6, len(str(int(shown)))) if meter.is_counter else None


def meter_record(meter: Meter, since: float) -> tuple[object, ...]:
    gauge, machine, at = meter.gauge, meter.machine, instant(since)
    return (
        meter.id, at, at, machine.site.id, machine.id, gauge.name, gauge.unit, gauge.kind.value, _digits(meter), 0 if meter.is_counter else 1,
        gauge.most_per_day, meter.expected, gauge.low, gauge.high,
    )  # fmt: skip


def reading_records(meter: Meter) -> list[tuple[object, ...]]:
    return [(t.id, meter.id, t.read_at, t.read_at, t.value, t.total, t.user_id, t.intervention_id) for t in meter.readings]


def reset_records(meter: Meter) -> list[tuple[object, ...]]:
    return [(i, meter.id, kind, r.at, r.final_value, r.start_value, by, why) for i, kind, why, r, by in meter.resets]


def last_record(meter: Meter) -> tuple[object, ...]:
    """What the meter repeats of its readings."""
    last = meter.readings[-1] if meter.readings else None
    return meter.id, last and last.value, last and last.total, last and last.read_at, meter.per_day(meter.points)
