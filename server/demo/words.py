"""What people write on a sheet, in the shop floor's French."""

from server.demo.catalogue import Fault
from server.demo.chance import Dice

ASKED = (
    "{said}.", "Opérateur : {said}.", "Signalé par la conduite : {said}.", "{said}, depuis la prise de poste.", "{said}. Revient par moments.",
    "{said}, ligne ralentie.", "Appel du chef de ligne : {said}.",
)  # fmt: skip
TESTED = (
    "Essais OK.", "Remise en route, RAS.", "Essai à vide puis en production, conforme.", "Contrôlé 10 min en production.", "Redémarrage à {clock}.",
    "Machine rendue à la production à {clock}.", "OK au redémarrage.", "", "",
)  # fmt: skip
BEFORE = (
    "Consignation. ", "Machine consignée, accès ouvert. ", "Diagnostic avec le conducteur. ", "Démontage du carter. ", "", "", "", "",
)  # fmt: skip
SEEN = {
    "1.1": ("Portée de joint marquée, à surveiller.", "Suintement résiduel, à revoir à la prochaine ronde."),
    "2.4": ("Usure avancée côté opposé, prévoir la pièce.", "Pièce à recommander, dernière du magasin."),
    "2.5": ("Pièce cassée gardée à l’atelier.", "Deuxième casse sur ce montage, voir la cause avec le bureau technique."),
    "3.3": ("Connecteur oxydé, à protéger.", "Câble à refixer loin des projections."),
    "5.1": ("Lot de consommables douteux, signalé à la qualité.", "Revoir le réglage au changement de format."),
    "5.2": ("Nettoyage à ajouter à la ronde.", "Beaucoup de poussière de carton."),
    "2.7": ("Local très chaud, ventilation à revoir.", "Température à suivre cette semaine."),
}
SEEN_ELSE = ("À surveiller.", "RAS par ailleurs.", "Prévoir une révision au prochain arrêt.", "Jeu à recontrôler dans un mois.")
WAITED = (
    "attente pièce du magasin central",
    "pièce commandée, livraison demain",
    "attente fin de série pour arrêter la ligne",
    "sous-traitant attendu",
)
RETURNED = (
    "Préciser la pièce remplacée.", "Photo après réparation manquante.", "Temps d’arrêt incohérent, à vérifier.", "Cause à préciser.",
    "Essai en production non mentionné.",
)  # fmt: skip
NOTED = (
    "Pièce prise au magasin, casier B12.", "Appelé le fournisseur, rappel demain.", "Le conducteur a vu le défaut deux fois cette semaine.",
    "Passage de consigne à l’équipe d’après-midi.", "Accès difficile, prévoir la petite échelle.", "Serrage au couple, 45 N·m.",
)  # fmt: skip
CANCELLED = ("Ligne arrêtée ce jour-là, reporté à la prochaine ronde.", "Fait avec la révision.", "Machine à l’arrêt, sans objet.")
OPERATORS = ("Équipe matin", "Équipe après-midi", "Nathalie (conduite)", "Bruno", "Sandrine, poste 3", "")
ROUNDS_SEEN = (
    "Léger jeu, sans gravité.",
    "Un point à resserrer au prochain arrêt.",
    "Niveau d’huile un peu bas, complété.",
    "Carter à refixer.",
)
SYMPTOM_OF_MODE = {
    "ELP": "leak", "INL": "leak", "NOI": "noise", "VIB": "noise", "OHE": "heat", "JAM": "jam", "PLU": "jam", "PDE": "quality", "LOO": "quality",
    "FTS": "stopped", "UST": "stopped", "BRD": "stopped", "STD": "safety",
}  # fmt: skip


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def asked(fault: Fault, dice: Dice) -> str:
    return capital(dice.pick(ASKED).format(said=fault.said))


def done(remedy: str, clock: str, dice: Dice) -> str:
    return f"{dice.pick(BEFORE)}{capital(remedy)}. {dice.pick(TESTED).format(clock=clock)}".rstrip()


def seen(fault: Fault, dice: Dice) -> str:
    return dice.pick(SEEN.get(fault.mechanism, SEEN_ELSE))
