"""Ready-made classes of machines: what they are called, what one notes of them, how they fail, and by which process.

One block a class: code | French | English | icon | failure modes, likeliest first | mechanisms; then, indented, what machines of
the class are described by: key | French | English | unit. Causes and remedies are the same for all.
"""

from typing import NamedTuple

from server.catalogue.failures import CAUSES, MECHANISMS, MODES, REMEDIES, Entry
from shared_models.equipment.rows import FailureItemKind

EVERYWHERE = ("FTS", "NOI", "SER", "VIB", "OHE", "STD")
"""Modes that any machine can show."""
ALWAYS = ("2.4", "1.5")


class Spec(NamedTuple):
    key: str
    fr: str
    en: str
    unit: str


class ReadyMachine(NamedTuple):
    code: str
    fr: str
    en: str
    icon: str
    modes: tuple[str, ...]
    mechanisms: tuple[str, ...]
    specs: tuple[Spec, ...]

    def lists(self) -> dict[FailureItemKind, dict[str, Entry]]:
        """The four pick-lists, in the order in which they are offered."""
        modes = dict.fromkeys([*self.modes, *EVERYWHERE])
        mechanisms = sorted({*self.mechanisms, *ALWAYS})
        return {
            FailureItemKind.mode: {code: MODES[code] for code in modes},
            FailureItemKind.mechanism: {code: MECHANISMS[code] for code in mechanisms},
            FailureItemKind.cause: CAUSES,
            FailureItemKind.remedy: REMEDIES,
        }


def _machines(table: str) -> dict[str, ReadyMachine]:
    found: dict[str, ReadyMachine] = {}
    for line in filter(str.strip, table.splitlines()):
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith(" "):
            last = found.popitem()[1]
            found[last.code] = last._replace(specs=(*last.specs, Spec(*cells)))
        else:
            code, fr, en, icon, modes, mechanisms = cells
            found[code] = ReadyMachine(code, fr, en, icon, tuple(modes.split()), tuple(mechanisms.split()), ())
    return found


MACHINES = _machines("""
POMP | Pompe | Pump | water | ELP VIB LOO NOI FTS OHE INL PLU PDE | 1.1 1.3 2.1 2.4 2.7 4.2 5.1
    debit | Débit | Flow | m³/h
    hauteur | Hauteur manométrique | Head | m
    puissance | Puissance | Power | kW
MOTO | Moteur électrique | Electric motor | electric_bolt | FTS OHE VIB NOI UST LOO ERO PWR | 1.2 1.3 2.4 2.7 3.1 4.1 4.2 4.4 4.5 5.2
    puissance | Puissance | Power | kW
    vitesse | Vitesse | Speed | /min
    tension | Tension | Voltage | V
    intensite | Intensité nominale | Rated current | A
REDU | Réducteur | Gearbox | settings | NOI ELP VIB OHE BRD JAM | 1.1 1.3 2.4 2.5 2.6 2.7 5.2
    rapport | Rapport | Ratio |
    couple | Couple de sortie | Output torque | N·m
    huile | Quantité d’huile | Oil quantity | L
CONV | Convoyeur | Conveyor | conveyor_belt | JAM BRD NOI AIR OHE SER UST | 1.3 2.4 2.5 2.7 3.3 5.1
    longueur | Longueur | Length | m
    vitesse | Vitesse | Speed | m/min
COMP | Compresseur | Compressor | compress | OHE ELP LOO UST VIB AIR HIO NOI | 1.1 2.4 2.7 3.3 4.1 5.1 5.2
    puissance | Puissance | Power | kW
    debit | Débit | Flow | m³/min
    pression | Pression | Pressure | bar
VENT | Ventilateur | Fan | wind_power | VIB NOI LOO BRD OHE FTS | 1.2 1.3 2.4 2.6 2.7 5.2
    debit | Débit | Flow | m³/h
    puissance | Puissance | Power | kW
    vitesse | Vitesse | Speed | /min
VANN | Vanne | Valve | plumbing | ELP LCP FTO FTC DOP INL PLU AIR | 1.1 1.6 2.2 2.3 2.4 3.1 3.3 5.1
    diametre | Diamètre nominal | Nominal diameter | mm
    pression | Pression nominale | Nominal pressure | bar
CUVE | Cuve, réservoir | Tank, vessel | propane_tank | ELP STD PLU PDE AIR | 1.1 1.4 2.2 2.6 3.3 5.1 5.2
    volume | Volume | Volume | m³
    pression | Pression de service | Working pressure | bar
ECHA | Échangeur de chaleur | Heat exchanger | device_thermostat | IHT PLU ELP INL PDE | 1.1 2.2 2.3 2.6 5.1 5.2
    puissance | Puissance | Power | kW
    surface | Surface d’échange | Exchange area | m²
VERI | Vérin, centrale hydraulique | Cylinder, hydraulic unit | height | ELP INL LOO DOP OHE JAM | 1.1 1.4 2.2 2.4 3.4 5.2
    pression | Pression | Pressure | bar
    course | Course | Stroke | mm
    huile | Quantité d’huile | Oil quantity | L
PONT | Pont roulant, palan | Overhead crane, hoist | construction | FTS STP NOI BRD UST PDE | 1.3 2.4 2.5 2.6 3.1 3.2 4.2
    charge | Charge utile | Payload | t
    hauteur | Hauteur de levage | Lifting height | m
CHAR | Chariot élévateur | Forklift | forklift | ELP FTS LOO NOI SER UST | 1.1 2.4 2.5 4.2 4.3 5.2
    charge | Charge utile | Payload | kg
    hauteur | Hauteur de levage | Lifting height | m
    tension | Batterie | Battery | V
PORT | Porte industrielle | Industrial door | garage | FTO FTC JAM AIR NOI BRD | 1.3 1.4 2.4 2.5 3.2 3.3
    largeur | Largeur | Width | m
    hauteur | Hauteur | Height | m
USIN | Machine-outil | Machine tool | hardware | PDE UST JAM VIB ELP AIR FTS ERO | 1.3 1.4 2.4 2.5 2.7 3.1 3.3 3.5 5.2
    puissance | Puissance de broche | Spindle power | kW
    vitesse | Vitesse de broche | Spindle speed | /min
    axes | Axes | Axes |
PRES | Presse | Press | vertical_align_center | ELP UST STD DOP PDE NOI JAM | 1.1 1.3 2.4 2.6 3.1 3.2 3.4
    force | Force | Force | kN
    cadence | Cadence | Speed | /min
INJE | Presse à injecter | Injection moulding machine | view_in_ar | PDE ELP IHT UST PLU AIR | 1.1 2.4 2.7 3.3 3.4 4.2 5.1
    force | Force de fermeture | Clamping force | kN
    volume | Volume injecté | Shot volume | cm³
SOUD | Poste de soudage | Welding station | bolt | PDE FTS ERO OHE PLU | 2.4 2.7 3.4 4.1 4.4 5.1 5.2
    intensite | Intensité maximale | Highest current | A
ROBO | Robot | Robot | precision_manufacturing | FTS JAM AIR LOO VIB UST PDE | 1.3 1.4 2.4 3.1 3.3 3.5 5.2
    charge | Charge utile | Payload | kg
    rayon | Rayon d’action | Reach | mm
    axes | Axes | Axes |
MELA | Mélangeur, agitateur | Mixer, agitator | blender | ELP VIB NOI OHE BRD JAM | 1.1 1.3 2.4 2.5 2.7 5.2
    volume | Volume | Volume | L
    puissance | Puissance | Power | kW
BROY | Broyeur | Crusher, mill | recycling | JAM BRD VIB NOI OHE LOO | 1.3 2.4 2.5 2.6 2.7 5.1
    debit | Débit | Throughput | t/h
    puissance | Puissance | Power | kW
FOUR | Four | Oven, furnace | local_fire_department | IHT PDE AIR FTS UST STD | 2.4 2.6 2.7 3.1 3.3 4.2 5.2
    temperature | Température maximale | Highest temperature | °C
    puissance | Puissance | Power | kW
CHAU | Chaudière | Boiler | local_fire_department | UST ELP AIR PLU PDE IHT | 1.1 2.2 3.1 3.4 5.1 5.2
    vapeur | Débit vapeur | Steam flow | t/h
    pression | Timbre | Design pressure | bar
    puissance | Puissance | Power | kW
FROI | Groupe froid | Chiller | ac_unit | UST ELP LOO NOI AIR IHT | 1.1 2.4 3.3 3.4 4.2 5.2
    puissance | Puissance frigorifique | Cooling capacity | kW
    fluide | Charge de fluide | Refrigerant charge | kg
    depart | Température de départ | Outlet temperature | °C
CTAI | Centrale de traitement d’air | Air handling unit | hvac | LOO PLU NOI IHT AIR VIB | 1.3 2.4 3.3 5.1 5.2
    debit | Débit | Flow | m³/h
ELEC | Armoire électrique | Switchboard | electrical_services | PWR UST OHE ERO SER | 1.5 2.7 3.5 4.1 4.2 4.4 4.5 5.2
    tension | Tension | Voltage | V
    intensite | Intensité | Current | A
AUTO | Automate, commande | PLC, controls | developer_board | ERO AIR FTS PWR UST | 3.1 3.2 3.3 3.5 4.2 4.3
GENE | Groupe électrogène | Generator set | battery_charging_full | FTS UST ELP LOO OHE | 1.1 2.4 3.1 4.2 4.4 5.1
    puissance | Puissance | Power | kVA
BALA | Balance, trieuse pondérale | Scale, checkweigher | scale | PDE AIR ERO UST JAM | 1.4 3.3 3.4 4.2 5.2
    portee | Portée | Capacity | kg
SOUF | Souffleuse | Blow moulder | air | ELP OHE JAM AIR BRD PDE NOI UST | 1.1 2.4 2.5 3.2 3.3 3.4 4.2 5.1
    cadence | Cadence | Speed | /h
    moules | Moules | Moulds |
    pression | Pression de soufflage | Blowing pressure | bar
REMP | Remplisseuse | Filler | local_drink | ELP PDE AIR JAM INL UST NOI | 1.1 2.4 3.1 3.3 3.4 5.1
    cadence | Cadence | Speed | /h
    becs | Becs | Valves |
    volume | Plage de volume | Volume range | cl
BOUC | Boucheuse | Capper | build | PDE JAM BRD AIR VIB NOI | 1.3 1.6 2.5 3.3 3.4 5.1
    cadence | Cadence | Speed | /h
    tetes | Têtes | Heads |
    couple | Couple de serrage | Torque | N·m
ETIQ | Étiqueteuse | Labeller | label | BRD PDE PLU AIR JAM FTS | 2.5 3.3 3.4 3.5 5.1 5.2
    cadence | Cadence | Speed | /h
    postes | Postes | Stations |
ENCA | Encaisseuse | Case packer | inventory_2 | JAM AIR ELP BRD OHE LOO PLU | 1.1 2.4 2.5 3.3 5.1
    cadence | Cadence (cartons) | Speed (cases) | /min
    format | Format maximal | Largest case | mm
PALE | Palettiseur | Palletiser | pallet | ELP FTS AIR NOI JAM OHE STD | 1.1 1.6 2.4 2.6 2.7 3.1 3.3 5.1
    cadence | Cadence (couches) | Speed (layers) | /min
    charge | Charge utile | Payload | kg
    pression | Pression d’air | Air pressure | bar
PAST | Tunnel de pasteurisation | Tunnel pasteuriser | thermostat | PLU PDE ELP OHE NOI | 1.1 1.6 2.4 3.3 5.1
    zones | Zones | Zones |
    temperature | Température maximale | Highest temperature | °C
    debit | Débit | Flow | m³/h
LAVE | Laveuse | Washer | wash | PLU ELP JAM NOI UST AIR | 2.2 2.4 3.4 5.1 5.2
    cadence | Cadence | Speed | /h
    soude | Concentration en soude | Caustic strength | %
    temperature | Température | Temperature | °C
""")  # fmt: skip
