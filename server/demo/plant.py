"""Sites, lines and machines."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from server.demo import catalogue
from server.demo.calendars import DAY, Calendar
from server.demo.catalogue import MachineClass
from server.demo.chance import BORN, Dice, instant


class Scale(NamedTuple):
    """`groups` of three sites, each line repeated `repeats` times, over `years` of history.

    `young`: how many of `catalogue.YOUNG` each machine has beside the plans of its class. `parts`: how many spare parts there are of
    each size of a family. Their ledger follows from the jobs for so many years that it was `kept`, and has the sums of some `earlier` ones.
    """

    groups: int
    repeats: int
    years: int
    young: int = 0
    parts: int = 1
    kept: int = 2
    earlier: int = 0


SCALES = {
    "demo": Scale(1, 1, 3),
    "stores": Scale(4, 1, 2, parts=34, earlier=12),
    "bench": Scale(4, 10, 15, young=4, parts=34, earlier=10),
}

TOWNS = (
    ("Usine d’Issoire", "Issoire, Puy-de-Dôme", "Europe/Paris", "Eaux et sodas, trois lignes, 180 personnes."),
    ("Usine de Château-Gontier", "Château-Gontier, Mayenne", "Europe/Paris", "Jus de fruits et cidres, deux lignes."),
    ("Usine de Saint-Pierre", "Saint-Pierre, La Réunion", "Indian/Reunion", "Eau de source, une ligne PET."),
    *((f"Usine de {town}", town, "Europe/Paris", "") for town in (
        "Vittel-le-Bas", "Landivisiau", "Molsheim", "Montélimar", "Péronne", "Thouars", "Falaise", "Lons", "Figeac",
    )),
)  # fmt: skip
GLASS = ("LAVE", "LAVE", "REMP", "BOUC", "PAST", "ETIQ", "ENCA", "PALE", "ROBO", *["CONV"] * 10, *["POMP"] * 3)
PET = ("SOUF", "REMP", "BOUC", "ETIQ", "ENCA", "PALE", "ROBO", *["CONV"] * 13, *["POMP"] * 2)
UTILITIES = (*["COMP"] * 3, *["POMP"] * 4, *["CHAU"] * 2, *["FROI"] * 2)
LINES_OF_SITE = (
    (("Ligne A", "Verre 75 cl consigné", GLASS), ("Ligne B", "PET 1,5 L", PET), ("Ligne C", "PET 50 cl", PET), ("Utilités", "Fluides et énergie", UTILITIES)),
    (("Ligne A", "PET 1 L", PET), ("Ligne B", "Verre 33 cl", GLASS), ("Utilités", "Fluides et énergie", UTILITIES)),
    (("Ligne A", "PET 1,5 L", PET), ("Utilités", "Fluides et énergie", UTILITIES)),
)  # fmt: skip
WELL_KNOWN = {
    "Palettiseur 2": 147, "Souffleuse 1": 131, "Étiqueteuse 3": 152, "Convoyeur C-12": 98, "Compresseur 1": 76, "Tunnel pasteurisateur 1": 203,
    "Laveuse caisses 1": 188, "Chaudière 1": 41, "Remplisseuse 1": 119, "Boucheuse 1": 121,
}  # fmt: skip
CRITICALITY = {
    "SOUF": "high", "REMP": "critical", "PALE": "high", "CHAU": "critical", "COMP": "high", "FROI": "high", "PAST": "high",
    "ETIQ": "medium", "BOUC": "medium", "ENCA": "medium", "ROBO": "medium", "LAVE": "medium", "CONV": "low", "POMP": "low",
}  # fmt: skip
CLASS_OF_PART = {"Pompe": "POMP", "Compresseur": "COMP"}


@dataclass(eq=False)
class Line:
    id: UUID
    name: str
    description: str


@dataclass(eq=False)
class Site:
    id: UUID
    index: int
    name: str
    location: str
    description: str
    calendar: Calendar
    lines: list[Line]


@dataclass(eq=False, slots=True)
class Machine:
    """`health` multiplies the failure rate; `relapse` is how likely a repair does not hold."""

    id: UUID
    index: int
    code: str
    name: str
    kind: MachineClass | None
    site: Site
    line: Line
    parent: "Machine | None"
    criticality: str
    model: tuple[str, str]
    installed_on: date
    health: float
    relapse: float
    label: str
    idle_from: float = 0.0
    free_at: float = 0.0
    status_at: float = 0.0


class Plant(NamedTuple):
    sites: list[Site]
    machines: list[Machine]

    def machine(self, name: str, site: int = 0) -> Machine:
        return next(m for m in self.machines if m.name == name and m.site.index == site)


def build(seed: int, scale: Scale, now: float) -> Plant:
    dice = Dice(seed, "plant")
    sites = [_site(dice, index, scale) for index in range(3 * scale.groups)]
    codes = _codes(250 * scale.groups * scale.repeats)
    machines: list[Machine] = []
    for site in sites:
        for machine in _machines_of(site, dice, scale, now):
            machine.index = len(machines)
            known = WELL_KNOWN.get(machine.name) if site.index == 0 else None
            if machine.name == "Laveuse caisses 1" or (machine.kind and machine.kind.code == "POMP" and dice.happens(0.1)):
                machine.idle_from = now - dice.randint(20, 200) * DAY
            machine.code = f"EQ-{known or next(codes):04d}"
            machines.append(machine)
    return Plant(sites, machines)


def _codes(count: int) -> Iterator[int]:
    taken = set(WELL_KNOWN.values())
    return (number for number in range(1, count + 1) if number not in taken)


def _site(dice: Dice, index: int, scale: Scale) -> Site:
    name, location, zone, description = TOWNS[index]
    lines = [
        Line(dice.id_at(BORN), line if scale.repeats == 1 else f"{line} {repeat + 1}", purpose)
        for repeat in range(scale.repeats)
        for line, purpose, _ in LINES_OF_SITE[index % 3]
    ]
    return Site(dice.id_at(BORN), index, name, location, description, Calendar(zone), lines)


def _machines_of(site: Site, dice: Dice, scale: Scale, now: float) -> Iterator[Machine]:
    numbers: Counter[str] = Counter()
    plans = [plan for _ in range(scale.repeats) for _, _, plan in LINES_OF_SITE[site.index % 3]]
    for line, plan in zip(site.lines, plans, strict=True):
        for code in plan:
            machine = _machine(site, line, catalogue.by_code(code), _name(code, plan, numbers), dice, now)
            yield machine
            for part in catalogue.by_code(code).parts:
                yield _part(machine, part, dice)


def _name(code: str, plan: tuple[str, ...], numbers: Counter[str]) -> str:
    stem = catalogue.by_code(code).ready.fr
    if code == "LAVE":
        stem = "Laveuse bouteilles" if numbers["Laveuse bouteilles"] <= numbers["Laveuse caisses"] else "Laveuse caisses"
    if code == "PAST":
        stem = "Tunnel pasteurisateur"
    if code == "POMP":
        stem = {UTILITIES: "Pompe eau de ville", GLASS: "Pompe de process", PET: "Pompe eau glacée"}[plan]
    numbers[stem] += 1
    return f"{stem} C-{numbers[stem]:02d}" if code == "CONV" else f"{stem} {numbers[stem]}"


def _machine(site: Site, line: Line, kind: MachineClass, name: str, dice: Dice, now: float) -> Machine:
    age_days = int(dice.betavariate(1.6, 2.2) * kind.lifespan * 1.15 * 365) + 40
    return Machine(
        id=dice.id_at(BORN), index=0, code="", name=name, kind=kind, site=site, line=line, parent=None,
        criticality=_criticality(kind.code, dice), model=kind.models[dice.randrange(len(kind.models))],
        installed_on=instant(now).date() - timedelta(days=age_days), health=dice.around(0.85, 0.55),
        relapse=0.38 if dice.happens(0.08) else 0.1, label=dice.label_code(),
    )  # fmt: skip


def _criticality(code: str, dice: Dice) -> str:
    usual = CRITICALITY[code]
    return dice.pick((usual, usual, usual, "medium"))


def _part(parent: Machine, part: str, dice: Dice) -> Machine:
    kind = next((catalogue.by_code(code) for word, code in CLASS_OF_PART.items() if part.startswith(word)), None)
    return Machine(
        id=dice.id_at(BORN), index=0, code="", name=f"{part} ({parent.name})", kind=kind, site=parent.site, line=parent.line, parent=parent,
        criticality=parent.criticality, model=dice.pick(kind.models) if kind else (parent.model[0], f"{parent.model[1]} – {part.lower()}"),
        installed_on=parent.installed_on, health=0.5, relapse=0.1, label=dice.label_code(),
    )  # fmt: skip


def specifications(machine: Machine, dice: Dice) -> dict[str, object]:
    if machine.kind is None:
        return {}
    return {spec.key: _plain(dice.pick(spec.values)) for spec in machine.kind.specs}


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def equipment_row(machine: Machine, seed: int, since: float) -> dict[str, object]:
    """The status columns are the status log's to fill."""
    dice = Dice(seed, "machine", machine.code)
    kind, at = machine.kind, instant(since)
    cost = kind.cost if kind else 0
    value = kind.value if kind else 4_000
    return {
        "id": machine.id, "created_at": at, "updated_at": at, "code": machine.code, "name": machine.name,
        "model": machine.model[1], "manufacturer": machine.model[0], "serial_number": _serial(machine, dice),
        "site_id": machine.site.id, "production_line_id": machine.line.id, "parent_id": machine.parent.id if machine.parent else None,
        "status_since": at, "criticality": machine.criticality,
        "purchase_date": machine.installed_on - timedelta(days=dice.randint(20, 120)), "installation_date": machine.installed_on,
        "warranty_expiry": machine.installed_on + timedelta(days=730), "expected_lifespan": kind.lifespan if kind else 10,
        "hourly_downtime_cost": Decimal(round(cost * dice.uniform(0.8, 1.3) / 10) * 10) if cost else None,
        "replacement_value": Decimal(round(value * dice.uniform(0.8, 1.2) / 500) * 500),
    }  # fmt: skip


def _serial(machine: Machine, dice: Dice) -> str:
    maker = machine.model[0][:2].upper()
    return f"{maker}{machine.installed_on.year % 100:02d}-{dice.randrange(10_000, 99_999)}-{machine.index:04d}"


def age_share(machine: Machine, at: float) -> float:
    """How much of its expected life the machine has behind it."""
    lifespan = machine.kind.lifespan if machine.kind else 10
    days = at / DAY - (machine.installed_on - date(1970, 1, 1)).days
    return days / 365 / lifespan
