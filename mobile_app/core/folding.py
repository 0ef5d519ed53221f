"""Text as it is searched."""

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
"""Those of the scripts that most names are written in."""


def fold(text: str) -> str:
    """Lower case, no accents: `Convoyeur à bande` → `convoyeur a bande`."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE")))
    return plain.lower() if plain.isascii() else "".join(char for char in plain if not unicodedata.combining(char)).casefold()
