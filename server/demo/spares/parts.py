"""The catalogue of parts: each size of a family, from whom it comes, and which machines it fits."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from server.demo.chance import BORN, Dice
from server.demo.plant import Machine, Plant
from server.demo.spares.families import CATEGORIES, Family, families
from server.demo.spares.suppliers import Supplier, suppliers_of
from shared_models.equipment.rows import Criticality
from shared_models.inventory.rows import Offer, PartCategoryRow, PartRow

EQUIVALENT = {"cellule", "inductif", "gants", "chiffons"}
"""Families of which one size can be taken for the next."""
PACKS = {"L": (5, 20, 60), "kg": (1, 5, 25), "m": (5, 25, 50)}
SOLD_BY_HUNDREDS = Decimal(20)
"""A minimum from which a part is bought by the box."""


@dataclass(eq=False, slots=True)
class Part:
    """`copy`: which of the parts of its size it is. `pack`: how many the preferred supplier sells at once, in `days`; `sites`: where a machine takes it."""

    row: PartRow
    family: Family
    size: str
    copy: int
    pack: Decimal
    days: int
    price: float
    sites: set[int] = field(default_factory=set)


@dataclass
class Catalogue:
    """`copies`: how many parts of each size there are, for a large plant."""

    seed: int
    copies: int
    class_ids: dict[str, UUID]
    suppliers: list[Supplier] = field(default_factory=list)
    categories: dict[str, PartCategoryRow] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    families: dict[str, list[Part]] = field(default_factory=dict)
    _fitting: dict[tuple[int, str], Part] = field(default_factory=dict)

    def __post_init__(self) -> None:
        dice = Dice(self.seed, "spare parts")
        self.suppliers = suppliers_of(self.seed)
        self.categories = {
            prefix: PartCategoryRow(id=dice.id_at(BORN), name=name, description=about, version=1)
            for prefix, (name, about) in CATEGORIES.items()
        }
        self.sellers = {prefix: [each for each in self.suppliers if prefix in each.sells] for prefix in CATEGORIES}
        self.numbers: dict[str, int] = defaultdict(int)
        for family in families():
            self.families[family.key] = found = [
                self._part(family, rank, copy, dice) for copy in range(self.copies) for rank in range(len(family.sizes))
            ]
            self.parts += found
            if family.key in EQUIVALENT:
                _pair(found)

    def fitting(self, machine: Machine, key: str) -> Part:
        """What the machine takes of a family: by its model, or as it was built."""
        known = self._fitting.get((machine.index, key))
        if known is None:
            found = [part for part in self.families[key] if part.row.is_active]
            known = Dice(self.seed, "fits", machine.code, key).pick([part for part in found if part.size == machine.model[1]] or found)
            self._fitting[machine.index, key] = known
        return known

    def fit(self, plant: Plant) -> None:
        """Says of every part which machines take it: classes where all do, or those that do."""
        of_class: dict[str, list[str]] = defaultdict(list)
        for key, parts in self.families.items():
            for code in parts[0].family.classes:
                of_class[code].append(key)
            if len(parts) == 1:
                parts[0].row.class_ids = sorted(self.class_ids[code] for code in parts[0].family.classes)
        for machine in plant.machines:
            for key in of_class[machine.kind.code] if machine.kind else ():
                part = self.fitting(machine, key)
                part.sites.add(machine.site.index)
                if not part.row.class_ids:
                    part.row.equipment_ids.append(machine.id)
        for part in self.parts:
            part.row.equipment_ids.sort()

    # ------------------------------------------------------------ a part

    def _part(self, family: Family, rank: int, copy: int, dice: Dice) -> Part:
        self.numbers[family.prefix] += 1
        number, size = self.numbers[family.prefix], family.sizes[rank]
        name = family.name.format(size.removeprefix("!")) + (f" (série {copy + 1})" if copy else "")
        pack, price = _pack(family, dice), _price(family, rank)
        sellers = sorted(self.sellers[family.prefix], key=lambda _: dice.random())[: dice.pick((1, 2, 2, 3))]
        offers = [_offer(family, number, seller, pack, price, dice, is_first=seller is sellers[0]) for seller in sellers]
        row = PartRow(
            id=dice.id_at(BORN), part_number=f"{family.prefix}-{number:04d}", name=name, description="",
            category_id=self.categories[family.prefix].id, supplier_id=sellers[0].id, unit_price=_money(price), currency="EUR",
            minimum_stock=family.minimum, location="", unit=family.unit, decimals=family.decimals, manufacturer=family.maker,
            manufacturer_reference=f"{family.maker[:3].upper()} {dice.randrange(1000, 9999)}-{rank + 1:02d}",
            criticality=Criticality(family.criticality), specifications=_described(size), class_ids=[], equipment_ids=[], equivalent_ids=[], offers=offers,
            barcodes=[_ean13(dice)] if dice.happens(0.4) else [], is_active=not size.startswith("!"), version=1,
        )  # fmt: skip
        return Part(row, family, size, copy, pack, offers[0].lead_days or 5, price)


def _described(size: str) -> dict[str, object]:
    told = size.removeprefix("!")
    return {"Dimensions": told} if any(sign.isdigit() for sign in told) else {}


def _price(family: Family, rank: int) -> float:
    """Between the first size's and the last one's, each as much dearer than the one before."""
    first, last = family.prices
    return float(first * (last / first) ** (rank / max(1, len(family.sizes) - 1)))


def _money(price: float) -> Decimal:
    return Decimal(round(price * 100)) / 100


def _pack(family: Family, dice: Dice) -> Decimal:
    if family.unit:
        return Decimal(dice.pick(PACKS[family.unit]))
    return (
        Decimal(dice.pick((25, 50, 100)))
        if family.minimum >= SOLD_BY_HUNDREDS
        else Decimal(dice.pick((1, 1, 1, 2, 5)) if family.minimum > 2 else 1)
    )


def _offer(family: Family, number: int, seller: Supplier, pack: Decimal, price: float, dice: Dice, *, is_first: bool) -> Offer:
    asked = price * (1 if is_first else dice.uniform(0.98, 1.12))
    reference = f"{seller.row.name[:2].upper()}{family.prefix}{number * 7 + dice.randrange(7):05d}"
    days = max(1, seller.days + dice.randint(-1, 3))
    return Offer(supplier_id=seller.id, reference=reference, pack_size=pack, lead_days=days, price=_money(asked), is_preferred=is_first)


def _ean13(dice: Dice) -> str:
    digits = f"376{dice.randrange(10**9):09d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _pair(parts: list[Part]) -> None:
    for one, other in zip(parts[::2], parts[1::2], strict=False):
        one.row.equivalent_ids, other.row.equivalent_ids = [other.row.id], [one.row.id]
