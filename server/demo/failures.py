"""How the demonstration's machines fail, in the words of the ready-made catalogue."""

STOPS = {
    "ELP": 0.55, "FTS": 1.0, "AIR": 0.65, "NOI": 0.25, "JAM": 0.95, "OHE": 0.6, "VIB": 0.3, "BRD": 1.0, "LOO": 0.4, "ERO": 0.5, "UST": 1.0, "INL": 0.4, "PLU": 0.7, "PDE": 0.35, "STD": 0.4, "SER": 0.1,
}  # fmt: skip
"""How often a machine stands still because of a mode (0 to 1)."""

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
