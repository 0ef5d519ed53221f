"""What a sheet has taken from the store: by what it says was replaced, or by the parts of its plan.

One a line: class | words of the report | family | least and most.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from server.demo import catalogue
from server.demo.chance import Dice
from server.demo.sheets import Sheet
from server.demo.spares.parts import Catalogue, Part

REPORTED = """
SOUF|joint de tuyère remplacé|tuyere|1 2
SOUF|joints de tuyères contrôlés, deux remplacés|tuyere|2 2
SOUF|raccord haute pression resserré|haute pression|0 1
SOUF|lampes de chauffe|lampe|2 6
SOUF|capteur inductif remplacé|inductif|1 1
SOUF|bras de transfert remplacé|bras|1 1
SOUF|galet de came remplacé|came|1 2
SOUF|contact de porte remplacé|porte|1 1
REMP|joints de bec remplacés|bec|1 1
REMP|sonde de niveau remplacée|sonde cuve|1 1
REMP|capteur niveau remplacé|niveau|1 1
REMP|clapet de vanne remplacé|clapet|1 1
REMP|ventilateur de variateur remplacé|ventilateur|1 1
REMP|roulement de galet remplacé|orientation|1 2
REMP|couronne graissée|gr-al|0.1 0.4
BOUC|ressort de tête remplacé|ressort|1 2
BOUC|mors de tête remplacés|mors|1 1
BOUC|tête de bouchage remplacée|tete|1 1
BOUC|cellule remplacée|cellule|1 1
BOUC|palier remplacé|semelle|1 1
BOUC|bande à tasseaux remplacée|tasseaux|1 1
ETIQ|courroie crantée remplacée|at10|1 1
ETIQ|racle remplacée|racle|1 1
ETIQ|cellule remplacée|repere|1 1
ETIQ|carte entrées remplacée|carte|1 1
ENCA|photocellule remplacée|photocellule|1 1
ENCA|joints de vérin remplacés|verin|1 1
ENCA|tulipes remplacées|tulipe|2 6
ENCA|buse de colle remplacée|buse colle|1 1
ENCA|ventouses remplacées|ventouse 40|2 6
PALE|joint vérin ø63 remplacé|verin 63|1 1
PALE|relais de sécurité remplacé|securite|1 1
PALE|capteur fin de course remplacé|course|1 1
PALE|pignon tendeur remplacé|pignon|1 1
PALE|frein moteur remplacé|frein|1 1
PALE|chaîne graissée|h-ch|0.2 0.6
CONV|maillons de chaîne remplacés|maillon|2 5
CONV|roulement remplacé|billes 62|1 2
CONV|cellule remplacée|cellule|1 1
CONV|motoréducteur remplacé|motoreducteur|1 1
CONV|patin remplacé|patin|1 2
PAST|buses remplacées|aspersion|2 6
PAST|sonde pt100 remplacée|pt100|1 1
PAST|garniture remplacée|garniture|1 1
PAST|servomoteur remplacé|servo|1 1
PAST|patins de tapis remplacés|patin tapis|2 4
LAVE|joint de trappe refait|trappe bac|1 1
LAVE|vanne de vidange remplacée|vidange|1 1
LAVE|panier déformé remplacé|panier|1 1
LAVE|galet remplacé|galet|1 2
LAVE|sonde remplacée|conductivite|1 1
COMP|vanne thermostatique remplacée|thermo|1 1
COMP|joint de carter remplacé|carter|1 1
COMP|élément filtrant remplacé|element|1 1
COMP|clapet d’aspiration remplacé|aspiration|1 1
COMP|contacteur remplacé|contacteur|1 1
COMP|roulements remplacés|billes 63|2 2
COMP|capteur pression remplacé|pression|1 1
POMP|garniture mécanique remplacée|garniture|1 1
POMP|roulements remplacés|billes 63|2 2
POMP|roue remplacée|roue|1 1
POMP|roulement moteur remplacé|billes 62|1 2
POMP|contacteur remplacé|contacteur|1 1
CHAU|électrode d’allumage remplacée|electrode|1 1
CHAU|garniture de vanne remplacée|presse|1 1
CHAU|sonde remplacée|sonde niveau|1 1
CHAU|filtre remplacé|fioul|1 1
FROI|charge complétée|frigorigene|1.5 6
FROI|joint de vanne remplacé|frigo|1 1
FROI|filtre déshydrateur remplacé|deshydrateur|1 1
FROI|moteur de ventilateur remplacé|condenseur|1 1
FROI|débitmètre remplacé|debit|1 1
ROBO|batterie codeur remplacée|pile|1 2
ROBO|vacuostat remplacé|vacuostat|1 1
ROBO|ventouses remplacées|ventouse 60|2 4
ROBO|courroie d’axe remplacée|axe|1 1
"""
OF_ROUNDS = {
    "Graisse haute température": "gr-ht", "Joint de tuyère": "tuyere", "Lampe infrarouge 2 kW": "lampe", "Filtre ventilation": "ventilation",
    "Graisse alimentaire": "gr-al", "Jeu de joints de bec": "bec", "Mousse alcaline": "mousse", "Ressort de tête": "ressort",
    "Jeu de mors": "mors", "Courroie crantée AT10": "at10", "Graisse universelle": "gr-un", "Ventouse Ø40": "ventouse 40",
    "Buse de colle": "buse colle", "Huile chaîne": "h-ch", "Attache rapide chaîne": "attache", "Garniture mécanique": "garniture",
    "Roulement 6305": "6305", "Détartrant acide": "detartrant", "Huile compresseur VDL 46": "h-vdl", "Filtre à huile": "huile",
    "Filtre à air": "air", "Graisse polyurée": "gr-po", "Joint de trappe": "trappe", "Ventouse Ø60": "ventouse 60",
    "Graisse réducteur": "gr-re", "Pile codeur": "pile",
}  # fmt: skip
"""Families by the names that plans know parts by."""
INSPECTION = "INS"
"""A round that has parts at hand, and uses those that it says it has."""
SOME_TOO_MANY = 0.3
FROM = 2 / 3  # of the last action, when the part is taken; what is left comes back at its end


class Want(NamedTuple):
    """So much of a part, of which `back` is given back at the end."""

    at: float
    ended: float
    sheet: Sheet
    part: Part
    quantity: Decimal
    back: Decimal
    by: UUID


class Wants:
    def __init__(self, seed: int, parts: Catalogue) -> None:
        self.dice, self.parts = Dice(seed, "wants"), parts
        self.reported: dict[str, list[tuple[str, str, float, float]]] = defaultdict(list)
        for line in REPORTED.strip().splitlines():
            code, words, family, span = line.split("|")
            least, most = map(float, span.split())
            self.reported[code].append((words, family, least, most))
        self.planned = {
            (kind.code, wanted.title): [(OF_ROUNDS[part.name], part.quantity) for part in wanted.parts]
            for kind in catalogue.CLASSES for wanted in kind.rounds if wanted.parts and wanted.kind != INSPECTION
        }  # fmt: skip

    def of(self, sheet: Sheet) -> Iterator[Want]:
        kind = sheet.machine.kind
        if sheet.status != "completed" or not sheet.actions or kind is None:
            return
        if sheet.scheduled_maintenance_id and (planned := self.planned.get((kind.code, sheet.title))):
            for family, quantity in planned:
                yield from self._want(sheet, family, quantity, quantity)
            return
        told = sheet.work_performed.lower()
        for words, family, least, most in self.reported[kind.code]:
            if words in told:
                yield from self._want(sheet, family, least, most)

    def _want(self, sheet: Sheet, family: str, least: float, most: float) -> Iterator[Want]:
        dice, part = self.dice, self.parts.fitting(sheet.machine, family)
        action = sheet.actions[-1]
        assert action.ended_at is not None
        began, ended = action.started_at.timestamp(), action.ended_at.timestamp()
        quantity = _exact(dice.uniform(least * 0.9, most * 1.1) if part.row.decimals else dice.randint(int(least), int(most)), part)
        back = Decimal(0)
        if quantity > 1 and dice.happens(SOME_TOO_MANY):
            back = _exact(float(quantity) * dice.uniform(0.1, 0.4) if part.row.decimals else 1, part)
        if quantity:
            at = began + round((ended - began) * FROM)
            yield Want(at, ended, sheet, part, quantity + back, back, action.user_id)


def _exact(quantity: float, part: Part) -> Decimal:
    """As finely as people measure: half of the decimals that the part may have, rounded up."""
    return Decimal(repr(round(quantity, (part.row.decimals + 1) // 2 if part.row.decimals else 0))).normalize() + 0
