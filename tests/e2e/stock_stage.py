"""Parts for pictures, where the demonstration has none: what a small store of a plant keeps."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared_models.ids import uuid7
from tests.e2e.product import User

PARTS = (
    ("RLT-6204", "Roulement à billes 6204-2RS", "Roulements", "SKF", "6.40", 4, "", 0, 12),
    ("RLT-6305", "Roulement à billes 6305-ZZ C3", "Roulements", "SKF", "11.85", 2, "", 0, 2),
    ("COU-SPZ-1250", "Courroie trapézoïdale SPZ 1250", "Courroies", "Gates", "9.90", 3, "", 0, 5),
    ("COU-PLATE-40", "Courroie plate 40 × 2,5 mm", "Courroies", "Habasit", "18.20", 5, "m", 2, Decimal("12.35")),
    ("JNT-30-47-7", "Joint à lèvre 30 × 47 × 7 NBR", "Étanchéité", "Freudenberg", "2.15", 6, "", 0, 4),
    ("HUI-ISO46", "Huile hydraulique ISO VG 46", "Lubrifiants", "Total", "4.35", 20, "L", 1, Decimal("38.5")),
    ("GRS-EP2", "Graisse EP2, cartouche 400 g", "Lubrifiants", "Klüber", "7.60", 6, "", 0, 14),
    ("CAP-M12-4", "Capteur inductif M12, portée 4 mm, PNP NO", "Capteurs", "ifm", "43.00", 1, "", 0, 0),
    (
        "KIT-VER-63", "Kit d’étanchéité pour vérin pneumatique double effet Ø 63 mm, course 200 mm, tige Ø 20 mm, joints de piston et de"
        " tige en polyuréthane, bague de guidage et graisse", "Étanchéité", "Festo", "58.40", 1, "", 0, 3,
    ),
    ("DIS-5-2", "Distributeur 5/2 monostable 24 V DC", "Pneumatique", "Festo", "96.50", 1, "", 0, 2),
)  # fmt: skip


class Store:
    """Made by a keeper over the API, at the site of `machine`; some of it is used by `job`."""

    def __init__(self, keeper: User, machine: dict[str, Any], job: str) -> None:
        self._keeper, self._machine, self._job = keeper, machine, job
        self.ids: dict[str, str] = {}

    def prepare(self) -> "Store":
        known = self._keeper.get("/inventory/parts", size=1)["items"]
        if not known:
            self._fill()
        parts = self._keeper.get("/inventory/parts", size=100)["items"]
        self.ids = {part["part_number"]: part["id"] for part in parts}
        return self

    def _post(self, path: str, **body: Any) -> UUID:
        row_id = uuid7()
        name = {"/inventory/categories": "category_id", "/inventory/suppliers": "supplier_id", "/inventory/places": "place_id"}
        key = name.get(path, "part_id")
        self._keeper.post(path, {"occurred_at": datetime.now(UTC).isoformat(), key: str(row_id), **body})
        return row_id

    def _fill(self) -> None:
        site = self._machine["site_id"]
        main = self._post("/inventory/places", site_id=site, name="Magasin central", kind="store", is_default=True)
        shelf = self._post("/inventory/places", site_id=site, name="Étagère A", kind="shelf", parent_id=str(main))
        box = self._post("/inventory/places", site_id=site, name="Bac 12", kind="bin", parent_id=str(shelf))
        roulex = self._post("/inventory/suppliers", name="Roulex Distribution", phone="04 72 00 00 00", email="ventes@roulex.example")
        self._post("/inventory/suppliers", name="Hydro-Service", contact_person="M. Faure", phone="04 77 00 00 00")
        categories = {name: self._post("/inventory/categories", name=name) for name in dict.fromkeys(row[2] for row in PARTS)}
        for at, (number, name, category, maker, price, least, unit, decimals, many) in enumerate(PARTS):
            offer = {"supplier_id": str(roulex), "reference": f"RX{at:04}", "price": price, "pack_size": 1, "lead_days": 3, "is_preferred": True}
            part = self._post(
                "/inventory/parts", part_number=number, name=name, category_id=str(categories[category]), supplier_id=str(roulex),
                manufacturer=maker, unit_price=price, minimum_stock=least, unit=unit, decimals=decimals, offers=[offer],
                class_ids=[self._machine["class_id"]] if at % 2 == 0 else [],
            )  # fmt: skip
            place = (main, shelf, box)[at % 3]
            if many:
                self._move(part, "receive", place_id=str(place), quantity=str(many))
            if number == "RLT-6204":
                self._move(part, "receive", place_id=str(main), quantity="3")
                self._move(part, "take", place_id=str(place), quantity="2", intervention_id=self._job)
            if number == "GRS-EP2":
                self._move(part, "take", place_id=str(place), quantity="15", is_taken=True, intervention_id=self._job)

    def _move(self, part: UUID, verb: str, **body: Any) -> None:
        told = {"occurred_at": datetime.now(UTC).isoformat(), "movement_id": str(uuid7()), "part_id": str(part)}
        self._keeper.post(f"/inventory/parts/{part}/{verb}", {**told, **body})
