"""Whom the plants buy from, and what each of them sells."""

from dataclasses import dataclass
from uuid import UUID

from server.demo.chance import BORN, Dice
from shared_models.inventory.rows import SupplierRow

TABLE = """
Transmissions du Centre|M. Barthélemy|Clermont-Ferrand|ROU COU VIS|2
Roulements Express|Mme Chabrol|Lyon|ROU JOI|1
Roulements Anjou|M. Gendron|Angers|ROU COU|3
Étanchia France|Mme Le Goff|Rennes|JOI VAN|4
Joints Auvergne|M. Serre|Thiers|JOI|2
Fluidis Pneumatique|Mme Aubert|Grenoble|PNE VAN|3
Air & Automation|M. Colin|Nantes|PNE CAP|2
Detekta Distribution|Mme Rey|Strasbourg|CAP ELE|4
Mesuris|M. Fabre|Toulouse|CAP|7
Comptoir Électrique du Massif|Mme Vidal|Clermont-Ferrand|ELE MOT CAP|1
Électro Mayenne|M. Lebreton|Laval|ELE MOT|1
Sirelec Service|M. Weber|Mulhouse|ELE MOT|9
Motelec|Mme Picard|Saint-Étienne|MOT|12
Filtrane|M. Guérin|Orléans|FIL CHI|5
Airgonne Pièces|Mme Marchand|Bordeaux|FIL VAN HUI|6
Lubriane|M. Perrot|Rouen|HUI CHI|5
Hygialis|Mme Lacroix|Lille|CHI|3
Inoval Robinetterie|M. Da Silva|Annecy|VAN|8
Vapeur Service|Mme Blanchet|Dijon|VAN CAP JOI|10
Kordia SAS|M. Hoffmann|Reims|PUS ELE ROU JOI CAP|14
Odival Industrie|Mme Rossi|Cognac|PUS VAN JOI CAP MOT|12
Packs & Lignes|M. Mercier|Cholet|PUS CAP COU ROU PNE|9
Solimec Maintenance|Mme Olivier|Le Mans|PUS FIL MOT VAN JOI|11
Visalp|M. Jacquet|Annecy|VIS|2
Northfield Bearings Ltd|Ms Harper|Leeds|ROU COU|8
"""


@dataclass(frozen=True)
class Supplier:
    """`sells`: prefixes of categories; `days` is how long they usually take."""

    row: SupplierRow
    sells: frozenset[str]
    days: int

    @property
    def id(self) -> UUID:
        return self.row.id


def suppliers_of(seed: int) -> list[Supplier]:
    dice = Dice(seed, "suppliers")
    return [_supplier(dice, *(cell.strip() for cell in line.split("|"))) for line in TABLE.strip().splitlines()]


def _supplier(dice: Dice, name: str, person: str, town: str, sells: str, days: str) -> Supplier:
    """Their numbers and addresses are of those that nobody has."""
    is_foreign = name.endswith("Ltd")
    phone = f"+44 113 496 0{dice.randrange(1000):03d}" if is_foreign else f"01 99 00 {dice.randrange(100):02d} {dice.randrange(100):02d}"
    street = (
        "Industrial Road"
        if is_foreign
        else dice.pick(("rue de l’Industrie", "avenue des Ateliers", "zone artisanale du Parc", "rue des Forges"))
    )
    slug = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    row = SupplierRow(
        id=dice.id_at(BORN), name=name, contact_person=person, email=f"commandes@{slug}.example", phone=phone,
        address=f"{dice.randint(1, 90)} {street}\n{town}", lang="en" if is_foreign else "fr", is_active=True, version=1,
    )  # fmt: skip
    return Supplier(row, frozenset(sells.split()), int(days))
