"""Text as it is searched."""

import unicodedata


def fold(text: str) -> str:
    """Lower case, no accents: `Convoyeur à bande` → `convoyeur a bande`."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold()
