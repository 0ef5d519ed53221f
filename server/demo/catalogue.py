"""What a bottling plant is made of: fourteen of the ready-made classes of machines, what goes wrong with each, and what is done to prevent it.

Faults, one a line: mode, weight, usual repair minutes | title | what the operator says | mechanism | remedies (code and text).
Rounds, one a line: cadence, usual minutes, marks | title | report | kind of maintenance | checklist | parts.
The cadence is as `server.demo.cadences` reads it. Marks: `free` needs no validation, `signed` a signature, `photo` a photo; `high` is
the priority, `predictive` the type; `since` are the days since when it has been done; `day31` puts some of them on the last of a month.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from server.catalogue.machines import MACHINES, ReadyMachine
from server.demo.cadences import Cadence


class Fault(NamedTuple):
    mode: str
    weight: float
    minutes: float
    title: str
    said: str
    mechanism: str
    remedies: tuple[tuple[str, str], ...]


class Part(NamedTuple):
    name: str
    quantity: float
    unit: str


class Round(NamedTuple):
    """`since_days` 0: as long as there is history."""

    cadence: Cadence
    minutes: float
    marks: frozenset[str]
    since_days: int
    title: str
    report: str
    kind: str
    checklist: str
    parts: tuple[Part, ...]


class Spec(NamedTuple):
    """What machines of a class are found with."""

    key: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class MachineClass:
    """A ready-made class as this plant knows it. `yearly`: failures a year of a good machine; `cost`: euros an hour of stop; `value`: euros."""

    code: str
    models: tuple[tuple[str, str], ...]
    specs: tuple[Spec, ...]
    faults: tuple[Fault, ...]
    rounds: tuple[Round, ...]
    yearly: float
    lifespan: int
    cost: int
    value: int
    parts: tuple[str, ...] = ()

    @property
    def ready(self) -> ReadyMachine:
        return MACHINES[self.code]


def _faults(table: str) -> tuple[Fault, ...]:
    return tuple(_fault(line) for line in table.strip().splitlines())


def _fault(line: str) -> Fault:
    head, title, said, mechanism, remedies = (cell.strip() for cell in line.split("|"))
    mode, weight, minutes = head.split()
    pairs = (remedy.strip().split(" ", 1) for remedy in remedies.split(";"))
    return Fault(mode, float(weight), float(minutes), title, said, mechanism, tuple((code, text) for code, text in pairs))


def _rounds(table: str) -> tuple[Round, ...]:
    return tuple(_round(line) for line in table.strip().splitlines())


def _round(line: str) -> Round:
    head, title, report, kind, checklist, parts = (cell.strip() for cell in line.split("|"))
    cadence, minutes, *marks = head.split()
    since = next((int(mark.removeprefix("since=")) for mark in marks if mark.startswith("since=")), 0)
    wanted = tuple(_part(part.strip()) for part in parts.split(";") if part.strip())
    return Round(Cadence.parse(cadence), float(minutes), frozenset(marks), since, title, report, kind, checklist, wanted)


def _part(text: str) -> Part:
    """`Huile chaîne 1 L`, `Filtre à air 1`: the last number is the quantity."""
    words = text.split(" ")
    at = max(index for index, word in enumerate(words) if word.replace(".", "").isdigit())
    return Part(" ".join(words[:at]), float(words[at]), " ".join(words[at + 1 :]))


def _specs(table: str) -> tuple[Spec, ...]:
    lines = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    return tuple(Spec(key, tuple(float(v) for v in values.split())) for key, values in lines)


def _models(table: str) -> tuple[tuple[str, str], ...]:
    pairs = (entry.split(":") for entry in table.split(","))
    return tuple((maker.strip(), model.strip()) for maker, model in pairs)


CLASSES: tuple[MachineClass, ...] = (
    MachineClass(
        "SOUF", _models("Kordia: Blow 10, Kordia: Blow 14 Evo, Maverlin: SB-8"),
        _specs("""
            cadence|14000 18000 22000
            moules|8 10 14
            pression|30 35 38
        """),
        _faults("""
            ELP 20 40|Fuite air 40 bar bloc de soufflage|on entend une grosse fuite d’air côté roue|1.1|REP joint de tuyère remplacé;TIG raccord haute pression resserré
            OHE 14 35|Lampe de four hors service|préformes mal chauffées, défaut four|4.2|REP lampes de chauffe rangée 4 remplacées;RST variateur de four réinitialisé
            JAM 18 20|Bourrage préformes entrée four|les préformes se coincent à l’entrée|5.1|CLN goulotte dégagée et nettoyée;ADJ guide préformes réglé
            AIR 12 25|Capteur présence moule|défaut fermeture moule en boucle|3.3|REP capteur inductif remplacé;ADJ capteur recalé à 2 mm
            BRD 8 110|Casse bras de transfert|bras de transfert tordu après choc|2.5|REP bras de transfert remplacé;RPR pince redressée
            PDE 10 30|Répartition matière hors tolérance|fonds de bouteilles trop fins|3.4|ADJ pression de présoufflage réglée;ADJ consigne de chauffe corrigée
            NOI 7 50|Bruit galet de came|claquement à chaque tour de roue|2.4|REP galet de came remplacé;LUB came graissée
            UST 8 15|Arrêt sécurité porte|la machine s’arrête toute seule, défaut porte|3.2|RST sécurité réarmée;REP contact de porte remplacé
        """),
        _rounds("""
            12w 30 photo|Graissage paliers|Graissage des paliers et cames fait, pas de jeu anormal.|GRA|graissage|Graisse haute température 0.4 kg
            12w~ 60|Contrôle tuyères et joints|Joints de tuyères contrôlés, deux remplacés.|INS||Joint de tuyère 4
            2000h/6m~ 180|Révision four et lampes|Lampes, réflecteurs et ventilation contrôlés.|REM||Lampe infrarouge 2 kW 4; Filtre ventilation 1
        """), 5.0, 15, 900, 680_000, ("Four infrarouge", "Compresseur haute pression"),
    ),
    MachineClass(
        "REMP", _models("Odival: Fill 48, Odival: Fill 72 V, Bressolac: RV-60"),
        _specs("""
            cadence|12000 18000 24000
            becs|48 60 72
            volume|50 100 150
        """),
        _faults("""
            ELP 24 35|Fuite bec de remplissage|ça coule au bec, bouteilles mouillées|2.4|REP joints de bec remplacés;CLN bec démonté et nettoyé
            PDE 16 25|Niveau hors tolérance|sous-remplissage sur plusieurs becs|3.4|ADJ consigne de niveau réglée;REP sonde de niveau remplacée
            AIR 12 25|Capteur niveau cuve|défaut niveau cuve haut|3.3|REP capteur niveau remplacé;CLN capteur nettoyé
            JAM 13 15|Casse bouteille étoile d’entrée|bouteille coincée dans l’étoile|5.1|CLN étoile dégagée, éclats retirés;ADJ guide d’entrée réglé
            INL 9 60|Vanne de cuve non étanche|la cuve se vide à l’arrêt|1.1|REP clapet de vanne remplacé;RPR siège de vanne rodé
            UST 8 20|Arrêt sur défaut variateur|variateur en défaut, plus rien ne tourne|3.1|RST variateur réinitialisé;REP ventilateur de variateur remplacé
            NOI 7 70|Bruit couronne d’orientation|bruit sourd au niveau du carrousel|2.4|LUB couronne graissée;REP roulement de galet remplacé
        """),
        _rounds("""
            6w 25|Contrôle étanchéité becs|Becs contrôlés, rien à signaler.|INS|fuites|
            1000h~ 45|Graissage carrousel|Graissage fait, niveaux complétés.|GRA|graissage|Graisse alimentaire 0.6 kg
            1q 120|Remplacement joints de becs|Jeu de joints remplacé, essai à l’eau conforme.|REM||Jeu de joints de bec 1
            1w@4 40 free since=210|Nettoyage hebdomadaire|Carrousel, étoiles et bâti nettoyés.|NET|nettoyage|Mousse alcaline 2 L
        """), 4.5, 18, 1100, 820_000, ("Cuve tampon", "Doseur CO2"),
    ),
    MachineClass(
        "BOUC", _models("Galdaro: CA8, Galdaro: CA12, Odival: Cap 15"),
        _specs("""
            cadence|12000 18000 24000
            tetes|8 12 15
            couple|1.6 1.9 2.2
        """),
        _faults("""
            PDE 22 20|Couple de bouchage hors tolérance|bouchons trop serrés|3.4|ADJ couple réglé tête par tête;REP ressort de tête remplacé
            JAM 24 12|Bourrage bouchons goulotte|les bouchons n’arrivent plus|5.1|CLN goulotte débouchée;ADJ ouverture de goulotte réglée
            BRD 9 55|Casse mors de tête|tête 5 ne serre plus|2.5|REP mors de tête remplacés;REP tête de bouchage remplacée
            AIR 12 20|Cellule présence bouchon|éjections sans raison, cellule en défaut|3.3|CLN cellule nettoyée;REP cellule remplacée;ADJ cellule réalignée
            VIB 6 60|Vibrations tourelle|ça vibre fort en pleine cadence|1.3|ADJ jeu de tourelle repris;REP palier remplacé
            NOI 6 30|Grincement élévateur bouchons|l’élévateur grince|1.6|LUB chaîne graissée;REP bande à tasseaux remplacée
        """),
        _rounds("""
            6w 20|Contrôle couple de bouchage|Couples relevés conformes sur toutes les têtes.|ETA|couple|
            12w~ 30|Graissage têtes|Têtes graissées, pas de point dur.|GRA|graissage|Graisse alimentaire 0.2 kg
            6m~ 150|Révision têtes de bouchage|Têtes révisées, ressorts et mors contrôlés.|REM||Ressort de tête 4; Jeu de mors 1
        """), 4.0, 15, 800, 210_000, ("Élévateur à bouchons",),
    ),
    MachineClass(
        "ETIQ", _models("Ternelle: Solo 20, Ternelle: Duo 30, Pontivet: ET-M2"),
        _specs("""
            cadence|12000 20000 30000
            postes|1 2 3
        """),
        _faults("""
            BRD 16 35|Courroie cassée|plus d’entraînement, courroie sortie|2.5|REP courroie crantée remplacée;ADJ tension de courroie réglée
            PDE 22 20|Étiquettes de travers|étiquettes posées de travers|3.4|ADJ brosse de lissage réglée;ADJ guide de bande réglé
            PLU 14 25|Colle encrassée|plus de colle sur le rouleau|5.2|CLN palette et rouleau encolleur nettoyés;REP racle remplacée
            AIR 14 20|Cellule de repère étiquette|perte du repère, bande qui défile|3.3|CLN cellule nettoyée;REP cellule remplacée
            JAM 12 10|Bourrage bande|bande déchirée et enroulée|5.1|CLN bande dégagée;ADJ frein de bobine réglé
            FTS 6 30|Défaut automate au démarrage|ne redémarre pas après la pause|3.5|RST automate réinitialisé;REP carte entrées remplacée
        """),
        _rounds("""
            6w~ 25|Nettoyage groupe colle|Groupe colle nettoyé, racle contrôlée.|NET||
            12w 30|Contrôle courroies|Courroies contrôlées, tension correcte.|INS|courroies|Courroie crantée AT10 1
            1q~ 60|Graissage et contrôle des jeux|Graissage fait, jeux dans la tolérance.|GRA|graissage|Graisse universelle 0.3 kg
            1w@4 20 free since=160|Nettoyage hebdomadaire|Poste colle, brosses et guides nettoyés.|NET|nettoyage|
        """), 5.0, 12, 700, 260_000, ("Groupe colle",),
    ),
    MachineClass(
        "ENCA", _models("Normapak: EC-20, Normapak: EC-35, Pontivet: Pack 6"),
        _specs("""
            cadence|12 20 35
            format|400 500 600
        """),
        _faults("""
            JAM 26 15|Bourrage carton|cartons coincés à la formeuse|5.1|CLN magasin dégagé;ADJ largeur de guide réglée
            AIR 14 20|Photocellule entrée|défaut comptage bouteilles|3.3|CLN réflecteur nettoyé;REP photocellule remplacée
            ELP 10 30|Fuite vérin de poussoir|fuite d’air sous le poussoir|1.1|REP joints de vérin remplacés;TIG raccord resserré
            BRD 9 60|Casse tulipe de préhension|une rangée de bouteilles n’est plus prise|2.5|REP tulipes remplacées;RPR support redressé
            OHE 8 30|Buse de colle chaude bouchée|cartons mal collés|5.1|CLN buse nettoyée;REP buse de colle remplacée
            LOO 6 35|Vide insuffisant|ventouses qui lâchent|2.4|REP ventouses remplacées;CLN filtre à vide nettoyé
        """),
        _rounds("""
            12w~ 30|Contrôle ventouses et tulipes|Ventouses et tulipes contrôlées.|INS||Ventouse Ø40 6
            1m@-1.4 20 free since=540|Nettoyage colle chaude|Buses et bac nettoyés.|NET||Buse de colle 1
            6m~ 120|Révision encaisseuse|Chaînes, guides et sécurités contrôlés.|REM|courroies|
        """), 4.0, 15, 450, 190_000, ("Formeuse de cartons",),
    ),
    MachineClass(
        "PALE", _models("Normapak: P30, Normapak: P45, Sorvelec: PL-2"),
        _specs("""
            cadence|3 4 5
            charge|250 400 600
            pression|6 7
        """),
        _faults("""
            ELP 24 45|Fuite vérin de poussée|fuite sous le vérin de poussée|1.1|REP joint vérin Ø63 remplacé;TIG raccord de vérin resserré
            FTS 14 30|Ne démarre pas en automatique|refuse de partir en auto|3.1|RST séquence réinitialisée;REP relais de sécurité remplacé
            AIR 16 20|Capteur fin de course|défaut fin de course plateau|3.3|ADJ capteur fin de course réglé;REP capteur fin de course remplacé
            NOI 9 40|Bruit chaîne d’élévation|la chaîne claque à la montée|2.4|LUB chaîne graissée et retendue;REP pignon tendeur remplacé
            JAM 15 15|Blocage couche|couche bloquée au plateau|1.6|CLN plateau dégagé;ADJ guides de couche réglés
            OHE 6 60|Surchauffe moteur élévateur|moteur brûlant, disjoncté|2.7|CLN ventilateur nettoyé;REP frein moteur remplacé
            STD 4 90|Soudure fissurée sur bras|fissure visible sur le bras|2.6|RPR soudure reprise;MOD gousset de renfort ajouté
        """),
        _rounds("""
            12w 40|Lubrification chaînes et guides|Chaînes et guides lubrifiés, tension correcte.|GRA|graissage|Huile chaîne 1 L
            1m 25 high day31|Contrôle sécurité mensuel|Barrières, arrêts d’urgence et portes testés : conformes.|REG|securites|
            400000c/6m~ 150|Révision chaîne d’élévation|Chaîne mesurée, allongement acceptable.|REM|courroies|Attache rapide chaîne 2
        """), 4.5, 15, 600, 240_000, ("Vérin de poussée", "Magasin palettes"),
    ),
    MachineClass(
        "CONV", _models("Brevon: RM 200, Brevon: RM 320, Maverlin: Trans-4"),
        _specs("""
            longueur|4 8 12 18
            vitesse|20 35 50
        """),
        _faults("""
            JAM 24 10|Bouteilles couchées|bouteilles couchées au virage|5.1|CLN bouteilles retirées;ADJ guides réglés
            BRD 12 50|Chaîne cassée|chaîne à palettes cassée|2.5|REP maillons de chaîne remplacés;RPR chaîne raccourcie d’un maillon
            NOI 14 30|Bruit roulement de renvoi|ça couine au renvoi|2.4|REP roulement remplacé;LUB palier graissé
            AIR 14 20|Cellule de bourrage|arrêts sans raison, cellule|3.3|CLN cellule nettoyée;ADJ cellule réalignée;REP cellule remplacée
            OHE 8 60|Motoréducteur en surchauffe|motoréducteur brûlant|2.7|REP motoréducteur remplacé;CLN ailettes nettoyées
            SER 10 20|Patin de glissement usé|patin décollé|2.4|REP patin remplacé;TIG patin refixé
        """),
        _rounds("""
            1q 20 high|Contrôle sécurité trimestriel|Arrêts d’urgence à câble testés : conformes.|REG|securites|
            6m~ 15|Graissage renvois|Renvois graissés.|GRA||
            1y~ 30|Contrôle usure chaîne|Usure mesurée, dans la limite.|INS|courroies|
        """), 1.7, 15, 250, 28_000,
    ),
    MachineClass(
        "PAST", _models("Sorvelec: TP-12, Kordia: Therm 20"),
        _specs("""
            zones|8 10 12
            temperature|65 68 72
            debit|60 90 120
        """),
        _faults("""
            PLU 22 45|Buses d’aspersion bouchées|zone 3 ne pleut plus|5.1|CLN rampes et buses nettoyées;REP buses remplacées
            PDE 16 30|Écart de température zone|température zone 5 trop basse|3.3|ADJ régulation réglée;REP sonde PT100 remplacée
            ELP 14 50|Fuite presse-étoupe pompe de zone|eau au sol sous la zone 2|1.1|REP garniture remplacée;TIG presse-étoupe resserré
            OHE 6 60|Vanne vapeur bloquée ouverte|surchauffe zone 6|1.6|RPR vanne vapeur démontée et rodée;REP servomoteur remplacé
            NOI 6 70|Bruit tapis|le tapis accroche|2.4|REP patins de tapis remplacés;ADJ tension de tapis réglée
        """),
        _rounds("""
            6w~ 45|Nettoyage filtres et tamis|Filtres et tamis nettoyés.|NET||
            12w 30|Contrôle sondes de température|Écarts relevés inférieurs à 0,3 °C.|ETA|sondes|
            6m 240|Révision pompes de zone|Garnitures et roulements contrôlés.|REM||Garniture mécanique 2; Roulement 6305 4
        """), 4.0, 20, 950, 520_000, ("Pompe de zone 1", "Pompe de zone 2"),
    ),
    MachineClass(
        "LAVE", _models("Bressolac: LB-30, Solimec: Lavo 18"),
        _specs("""
            cadence|12000 18000 24000
            soude|1.5 2 2.5
            temperature|75 80 85
        """),
        _faults("""
            PLU 18 40|Gicleurs bouchés|bouteilles mal rincées|5.1|CLN gicleurs débouchés;CLN filtre de soude nettoyé
            ELP 16 60|Fuite bac de soude|goutte à goutte côté bac 2|2.2|RPR joint de trappe refait;REP vanne de vidange remplacée
            JAM 16 30|Bouteille cassée dans alvéole|blocage à la décharge|5.1|CLN alvéoles dégagées;REP panier déformé remplacé
            NOI 8 60|Bruit chaîne porteuse|claquement à l’entrée|2.4|ADJ chaîne retendue;REP galet remplacé
            UST 8 20|Limiteur de couple déclenché|la laveuse s’arrête toute seule|3.4|RST limiteur réarmé;ADJ limiteur réglé
            AIR 8 25|Sonde conductivité|concentration affichée à zéro|5.2|CLN sonde nettoyée;REP sonde remplacée
        """),
        _rounds("""
            6w~ 30|Nettoyage gicleurs et filtres|Gicleurs et filtres propres.|NET||
            12w~ 40|Graissage chaînes|Chaînes graissées.|GRA|graissage|Huile chaîne 2 L
            26w 240|Détartrage bacs|Bacs détartrés et rincés.|NET|detartrage|Détartrant acide 60 L
        """), 3.8, 20, 500, 430_000, ("Pompe de soude",),
    ),
    MachineClass(
        "COMP", _models("Airgonne: GA55, Airgonne: GA75, Solimec: VX-90"),
        _specs("""
            puissance|55 75 90
            debit|9.5 13 16
            pression|7.5 8 10
        """),
        _faults("""
            OHE 24 50|Température d’huile haute|compresseur en défaut température|2.7|CLN radiateur soufflé et nettoyé;REP vanne thermostatique remplacée
            ELP 14 45|Fuite d’huile|trace d’huile sous le carter|1.1|REP joint de carter remplacé;TIG raccord de retour d’huile resserré
            LOO 14 60|Pression de réseau faible|pression sous 6 bar|2.4|REP élément filtrant remplacé;REP clapet d’aspiration remplacé
            UST 10 25|Disjonction moteur|disjoncté deux fois ce matin|4.1|RST disjoncteur réarmé;REP contacteur remplacé
            VIB 6 90|Vibrations bloc vis|ça vibre plus que d’habitude|2.4|REP roulements remplacés;TIG silentblocs resserrés
            AIR 6 25|Capteur pression|affichage pression faux|3.3|REP capteur pression remplacé;ADJ capteur étalonné
        """),
        _rounds("""
            12w 20|Relevé et purge condensats|Purges testées, températures normales.|INS|compresseur|
            1500h/6m~ 60|Vidange et filtres|Huile, filtre à huile et filtre à air remplacés.|VID|vidange|Huile compresseur VDL 46 18 L; Filtre à huile 1; Filtre à air 1
            6m~ 30 predictive|Analyse vibratoire|Niveaux vibratoires stables.|ANA||
            1y 90 high signed|Contrôle réglementaire cuve d’air|Soupape, manomètre et plaque contrôlés, attestation classée.|REG|pression|
        """), 2.6, 15, 350, 62_000, ("Sécheur d’air",),
    ),
    MachineClass(
        "POMP", _models("Hydrelle: NB 50, Hydrelle: NB 80, Solimec: Cen-65"),
        _specs("""
            debit|12 25 40 60
            hauteur|20 32 45
            puissance|4 7.5 11
        """),
        _faults("""
            ELP 26 55|Fuite garniture mécanique|eau au pied de la pompe|2.4|REP garniture mécanique remplacée;TIG bride resserrée
            VIB 14 70|Vibrations palier|la pompe vibre|1.3|ADJ lignage repris;REP roulements remplacés
            LOO 12 45|Débit insuffisant|débit qui chute|5.1|CLN crépine nettoyée;REP roue remplacée
            NOI 10 60|Bruit roulement moteur|sifflement côté moteur|2.4|REP roulement moteur remplacé;LUB roulement graissé
            FTS 8 30|Ne démarre pas|la pompe ne part pas|4.2|REP contacteur remplacé;RST relais thermique réarmé
            OHE 6 40|Moteur chaud|moteur trop chaud|2.7|CLN capot ventilateur nettoyé;ADJ intensité réglée
        """),
        _rounds("""
            12w~ 15|Ronde pompe|Pas de fuite, température et bruit normaux.|INS|pompe|
            2000h~ 20|Graissage roulements|Roulements graissés.|GRA|graissage|Graisse polyurée 0.1 kg
            6m~ 30 predictive|Analyse vibratoire|Vibrations dans la norme.|ANA||
        """), 1.6, 12, 180, 14_000,
    ),
    MachineClass(
        "CHAU", _models("Vaporelle: VS-4, Vaporelle: VS-6, Solimec: Therma 5"),
        _specs("""
            vapeur|2 4 6
            pression|10 12 15
            puissance|1400 2600 4000
        """),
        _faults("""
            UST 18 40|Mise en sécurité brûleur|brûleur en sécurité|3.1|RST brûleur réarmé;REP électrode d’allumage remplacée;CLN cellule de flamme nettoyée
            ELP 12 60|Fuite vanne vapeur|fuite vapeur au collecteur|1.1|REP garniture de vanne remplacée;TIG presse-étoupe resserré
            AIR 12 30|Sonde de niveau entartrée|défaut niveau bas|5.2|CLN sonde détartrée;REP sonde remplacée
            PLU 8 45|Filtre fioul colmaté|flamme instable|5.1|REP filtre remplacé;CLN gicleur nettoyé
            PDE 8 40|Combustion à régler|fumées, CO élevé|3.4|ADJ combustion réglée, O2 à 3,5 %
        """),
        _rounds("""
            6w 25 high|Contrôle sécurités et purge|Niveaux, purges et pressostats contrôlés.|INS|chaufferie|
            1q 90|Analyse de combustion|Rendement 92,4 %, réglage conforme.|ETA||
            6m 240|Ramonage et épreuve soupapes|Ramonage fait, soupapes tarées.|NET||Joint de trappe 2
            1d 10 free since=60|Ronde chaufferie|Ronde faite, niveaux et pressions normaux.|INS|chaufferie|
            1y 120 high signed|Contrôle réglementaire chaudière|Visite faite, procès-verbal joint au dossier.|REG|pression|
        """), 3.0, 25, 1200, 180_000, ("Brûleur",),
    ),
    MachineClass(
        "FROI", _models("Frigelis: CW-200, Frigelis: CW-350, Solimec: Glace 2"),
        _specs("""
            puissance|200 280 350
            fluide|45 70 95
            depart|2 4 6
        """),
        _faults("""
            UST 18 45|Haute pression frigorifique|groupe arrêté, défaut HP|5.2|CLN condenseur nettoyé;RST pressostat HP réarmé
            ELP 14 120|Fuite de fluide frigorigène|détecteur de fuite en alarme|1.1|RPR brasure reprise, charge complétée;REP joint de vanne remplacé
            LOO 12 60|Eau glacée trop chaude|départ à 9 °C|3.4|ADJ détendeur réglé;REP filtre déshydrateur remplacé
            NOI 8 60|Bruit ventilateur condenseur|ventilateur 2 bruyant|2.4|REP moteur de ventilateur remplacé;ADJ hélice équilibrée
            AIR 6 30|Débitmètre eau glacée|défaut débit|3.3|CLN débitmètre nettoyé;REP débitmètre remplacé
        """),
        _rounds("""
            12w 25|Relevé de marche|Pressions, températures et intensités normales.|INS||
            1q~ 60|Nettoyage condenseur|Batteries nettoyées.|NET||
            6m 90 high signed|Contrôle d’étanchéité réglementaire|Pas de fuite détectée, registre mis à jour.|REG|etancheite|
        """), 2.6, 18, 600, 140_000, ("Pompe eau glacée",),
    ),
    MachineClass(
        "ROBO", _models("Sirelec: R-160, Sirelec: R-210, Maverlin: Arm 6"),
        _specs("""
            charge|50 160 210
            rayon|2100 2650 3100
            axes|4 6
        """),
        _faults("""
            FTS 14 25|Ne prend plus l’origine|robot perdu, pas d’origine|3.3|RST origine refaite;REP batterie codeur remplacée
            JAM 14 15|Collision préhenseur|collision en prise|1.4|ADJ trajectoire corrigée;RPR préhenseur redressé
            AIR 14 20|Vacuostat en défaut|perte de vide|3.3|REP vacuostat remplacé;CLN filtre à vide nettoyé
            LOO 10 30|Ventouses usées|produits lâchés|2.4|REP ventouses remplacées
            VIB 6 120|Jeu axe 3|trajectoire qui tremble|2.4|ADJ jeu de réducteur repris;REP courroie d’axe remplacée
            UST 10 15|Arrêt barrière immatérielle|barrière coupée sans raison|5.2|CLN barrière nettoyée;ADJ barrière réalignée
        """),
        _rounds("""
            12w~ 20|Contrôle préhenseur|Préhenseur contrôlé, ventouses correctes.|INS|prehenseur|Ventouse Ø60 4
            300000c 60|Graissage axes|Axes graissés.|GRA|graissage|Graisse réducteur 0.5 kg
            6m 45|Sauvegarde et contrôle batteries|Programmes sauvegardés, batteries correctes.|INS||Pile codeur 6
        """), 3.0, 12, 500, 95_000, ("Préhenseur",),
    ),
)  # fmt: skip

YOUNG = _rounds("""
    1q 15 since=1|Contrôle visuel|Rien à signaler.|INS||
    6m 20 since=1|Resserrage des connexions électriques|Connexions resserrées.|INS||
    2m~ 25 since=1|Nettoyage des carters|Carters nettoyés.|NET||
    1y 30 since=1|Contrôle de la mise à la terre|Continuité mesurée.|REG||
""")
"""Plans that have just been made, for a large plant."""


@cache
def by_code(code: str) -> MachineClass:
    return next(kind for kind in CLASSES if kind.code == code)
