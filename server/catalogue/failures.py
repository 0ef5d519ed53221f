"""The vocabulary of failures in the shape of ISO 14224: modes, mechanisms, causes, remedies, each in French and English."""

from typing import NamedTuple


class Entry(NamedTuple):
    fr: str
    en: str
    icon: str = ""


MODES = {
    "ELP": Entry("Fuite externe", "External leak", "water_drop"),
    "INL": Entry("Fuite interne", "Internal leak", "opacity"),
    "LCP": Entry("Fuit en position fermée", "Leaks when closed", "format_color_reset"),
    "FTS": Entry("Ne démarre pas", "Fails to start", "power_off"),
    "STP": Entry("Ne s’arrête pas", "Fails to stop", "front_hand"),
    "FTO": Entry("Ne s’ouvre pas", "Fails to open", "lock"),
    "FTC": Entry("Ne se ferme pas", "Fails to close", "lock_open"),
    "DOP": Entry("Réagit trop lentement", "Reacts too slowly", "hourglass_bottom"),
    "OWD": Entry("Se met en marche toute seule", "Starts by itself", "play_circle"),
    "UST": Entry("Arrêt intempestif", "Spurious stop", "stop_circle"),
    "BRD": Entry("Casse", "Breakdown", "broken_image"),
    "JAM": Entry("Blocage mécanique", "Mechanical jam", "block"),
    "LOO": Entry("Débit ou cadence faible", "Low output", "trending_down"),
    "HIO": Entry("Débit ou pression trop forts", "High output", "trending_up"),
    "ERO": Entry("Fonctionnement irrégulier", "Erratic output", "sync_problem"),
    "PDE": Entry("Dérive de réglage", "Parameter deviation", "tune"),
    "OHE": Entry("Surchauffe", "Overheating", "device_thermostat"),
    "IHT": Entry("Chauffe ou refroidit mal", "Heats or cools poorly", "thermostat"),
    "VIB": Entry("Vibrations", "Vibration", "vibration"),
    "NOI": Entry("Bruit anormal", "Abnormal noise", "graphic_eq"),
    "PLU": Entry("Bouchage, colmatage", "Plugged", "filter_alt"),
    "AIR": Entry("Capteur défaillant", "Faulty sensor", "sensors_off"),
    "PWR": Entry("Perte d’alimentation", "Loss of power", "electrical_services"),
    "STD": Entry("Défaut de structure", "Structural deficiency", "construction"),
    "SER": Entry("Petit défaut en service", "Minor in-service problem", "handyman"),
}

MECHANISMS = {
    "1.1": Entry("Perte d’étanchéité", "Leakage"),
    "1.2": Entry("Vibration", "Vibration"),
    "1.3": Entry("Jeu, désalignement", "Clearance or misalignment"),
    "1.4": Entry("Déformation", "Deformation"),
    "1.5": Entry("Desserrage", "Looseness"),
    "1.6": Entry("Grippage, collage", "Sticking"),
    "2.1": Entry("Cavitation", "Cavitation"),
    "2.2": Entry("Corrosion", "Corrosion"),
    "2.3": Entry("Érosion", "Erosion"),
    "2.4": Entry("Usure", "Wear"),
    "2.5": Entry("Rupture", "Breakage"),
    "2.6": Entry("Fatigue", "Fatigue"),
    "2.7": Entry("Échauffement", "Overheating"),
    "3.1": Entry("Défaut de commande", "Control failure"),
    "3.2": Entry("Absence de signal", "No signal"),
    "3.3": Entry("Signal erroné", "Faulty signal"),
    "3.4": Entry("Déréglage", "Out of adjustment"),
    "3.5": Entry("Défaut logiciel", "Software error"),
    "4.1": Entry("Court-circuit", "Short circuit"),
    "4.2": Entry("Circuit ouvert", "Open circuit"),
    "4.3": Entry("Absence de tension", "No voltage"),
    "4.4": Entry("Tension ou courant anormal", "Wrong voltage or current"),
    "4.5": Entry("Défaut d’isolement", "Earth or insulation fault"),
    "5.1": Entry("Obstruction", "Blockage"),
    "5.2": Entry("Encrassement", "Contamination"),
}

CAUSES = {
    "WEAR": Entry("Usure normale", "Expected wear and tear"),
    "LUB": Entry("Manque de graissage", "Lack of lubrication"),
    "ADJ": Entry("Mauvais réglage", "Wrong adjustment"),
    "OPE": Entry("Erreur de conduite", "Operating error"),
    "MNT": Entry("Erreur de maintenance", "Maintenance error"),
    "MAT": Entry("Produit ou consommables", "Product or consumables"),
    "DES": Entry("Conception inadaptée", "Unsuitable design"),
    "ENV": Entry("Humidité, poussière, lavage", "Moisture, dust, wash-down"),
    "UTI": Entry("Air, eau ou courant", "Air, water or power supply"),
}

REMEDIES = {
    "REP": Entry("Remplacé", "Replaced", "swap_vert"),
    "ADJ": Entry("Réglé", "Adjusted", "tune"),
    "RPR": Entry("Réparé", "Repaired", "build"),
    "CLN": Entry("Nettoyé", "Cleaned", "cleaning_services"),
    "RST": Entry("Réinitialisé", "Reset", "restart_alt"),
    "LUB": Entry("Graissé", "Lubricated", "opacity"),
    "TIG": Entry("Resserré", "Tightened", "handyman"),
    "MOD": Entry("Modifié", "Modified", "settings_input_component"),
}
