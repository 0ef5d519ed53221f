"""The vocabulary of failures in the shape of ISO 14224: modes, mechanisms, causes, remedies, each in French and English."""

from typing import NamedTuple


class Entry(NamedTuple):
    code: str
    fr: str
    en: str
    icon: str


class Mode(NamedTuple):
    """`stop`: how often the machine stands still because of it (0 to 1)."""

    fr: str
    en: str
    icon: str
    stop: float


MODES = {
    "ELP": Mode("Fuite externe", "External leak", "water_drop", 0.55),
    "FTS": Mode("Ne démarre pas", "Fails to start", "power_off", 1.0),
    "AIR": Mode("Capteur défaillant", "Faulty sensor", "sensors_off", 0.65),
    "NOI": Mode("Bruit anormal", "Abnormal noise", "graphic_eq", 0.25),
    "JAM": Mode("Blocage mécanique", "Mechanical jam", "block", 0.95),
    "OHE": Mode("Surchauffe", "Overheating", "device_thermostat", 0.6),
    "VIB": Mode("Vibrations", "Vibration", "vibration", 0.3),
    "BRD": Mode("Casse", "Breakdown", "broken_image", 1.0),
    "LOO": Mode("Débit ou cadence faible", "Low output", "trending_down", 0.4),
    "ERO": Mode("Fonctionnement irrégulier", "Erratic output", "sync_problem", 0.5),
    "UST": Mode("Arrêt intempestif", "Spurious stop", "stop_circle", 1.0),
    "INL": Mode("Fuite interne", "Internal leak", "opacity", 0.4),
    "PLU": Mode("Bouchage, colmatage", "Plugged", "filter_alt", 0.7),
    "PDE": Mode("Dérive de réglage", "Parameter deviation", "tune", 0.35),
    "STD": Mode("Défaut de structure", "Structural deficiency", "construction", 0.4),
    "SER": Mode("Petit défaut en service", "Minor in-service problem", "handyman", 0.1),
}

MECHANISMS = {
    "1.1": ("Perte d’étanchéité", "Leakage"),
    "1.2": ("Vibration", "Vibration"),
    "1.3": ("Jeu, désalignement", "Clearance or misalignment"),
    "1.4": ("Déformation", "Deformation"),
    "1.5": ("Desserrage", "Looseness"),
    "1.6": ("Grippage, collage", "Sticking"),
    "2.2": ("Corrosion", "Corrosion"),
    "2.4": ("Usure", "Wear"),
    "2.5": ("Rupture", "Breakage"),
    "2.6": ("Fatigue", "Fatigue"),
    "2.7": ("Échauffement", "Overheating"),
    "3.1": ("Défaut de commande", "Control failure"),
    "3.2": ("Absence de signal", "No signal"),
    "3.3": ("Signal erroné", "Faulty signal"),
    "3.4": ("Déréglage", "Out of adjustment"),
    "3.5": ("Défaut logiciel", "Software error"),
    "4.1": ("Court-circuit", "Short circuit"),
    "4.2": ("Circuit ouvert", "Open circuit"),
    "5.1": ("Obstruction", "Blockage"),
    "5.2": ("Encrassement", "Contamination"),
}

CAUSES = {
    "WEAR": ("Usure normale", "Expected wear and tear"),
    "LUB": ("Manque de graissage", "Lack of lubrication"),
    "ADJ": ("Mauvais réglage", "Wrong adjustment"),
    "OPE": ("Erreur de conduite", "Operating error"),
    "MNT": ("Erreur de maintenance", "Maintenance error"),
    "MAT": ("Bouteilles ou consommables", "Bottles or consumables"),
    "DES": ("Conception inadaptée", "Unsuitable design"),
    "ENV": ("Humidité, poussière, lavage", "Moisture, dust, wash-down"),
    "UTI": ("Air, eau ou courant", "Air, water or power supply"),
}

REMEDIES = {
    "REP": ("Remplacé", "Replaced", "swap_vert"),
    "ADJ": ("Réglé", "Adjusted", "tune"),
    "RPR": ("Réparé", "Repaired", "build"),
    "CLN": ("Nettoyé", "Cleaned", "cleaning_services"),
    "RST": ("Réinitialisé", "Reset", "restart_alt"),
    "LUB": ("Graissé", "Lubricated", "opacity"),
    "TIG": ("Resserré", "Tightened", "handyman"),
    "MOD": ("Modifié", "Modified", "settings_input_component"),
}

CAUSES_OF_MECHANISM = {
    "1.1": ("WEAR", "WEAR", "MNT", "DES"),
    "1.2": ("WEAR", "ADJ"),
    "1.3": ("ADJ", "WEAR", "MNT"),
    "1.4": ("OPE", "MAT", "DES"),
    "1.5": ("MNT", "WEAR"),
    "1.6": ("LUB", "ENV", "WEAR"),
    "2.2": ("ENV", "WEAR"),
    "2.4": ("WEAR", "WEAR", "WEAR", "LUB"),
    "2.5": ("WEAR", "OPE", "MAT"),
    "2.6": ("WEAR", "DES"),
    "2.7": ("LUB", "ENV", "WEAR"),
    "3.1": ("UTI", "WEAR", "OPE"),
    "3.2": ("ENV", "WEAR"),
    "3.3": ("ENV", "ADJ"),
    "3.4": ("ADJ", "MAT", "MNT"),
    "3.5": ("UTI", "DES"),
    "4.1": ("ENV", "WEAR"),
    "4.2": ("WEAR", "ENV"),
    "5.1": ("MAT", "ENV", "OPE"),
    "5.2": ("ENV", "MAT"),
}
