"""The maintenance plans of each machine, from the rounds of its class."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from server.demo import catalogue
from server.demo.calendars import DAY, on_a_working_day
from server.demo.catalogue import Round
from server.demo.chance import BORN, Dice, instant
from server.demo.checklists import Checklists
from server.demo.meters import Meter
from server.demo.people import Staff, User
from server.demo.plant import Machine, Plant
from server.demo.sheets import Sheet
from server.demo.spares.parts import Catalogue
from server.demo.spares.wants import OF_ROUNDS
from server.demo.upkeep import Kinds, Teams
from shared_models.plans import recurrence
from shared_models.plans.planning import DueReason, PlanRule, Reference
from shared_models.plans.recurrence import FrequencyType, MonthEnd

HORIZON = {FrequencyType.daily: 1, FrequencyType.weekly: 5, FrequencyType.yearly: 14}
LEAD = {FrequencyType.daily: 0, FrequencyType.weekly: 2, FrequencyType.yearly: 30}
TOLERANCE = {FrequencyType.daily: 0.0, FrequencyType.weekly: 1.0}
SAFETY_ROUND_OF_CONVEYORS = ("Convoyeur C-12", "PALE", "Contrôle sécurité mensuel")
IGNORED = ("Encaisseuse 1", "Nettoyage colle chaude")
IGNORED_FOR = 65 * DAY
CARELESS = 0.05
SIGNATURE = "M12,62 L24,30 L33,58 L45,22 L58,60 L70,41 L88,52 L110,34 L128,55 L170,46"


class Pin(NamedTuple):
    """A job written by hand: the plan has a date then, and this is its job."""

    sheet: Sheet
    due: datetime


@dataclass(eq=False, slots=True)
class Plan:
    """What a planner has decided, and how far it has come: see `server.demo.courses`."""

    id: UUID
    machine: Machine
    stream: int
    round: Round
    rule: PlanRule
    dice: Dice
    created_at: float
    meter: Meter | None
    technician: User | None
    team_id: UUID | None
    careless: bool
    pin: Pin | None
    ends_at: float = float("inf")
    reference: Reference | None = None
    original_due: datetime | None = None
    reason: DueReason | None = None
    ended_at: float = 0.0
    job: Sheet | None = None
    ignored_since: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """Where the next date is now: readings move what they forecast."""
        return self.reason.due if self.reason else None

    @property
    def frequency(self) -> FrequencyType:
        return self.round.cadence.frequency

    @property
    def is_short(self) -> bool:
        return self.frequency in TOLERANCE and self.round.cadence.every == 1

    @property
    def tolerance_days(self) -> float | None:
        return TOLERANCE[self.frequency] if self.is_short else None

    @property
    def horizon_days(self) -> int:
        return HORIZON.get(self.frequency, 7) if self.is_short or self.frequency is FrequencyType.yearly else 7

    @property
    def lead_days(self) -> int:
        return LEAD.get(self.frequency, 7) if self.is_short or self.frequency is FrequencyType.yearly else 7

    @property
    def needs_validation(self) -> bool:
        return "free" not in self.round.marks

    @property
    def priority(self) -> str:
        if "high" in self.round.marks:
            return "high"
        return "medium" if self.machine.criticality in {"critical", "high"} else "low"

    @property
    def job_type(self) -> str:
        return "predictive" if "predictive" in self.round.marks else "preventive"


@dataclass(frozen=True)
class Workbook:
    """All that plans are made of, and all of them by machine."""

    kinds: Kinds
    teams: Teams
    checklists: Checklists
    meters: dict[UUID, list[Meter]]
    parts: Catalogue
    plans: dict[UUID, list[Plan]] = field(default_factory=dict)

    def everything(self) -> Iterator[Plan]:
        for plans in self.plans.values():
            yield from plans


class Setting(NamedTuple):
    """`young`: how many plans each machine has that have just been made."""

    seed: int
    since: float
    now: float
    young: int


def build(book: Workbook, plant: Plant, staff: Staff, pins: dict[tuple[UUID, str], Pin], setting: Setting) -> None:
    for machine in plant.machines:
        if machine.kind:
            rounds = enumerate(_rounds_of(machine, setting.young), start=1)
            book.plans[machine.id] = [_plan(book, machine, *item, staff, pins, setting) for item in rounds]


def _rounds_of(machine: Machine, young: int) -> tuple[Round, ...]:
    assert machine.kind is not None
    rounds = machine.kind.rounds if machine.parent is None else machine.kind.rounds[:1]
    name, code, title = SAFETY_ROUND_OF_CONVEYORS
    if machine.name == name and machine.site.index == 0:
        rounds += tuple(wanted for wanted in catalogue.by_code(code).rounds if wanted.title == title)
    return rounds + catalogue.YOUNG[:young]


def _plan(
    book: Workbook, machine: Machine, stream: int, wanted: Round, staff: Staff, pins: dict[tuple[UUID, str], Pin], setting: Setting
) -> Plan:  # fmt: skip
    since, now = setting.since, setting.now
    dice = Dice(setting.seed, machine.code, wanted.title)
    meter = book.meters[machine.id][0] if wanted.cadence.by_meter else None
    created = max(since, now - wanted.since_days * DAY) if wanted.since_days else since
    if meter:
        created = max(created, meter.readings[0].read_at.timestamp() if meter.readings else now - 500 * DAY)
    pin = pins.get((machine.id, wanted.title))
    starts_at = _anchored(wanted, pin.due) if pin else _start(machine, wanted, created, dice)
    technician, team_id = _in_charge(book, machine, wanted, staff, dice)
    if pin:
        technician, team_id = next(user for user in staff.everybody if user.id == pin.sheet.assigned_technician_id), None
    plan = Plan(
        dice.id_at(BORN), machine, stream, wanted, wanted.cadence.rule(starts_at), dice, created, meter, technician, team_id,
        careless=dice.happens(CARELESS) and machine.name != IGNORED[0], pin=pin, ended_at=created,
    )  # fmt: skip
    if (machine.name, wanted.title) == IGNORED and machine.site.index == 0:
        plan.ends_at = now - IGNORED_FOR
    return plan


def _in_charge(book: Workbook, machine: Machine, wanted: Round, staff: Staff, dice: Dice) -> tuple[User | None, UUID | None]:
    """Somebody by name, a team, or nobody yet."""
    site = machine.site.index
    roll = dice.random()
    if wanted.cadence.frequency is FrequencyType.daily:
        return None, book.teams.of_site[site][-1]
    if roll < 0.5:
        return dice.pick(staff.crews[site]), None
    return None, book.teams.of_kind(site, wanted.kind) if roll < 0.9 else None


def _start(machine: Machine, wanted: Round, created: float, dice: Dice) -> datetime:
    """The first date, some time in the first interval."""
    calendar, rule = machine.site.calendar, wanted.cadence.calendar
    span = int(rule.days) if rule else 90
    day = calendar.day_of(created) + 1 + dice.randrange(span)
    if wanted.cadence.frequency is not FrequencyType.daily:
        day = on_a_working_day(day)
    hour = 7 if wanted.cadence.frequency is FrequencyType.daily else dice.pick((6, 8, 9, 10, 13, 14))
    found = datetime.combine(calendar.local(calendar.midnight(day)).date(), time(hour))
    if "day31" in wanted.marks and dice.happens(0.4):
        while recurrence.days_in(found.year, found.month) < 31:
            found = found.replace(day=1) + timedelta(days=31)
        return found.replace(day=31)
    return recurrence.first(rule, found) or found if rule and (rule.weekdays or rule.week) else found


_REPEATS = {FrequencyType.weekly: 160, FrequencyType.monthly: 35}


def _anchored(wanted: Round, due: datetime) -> datetime:
    """A first date some years ago whose series has `due` in it."""
    cadence = wanted.cadence
    if cadence.frequency is FrequencyType.weekly:
        return due - timedelta(weeks=_REPEATS[cadence.frequency] // cadence.every * cadence.every)
    for months in range(_REPEATS[FrequencyType.monthly] // cadence.every * cadence.every, 0, -cadence.every):
        index = due.year * 12 + due.month - 1 - months
        if found := recurrence.on_day(index // 12, index % 12 + 1, due.day, MonthEnd.skip):
            return datetime.combine(found, due.time())
    return due


COLUMNS = (
    "id", "created_at", "updated_at", "site_id", "equipment_id", "maintenance_type_id", "title", "description", "intervention_type",
    "frequency_type", "frequency_value", "weekdays", "week_of_month", "basis", "starts_at", "rrule", "meter_id", "limit_type", "limit_value",
    "tolerance_days", "lead_days", "horizon_days", "estimated_duration", "priority", "assigned_technician_id", "team_id", "checklist_id",
    "parts", "needs_photo", "needs_signature", "needs_validation", "created_by",
)  # fmt: skip


def record(plan: Plan, book: Workbook, staff: Staff) -> tuple[object, ...]:
    """What the planner has decided; what follows from it comes at the end: see `server.demo.outlooks`."""
    wanted, cadence, machine, at = plan.round, plan.round.cadence, plan.machine, instant(plan.created_at)
    limit = cadence.limit or (None, None)
    return (
        plan.id, at, at, machine.site.id, machine.id, book.kinds.ids[wanted.kind], wanted.title, "", plan.job_type,
        cadence.frequency.value, cadence.every, json.dumps(cadence.weekdays), cadence.week, cadence.basis.value, plan.rule.starts_at, _rrule(plan.rule),
        plan.meter.id if plan.meter else None, limit[0], limit[1],
        plan.tolerance_days, plan.lead_days, plan.horizon_days, round(wanted.minutes), plan.priority,
        plan.technician.id if plan.technician else None, plan.team_id, book.checklists.templates[wanted.checklist].id if wanted.checklist else None,
        parts_of(wanted, machine, book.parts), "photo" in wanted.marks, "signed" in wanted.marks, plan.needs_validation, staff.supervisors[machine.site.index].id,
    )  # fmt: skip


def parts_of(wanted: Round, machine: Machine, parts: Catalogue) -> str:
    """What a round needs, as this machine takes it; what no store keeps has its name only."""
    return json.dumps([_required(part, machine, parts) for part in wanted.parts])


def _required(part: catalogue.Part, machine: Machine, parts: Catalogue) -> dict[str, object]:
    quantity = f"{Decimal(repr(part.quantity)).normalize():f}"
    family = OF_ROUNDS.get(part.name)
    if family is None:
        return {"part_id": None, "name": part.name, "quantity": quantity, "unit": part.unit}
    row = parts.fitting(machine, family).row
    return {"part_id": str(row.id), "name": row.name, "quantity": quantity, "unit": ""}


def _rrule(rule: PlanRule) -> str:
    """Of a series only: other dates follow from what is done."""
    return recurrence.rrule(rule.calendar, rule.starts_at.date()) if rule.is_series and rule.calendar else ""
